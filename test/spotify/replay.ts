import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { runSpotify } from '../../src/spotify/flow.ts';
import { RAW } from '../../src/spotify/raw.ts';
import { EPISODES, faulty, premium } from '../fake-spotify/server.ts';
import { editing, memoryWarehouse, setupFlow } from './flow-setup.ts';
import { failure, words } from './setup.ts';

describe('a replay', () => {
  test('gives equal tables without the network', async (t) => {
    const { hooks, edit } = editing();
    const { run, tables, context, clock, fake } = await setupFlow(t, { switches: [hooks] });
    await run();
    edit(({ episodes }) => episodes.splice(5, 1));
    clock.pass(3_600_000);
    await run();
    const { length } = fake.requests;
    clock.pass(3_600_000);
    const other = await memoryWarehouse(t);
    const offline = {
      ...clock.effects,
      fetch: async () => assert.fail('the network was used'),
    };
    for (const replay of ['run-1', 'run-2']) {
      const again = context({ warehouse: other, effects: offline });
      const { tables: runs } = await runSpotify(again, createMemoryBus(), { replay });
      for (const { replayOf } of runs) assert.equal(replayOf, replay);
    }
    assert.deepEqual(await tables(other), await tables());
    assert.equal(fake.requests.length, length);
  });

  test('of the run just made changes nothing', async (t) => {
    const { run } = await setupFlow(t);
    await run();
    const { tables } = await run({ replay: 'run-1' });
    for (const { outcome } of tables) assert.equal(outcome, 'unchanged');
  });

  test('of the run just made changes nothing, also where the other fetch of its list was kept', async (t) => {
    const { run, lake, clock } = await setupFlow(t);
    await run();
    const time = new Date(clock.effects.now() - 60_000).toISOString();
    const about = new TextEncoder().encode(JSON.stringify({ time }));
    await lake.write(`${RAW}/run-1/episodes.json`, about);
    const { tables } = await run({ replay: 'run-1' });
    for (const { outcome } of tables) assert.equal(outcome, 'unchanged');
  });

  test('takes the tables of which the run kept pages', async (t) => {
    const { run } = await setupFlow(t);
    await run({ tables: ['dh_gb_episodes'] });
    const { tables } = await run({ replay: 'run-1' });
    assert.deepEqual(
      tables.map(({ table }) => table),
      ['spotify_all_episodes', 'dh_gb_episodes'],
    );
  });

  test('of a run older than the tables is refused', async (t) => {
    const { run, clock } = await setupFlow(t);
    await run();
    clock.pass(1000);
    await run();
    const { tables } = await run({ replay: 'run-1' });
    for (const { problem } of tables) {
      assert.match(words(problem ?? assert.fail()), /run-1 .* older .* run-2/);
    }
  });

  test('of a run that stopped half-way leaves the tables as they were', async (t) => {
    const stop = faulty(EPISODES, premium, { after: 1 });
    const { run, tables } = await setupFlow(t, { switches: [stop] });
    await run();
    const { tables: runs } = await run({ replay: 'run-1' });
    assert.equal(runs[0].outcome, 'unchanged');
    for (const { problem } of runs.slice(1)) assert.equal(problem?.code, 'spotify.replay');
    assert.equal((await tables()).spotify_all_episodes.length, 0);
  });

  test('takes the time of both lists from run.json, as earlier versions kept it', async (t) => {
    const { run, lake, clock } = await setupFlow(t);
    await run();
    const folder = `${RAW}/run-1`;
    for (const file of await lake.list(folder))
      if (/(shows|episodes)\.json$/.test(file.name)) await lake.remove(file);
    const about = JSON.stringify({ time: new Date(clock.effects.now()).toISOString() });
    await lake.write(`${folder}/run.json`, new TextEncoder().encode(about));
    const { tables } = await run({ replay: 'run-1' });
    for (const { outcome } of tables) assert.equal(outcome, 'unchanged');
  });

  test('of no run says so, and cannot leave the folder', async (t) => {
    const { run } = await setupFlow(t);
    for (const replay of ['none', '..', '../../entrada', 'a/b', '']) {
      assert.equal((await failure(run({ replay }))).code, 'spotify.replayMissing');
    }
  });
});
