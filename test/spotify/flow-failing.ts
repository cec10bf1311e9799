import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Code } from '../../src/messages/en.ts';
import { stoppedBy } from '../../src/spotify/effects.ts';
import type { FakeHooks } from '../../src/spotify/fake/hooks.ts';
import { RAW } from '../../src/spotify/raw.ts';
import type { TableRun } from '../../src/spotify/runs.ts';
import {
  ALWAYS,
  allNull,
  EPISODES,
  faulty,
  premium,
  serverError,
  tooMany,
  wrongField,
} from '../fake-spotify/server.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { editing, setupFlow, switchable } from './flow-setup.ts';
import { words } from './setup.ts';

const DAY_MS = 86_400_000;

const failures: [string, FakeHooks, Code, TableRun['outcome']][] = [
  ['a page of nulls', allNull(50), 'spotify.allNull', 'postponed'],
  ['5xx without end', faulty(EPISODES, serverError, ALWAYS), 'spotify.unavailable', 'postponed'],
  ['dropped connections', faulty(EPISODES, 'drop', ALWAYS), 'spotify.unavailable', 'postponed'],
  ['no Premium', faulty(EPISODES, premium, { after: 1 }), 'spotify.premium', 'refused'],
  ['a field of another kind', wrongField(70, 'duration_ms', 'x'), 'spotify.field', 'failed'],
  ['a field missing', wrongField(70, 'name', undefined), 'spotify.fieldMissing', 'failed'],
  [
    'a show that is gone',
    faulty(EPISODES, { status: 404, body: 'non existing id' }),
    'spotify.showMissing',
    'refused',
  ],
  [
    '429 past the budget, half-way',
    faulty(EPISODES, tooMany('86400'), { after: 1, ...ALWAYS }),
    'spotify.rateLimited',
    'limited',
  ],
];

describe('each failure leaves the tables as they were', () => {
  for (const [name, hooks, code, outcome] of failures) {
    test(name, async (t) => {
      const { hooks: edits, edit } = editing();
      const fault = switchable(hooks);
      const { run, tables } = await setupFlow(t, { switches: [edits, fault.hooks] });
      await run();
      const before = await tables();
      fault.on = true;
      edit(({ episodes, shows }) => {
        episodes.shift();
        shows[0].name = 'outro nome';
      });
      const { tables: runs } = await run();
      const [podcasts, ...episodes] = runs;
      // A 429 holds back every request of a run, so that the shows may or may not have come before it.
      if (outcome !== 'limited')
        assert.equal(podcasts.outcome, 'changed', 'the other table has an outcome of its own');
      for (const run of episodes) {
        assert.deepEqual([run.outcome, run.problem?.code], [outcome, code]);
        if (run.problem) words(run.problem);
      }
      const after = await tables();
      assert.deepEqual({ ...after, spotify_podcasts: before.spotify_podcasts }, before);
    });
  }

  test('credentials that Spotify refuses', async (t) => {
    const { run, context, warehouse, tables } = await setupFlow(t);
    const { access } = context({ warehouse });
    const { tables: runs } = await run({}, { access: { ...access, clientSecret: 'wrong' } });
    for (const { problem } of runs) assert.equal(problem?.code, 'spotify.credentials');
    assert.equal((await tables()).spotify_podcasts.length, 0);
  });

  test('a disk that is full keeps the tables, too', async (t) => {
    const { run, tables } = await setupFlow(t);
    const lake = createMemoryLake();
    const full = {
      ...lake,
      write: async (name: string, bytes: Uint8Array) => {
        if (name.includes('episodes-')) await lake.open('none');
        await lake.write(name, bytes);
      },
    };
    const { tables: runs } = await run({}, { lake: full });
    assert.deepEqual(
      runs.map(({ outcome }) => outcome),
      ['changed', 'refused', 'refused'],
    );
    assert.equal((await tables()).spotify_all_episodes.length, 0);
  });
});

describe('429 past the budget', () => {
  test('is recorded with the time, and no run before it asks', async (t) => {
    const limit = switchable(faulty(EPISODES, tooMany('86400')));
    const { run, fake, clock, lake } = await setupFlow(t, { switches: [limit.hooks] });
    limit.on = true;
    const first = await run({ tables: ['spotify_all_episodes', 'dh_gb_episodes'] });
    assert.deepEqual(
      first.tables.map(({ outcome, until }) => [outcome, until]),
      [
        ['limited', clock.effects.now() + DAY_MS],
        ['limited', clock.effects.now() + DAY_MS],
      ],
    );
    const { length } = fake.requests;
    clock.pass(DAY_MS - 1000);
    const early = await run();
    assert.equal(early.tables.length, 3);
    assert.equal(fake.requests.length, length, 'not asked');
    assert.deepEqual(await lake.list(`${RAW}/run-2`), []);
    for (const { outcome, problem } of early.tables) {
      assert.equal(outcome, 'limited');
      assert.match(words(problem ?? assert.fail()), /until 2026-11-25T12:00:00\.000Z/);
    }
    clock.pass(1000);
    const later = await run();
    assert.deepEqual(
      later.tables.map(({ outcome }) => outcome),
      ['changed', 'changed', 'changed'],
    );
  });
});

describe('a clock that was ahead', () => {
  const YEARS_MS = 3650 * DAY_MS;

  test('does not keep later runs from asking, nor from a replay, once it is put right', async (t) => {
    const limit = switchable(faulty(EPISODES, tooMany('600'), ALWAYS));
    const { run, clock } = await setupFlow(t, { switches: [limit.hooks] });
    clock.pass(YEARS_MS);
    const ahead = await run({ tables: ['spotify_podcasts'] });
    assert.equal(ahead.tables[0].outcome, 'changed');
    limit.on = true;
    const limited = await run({ tables: ['spotify_all_episodes'] });
    assert.equal(limited.tables[0].outcome, 'limited');
    clock.pass(-YEARS_MS);
    limit.on = false;
    const { runId, tables } = await run();
    assert.deepEqual(
      tables.map(({ outcome }) => outcome),
      ['unchanged', 'changed', 'changed'],
    );
    const replayed = await run({ replay: runId });
    assert.deepEqual(
      replayed.tables.map(({ outcome }) => outcome),
      ['unchanged', 'unchanged', 'unchanged'],
    );
  });
});

describe('a signal to stop', () => {
  for (const [name, answer] of [
    ['ends a wait for Spotify', tooMany('300')],
    ['ends a request that Spotify does not answer', 'hold'],
  ] as const) {
    test(`${name} at once, and leaves the tables as they were`, { timeout: 30_000 }, async (t) => {
      const stop = new AbortController();
      const fault = switchable(faulty(EPISODES, answer));
      const waits: FakeHooks = {
        intercept({ path }) {
          // What is asked must be on its way back before it can be waited for.
          if (fault.on && path.startsWith(EPISODES)) setTimeout(() => stop.abort(), 200);
          return undefined;
        },
      };
      const { run, tables } = await setupFlow(t, { switches: [waits, fault.hooks] });
      await run();
      const before = await tables();
      fault.on = true;
      const effects = stoppedBy(stop.signal);
      const { tables: runs, failed } = await run({ tables: ['dh_gb_episodes'] }, { effects });
      assert.deepEqual(
        [runs.map(({ outcome, problem }) => [outcome, problem?.code]), failed],
        [[['postponed', 'spotify.stopped']], []],
      );
      assert.deepEqual(await tables(), before);
    });
  }
});
