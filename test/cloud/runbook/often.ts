import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openGcsLake } from '../../../src/lake/gcs.ts';
import { numbersOf } from '../../ingest/golden.ts';
import { sale, sales } from '../../ingest/home.ts';
import { found, textOf } from '../../repository.ts';
import { date } from '../../workbook-builder.ts';
import { given, newBucket } from '../rig.ts';
import { pubsub } from '../scene.ts';
import { startStrictGcs } from '../strict-gcs.ts';
import { type Desk, openDesk } from './desk.ts';

const book = (units: number) => sales(sale(units, date(2019, 3, 1)));

describe('often needed', { timeout: 600_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk[Symbol.asyncDispose]());
  const row = (what: string, environment?: Readonly<Record<string, string>>) =>
    desk.at(`Often needed: ${what}`, environment);
  const units = async () =>
    numbersOf((await desk.scene.rows('SELECT SUM(QTD_VENDA) FROM bases_vendas'))[0]);

  test('a file is taken out of the tables, and put in again', async () => {
    const FILE = 'of march.xlsx';
    await desk.scene.lake.write(`entrada/${FILE}`, book(1));
    await desk.scene.lake.write('entrada/other.xlsx', book(2));
    assert.equal((await desk.type('entrada run')).code, 0);
    const out = row('take a file out of the tables');
    assert.equal((await out(/--dry-run/, { FILE })).code, 0);
    assert.deepEqual(await units(), [1 + 2]);
    assert.equal((await out(/retract "FILE"$/, { FILE })).code, 0);
    assert.deepEqual(await units(), [2]);

    const again = row('put a retracted or rejected file in again');
    const { stdout, stderr } = await again(/ ls /);
    const [, PLACE] = /^gs:\/\/[^/]+\/(backup\/of march\..*)$/m.exec(stdout) ?? [];
    assert.ok(PLACE, stdout + stderr);
    assert.equal((await again(/ cp /, { PLACE, FILE })).code, 0);
    assert.equal((await again(/run/)).code, 0);
    assert.deepEqual(await units(), [1 + 2]);
  });

  test('what was overwritten, or deleted, by hand is had back', async () => {
    // The emulator keeps generations only in memory.
    await using strict = await startStrictGcs(given('ENTRADA_TEST_FAKE_GCS_URL'));
    const endpoint = strict.url;
    const bucket = await newBucket(endpoint, { versioning: { enabled: true } });
    const lake = await openGcsLake({ bucket, endpoint });
    for (const text of ['as it was', 'overwritten'])
      await lake.write('entrada/x.xlsx', Buffer.from(text));
    const type = row('have back what was overwritten or deleted by hand', {
      ENTRADA_LAKE: `gs://${bucket}`,
      CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${endpoint}/storage/v1/`,
    });
    await isHadBack(2);
    const [live] = await lake.list('entrada');
    await lake.remove(live);
    assert.deepEqual(await lake.list('entrada'), []);
    await isHadBack(3);

    async function isHadBack(generations: number) {
      const { stdout, stderr } = await type(/--all-versions/);
      const all = found(stdout, /x\.xlsx#(\d+)$/gm).sort();
      assert.equal(all.length, generations, stderr);
      const copied = await type(/ cp /, { FILE: 'x.xlsx', GENERATION: all[0] });
      assert.equal(copied.code, 0, copied.stderr);
      await using opened = await lake.open('entrada/x.xlsx');
      assert.equal(Buffer.from(await opened.read(0, opened.file.size)).toString(), 'as it was');
    }
  });

  test('the tables are left as they are, and go on', async () => {
    const type = row('leave the tables as they are for a while');
    desk.recorder.taken();
    for (const which of [/pause/, /resume/]) {
      const { code, stderr } = await type(which);
      assert.equal(code, 0, stderr);
    }
    const job = `cloudscheduler.googleapis.com/v1/projects/${desk.scene.project}/locations/us-central1/jobs/entrada-run`;
    const asked = desk.recorder.taken().map(({ method, url }) => `${method} ${url}`);
    assert.deepEqual(asked, [`POST ${job}:pause`, `POST ${job}:resume`]);
  });

  test('files wait in entrada/: what pushed to the function keeps its messages', async () => {
    const [topic, fn] = ['bases_vendas', 'bases_vendas'];
    assert.match(
      await textOf('cloud/terraform/pubsub.tf'),
      /name {2}= "\${each\.value\.topic}\.\$/,
    );
    const { project } = desk.scene;
    const name = `${project}/subscriptions/${topic}.${fn}`;
    await pubsub(name, {
      topic: `projects/${project}/topics/${topic}`,
      pushConfig: { pushEndpoint: 'http://127.0.0.1:9' },
    });
    const { code, stderr } = await row('let files wait in `entrada/` as well')(/modify-push/);
    assert.equal(code, 0, stderr);
    const { pushConfig } = await pubsub<{ pushConfig?: object }>(name, undefined, 'GET');
    assert.deepEqual(pushConfig ?? {}, {});
    await desk.scene.publish(topic, { name: 'entrada/x.xlsx', version: '1' });
    const pull = { maxMessages: 1 };
    const { receivedMessages } = await pubsub<{ receivedMessages: unknown[] }>(
      `${name}:pull`,
      pull,
      'POST',
    );
    assert.equal(receivedMessages.length, 1);
  });

  test('what a workbook would do is said, and nothing is done', async () => {
    const FILE = 'a new one.xlsx';
    await writeFile(join(desk.folder, FILE), book(9));
    const before = await units();
    const { code, stdout, stderr } = await row('know what a workbook would do')(/check/, { FILE });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /1 row/);
    assert.deepEqual(await units(), before);
  });
});
