import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { installPackage } from '../scripts/packaged.ts';
import { answerOf, homeWith, newPlace } from './cli/entrada.ts';
import { sale, sales } from './ingest/home.ts';

test('the package loads a workbook as it is installed, without the sources', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-package-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = installPackage(folder);
  const run = (...args: string[]) =>
    execFileSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
  // So large that a thread of its own reads it.
  const rows = Array.from({ length: 100_000 }, (_, i) => sale(i + 1));
  const home = await homeWith({ 'a.xlsx': sales(...rows) });
  assert.match(run('run', '--home', home), /a\.xlsx: 100000 rows read, 100000 loaded/);
  assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM bases_vendas'), [[100_000]]);
  const other = newPlace();
  await mkdir(other);
  assert.match(run('datasets', '--home', other), /bases_vendas/);
  assert.match(run('--version'), /^\d+\.\d+\.\d+/);
  const root = dirname(dirname(program));
  for (const readme of ['README.md', 'README.pt-BR.md'])
    for (const [, target] of readFileSync(join(root, readme), 'utf8').matchAll(/\]\(([^)#]+)/g))
      assert.ok(existsSync(join(root, target)), `${readme}: ${target}`);
});
