import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const node = (...args: string[]) => promisify(execFile)(process.execPath, args);

test('what is packed for the functions has the four of them, and all that they load', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-packed-'));
  try {
    await node(join(ROOT, 'scripts/pack-functions.js'), folder);
    // In the place of what is installed there.
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const { main, dependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const names = ['bases_vendas', 'spotify_podcasts', 'spotify_all_episodes', 'dh_gb_episodes'];
    const script = `
      import { createRequire } from 'node:module';
      const require = createRequire(${JSON.stringify(join(folder, 'package.json'))});
      await import(${JSON.stringify(join(folder, main))});
      const { getFunction } = require('@google-cloud/functions-framework/testing');
      for (const name of ${JSON.stringify(names)}) console.log(typeof getFunction(name));
      for (const name of ${JSON.stringify(Object.keys(dependencies))}) require.resolve(name);
    `;
    const { stdout } = await node('--input-type=module', '--eval', script);
    assert.equal(stdout, 'function\n'.repeat(names.length));
  } finally {
    await rm(folder, { recursive: true });
  }
});
