import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import * as fakes from '../fake-spotify/server.ts';
import { failure, setup, words } from './setup.ts';

const { EPISODES, SEARCH, TOKEN, faulty } = fakes;
const none = { items: [], total: 0, limit: 50, offset: 0, next: null };
const refused = { status: 401, body: { error: { status: 401, message: 'expired' } } };

describe('asking Spotify', () => {
  test('rule 1: no secret reaches an error or a kept page, even where Spotify sends it back', async (t) => {
    const echo = { status: 403, body: '' };
    const token = { sent: '' };
    const { client, fake, kept } = await setup(t, {
      switches: [
        {
          intercept({ authorization }) {
            token.sent = authorization;
            echo.body = `you sent ${authorization}, ${fake.clientId}`;
            return undefined;
          },
        },
        fakes.reshaping((page) => ({ ...page, href: token.sent })),
        faulty(EPISODES, echo),
      ],
    });
    await client.searchShows('data hackers', 10);
    const error = await failure(client.episodes(MAIN_SHOW));
    const said = `${words(error)} ${error.message} ${error.stack} ${[...kept.values()]}`;
    assert.match(said, /you sent Bearer \*\*\*.*"href":"Bearer \*\*\*"/s);
    const basic = Buffer.from(`${fake.clientId}:${fake.clientSecret}`).toString('base64');
    for (const secret of [fake.clientId, fake.clientSecret, basic, ...fake.tokens]) {
      assert.ok(!said.includes(secret));
    }
  });

  test('rule 1: a token is not quoted where it arrives cut in half, with a life that is none, with a refusal, or unfit for a header', async (t) => {
    for (const [status, body] of [
      [200, '{"access_token":"half-a-token'],
      [200, { access_token: 'half-a-token', expires_in: 'long' }],
      [200, { access_token: 'half-a-token\n', expires_in: 3600 }],
      [400, { access_token: 'half-a-token' }],
      [503, '{"access_token":"half-a-token'],
    ] as const) {
      const { client } = await setup(t, {
        switches: [faulty(TOKEN, { status, body }, fakes.ALWAYS)],
      });
      const error = await failure(client.episodes(MAIN_SHOW));
      assert.doesNotMatch(`${words(error)} ${error.stack}`, /half-a-token/);
    }
  });

  test('rule 1: a redirect is not followed, so no secret goes where it points', async (t) => {
    const elsewhere = await setup(t);
    const away = { status: 307, headers: { location: elsewhere.fake.url }, body: '' };
    const { client } = await setup(t, { switches: [faulty(TOKEN, away)] });
    const error = await failure(client.episodes(MAIN_SHOW));
    assert.match(
      words(error),
      /^Spotify refused http:.*\/api\/token \(307\)\. Check SPOTIFY_API_URL/,
    );
    assert.equal(elsewhere.fake.requests.length, 0);
  });

  test('rule 2: the token is cached until a minute before its end', async (t) => {
    for (const [age, tokens] of [
      [3_539_000, 1],
      [3_540_000, 2],
    ] as const) {
      const { client, fake, clock } = await setup(t);
      await client.searchShows('data hackers', 10);
      clock.pass(age);
      await client.episodes(MAIN_SHOW);
      assert.equal(fake.tokens.length, tokens);
      assert.ok(fake.requests.at(-1)?.authorization.endsWith(`-token-${tokens}`));
    }
  });

  test('rule 2: a token that does not say how long it lives is cached for an hour less a minute', async (t) => {
    const body = { access_token: 'of-unknown-life', token_type: 'Bearer' };
    const switches = [
      faulty(TOKEN, { status: 200, body }),
      faulty(EPISODES, { status: 200, body: none }),
    ];
    const { client, asked, clock } = await setup(t, { switches });
    await client.episodes(MAIN_SHOW);
    clock.pass(3_540_000);
    await client.searchShows('data hackers', 10);
    const has = ({ authorization }: { authorization: string }) =>
      authorization.endsWith('of-unknown-life');
    assert.deepEqual([asked(EPISODES).map(has), asked(SEARCH).map(has)], [[true], [false]]);
  });

  test('rule 2: a wait that outlasts the token fetches another before going on', async (t) => {
    const switches = [faulty(EPISODES, fakes.tooMany('7200'))];
    const { client, fake } = await setup(t, { switches }, { budgetMs: 10_000_000 });
    const { requests } = await client.episodes(MAIN_SHOW);
    assert.deepEqual([requests, fake.tokens.length], [4, 2]);
  });

  test('rule 2: a token that is refused is fetched anew', async (t) => {
    const { client, fake } = await setup(t, { switches: [faulty(SEARCH, refused)] });
    const { items, requests } = await client.searchShows('data hackers', 10);
    assert.deepEqual([items.length, requests, fake.tokens.length], [10, 2, 2]);
  });

  test('rule 2: a refusal that comes late drops no newer token', async (t) => {
    const switches = [faulty(SEARCH, refused), faulty(EPISODES, refused)];
    const { create, clock, fake } = await setup(t, { switches });
    let searched: Promise<unknown> | undefined;
    const client = create({
      ...clock.effects,
      async fetch(url, init) {
        const response = await fetch(url, init);
        if (response.status === 401 && String(url).includes(EPISODES)) await searched;
        return response;
      },
    });
    searched = client.searchShows('data hackers', 50);
    await client.episodes(MAIN_SHOW);
    assert.equal(fake.tokens.length, 2);
  });

  test('rule 2: but only once, then a person is asked to look', async (t) => {
    const switches = [faulty(SEARCH, refused, fakes.ALWAYS)];
    const { client, asked } = await setup(t, { switches });
    const error = await failure(client.searchShows('data hackers', 10));
    assert.match(
      words(error),
      /^Spotify refuses the token it has just given \(401 expired\)\. Look/,
    );
    assert.equal(asked(SEARCH).length, 2);
  });

  test('rule 3: the market is sent on every call', async (t) => {
    const { client, fake } = await setup(t);
    await client.searchShows('data hackers', 50);
    await client.episodes(MAIN_SHOW);
    const lists = fake.requests.filter(({ path }) => path !== TOKEN);
    assert.equal(lists.length, 8);
    assert.ok(lists.every(({ query }) => query.get('market') === 'BR'));
  });

  test('rule 4: a search asks pages of 10 until there are 50 different shows that are not null', async (t) => {
    const { client, asked } = await setup(t, { shows: 100, switches: [fakes.nullItems(5)] });
    const { items, nulls, warnings } = await client.searchShows('data hackers', 50);
    assert.equal(new Set(items.map(({ id }) => id)).size, 50);
    assert.deepEqual([items.length, nulls, warnings], [50, 14, []]);
    assert.equal(asked(SEARCH).length, 7);
    assert.ok(asked(SEARCH).every(({ query }) => query.get('limit') === '10'));
    assert.equal(asked(SEARCH)[0]?.query.get('q'), 'data hackers');
  });

  test('rule 4: fewer shows than wanted are all there is', async (t) => {
    const { client, asked } = await setup(t, { shows: 23 });
    const { items, warnings } = await client.searchShows('data hackers', 50);
    assert.deepEqual([items.length, warnings, asked(SEARCH).length], [23, [], 3]);
  });

  test('rule 5: episodes come 50 at a time, and nothing else is asked', async (t) => {
    const { client, fake } = await setup(t);
    await client.episodes(MAIN_SHOW);
    const [, ...pages] = fake.requests;
    assert.deepEqual(
      pages.map(({ path, query }) => [path, query.get('limit'), query.get('offset')]),
      ['0', '50', '100'].map((offset) => [`/v1/shows/${MAIN_SHOW}/episodes`, '50', offset]),
    );
  });

  test('50 shows and 2,000 episodes side by side: each page once, and one token', async (t) => {
    const { client, fake } = await setup(t, { episodes: 2000 });
    const [shows, episodes] = await Promise.all([
      client.searchShows('data hackers', 50),
      client.episodes(MAIN_SHOW),
    ]);
    assert.deepEqual([shows.items.length, episodes.items.length], [50, 2000]);
    assert.deepEqual([shows.requests, episodes.requests], [5, 40]);
    assert.deepEqual([fake.requests.length, fake.tokens.length], [46, 1]);
    const pages = fake.requests.map(({ path, query }) => `${path} ${query.get('offset')}`);
    assert.equal(new Set(pages).size, 46);
  });
});
