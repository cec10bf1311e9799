import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { TransientError } from '../../src/errors.ts';
import { runSpotify } from '../../src/spotify/flow.ts';
import { EPISODES } from '../fake-spotify/server.ts';
import { all, outcomes, setupFlow } from './flow-setup.ts';

describe('a warehouse that fails', () => {
  test('is tried again without asking Spotify again', async (t) => {
    const { warehouse, run, asked, tables } = await setupFlow(t);
    let failures = 2;
    const flaky = {
      ...warehouse,
      write: async (changes: Parameters<typeof warehouse.write>[0]) => {
        if (failures-- > 0) throw new TransientError('warehouse.full', { detail: 'x' });
        await warehouse.write(changes);
      },
    };
    assert.deepEqual(outcomes(await run({}, { warehouse: flaky })), all('changed'));
    assert.equal(asked(EPISODES).length, 3);
    assert.equal((await tables()).spotify_all_episodes.length, 120);
  });

  test('is reported when it goes on failing', async (t) => {
    const { context, warehouse, tables } = await setupFlow(t);
    const write = async () => {
      throw new TransientError('warehouse.full', { detail: 'x' });
    };
    const broken = context({ warehouse: { ...warehouse, write } });
    const { failed, tables: runs } = await runSpotify(broken, createMemoryBus());
    assert.equal(runs.length, 0);
    assert.equal(failed.length, 3);
    assert.equal((await tables()).spotify_podcasts.length, 0);
  });

  test('writes a table and its run together or not at all', async (t) => {
    const { warehouse, run, tables } = await setupFlow(t, { episodes: 3 });
    await run();
    const before = await tables();
    await assert.rejects(
      warehouse.write([
        { table: 'spotify_podcasts', columns: ['id'], rows: [['x']], replace: true },
        { table: 'no_such_table', columns: ['id'], rows: [['x']], replace: false },
      ]),
    );
    assert.deepEqual(await tables(), before);
  });
});
