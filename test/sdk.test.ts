import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadSdk } from '../src/sdk.ts';

test('an SDK that is not installed is named with the version to install', async () => {
  const { peerDependencies } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  );
  const absent = 'entrada-has-no-such-package';
  for (const [name, version] of Object.entries(peerDependencies))
    await assert.rejects(
      loadSdk(name, () => import(absent)),
      {
        kind: 'user',
        code: 'cloud.sdk',
        values: { name, version },
      },
    );
});

test('a fault within an SDK is told as it is', async () => {
  const fault = () => Promise.reject(new Error('broken'));
  await assert.rejects(loadSdk('@google-cloud/storage', fault), /broken/);
});

test('whoever works on one machine loads no SDK', () => {
  const home = new URL('../src/commands/run.ts', import.meta.url).href;
  const script = `
    import { registerHooks } from 'node:module';
    const seen = [];
    registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
    await import(${JSON.stringify(home)});
    console.log(seen.filter((name) => name.startsWith('@google-cloud/') || name.includes('gcs')).length, seen.length > 20);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  assert.equal(stdout, '0 true\n', stderr);
});
