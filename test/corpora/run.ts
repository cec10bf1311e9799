import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from '../program.ts';
import { ROOT } from '../repository.ts';
import { corpora } from '../workbook/corpora.ts';

/* Compares the reader with python-calamine over ../shared/corpora: `npm run test:corpora [-- --write]`. */

const CALAMINE = '0.9.1';

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
if (!existsSync(corpora)) say(`skipped: the folder ${corpora} is not here`);
else if (python === undefined) say('skipped: there is no Python here');
else process.exitCode = compare(environment(python));

/** A Python with calamine, made once, outside the checkout; undefined when it cannot be made. */
function environment(python: string): string | undefined {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const folder = join(cache, 'entrada', 'corpora', `calamine-${CALAMINE}`);
  const windows = process.platform === 'win32';
  const own = join(folder, windows ? 'Scripts/python.exe' : 'bin/python');
  if (run(own, ['-c', 'import python_calamine']) === 0) return own;
  const made =
    run(python, ['-m', 'venv', '--clear', folder]) === 0 &&
    run(own, ['-m', 'pip', 'install', '--quiet', `python-calamine==${CALAMINE}`]) === 0;
  return made ? own : undefined;
}

function compare(python: string | undefined): number {
  if (python === undefined) {
    say(`python-calamine ${CALAMINE} could not be installed; the message of pip is above`);
    return 1;
  }
  const folders = ['calamine', 'duckdb-excel'].map((name) => join(corpora, name));
  return run(python, [
    join(ROOT, 'test/corpora/compare.py'),
    ...process.argv.slice(2),
    join(ROOT, 'docs/workbook-differences.md'),
    process.execPath,
    PROGRAM,
    ...folders,
  ]);
}

function run(command: string, args: string[]): number {
  const options = { stdio: 'inherit', env: { ...process.env, ENTRADA_LANG: 'en' } } as const;
  // What is not there yet is no news.
  if (command.includes('calamine-') && !existsSync(command)) return 1;
  return spawnSync(command, args, options).status ?? 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
