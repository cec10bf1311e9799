import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createFolderLake } from '../../src/lake/folder.ts';
import { allFiles } from '../../src/ledger/ledger.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { entrada } from '../cli/entrada.ts';
import { caseFolder, noCase, numbersOf } from '../ingest/golden.ts';
import { newHome, sale, sales } from '../ingest/home.ts';
import { settle } from '../ingest/killing.ts';
import { date } from '../workbook-builder.ts';
import { outcomeOf } from './outcome.ts';
import { startProxy } from './proxy.ts';
import { given, JSON_TYPE, skipWithout } from './rig.ts';
import { type CloudScene, cloudScene, NOTIFIED, until } from './scene.ts';

const skip = skipWithout('storage', 'pubsub', 'bigquery');
const TOPIC = 'bases_vendas';

type Files = Readonly<Record<string, Uint8Array>>;

/** One whose rows are right, one with bad cells, and one that is no workbook. */
const FILES: Files = {
  'bom.xlsx': sales(sale(1), sale(2, date(2019, 4, 2)), sale(2, date(2019, 4, 2))),
  'ruim.xlsx': sales(sale('doze'), sale(30)),
  'texto.xlsx': Buffer.from('no workbook'),
};
const AGAIN: Files = { 'cópia.xlsx': FILES['bom.xlsx'] };
const MENDED: Files = { 'ruim.xlsx': sales(sale(12), sale(30)) };

/** What these files come to on one machine, in two runs, and what `entrada status` says of it. */
async function onOneMachine(...drops: readonly Files[]) {
  await using home = await newHome();
  for (const files of drops) {
    for (const [name, bytes] of Object.entries(files)) await home.drop(name, bytes);
    await settle(home.path);
    const { failed, postponed } = await home.run();
    assert.deepEqual([failed, postponed], [[], []]);
  }
  const said = await entrada(['status', '--home', home.path, '--json']);
  const file = join(home.path, 'entrada.duckdb');
  const warehouse = await openDuckDb({ file, readOnly: true, waitMs: 0 });
  try {
    return {
      outcome: await outcomeOf(createFolderLake(home.path), warehouse),
      status: statusIn(said.objects()),
    };
  } finally {
    await warehouse.close();
  }
}

/** What a person is told of each file, but for what is of the day. */
function statusIn(objects: readonly Record<string, unknown>[]) {
  const told = objects.map(({ drop: _, time: __, runId: ___, loadId: ____, detail, ...rest }) => ({
    ...rest,
    detail: { ...(detail as object), time: undefined, namesakeTime: undefined },
  }));
  return told.map((one) => JSON.stringify(numbersOf(one))).sort();
}

async function write({ lake }: CloudScene, files: Files): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await lake.write(`entrada/${name}`, bytes);
}

/** Waits until so many files have come to rest. */
const rested = (scene: CloudScene, count: number) =>
  scene.files((files) => files.filter(({ archived }) => archived).length === count);

/** Consolidates what the functions loaded: a run that finds nothing in the inbox. */
async function consolidate(scene: CloudScene): Promise<void> {
  const { code, stdout, stderr } = await scene.run('run');
  assert.equal(code, 0, stderr);
  assert.match(stdout, /tables consolidated for/);
}

const outcome = ({ lake, warehouse }: CloudScene) => outcomeOf(lake, warehouse);

