import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { episode } from '../../src/spotify/fake/catalog.ts';
import { runRows, runsOf } from '../../src/spotify/runs.ts';
import { openSource } from '../../src/spotify/source.ts';
import { createSubscriber } from '../../src/spotify/subscribers.ts';
import { TOPIC } from '../../src/spotify/tables.ts';
import { createTurns } from '../../src/turns.ts';
import { EPISODES, nullItems, SEARCH, shrinkingTotal, TOKEN } from '../fake-spotify/server.ts';
import { all, editing, outcomes, setupFlow } from './flow-setup.ts';

describe('the Spotify flow', () => {
  test('fills the three tables', async (t) => {
    const { run, tables } = await setupFlow(t, { shows: 2, episodes: 7 });
    const summary = await run();
    assert.deepEqual(outcomes(summary), all('changed'));
    assert.deepEqual(summary.failed, []);
    const { spotify_podcasts, spotify_all_episodes, dh_gb_episodes } = await tables();
    assert.deepEqual(spotify_podcasts, [
      {
        name: 'Data Hackers (simulado)',
        description: 'Conversas inventadas.',
        id: '1oMIHOXsrLFENAeM743g93',
        total_episodes: 7,
      },
      {
        name: 'Nuvem no varejo 1',
        description: 'Conversas inventadas.',
        id: 'show000000000000000001',
        total_episodes: 47,
      },
    ]);
    assert.equal(spotify_all_episodes.length, 7);
    assert.deepEqual(spotify_all_episodes.at(-1), {
      id: 'episode000000000000007',
      name: 'Dados no varejo #7',
      description: 'Um episódio inventado. Conversa com o GRUPO BOTICÁRIO.',
      release_date: '2018-08-20',
      duration_ms: 1255433,
      language: 'pt-BR',
      explicit: false,
      type: 'episode',
      release_date_precision: 'day',
      release_day: '2018-08-20',
      vanished_at: null,
    });
    const ofYear = spotify_all_episodes[0];
    assert.deepEqual(
      [ofYear.release_date, ofYear.release_date_precision, ofYear.release_day],
      ['2018', 'year', null],
    );
    assert.deepEqual(dh_gb_episodes, [spotify_all_episodes.at(-1)]);
  });

  test('asks each page once and for one token, and takes dh_gb_episodes from the same pages', async (t) => {
    const { run, asked, fake, tables } = await setupFlow(t, { shows: 60, episodes: 2000 });
    await run();
    assert.equal(asked(SEARCH).length, 5);
    assert.equal(asked(EPISODES).length, 40);
    assert.equal(asked(TOKEN).length, 1);
    assert.equal(fake.tokens.length, 1);
    const { spotify_podcasts, spotify_all_episodes } = await tables();
    assert.deepEqual([spotify_podcasts.length, spotify_all_episodes.length], [50, 2000]);
  });

  test('run twice in a row changes nothing', async (t) => {
    const { run, tables, clock } = await setupFlow(t);
    await run();
    const before = await tables();
    clock.pass(60_000);
    const second = await run();
    assert.deepEqual(outcomes(second), all('unchanged'));
    assert.deepEqual(await tables(), before);
  });

  test('brings new and changed rows, and takes away a show that is no longer found', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { shows: 4, episodes: 9, switches: [hooks] });
    await run();
    edit(({ episodes, shows }) => {
      episodes.unshift(episode(10));
      episodes[3].name = 'outro nome';
      shows.pop();
    });
    const { tables: runs } = await run();
    assert.deepEqual(runs[0].changes.removed, 1);
    assert.deepEqual([runs[1].changes.added, runs[1].changes.changed], [1, 1]);
    const { spotify_podcasts, spotify_all_episodes } = await tables();
    assert.deepEqual([spotify_podcasts.length, spotify_all_episodes.length], [3, 10]);
  });

  test('takes away shows that are no longer found although the count varies, where a page has room for more', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { switches: [hooks, shrinkingTotal] });
    await run();
    edit(({ shows }) => shows.splice(0, 15));
    const { tables: runs } = await run({ tables: ['spotify_podcasts'] });
    assert.deepEqual(
      [runs[0].warnings[0].code, runs[0].changes.added, runs[0].changes.removed],
      ['spotify.total', 10, 15],
    );
    assert.equal((await tables()).spotify_podcasts.length, 45);
  });

  test('keeps shows that are no longer found where the count varies and the last page is full: there may be more', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { shows: 30, switches: [hooks, shrinkingTotal] });
    await run();
    edit(({ shows }) => shows.splice(0, 10));
    const { tables: runs } = await run({ tables: ['spotify_podcasts'] });
    assert.deepEqual(
      [runs[0].warnings[0].code, runs[0].rows, runs[0].changes.removed],
      ['spotify.total', 20, 0],
    );
    assert.equal((await tables()).spotify_podcasts.length, 30);
  });

  test('keeps no more shows than are wanted where it is not known that all were found', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, {
      switches: [hooks, shrinkingTotal, nullItems(10)],
    });
    await run();
    edit(({ shows }) => shows.splice(0, 15));
    await run({ tables: ['spotify_podcasts'] });
    assert.equal((await tables()).spotify_podcasts.length, 50);
  });

  test('keeps odd texts, the same each time', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { shows: 1, episodes: 4, switches: [hooks] });
    const names = ['a\u0000b', '2020-01-01 10:00:00', "'; DROP TABLE x; -- $v1 @id", 'half \ud83d'];
    edit(({ episodes }) => {
      for (const [i, name] of names.entries()) episodes[3 - i].name = name;
      episodes[0].release_date = '0000-01-01';
    });
    await run();
    assert.deepEqual(outcomes(await run()), all('unchanged'));
    const { spotify_all_episodes } = await tables();
    assert.deepEqual(
      spotify_all_episodes.map(({ name }) => name),
      [...names.slice(0, 3), 'half \ufffd'],
    );
    assert.equal(spotify_all_episodes[3].release_day, null);
  });

  test('a second delivery of the message finds the run recorded', async (t) => {
    const { context, warehouse, run, asked } = await setupFlow(t, { shows: 2, episodes: 7 });
    await run();
    const requests = asked('/').length;
    const again = context({ warehouse, runId: 'run-1' });
    const source = await openSource(again);
    const subscriber = createSubscriber(again, source, 'dh_gb_episodes', createTurns());
    await subscriber.handle({ id: '1', topic: TOPIC, data: {}, attempt: 2 });
    assert.equal(asked('/').length, requests);
    const { rows } = await warehouse.query('SELECT COUNT(*) FROM spotify_runs');
    assert.equal(Number(rows[0][0]), 3);
    // Two deliveries at the same time may leave two records.
    const [first] = await runsOf(warehouse, 'run-1');
    await warehouse.write([runRows({ ...first, time: first.time + 1000, outcome: 'unchanged' })]);
    assert.deepEqual((await runsOf(warehouse, 'run-1'))[0], first, 'the first one counts');
  });
});

describe('--only', () => {
  test('asks for and changes one table', async (t) => {
    const { run, asked, tables } = await setupFlow(t);
    const { tables: runs } = await run({ tables: ['spotify_podcasts'] });
    assert.deepEqual(
      runs.map(({ table }) => table),
      ['spotify_podcasts'],
    );
    assert.equal(asked(EPISODES).length, 0);
    const { spotify_podcasts, spotify_all_episodes } = await tables();
    assert.deepEqual([spotify_podcasts.length, spotify_all_episodes.length], [50, 0]);
  });

  test('dh_gb_episodes run alone fetches the episodes', async (t) => {
    const { run, asked, tables } = await setupFlow(t);
    await run({ tables: ['dh_gb_episodes'] });
    assert.equal(asked(SEARCH).length, 0);
    assert.equal(asked(EPISODES).length, 3);
    const { dh_gb_episodes, spotify_all_episodes } = await tables();
    assert.deepEqual([dh_gb_episodes.length, spotify_all_episodes.length], [11, 0]);
  });
});
