import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { credentialsProblem, isUnreachable, loadSdk } from '../src/sdk.ts';

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

test('what Google Cloud does not answer is told apart from what it refuses', () => {
  const failure = (code: unknown, message = 'said', cause?: unknown) =>
    Object.assign(new Error(message, { cause }), code !== undefined && { code });
  const reset = failure('ECONNRESET');
  for (const passing of [408, 429, 500, 503, 'ETIMEDOUT', 'UND_ERR_SOCKET', 'EAI_AGAIN'])
    assert.ok(isUnreachable(failure(passing)), String(passing));
  assert.ok(isUnreachable(failure(undefined, 'fetch failed')));
  assert.ok(isUnreachable(failure(undefined, 'said', reset)));
  for (const refusal of [undefined, 400, 401, 403, 404, 409, 412])
    assert.ok(!isUnreachable(failure(refusal)), String(refusal));
  for (const unknown of [failure(401), failure(400, 'invalid_grant')])
    assert.equal(credentialsProblem(unknown)?.code, 'cloud.credentials');
  assert.equal(credentialsProblem(failure(403)), undefined);
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
