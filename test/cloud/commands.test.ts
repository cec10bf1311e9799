import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openGcsLake } from '../../src/lake/gcs.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { answerOf, entrada, newPlace } from '../cli/entrada.ts';
import { namesIn, textOf } from '../contracts/lake.ts';
import { sale, sales } from '../ingest/home.ts';
import { given, newBucket, newProject, skipWithout } from './rig.ts';

const skip = skipWithout('storage', 'pubsub');

interface Scene {
  readonly lake: Lake;
  readonly home: string;
  /** Runs the program on the bucket. */
  readonly run: (...args: string[]) => ReturnType<typeof entrada>;
}

async function scene(bus: 'memory' | 'pubsub', topics = ['bases_vendas']): Promise<Scene> {
  const [bucket, endpoint] = [await newBucket(), given('ENTRADA_TEST_STORAGE_URL')];
  const home = newPlace();
  const env = {
    ENTRADA_LAKE: `gs://${bucket}`,
    ENTRADA_STORAGE_URL: endpoint,
    ENTRADA_BUS: bus,
    PUBSUB_EMULATOR_HOST: given('PUBSUB_EMULATOR_HOST'),
    METADATA_SERVER_DETECTION: 'none',
    ENTRADA_PROJECT: await newProject(...topics),
  };
  return {
    lake: await openGcsLake({ bucket, endpoint }),
    home,
    run: (...args) => entrada([...args, '--home', home], { env }),
  };
}

describe('commands on a bucket', { skip }, () => {
  for (const bus of ['memory', 'pubsub'] as const) {
    test(`a workbook in the bucket is loaded once and rests in backup/ (${bus})`, async () => {
      const { lake, home, run } = await scene(bus);
      const bytes = sales(sale(1), sale(2));
      await lake.write('entrada/março.xlsx', bytes);
      assert.match((await run('status')).stderr, /There is no Entrada home/);
      const first = await run('run');
      assert.equal(first.code, 0, first.stderr);
      // No word of Node's or of a client library's reaches the person.
      assert.equal(first.stderr, '');
      assert.match(first.stdout, /março\.xlsx: 2 rows read, 2 loaded/);
      assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM bases_vendas'), [[2]]);
      assert.deepEqual(await lake.list('entrada'), []);
      const [rests] = await namesIn(lake, 'backup');
      assert.match(rests, /^backup\/março\.\d{8}T\d{9}\.[0-9a-f]{12}\.xlsx$/);

      await lake.write('entrada/again.xlsx', bytes);
      await lake.write('entrada/wrong.xlsx', Buffer.from('no workbook'));
      assert.match((await run('status')).stdout, /again\.xlsx: ready/);
      const second = await run('run');
      assert.equal(second.code, 3, second.stderr);
      assert.match(second.stdout, /again\.xlsx: nothing new/);
      assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM bases_vendas'), [[2]]);
      const rejected = await namesIn(lake, 'rejeitados');
      const reason = rejected.find((name) => name.endsWith('.txt'));
      assert.match(await textOf(lake, reason ?? ''), /wrong\.xlsx/);
      assert.deepEqual(await lake.list('entrada'), []);
    });
  }

  test('a topic that is not there stops the run, and the file stays', async () => {
    const { lake, run } = await scene('pubsub', []);
    await lake.write('entrada/a.xlsx', sales(sale(1)));
    const { code, stderr } = await run('run');
    assert.equal(code, 2);
    assert.match(stderr, /no topic bases_vendas.*`terraform apply`/);
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
  });

  test('whoever is not known to Google Cloud is told how to be', async () => {
    // Cloud Storage's library asks without credentials before it says so, which takes a network.
    const { code, stderr } = await entrada(['run', '--home', newPlace()], {
      env: {
        METADATA_SERVER_DETECTION: 'none',
        HOME: newPlace(),
        ENTRADA_BUS: 'pubsub',
        ENTRADA_PROJECT: 'some-project',
      },
    });
    assert.equal(code, 2);
    assert.match(stderr, /^entrada: Google Cloud does not know who asks.*`gcloud auth[^\n]*\n$/);
  });
});
