// Asks a home's tables the questions of a golden file and fails on any other answer.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const [home, goldenFile] = process.argv.slice(2);
let wrong = 0;
for (const [sql, expected] of Object.entries(JSON.parse(readFileSync(goldenFile, 'utf8')))) {
  const answer = execFileSync(
    'npm',
    ['run', '-s', 'entrada', '--', 'query', '--home', home, '--format', 'json', sql],
    { encoding: 'utf8' },
  );
  const rows = answer
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const same = JSON.stringify(rows) === JSON.stringify(expected);
  console.log(`${same ? 'right' : 'WRONG'}: ${sql}`);
  if (!same) {
    console.log(`  expected ${JSON.stringify(expected)}\n  found    ${JSON.stringify(rows)}`);
    wrong++;
  }
}
process.exit(wrong === 0 ? 0 : 1);