describe('functions, in processes of their own', { skip, timeout: 1_200_000 }, () => {
  if (skip) return;

  test("the case's workbooks, from the bucket's notifications to backup/", {
    skip: noCase,
  }, async () => {
    await using scene = await cloudScene();
    const receiver = await scene.start(TOPIC);
    const dead = await scene.push(given('ENTRADA_TEST_FINALIZED_TOPIC'), receiver, NOTIFIED);
    for (const year of [2017, 2018, 2019])
      await write(scene, {
        [`${year}.xlsx`]: await readFile(join(caseFolder, `base_${year}.xlsx`)),
      });
    // One in a sender's folder.
    await write(scene, { 'ana/ruim.xlsx': sales(sale('doze')), 'notas.txt': Buffer.from('x') });
    await rested(scene, 4);
    await write(scene, { 'cópia.xlsx': await readFile(join(caseFolder, 'base_2018.xlsx')) });
    await rested(scene, 5);
    await consolidate(scene);
    assert.deepEqual(
      numbersOf(await scene.rows('SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas')),
      [[1993, 20883]],
    );
    for (const table of ['con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes'])
      assert.deepEqual(numbersOf(await scene.rows(`SELECT SUM(SUM_QTD_VENDA) FROM ${table}`)), [
        [20883],
      ]);
    const costs = await scene.rows('SELECT RUN_ID FROM ledger_costs WHERE BYTES_BILLED > 0');
    assert.ok(costs.length >= 5, 'each message tells what it was billed');
    const { inbox, kept } = await outcome(scene);
    assert.deepEqual(inbox, ['entrada/notas.txt']);
    assert.equal(kept.length, 6);
    assert.ok(kept.includes('rejeitados/ana/ruim.xlsx.rejections.csv'), kept.join());
    assert.deepEqual(await dead(), []);
  });

  test('what a person sees is what one machine shows', async () => {
    const expected = await onOneMachine(FILES, AGAIN, MENDED);
    await using scene = await cloudScene();
    const receiver = await scene.start(TOPIC);
    await scene.push(given('ENTRADA_TEST_FINALIZED_TOPIC'), receiver, NOTIFIED);
    await write(scene, FILES);
    await rested(scene, 3);
    await write(scene, AGAIN);
    await rested(scene, 4);
    await write(scene, MENDED);
    await rested(scene, 5);
    await consolidate(scene);
    assert.deepEqual(await outcome(scene), expected.outcome);
    assert.ok(expected.status.length >= 5);
    const { kept } = await outcome(scene);
    assert.ok(!kept.some((name) => /csv$/.test(name)), kept.join());
    const { code, objects } = await scene.run('status', '--json');
    assert.equal(code, 0);
    assert.deepEqual(statusIn(objects()), expected.status);
  });

  test('a run announces, waits for the functions, and consolidates', async () => {
    const expected = await onOneMachine(FILES, AGAIN);
    await using scene = await cloudScene();
    await scene.push(TOPIC, await scene.start(TOPIC));
    await write(scene, FILES);
    const first = await scene.run('run');
    assert.equal(first.code, 3, first.stderr);
    assert.match(first.stdout, /bom\.xlsx: 3 rows read, 2 loaded/);
    assert.match(first.stdout, /texto\.xlsx/);
    await write(scene, AGAIN);
    const second = await scene.run('run');
    assert.equal(second.code, 0, second.stderr);
    assert.match(second.stdout, /cópia\.xlsx: nothing new/);
    assert.deepEqual(await outcome(scene), expected.outcome);
  });

  test('every message twice at the same time, to two instances', async () => {
    const expected = await onOneMachine(FILES, AGAIN);
    await using scene = await cloudScene();
    const dead: (() => Promise<string[]>)[] = [];
    for (const receiver of [await scene.start(TOPIC), await scene.start(TOPIC)]) {
      dead.push(await scene.push(given('ENTRADA_TEST_FINALIZED_TOPIC'), receiver, NOTIFIED));
      dead.push(await scene.push(TOPIC, receiver));
    }
    await write(scene, FILES);
    assert.equal((await scene.run('run')).code, 3);
    await write(scene, AGAIN);
    assert.equal((await scene.run('run')).code, 0);
    assert.deepEqual(await outcome(scene), expected.outcome);
    for (const texts of dead) assert.deepEqual(await texts(), []);
  });

  test('killed after each change that it makes outside, and delivered again', async (t) => {
    let left = 0;
    let kill = async () => {};
    const killed: string[] = [];
    const onChanged = async (what: string) => {
      if (left === 0 || --left > 0) return;
      killed.push(what);
      await kill();
      throw new Error('nobody is there to be answered');
    };
    await using storage = await startProxy(given('ENTRADA_TEST_STORAGE_URL'), { onChanged });
    await using bigquery = await startProxy(given('ENTRADA_TEST_BIGQUERY_URL'), { onChanged });
    await using scene = await cloudScene();
    const receiver = await scene.start(TOPIC, {
      ENTRADA_STORAGE_URL: storage.url,
      ENTRADA_BIGQUERY_URL: bigquery.url,
    });
    kill = receiver.kill;
    await scene.push(TOPIC, receiver);
    let files = 0;
    // Until one is received with fewer changes than would be waited for.
    for (let isKilled = true; isKilled; files++) {
      const name = `entrada/${files}.xlsx`;
      await scene.lake.write(name, sales(sale(files + 1), sale('x')));
      const [{ version }] = await scene.lake.list('entrada');
      left = files + 1;
      await scene.publish(TOPIC, { name, version });
      await scene.files((all) => all.filter((one) => one.archived).length > files || left === 0);
      isKilled = left === 0;
      if (isKilled) await receiver.restart();
      await rested(scene, files + 1);
      left = 0;
    }
    t.diagnostic(`${killed.length} kills`);
    assert.ok(killed.length > 5, killed.join('\n'));
    await consolidate(scene);
    const units = (files * (files + 1)) / 2;
    assert.deepEqual(
      numbersOf(await scene.rows('SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas')),
      [[files, units]],
    );
    assert.deepEqual(numbersOf(await scene.rows('SELECT SUM(SUM_QTD_VENDA) FROM con_ano_mes')), [
      [units],
    ]);
    const events = "SELECT COUNT(*) FROM ledger_events WHERE EVENT = 'loaded'";
    assert.deepEqual(numbersOf(await scene.rows(events)), [[files]]);
    assert.deepEqual(numbersOf(await scene.rows('SELECT COUNT(*) FROM rejections')), [[files]]);
    const { inbox, kept } = await outcome(scene);
    assert.deepEqual(inbox, []);
    assert.equal(kept.length, 2 * files);
  });

  test('what is no message of ours ends in the dead-letter topic, the reason in the ledger', async () => {
    await using scene = await cloudScene();
    const dead = await scene.push(TOPIC, await scene.start(TOPIC));
    await scene.publish(TOPIC, 'not JSON');
    assert.deepEqual(await until(dead, ({ length }) => length > 0), ['not JSON']);
    const { stdout } = await scene.run('status');
    assert.match(stdout, /^message \d+ +failed .*begins with "not JSON"/m);
  });

  test('what is answered to each kind of message', async () => {
    await using scene = await cloudScene();
    const { url } = await scene.start(TOPIC);
    const bucket = scene.environment.ENTRADA_LAKE.slice('gs://'.length);
    const notified = (objectId: string, more: Readonly<Record<string, string>> = {}) => ({
      eventType: 'OBJECT_FINALIZE',
      bucketId: bucket,
      objectId,
      objectGeneration: '1',
      ...more,
    });
    const told = (attributes: object, object: object = { size: '10' }) => ({
      attributes,
      data: JSON.stringify(object),
    });
    const wait = ['.a.xlsx', '.b/a.xlsx', 'a.xlsx.part', 'notas.txt', '~$a.xlsx'];
    const announced = wait.map((name) => `entrada/${name}`);
    const left = [...announced, 'entrada/ana/deeper/a.xlsx', 'backup/a.xlsx', 'entrada/a.xlsx'];
    for (const name of left) await scene.lake.write(name, Buffer.from('x'));
    const leftThere = async () => {
      const opened = await Promise.all(left.map((name) => scene.lake.open(name)));
      return opened.map(({ file: { name, version } }) => ({ name, version }));
    };
    const there = await leftThere();
    const [{ name: taken, version: objectGeneration }] = there.slice(-1);
    const messages: [number, { attributes?: object; data?: string; raw?: string }][] = [
      [204, told(notified('entrada/gone.xlsx'))],
      [204, told(notified('entrada/ana/gone.xlsx'))],
      [204, told(notified(taken, { objectGeneration }), { size: '0' })],
      [204, told(notified(taken, { objectGeneration, bucketId: 'another' }))],
      [204, told(notified(taken, { objectGeneration, eventType: 'OBJECT_DELETE' }))],
      ...there
        .filter(({ name }) => name !== taken)
        .map(({ name, version }): [number, object] => [
          204,
          told(notified(name, { objectGeneration: version })),
        ]),
      ...there
        .filter(({ name }) => announced.includes(name))
        .map((file): [number, object] => [204, { data: JSON.stringify(file) }]),
      [204, { data: JSON.stringify({ name: 'entrada/gone.xlsx', version: '1', run: 'r' }) }],
      [500, { data: JSON.stringify({ name: 'backup/a.xlsx', version: '1' }) }],
      [500, { data: JSON.stringify({ name: 'entrada/a.xlsx' }) }],
      [500, { data: JSON.stringify({ name: 'entrada/a.xlsx', version: 1 }) }],
      [500, { attributes: { somebody: 'else' } }],
      [500, { raw: 'no base64' }],
    ];
    for (const [i, [status, { attributes, data, raw }]] of messages.entries()) {
      const message = {
        ...(attributes && { attributes }),
        ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
        ...(raw !== undefined && { data: raw }),
        messageId: String(i),
        publishTime: '2026-01-05T12:00:00.123Z',
      };
      const answer = await fetch(`${url}/projects/demo/topics/${TOPIC}`, {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({ message, subscription: 'projects/demo/subscriptions/s' }),
      });
      assert.equal(answer.status, status, JSON.stringify(message));
    }
    const refused = messages.flatMap(([status], i) => (status === 500 ? [`message ${i}`] : []));
    const names = (await allFiles(scene.warehouse)).map(({ fileName }) => fileName);
    assert.deepEqual(names.sort(), refused.sort());
    assert.deepEqual(await leftThere(), there);
  });

  test('a file that a fault keeps out ends there too, and others go on', async () => {
    await using storage = await startProxy(given('ENTRADA_TEST_STORAGE_URL'), {
      refuses: (path) => path.includes('veneno.xlsx') && path.includes('alt=media'),
    });
    await using scene = await cloudScene();
    const receiver = await scene.start(TOPIC, { ENTRADA_STORAGE_URL: storage.url });
    const dead = await scene.push(TOPIC, receiver);
    await write(scene, { 'bom.xlsx': FILES['bom.xlsx'], 'veneno.xlsx': sales(sale(7)) });
    const { code, stdout } = await scene.run('run');
    assert.equal(code, 1);
    assert.match(stdout, /bom\.xlsx: 3 rows read, 2 loaded/);
    assert.match(stdout, /veneno\.xlsx: not now\./);
    assert.match((await until(dead, ({ length }) => length === 1))[0], /veneno\.xlsx/);
    const said = await scene.run('status');
    assert.match(said.stdout, /^veneno\.xlsx +failed .*refused for the test/m);
    assert.deepEqual(numbersOf(await scene.rows('SELECT COUNT(*) FROM bases_vendas')), [[2]]);
    assert.deepEqual((await outcome(scene)).inbox, ['entrada/veneno.xlsx']);
  });
});
