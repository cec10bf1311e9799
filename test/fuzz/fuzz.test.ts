import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('a damaged workbook ends in a right read or a UserError', () => {
  const fuzz = fileURLToPath(new URL('fuzz.ts', import.meta.url));
  const args = [fuzz, '--cases', '150', '--seed', '1'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
});
