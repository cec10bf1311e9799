import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import * as fakes from '../fake-spotify/server.ts';
import { failure, START, setup, words } from './setup.ts';

const { EPISODES, SEARCH, faulty, tooMany, ALWAYS } = fakes;

describe('waiting for Spotify', () => {
  for (const [asks, waits] of [
    ['30', 30_000],
    ['1', 1000],
    ['0', 1000],
    [undefined, 1000],
    ['soon', 1000],
    ['90.5', 90_500],
    [new Date(START + 45_000).toUTCString(), 45_000],
    ['5, 40', 40_000],
    [`5, ${new Date(START + 45_000).toUTCString()}, soon`, 45_000],
  ] as const) {
    test(`rule 11: a 429 with Retry-After ${asks} waits ${waits} ms and asks that page again`, async (t) => {
      const { client, clock } = await setup(t, { switches: [faulty(EPISODES, tooMany(asks))] });
      const { items, requests } = await client.episodes(MAIN_SHOW);
      assert.deepEqual([items.length, requests], [120, 4]);
      assert.deepEqual(clock.slept, [waits]);
    });
  }

  test('rule 11: 429s in a row wait longer each time', async (t) => {
    const switches = [faulty(EPISODES, tooMany('0'), { times: 8 })];
    const { client, clock } = await setup(t, { switches });
    await client.episodes(MAIN_SHOW);
    assert.deepEqual(
      clock.slept,
      [1, 2, 4, 8, 16, 30, 30, 30].map((seconds) => seconds * 1000),
    );
  });

  test('rule 11: a day is past the budget: it stops with the time to go on, and keeps what it has', async (t) => {
    const switches = [faulty(EPISODES, tooMany('86400'), { after: 2 })];
    const { client, clock, kept, fake } = await setup(t, { switches });
    const error = await failure(client.episodes(MAIN_SHOW));
    assert.equal(error.kind, 'transient');
    assert.deepEqual(error.values, { until: '2026-11-25T12:00:00.000Z' });
    assert.match(
      words(error),
      /what was fetched is kept; run again after 2026-11-25T12:00:00.000Z\./,
    );
    assert.deepEqual(clock.slept, []);
    assert.equal(kept.size, 2);

    const before = fake.requests.length;
    assert.equal((await failure(client.searchShows('data hackers', 50))).code, error.code);
    assert.equal(fake.requests.length, before, 'nothing more is asked before that time');
  });

  test('rule 11: a Retry-After beyond all that was seen counts for two days', async (t) => {
    const switches = [faulty(EPISODES, tooMany('99999999999999999'))];
    const { client } = await setup(t, { switches });
    assert.match(words(await failure(client.episodes(MAIN_SHOW))), /after 2026-11-26T12:00/);
  });

  test('rule 11: of two waits asked side by side the longer holds', async (t) => {
    const switches = [faulty(SEARCH, tooMany('60')), faulty(EPISODES, tooMany('5'))];
    const { create, clock } = await setup(t, { switches });
    const longer = Promise.withResolvers<void>();
    const both = Promise.withResolvers<void>();
    let waiting = 0;
    const client = create({
      ...clock.effects,
      async fetch(url, init) {
        const response = await fetch(url, init);
        if (response.status !== 429 || !String(url).includes(EPISODES)) return response;
        const { status, headers } = response;
        const text = await response.text();
        await longer.promise;
        return new Response(text, { status, headers });
      },
      async sleep(ms) {
        longer.resolve();
        waiting += 1;
        if (waiting === 2) both.resolve();
        await both.promise;
        await clock.effects.sleep(ms);
      },
    });
    await Promise.all([client.searchShows('data hackers', 10), client.episodes(MAIN_SHOW)]);
    assert.deepEqual(clock.slept, [60_000, 60_000]);
  });

  test('rule 11: a 429 without end stops when the budget does', async (t) => {
    const switches = [faulty(EPISODES, tooMany(), ALWAYS)];
    const { client, clock } = await setup(t, { switches });
    const error = await failure(client.episodes(MAIN_SHOW));
    assert.equal(error.code, 'spotify.rateLimited');
    assert.ok(clock.effects.now() <= START + 600_000);
    assert.ok(Date.parse(String(error.values.until)) > START + 600_000);
  });

  test('rule 11: a wait holds back the calls side by side, and a timer that fires early is no excuse', async (t) => {
    const { create, clock } = await setup(t, { switches: [faulty(EPISODES, tooMany('30'))] });
    const times: number[] = [];
    let other: Promise<unknown> | undefined;
    const client = create({
      ...clock.effects,
      async sleep(ms) {
        other ??= client.searchShows('data hackers', 50);
        await clock.effects.sleep(ms > 1 ? ms - 1 : ms);
      },
      fetch(url, init) {
        times.push(clock.effects.now() - START);
        return fetch(url, init);
      },
    });
    await client.episodes(MAIN_SHOW);
    await other;
    const [token, refused, ...held] = times;
    assert.deepEqual([token, refused, held.length], [0, 0, 8]);
    assert.ok(held.every((time) => time >= 30_000));
  });
});
