import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openGcsLake } from '../../src/lake/gcs.ts';
import { namesIn, put, textOf } from '../contracts/lake.ts';
import { noClient, startRig } from '../sftp/rig.ts';
import { given, newBucket, skipWithout } from './rig.ts';
import { startStrictGcs } from './strict-gcs.ts';

const skip = skipWithout('storage') || noClient;

describe('SFTP over Cloud Storage', { skip }, () => {
  if (skip) return;

  test('what a client uploads is an object of its own, once it is whole', async () => {
    await using strict = await startStrictGcs(given('ENTRADA_TEST_FAKE_GCS_URL'));
    const bucket = await newBucket(strict.url);
    const lake = await openGcsLake({ bucket, endpoint: strict.url });
    await using rig = await startRig({ lake });
    const bytes = Buffer.alloc(3_000_000, 'entrada ');
    const path = await rig.file('a.xlsx', bytes);
    await put(lake, 'rejeitados/ana/x.txt', 'why');
    await put(lake, 'entrada/bia/b.xlsx', 'of bia');
    const sent = await rig.sftp(
      'ana',
      `put ${path} entrada/a.xlsx`,
      `put ${path} entrada/b.xlsx`,
      'rename entrada/a.xlsx entrada/março.xlsx',
      'rm entrada/b.xlsx',
      'ls -1 entrada',
      `get rejeitados/x.txt ${rig.desk}/x.txt`,
    );
    assert.deepEqual([sent.code, sent.stderr], [0, '']);
    assert.match(sent.stdout, /^entrada\/março\.xlsx *$/m);
    assert.deepEqual(
      (await lake.list('entrada', 'deep')).map(({ name, size }) => [name, size]).sort(),
      [
        ['entrada/ana/março.xlsx', bytes.length],
        ['entrada/bia/b.xlsx', 6],
      ],
    );
    assert.ok((await textOf(lake, 'entrada/ana/março.xlsx')) === bytes.toString());
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });

  test('a bucket that does not answer fails the CLOSE, and nothing is there', async () => {
    let isDown = false;
    await using strict = await startStrictGcs(given('ENTRADA_TEST_FAKE_GCS_URL'), {
      fault: (method) => (isDown && method === 'POST' ? 'lose request' : undefined),
    });
    const bucket = await newBucket(strict.url);
    const lake = await openGcsLake({ bucket, endpoint: strict.url, maxRetries: 1 });
    await using rig = await startRig({ lake });
    const path = await rig.file('a.xlsx', 'abc');
    isDown = true;
    const { code, stderr } = await rig.sftp('ana', `put ${path} entrada/`);
    assert.equal(code, 1);
    assert.match(stderr, /^close remote: Failure$/m);
    isDown = false;
    assert.deepEqual(await namesIn(lake, 'entrada/ana'), []);
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });
});
