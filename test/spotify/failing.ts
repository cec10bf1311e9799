import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import * as fakes from '../fake-spotify/server.ts';
import { failure, setup, words } from './setup.ts';

const { EPISODES, SEARCH, TOKEN, faulty, tooMany, serverError, ALWAYS } = fakes;

describe('a Spotify that fails', () => {
  test('rule 12: a burst of 5xx is asked again, with waits that grow', async (t) => {
    const switches = [faulty(SEARCH, serverError, { after: 1, times: 3 })];
    const { client, clock } = await setup(t, { switches });
    const { items, requests } = await client.searchShows('data hackers', 50);
    assert.deepEqual([items.length, requests], [50, 8]);
    assert.deepEqual(clock.slept, [1000, 2000, 4000]);
  });

  test('rule 12: chance stretches a wait to at most its double', async (t) => {
    const { create, clock } = await setup(t, { switches: [faulty(SEARCH, serverError)] });
    await create({ ...clock.effects, random: () => 0.5 }).searchShows('data hackers', 10);
    assert.deepEqual(clock.slept, [1500]);
  });

  test('rule 12: a 5xx that says Retry-After is not asked earlier', async (t) => {
    const busy = { ...serverError, headers: { 'retry-after': '20' } };
    const { client, clock } = await setup(t, { switches: [faulty(SEARCH, busy)] });
    await client.searchShows('data hackers', 10);
    assert.deepEqual(clock.slept, [20_000]);
  });

  test('rule 12: a 408 is asked again', async (t) => {
    const switches = [faulty(EPISODES, { status: 408, body: 'Request Timeout' }, { after: 1 })];
    const { client } = await setup(t, { switches });
    const { items, requests } = await client.episodes(MAIN_SHOW);
    assert.deepEqual([items.length, requests], [120, 4]);
  });

  test('rule 12: a dropped connection is asked again', async (t) => {
    const { client } = await setup(t, { switches: [faulty(EPISODES, 'drop', { after: 1 })] });
    const { items, requests } = await client.episodes(MAIN_SHOW);
    assert.deepEqual([items.length, requests], [120, 4]);
  });

  test('rule 12: an answer that takes too long is asked again', async (t) => {
    let slow = 0;
    const { client, clock } = await setup(t, {
      switches: [
        faulty(EPISODES, 'hold'),
        // On its way the request has its signal already.
        {
          intercept: ({ path }) =>
            void (path.startsWith(EPISODES) && slow++ === 0 && clock.expire()),
        },
      ],
    });
    const { items, requests } = await client.episodes(MAIN_SHOW);
    assert.deepEqual([items.length, requests], [120, 4]);
  });

  test('rule 12: an answer cut short, or not JSON, is asked again', async (t) => {
    const cut = { status: 200, body: '{"items":[' };
    const { client } = await setup(t, { switches: [faulty(EPISODES, cut)] });
    assert.equal((await client.episodes(MAIN_SHOW)).requests, 4);
  });

  for (const [what, answer, said] of [
    ['5xx', serverError, '503 upstream connect error'],
    ['connections dropped', 'drop', '(UND_ERR_SOCKET|ECONNRESET)'],
    ['a page of a network that wants a login', { status: 200, body: '<html>' }, '200 .not JSON.'],
  ] as const) {
    test(`rule 12: after six tries a person is told (${what})`, async (t) => {
      const { client, asked } = await setup(t, { switches: [faulty(SEARCH, answer, ALWAYS)] });
      const error = await failure(client.searchShows('data hackers', 50));
      assert.equal(error.kind, 'transient');
      assert.match(
        words(error),
        new RegExp(
          `^127.0.0.1:\\d+ gave no answer that can be used after 6 tries \\(the last: ${said}\\)\\. .*later`,
        ),
      );
      assert.equal(asked(SEARCH).length, 6);
    });
  }

  test('rule 12: the budget bounds these waits too', async (t) => {
    const switches = [faulty(SEARCH, serverError, ALWAYS)];
    const { client, asked } = await setup(t, { switches }, { budgetMs: 5000 });
    await failure(client.searchShows('data hackers', 50));
    assert.equal(asked(SEARCH).length, 3);
  });

  for (const status of [400, 403, 404]) {
    test(`rule 12: a ${status} is not asked again`, async (t) => {
      const switches = [faulty(SEARCH, { status, body: 'no' }, ALWAYS)];
      const { client, asked, clock } = await setup(t, { switches });
      assert.equal((await failure(client.searchShows('data hackers', 50))).kind, 'user');
      assert.deepEqual([asked(SEARCH).length, clock.slept], [1, []]);
    });
  }

  test('rules 11 and 12 hold for the token too, and it is fetched once for all that wait', async (t) => {
    const switches = [faulty(TOKEN, tooMany('5')), faulty(TOKEN, serverError, { after: 1 })];
    const { client, clock, fake, asked } = await setup(t, { switches });
    await Promise.all([client.searchShows('data hackers', 50), client.episodes(MAIN_SHOW)]);
    assert.deepEqual([asked(TOKEN).length, fake.tokens.length], [3, 1]);
    assert.deepEqual(clock.slept, [5000, 1000]);
  });
});
