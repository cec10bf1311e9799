import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { episode } from '../../src/spotify/fake/catalog.ts';
import { all, editing, outcomes, setupFlow, switchable } from './flow-setup.ts';

describe('episodes that vanish', () => {
  test('are marked with the time and not deleted, and unmarked when they return', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables, clock } = await setupFlow(t, { episodes: 9, switches: [hooks] });
    await run();
    edit(({ episodes }) => episodes.splice(2, 1)); // the one of the company, number 7
    clock.pass(3_600_000);
    const gone = await run();
    assert.deepEqual(
      gone.tables.map(({ changes }) => changes.vanished),
      [0, 1, 1],
    );
    const marked = (await tables()).dh_gb_episodes[0];
    assert.equal(marked.vanished_at, '2026-11-24T13:00:00');
    assert.deepEqual((await tables()).spotify_all_episodes[6], marked);
    clock.pass(3_600_000);
    assert.deepEqual(outcomes(await run()), all('unchanged'), 'the time is that of the first run');
    edit(({ episodes }) => episodes.splice(2, 0, episode(7)));
    const back = await run();
    assert.deepEqual(
      back.tables.map(({ changes }) => changes.returned),
      [0, 1, 1],
    );
    assert.deepEqual((await tables()).dh_gb_episodes[0], { ...marked, vanished_at: null });
  });

  test('are not marked while it is not known that everything came', async (t) => {
    const { hooks, edit } = editing();
    const counts = switchable({ reshape: (page) => ({ ...page, total: page.total + 1 }) });
    const { run, tables } = await setupFlow(t, { episodes: 9, switches: [hooks, counts.hooks] });
    await run();
    const before = await tables();
    edit(({ episodes }) => episodes.splice(2, 1));
    counts.on = true;
    const { tables: runs } = await run({ tables: ['spotify_all_episodes', 'dh_gb_episodes'] });
    assert.deepEqual(
      runs.map(({ warnings }) => warnings.map(({ code }) => code)),
      [['spotify.total'], ['spotify.total']],
    );
    assert.deepEqual(await tables(), before);
  });

  test('are not marked when Spotify gives nothing at all', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { shows: 3, episodes: 9, switches: [hooks] });
    await run();
    const before = await tables();
    edit(({ episodes, shows }) => {
      episodes.length = 0;
      shows.length = 0;
    });
    const { tables: runs } = await run();
    for (const { warnings } of runs) assert.equal(warnings[0].code, 'spotify.empty');
    assert.deepEqual(await tables(), before);
  });

  test('and episodes whose new words do not speak of the company are not taken for those', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { episodes: 9, switches: [hooks] });
    await run();
    edit(({ episodes }) => {
      episodes[2] = { ...episodes[2], name: 'Outro nome', description: 'Outro assunto' };
    });
    await run();
    const { spotify_all_episodes, dh_gb_episodes } = await tables();
    assert.deepEqual([spotify_all_episodes.length, dh_gb_episodes], [9, []]);
  });

  test('and episodes that do not speak of new words leave dh_gb_episodes', async (t) => {
    const { run, tables, context, warehouse } = await setupFlow(t, { episodes: 9 });
    await run();
    const { dataset } = context({ warehouse });
    await run({}, { dataset: { ...dataset, words: 'modelos' } });
    const { dh_gb_episodes } = await tables();
    assert.deepEqual(
      dh_gb_episodes.map(({ name }) => name),
      ['Modelos na saúde #2', 'Modelos em casa #9'],
    );
  });

  test('are in dh_gb_episodes even when it was not asked, or failed, before they did', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables, clock } = await setupFlow(t, { episodes: 9, switches: [hooks] });
    await run({ tables: ['spotify_all_episodes'] });
    edit(({ episodes }) => episodes.splice(2, 1)); // the one of the company, number 7
    clock.pass(3_600_000);
    await run({ tables: ['spotify_all_episodes'] });
    clock.pass(3_600_000);
    const { tables: runs } = await run();
    assert.deepEqual([runs[2].outcome, runs[2].changes.added], ['changed', 1]);
    const { spotify_all_episodes, dh_gb_episodes } = await tables();
    assert.equal(dh_gb_episodes[0].vanished_at, '2026-11-24T13:00:00');
    assert.deepEqual(dh_gb_episodes, [spotify_all_episodes[6]]);
    assert.deepEqual(outcomes(await run()), all('unchanged'));
    edit(({ episodes }) => episodes.splice(0, 1)); // one that does not speak of the company
    await run();
    assert.deepEqual((await tables()).dh_gb_episodes, dh_gb_episodes);
  });

  test('are in dh_gb_episodes when its words are changed afterwards', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables, context, warehouse } = await setupFlow(t, {
      episodes: 9,
      switches: [hooks],
    });
    await run();
    edit(({ episodes }) => episodes.splice(0, 1)); // number 9
    await run();
    const { dataset } = context({ warehouse });
    await run({}, { dataset: { ...dataset, words: 'modelos em casa' } });
    const { spotify_all_episodes, dh_gb_episodes } = await tables();
    assert.deepEqual(dh_gb_episodes, [spotify_all_episodes[8]]);
    assert.ok(dh_gb_episodes[0].vanished_at);
  });

  test('are in spotify_all_episodes when only dh_gb_episodes saw them', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables } = await setupFlow(t, { episodes: 9, switches: [hooks] });
    await run({ tables: ['dh_gb_episodes'] });
    edit(({ episodes }) => episodes.splice(2, 1));
    await run({ tables: ['dh_gb_episodes'] });
    await run();
    const { spotify_all_episodes, dh_gb_episodes } = await tables();
    assert.deepEqual([spotify_all_episodes.length, dh_gb_episodes.length], [9, 1]);
    assert.deepEqual(dh_gb_episodes, [spotify_all_episodes[6]]);
  });
});
