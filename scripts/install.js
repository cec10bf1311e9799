// Installs the locked dependencies once: the first `npm run` or `npm test` of a fresh clone does all
// the set-up. Plain JavaScript, because the Node that starts it may be too old for anything newer.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = `${root}node_modules/.entrada-installed`;
const wanted = createHash('sha256')
  .update(readFileSync(`${root}package-lock.json`))
  .digest('hex');

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  process.stderr.write('entrada: installing dependencies (once) ...\n');
  // The flags undo what a user's npm configuration may set: each of these would break the install.
  const flags = ['--include=dev', '--ignore-scripts=false', '--engine-strict=false', '--no-audit'];
  const npm = spawnSync('npm', ['ci', '--no-fund', '--loglevel=error', ...flags], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) {
    process.stderr.write('entrada: npm ci failed; its message is above\n');
    process.exit(1);
  }
  writeFileSync(stamp, wanted);
}
