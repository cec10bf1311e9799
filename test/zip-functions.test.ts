import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { ROOT, textOf } from './repository.ts';
import { unzip } from './samples/unzip.ts';

test("the functions' zip is the same for the same source, and locks what was tested", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-zip-'));
  t.after(() => rm(folder, { recursive: true }));
  const zips: Buffer[] = [];
  // In another zone the clock of a zip's entries would differ.
  for (const TZ of ['UTC', 'America/Sao_Paulo']) {
    const script = join(ROOT, 'scripts/zip-functions.ts');
    const env = { ...process.env, TZ };
    await promisify(execFile)(process.execPath, [script, join(folder, 'build')], { env });
    zips.push(await readFile(join(folder, 'build/functions.zip')));
  }
  assert.ok(zips[0].equals(zips[1]));
  const files = unzip(zips[0]);
  const json = (name: string) => JSON.parse(String(files.get(name)));
  const { dependencies } = json('package.json');
  const { packages } = json('package-lock.json');
  const tested = JSON.parse(await textOf('package-lock.json')).packages;
  for (const [name, version] of Object.entries(dependencies)) {
    assert.equal(packages[`node_modules/${name}`].version, version);
    assert.equal(
      packages[`node_modules/${name}`].integrity,
      tested[`node_modules/${name}`].integrity,
    );
  }
  assert.equal(packages['node_modules/typescript'], undefined);
  assert.ok(files.has('datasets/bases_vendas/dataset.yaml') && files.has('src/cli.ts'));
  assert.ok(!files.has('Dockerfile'));
});
