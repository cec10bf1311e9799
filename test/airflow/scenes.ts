import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startFakeSpotify } from '../../src/spotify/fake/server.ts';
import { TABLES } from '../../src/spotify/tables.ts';
import { startProxy } from '../cloud/proxy.ts';
import { given, skipWithout } from '../cloud/rig.ts';
import { type CloudScene, cloudScene, NOTIFIED, pubsub, until } from '../cloud/scene.ts';
import { namesIn } from '../contracts/lake.ts';
import { caseFolder, noCase, numbersOf } from '../ingest/golden.ts';
import { sale, sales } from '../ingest/home.ts';
import { type Airflow, type Ended, startAirflow, startStandalone } from './airflow-process.ts';

/* The DAGs as `dag.test()` runs them, task by task, with the functions in processes of their own. */

const skip = skipWithout('storage', 'pubsub', 'bigquery', 'airflow');
const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const GOLDEN = file('../../.ci/golden-sales.json');
const ALERTS = 'entrada-alerts';
const ARRIVALS = 'entrada-arrivals';
const WORKBOOKS = 'cloud_storage_to_bigquery';
const SPOTIFY = 'pipeline_spotify';
interface Alert {
  readonly dag: string;
  readonly task: string;
  readonly run: string;
  readonly reason: string;
}

interface AirflowScene extends CloudScene {
  dag(name: string, own?: Readonly<Record<string, string>>): Promise<Ended>;
  /** What was told to the person on call since they were last asked for. */
  alerts(): Promise<Alert[]>;
  readonly settings: Readonly<Record<string, string>>;
  topic(name: string): Promise<void>;
  /** Keeps the messages of a topic for `pull`. */
  subscribe(topic: string): Promise<void>;
  pull<T>(topic: string): Promise<T[]>;
}

async function airflowScene(airflow: Airflow): Promise<AirflowScene> {
  const scene = await cloudScene();
  const { project, environment } = scene;
  const { ENTRADA_LAKE, ENTRADA_WAREHOUSE, ENTRADA_PROJECT } = environment;
  const settings = {
    ENTRADA_LAKE,
    ENTRADA_WAREHOUSE,
    ENTRADA_PROJECT,
    ENTRADA_DATASETS: file('../../datasets'),
    ENTRADA_RETRIES: '0',
    ENTRADA_LOOK_SECONDS: '1',
    STORAGE_EMULATOR_HOST: given('ENTRADA_TEST_STORAGE_URL'),
    BIGQUERY_EMULATOR_HOST: given('ENTRADA_TEST_BIGQUERY_URL'),
  };
  const topic = async (name: string) => void (await pubsub(`${project}/topics/${name}`, {}));
  const subscribe = async (name: string) =>
    void (await pubsub(`${project}/subscriptions/${name}`, {
      topic: `projects/${project}/topics/${name}`,
    }));
  async function pull<T>(name: string): Promise<T[]> {
    const subscription = `${project}/subscriptions/${name}`;
    const { receivedMessages = [] } = await pubsub<{
      receivedMessages?: { ackId: string; message: { data: string } }[];
    }>(`${subscription}:pull`, { maxMessages: 100, returnImmediately: true }, 'POST');
    const ackIds = receivedMessages.map(({ ackId }) => ackId);
    if (ackIds.length > 0) await pubsub(`${subscription}:acknowledge`, { ackIds }, 'POST');
    return receivedMessages.map(({ message }) =>
      JSON.parse(Buffer.from(message.data, 'base64').toString()),
    );
  }
  await topic(ALERTS);
  await subscribe(ALERTS);
  return {
    ...scene,
    settings,
    dag: (name, own = {}) => airflow.dag(name, { ...settings, ...own }),
    alerts: () => pull<Alert>(ALERTS),
    topic,
    subscribe,
    pull,
  };
}

const base = (year: number) => readFile(join(caseFolder, `base_${year}.xlsx`));

async function assertGolden({ warehouse }: CloudScene): Promise<void> {
  for (const [sql, expected] of Object.entries(JSON.parse(await readFile(GOLDEN, 'utf8')))) {
    const { columns, rows } = await warehouse.query(sql);
    const found = rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
    assert.deepEqual(found, expected, sql);
  }
}

const units = async (scene: CloudScene) =>
  numbersOf(await scene.rows('SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas'));

