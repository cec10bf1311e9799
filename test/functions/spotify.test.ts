import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { readSettings } from '../../src/config.ts';
import type { Instance } from '../../src/functions/instance.ts';
import { messageOf } from '../../src/functions/message.ts';
import { keepTable } from '../../src/functions/spotify.ts';
import { prepareDatasets } from '../../src/ingest/prepare.ts';
import { openContext } from '../../src/open.ts';
import { readAccess } from '../../src/spotify/access.ts';
import { spotifyDataset } from '../../src/spotify/dataset.ts';
import { realEffects } from '../../src/spotify/effects.ts';
import { makeTables } from '../../src/spotify/flow.ts';
import { runsOf } from '../../src/spotify/runs.ts';
import { openReplay } from '../../src/spotify/source.ts';
import { createSubscriber } from '../../src/spotify/subscribers.ts';
import type { SpotifyTable } from '../../src/spotify/tables.ts';
import { createTurns } from '../../src/turns.ts';
import { startFakeSpotify } from '../fake-spotify/server.ts';
import { editing } from '../spotify/flow-setup.ts';

const DAY_MS = 86_400_000;

/** The functions of Spotify on DuckDB; test/cloud has them on BigQuery, in processes of their own. */
async function setup(t: TestContext) {
  const home = await mkdtemp(join(tmpdir(), 'entrada-'));
  const { hooks, edit } = editing();
  const fake = await startFakeSpotify({ shows: 3, episodes: 9, switches: [hooks] });
  Object.assign(process.env, {
    SPOTIFY_API_URL: fake.url,
    SPOTIFY_ACCOUNTS_URL: fake.url,
    SPOTIFY_CLIENT_ID: fake.clientId,
    SPOTIFY_CLIENT_SECRET: fake.clientSecret,
  });
  const settings = readSettings({}, home);
  const opened = await openContext(settings);
  t.after(async () => {
    await opened.warehouse.close();
    await fake.close();
    await rm(home, { recursive: true });
  });
  const context = { ...opened, ...(await prepareDatasets(opened)) };
  const dataset = await spotifyDataset(settings);
  const access = await readAccess(process.env, home);
  const ours = { ...context, dataset, access, effects: realEffects };
  await makeTables(ours);
  const instance: Instance = {
    opened: async () => ({ settings, context }),
    contextOf: async (runId) => ({ ...context, runId }),
    reading: async (topic, event, read) => read(messageOf(topic, event), { settings, context }),
  };
  let messages = 0;
  /** Delivers the message of a run to a function; it was published `ago`, in milliseconds. */
  const deliver = (run: string, table: SpotifyTable, ago = 0) => {
    const message = {
      messageId: String(++messages),
      publishTime: new Date(Date.now() - ago).toISOString(),
      data: Buffer.from(JSON.stringify({ run })).toString('base64'),
    };
    return keepTable(instance, { data: { message } }, table);
  };
  const replay = async (run: string, runId: string, table: SpotifyTable) => {
    const again = { ...ours, runId };
    const subscriber = createSubscriber(again, await openReplay(again, run), table, createTurns());
    await subscriber.handle({ id: runId, topic: '', data: {}, attempt: 1 });
    return (await runsOf(context.warehouse, runId))[0];
  };
  const timesOf = async (run: string) => (await openReplay(ours, run)).times;
  return { deliver, replay, timesOf, edit, context };
}

test('a message that comes late is told with the time of its answers, which are newer than those of the message before', async (t) => {
  const { deliver, replay, edit, context } = await setup(t);
  const began = Date.now();
  await deliver('second', 'spotify_all_episodes');
  edit(({ episodes }) => episodes.splice(2, 1));
  await deliver('first', 'spotify_all_episodes', 2 * DAY_MS);
  const [{ fetchedAt, changes }] = await runsOf(context.warehouse, 'first');
  assert.ok(fetchedAt >= began);
  assert.equal(changes.vanished, 1);
  const { rows } = await context.warehouse.query(
    'SELECT vanished_at FROM spotify_all_episodes WHERE vanished_at IS NOT NULL',
  );
  assert.equal(rows[0][0], new Date(fetchedAt).toISOString().slice(0, 19));
  const older = await replay('second', 'again', 'spotify_all_episodes');
  assert.equal(older.problem?.code, 'spotify.replayOlder');
});

test('each list keeps its own time, which neither another function nor a second delivery changes', async (t) => {
  const { deliver, replay, timesOf } = await setup(t);
  await deliver('run', 'spotify_all_episodes');
  const { episodes } = await timesOf('run');
  await deliver('run', 'dh_gb_episodes');
  await deliver('run', 'spotify_podcasts', DAY_MS);
  await deliver('run', 'spotify_all_episodes', DAY_MS);
  const times = await timesOf('run');
  assert.equal(times.episodes, episodes);
  assert.ok(times.shows > episodes);
  for (const table of ['spotify_podcasts', 'spotify_all_episodes', 'dh_gb_episodes'] as const)
    assert.equal((await replay('run', `again-${table}`, table)).outcome, 'unchanged');
});
