import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type FakeSpotify, startFakeSpotify } from '../../src/spotify/fake/server.ts';
import { runsOf } from '../../src/spotify/runs.ts';
import { TABLES } from '../../src/spotify/tables.ts';
import { numbersOf } from '../ingest/golden.ts';
import { found, inTerraform } from '../repository.ts';
import { startProxy } from './proxy.ts';
import { given, skipWithout } from './rig.ts';
import { type CloudScene, cloudScene, until } from './scene.ts';

const skip = skipWithout('storage', 'pubsub', 'bigquery');
const TOPIC = 'api-spotify';

const secretsOf = ({ url, clientId, clientSecret }: FakeSpotify) => ({
  SPOTIFY_API_URL: url,
  SPOTIFY_ACCOUNTS_URL: url,
  SPOTIFY_CLIENT_ID: clientId,
  SPOTIFY_CLIENT_SECRET: clientSecret,
});

/** How many rows each table has, in the order of TABLES. */
async function counts(scene: CloudScene): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const table of TABLES) all.push((await scene.rows(`SELECT COUNT(*) FROM ${table}`))[0][0]);
  return numbersOf(all);
}

/** BigQuery as the functions of Spotify know it: the tables that Terraform lets them reach, and no other. */
async function startRole() {
  const text = await inTerraform('identities.tf');
  const [shared] = found(text, /for table in concat\(local\.podcast\.tables, \[(.*?)\]\)/g);
  const [staging] = found(text, /\/tables\/(stage_\w+)/g);
  const allowed: string[] = [...TABLES, ...JSON.parse(`[${shared}]`)];
  const named = /\/tables\/(\w+)|"tableId":"(\w+)"|\b(?:FROM|INTO|UPDATE) `?(?:[\w-]+\.)*(\w+)/g;
  return startProxy(given('ENTRADA_TEST_BIGQUERY_URL'), {
    refuses: (path, body) =>
      [...`${path} ${body}`.matchAll(named)]
        .map(([, inPath, inJson, inSql]) => inPath ?? inJson ?? inSql)
        .some((table) => !allowed.includes(table) && !table.startsWith(staging)),
  });
}

describe('the functions of Spotify, in processes of their own', { skip, timeout: 300_000 }, () => {
  if (skip) return;

  test('one message, three functions, three tables; and every message twice at the same time', async () => {
    const fake = await startFakeSpotify();
    try {
      await using role = await startRole();
      await using scene = await cloudScene();
      for (const table of TABLES) {
        const environment = { ...secretsOf(fake), ENTRADA_BIGQUERY_URL: role.url };
        const keeper = await scene.start(table, environment);
        for (let times = 0; times < 2; times++) await scene.push(TOPIC, keeper);
      }
      // The run has no secrets: those who ask have them.
      const { code, stdout, stderr } = await scene.run('spotify');
      assert.equal(code, 0, stderr);
      for (const table of TABLES) assert.match(stdout, new RegExp(`^${table}: `, 'm'));
      const [podcasts, episodes, spoken] = await counts(scene);
      assert.deepEqual([podcasts, episodes], [50, 120]);
      assert.ok(Number(spoken) > 0);
      // What was kept of the answers gives the same again, without functions.
      const [[run]] = await scene.rows('SELECT DISTINCT RUN_ID FROM spotify_runs');
      const replayed = await scene.run('spotify', '--replay', String(run));
      assert.equal(replayed.code, 0, replayed.stdout + replayed.stderr);
      assert.deepEqual(await counts(scene), [podcasts, episodes, spoken]);
      // As anybody may publish it, for one table.
      await scene.publish(TOPIC, { run: 'dag-1', table: 'spotify_podcasts' });
      const runs = await until(
        () => runsOf(scene.warehouse, 'dag-1'),
        (seen) => seen.length > 0,
      );
      assert.deepEqual(
        runs.map(({ table, outcome }) => [table, outcome]),
        [['spotify_podcasts', 'unchanged']],
      );
      assert.deepEqual(await counts(scene), [podcasts, episodes, spoken]);
      const ids = `SELECT COUNT(*) - COUNT(DISTINCT id) FROM spotify_all_episodes`;
      assert.deepEqual(numbersOf(await scene.rows(ids)), [[0]]);
      const status = await scene.run('status');
      assert.equal(status.stdout.match(/ (changed|unchanged) /g)?.length, 7, status.stdout);
      const costs = "SELECT COUNT(*) FROM ledger_costs WHERE RUN_ID = 'dag-1'";
      await until(
        () => scene.rows(costs),
        ([[count]]) => Number(count) > 0,
      );
      await scene.publish(TOPIC, {});
      await scene.files((files) => files.some(({ state }) => state === 'failed'));
    } finally {
      await fake.close();
    }
  });

  test('a function without secrets says so, and the table stays as it was', async () => {
    await using scene = await cloudScene();
    await scene.push(TOPIC, await scene.start('spotify_podcasts'));
    const { code, stdout } = await scene.run('spotify', '--only', 'podcasts');
    assert.equal(code, 2);
    assert.match(stdout, /spotify_podcasts.*SPOTIFY_CLIENT_ID/);
  });
});