describe('the DAGs, against emulators', { skip, timeout: 600_000 }, () => {
  if (skip) return;
  const airflow = startAirflow();
  after(() => airflow[Symbol.asyncDispose]());

  test("the case's workbooks, one of them twice, one that is none, and what is no workbook", {
    skip: noCase,
  }, async () => {
    await using scene = await airflowScene(airflow);
    await scene.push('bases_vendas', await scene.start('bases_vendas'));
    for (const year of [2017, 2018, 2019])
      await scene.lake.write(`entrada/${year}.xlsx`, await base(year));
    await scene.lake.write('entrada/ana/cópia.xlsx', await base(2018));
    await scene.lake.write('entrada/texto.xlsx', Buffer.from('no workbook'));
    for (const name of ['~$2017.xlsx', '.2017.xlsx', 'notas.txt', 'ana/deeper/a.xlsx'])
      await scene.lake.write(`entrada/${name}`, Buffer.from('x'));
    const { state, run, tasks } = await scene.dag(WORKBOOKS);
    assert.deepEqual(tasks, {
      arrivals: ['success'],
      announce: ['success'],
      settled: ['success'],
      // By name: 2017, 2018, 2019, ana/cópia, texto.
      outcome: ['success', 'success', 'success', 'success', 'skipped'],
      told: ['success'],
      consolidate_bases_vendas: ['success'],
      done: ['success'],
    });
    // A workbook that is wrong is its client's to mend: nobody is woken.
    assert.equal(state, 'success');
    assert.deepEqual(await scene.alerts(), []);
    await assertGolden(scene);
    const states = await scene.rows('SELECT STATE, RUN_ID FROM ledger_files ORDER BY STATE');
    assert.deepEqual(
      states,
      ['loaded', 'loaded', 'loaded', 'rejected', 'repeated'].map((one) => [one, run]),
    );

    const again = await scene.dag(WORKBOOKS, { ENTRADA_ARRIVALS: ARRIVALS });
    assert.equal(again.state, 'success');
    assert.deepEqual(again.tasks.arrivals, ['skipped']);
    assert.deepEqual(again.tasks.announce, ['skipped']);
    assert.deepEqual(again.tasks.consolidate_bases_vendas, ['skipped']);
    assert.deepEqual(await scene.alerts(), []);
  });

  test('a check that fails publishes nothing and turns the run red; mended, the same months are published', async () => {
    await using scene = await airflowScene(airflow);
    const receiver = await scene.start('bases_vendas');
    // The bucket has told the function already: what the DAG finds is months that are due.
    await scene.push(given('ENTRADA_TEST_FINALIZED_TOPIC'), receiver, NOTIFIED);
    await scene.lake.write('entrada/a.xlsx', sales(sale(10), sale(20)));
    await scene.files((files) => files.some(({ archived }) => archived));
    const change = (value: string) =>
      scene.warehouse.query(
        `UPDATE ledger_events SET ROWS_READ = ROWS_READ ${value} WHERE EVENT = 'loaded'`,
      );
    await change('+ 1');
    const red = await scene.dag(WORKBOOKS);
    assert.equal(red.state, 'failed');
    assert.deepEqual(red.tasks, {
      arrivals: ['success'],
      announce: ['success'],
      settled: ['success'],
      outcome: ['skipped'],
      told: ['success'],
      consolidate_bases_vendas: ['failed'],
      done: ['upstream_failed'],
    });
    const [alert, ...more] = await scene.alerts();
    assert.deepEqual(more, []);
    assert.match(alert.reason, /entrada\.check:bases_vendas:\["rows read of a load","3","2"\]/);
    assert.deepEqual(await units(scene), [[0, null]]);

    await change('- 1');
    const green = await scene.dag(WORKBOOKS);
    assert.equal(green.state, 'success');
    assert.deepEqual(green.tasks.consolidate_bases_vendas, ['success']);
    assert.deepEqual(await units(scene), [[2, 30]]);
  });

  test('a function that never answers, or fails, ends the run red in its time; a later run takes the workbook', async () => {
    await using scene = await airflowScene(airflow);
    await scene.lake.write('entrada/a.xlsx', sales(sale(10)));
    const silent = await scene.dag(WORKBOOKS, { ENTRADA_SILENT_SECONDS: '3' });
    assert.equal(silent.state, 'failed');
    assert.deepEqual(silent.tasks.settled, ['success']);
    assert.deepEqual(silent.tasks.outcome, ['failed']);
    assert.deepEqual(silent.tasks.consolidate_bases_vendas, ['success']);
    assert.deepEqual(silent.tasks.done, ['upstream_failed']);
    const [alert] = await scene.alerts();
    assert.deepEqual([alert.dag, alert.task, alert.run], [WORKBOOKS, 'outcome', silent.run]);
    assert.match(alert.reason, /^entrada\/a\.xlsx: silent: .*3 s$/);
    assert.deepEqual(await namesIn(scene.lake, 'entrada'), ['entrada/a.xlsx']);

    await using storage = await startProxy(given('ENTRADA_TEST_STORAGE_URL'), {
      refuses: (path) => path.includes('a.xlsx') && path.includes('alt=media'),
    });
    const broken = await scene.start('bases_vendas', { ENTRADA_STORAGE_URL: storage.url });
    await scene.push('bases_vendas', broken);
    const failed = await scene.dag(WORKBOOKS, { ENTRADA_SILENT_SECONDS: '8' });
    assert.deepEqual(failed.tasks.outcome, ['failed']);
    assert.match(
      (await scene.alerts())[0].reason,
      /^entrada\/a\.xlsx: \w+: .*refused for the test/,
    );

    // What was said of an earlier try is not the answer to this one.
    await broken.kill();
    const old = await scene.dag(WORKBOOKS, { ENTRADA_SILENT_SECONDS: '3' });
    assert.deepEqual(old.tasks.outcome, ['failed']);
    assert.match((await scene.alerts())[0].reason, /^entrada\/a\.xlsx: silent: /);

    await scene.push('bases_vendas', await scene.start('bases_vendas'));
    const next = await scene.dag(WORKBOOKS);
    assert.equal(next.state, 'success');
    assert.deepEqual(await units(scene), [[1, 10]]);
  });

  test('Spotify: one message, three tables; a function that is away is told by its table', async () => {
    const fake = await startFakeSpotify();
    try {
      await using scene = await airflowScene(airflow);
      const secrets = {
        SPOTIFY_API_URL: fake.url,
        SPOTIFY_ACCOUNTS_URL: fake.url,
        SPOTIFY_CLIENT_ID: fake.clientId,
        SPOTIFY_CLIENT_SECRET: fake.clientSecret,
      };
      const keepers = [];
      for (const table of TABLES) {
        const keeper = await scene.start(table, secrets);
        await scene.push('api-spotify', keeper);
        keepers.push(keeper);
      }
      const good = await scene.dag(SPOTIFY);
      assert.equal(good.state, 'success');
      assert.deepEqual(good.tasks.outcome, ['success', 'success', 'success']);
      const counts =
        'SELECT (SELECT COUNT(*) FROM spotify_podcasts), (SELECT COUNT(*) FROM spotify_all_episodes)';
      assert.deepEqual(numbersOf(await scene.rows(counts)), [[50, 120]]);

      await keepers[0].kill();
      const red = await scene.dag(SPOTIFY, { ENTRADA_SILENT_SECONDS: '8' });
      assert.equal(red.state, 'failed');
      assert.deepEqual(red.tasks.outcome, ['failed', 'success', 'success']);
      const [alert] = await scene.alerts();
      assert.match(alert.reason, /^spotify_podcasts: silent: .*8 s$/);
    } finally {
      await fake.close();
    }
  });

  test('under the scheduler, an event begins a run, and a wait is taken up again until a function has answered', async () => {
    await using scene = await airflowScene(airflow);
    await scene.topic(ARRIVALS);
    await scene.subscribe(ARRIVALS);
    await scene.subscribe('bases_vendas');
    await using _ = await startStandalone({
      ...scene.settings,
      ENTRADA_ARRIVALS: ARRIVALS,
      // Shorter than the scheduler's own pace, and it takes the sleeping task for a lost one.
      ENTRADA_LOOK_SECONDS: '10',
    });
    await scene.lake.write('entrada/a.xlsx', sales(sale(10), sale(20)));
    await scene.publish(ARRIVALS, { name: 'entrada/a.xlsx' });
    const announced = await until(
      () => scene.pull<{ name: string; run: string }>('bases_vendas'),
      ({ length }) => length > 0,
    );
    assert.deepEqual(
      announced.map(({ name }) => name),
      ['entrada/a.xlsx'],
    );
    // The clock's own run may be the first, but only each ten minutes.
    assert.match(announced[0].run, /^(asset_triggered__|scheduled__.*T\d\d:\d0:00)/);
    // A look or two later.
    await sleep(12_000);
    await scene.push('bases_vendas', await scene.start('bases_vendas'));
    await scene.publish('bases_vendas', announced[0]);
    await until(
      () => units(scene),
      ([[count]]) => count === 2,
    );
    assert.deepEqual(await scene.alerts(), []);
  });
});
