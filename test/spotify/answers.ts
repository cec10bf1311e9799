import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSpotifyReplay } from '../../src/spotify/client.ts';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import * as fakes from '../fake-spotify/server.ts';
import { failure, setup, words } from './setup.ts';

const { EPISODES, SEARCH, faulty, wrongField } = fakes;

describe('what Spotify answers', () => {
  const json = (status: number, message: string) => ({
    status,
    body: { error: { status, message } },
  });
  for (const [what, path, answer, said] of [
    ['Premium, as text', SEARCH, fakes.premium, /^Spotify answers only while.*Renew/],
    ['Premium, as JSON', SEARCH, json(403, 'Active premium subscription required'), /Renew/],
    [
      'another 403',
      SEARCH,
      json(403, 'App blocked'),
      /^Spotify refuses.*\(403 App blocked\)\. Look/,
    ],
    ['a limit', SEARCH, json(400, 'Invalid limit'), /pages of 10 any more.*Update Entrada/],
    ['another 400', SEARCH, json(400, 'No'), /\/v1\/search \(400 No\)\. Check SPOTIFY_API_URL/],
    ['text in lines', SEARCH, { status: 410, body: ' so\n it goes ' }, /\(410 so it goes\)/],
    ['no body', SEARCH, { status: 404, body: '' }, /\/v1\/search \(404\)\. Check/],
    [
      'a missing show',
      EPISODES,
      json(404, 'non existing id'),
      /^Spotify has no show 1oMIHOXsrLFENAeM743g93 in the market BR\. Check the show id/,
    ],
  ] as const) {
    test(`rule 13: a message of its own, with what to do: ${what}`, async (t) => {
      const { client, kept } = await setup(t, { switches: [faulty(path, answer, fakes.ALWAYS)] });
      const doing = path === SEARCH ? client.searchShows('data', 50) : client.episodes(MAIN_SHOW);
      assert.match(words(await failure(doing)), said);
      assert.equal(kept.size, 0);
    });
  }

  test('rule 13: the secrets that Spotify does not accept', async (t) => {
    const { client } = await setup(t, {}, { clientSecret: 'not-that-one' });
    const said = words(await failure(client.episodes(MAIN_SHOW)));
    assert.match(said, /^Spotify does not accept.*\(400 Invalid client\)\. Copy both again/);
    assert.doesNotMatch(said, /not-that-one/);
  });

  for (const [field, value, said] of [
    ['duration_ms', '93 minutes', /the field "duration_ms" of episode0{13}69 holds "93 minutes"/],
    ['release_date_precision', 'hour', /"release_date_precision" of episode0{13}69 holds "hour"/],
    [
      'name',
      undefined,
      /episode0{13}69 lacks the field "name" \(kept as episodes-.*-1-00050\.json\)/,
    ],
    ['id', undefined, /items\[1\] lacks the field "id"/],
  ] as const) {
    test(`rule 14: names the field and the item: ${field} ${value}`, async (t) => {
      const { client, kept } = await setup(t, { switches: [wrongField(51, field, value)] });
      const error = await failure(client.episodes(MAIN_SHOW));
      assert.match(words(error), said);
      assert.equal(error.kind, 'terminal');
      assert.ok(kept.has(String(error.values.page)));
    });
  }

  test('rule 14: a page that is none', async (t) => {
    const { client } = await setup(t, { switches: [faulty(SEARCH, { status: 200, body: {} })] });
    const error = await failure(client.searchShows('data hackers', 50));
    assert.match(words(error), /shows-1-00000\.json lacks the field "shows"/);
  });

  test('rule 14: fields that are not used may be anything or missing', async (t) => {
    const unused = ['publisher', 'available_markets', 'images', 'html_description', 'languages'];
    const { client } = await setup(t, {
      switches: unused.map((field, place) => wrongField(place, field, place % 2 ? 7 : undefined)),
    });
    assert.equal((await client.searchShows('data hackers', 50)).items.length, 50);
  });

  test('an episode has its columns and no other; a day is a day only when it is one', async (t) => {
    const { client } = await setup(t, {
      episodes: 5,
      switches: [
        wrongField(0, 'release_date', '2026-02-30'),
        wrongField(1, 'language', undefined),
        wrongField(1, 'languages', ['en', 'pt']),
        wrongField(2, 'language', null),
        wrongField(2, 'languages', undefined),
      ],
    });
    const { items } = await client.episodes(MAIN_SHOW);
    assert.deepEqual(
      items.map((row) => [row.release_date, row.release_date_precision, row.release_day]),
      [
        ['2026-02-30', 'day', null],
        ['2018-08-17', 'day', '2018-08-17'],
        ['2018-08-16', 'day', '2018-08-16'],
        ['2018-08', 'month', null],
        ['2018', 'year', null],
      ],
    );
    assert.deepEqual(
      items.map(({ language }) => language),
      ['pt-BR', 'en', null, 'pt-BR', 'pt-BR'],
    );
    assert.deepEqual(Object.keys(items[0] ?? {}).sort(), [
      ...['description', 'duration_ms', 'explicit', 'id', 'language', 'name', 'release_date'],
      ...['release_date_precision', 'release_day', 'type'],
    ]);
  });

  test('rule 16: each page is kept as received, and a replay gives the same without a request', async (t) => {
    const { client, kept, fake } = await setup(t, { switches: [fakes.shrinkingTotal] });
    const shows = await client.searchShows('data hackers', 50);
    const episodes = await client.episodes(MAIN_SHOW);
    assert.deepEqual([...kept.keys()].slice(4, 6), [
      'shows-1-00040.json',
      `episodes-${MAIN_SHOW}-1-00000.json`,
    ]);
    assert.equal(kept.size, 5 + 6);

    const before = fake.requests.length;
    const replay = createSpotifyReplay(async (name) => kept.get(name));
    const again = [await replay.searchShows('data hackers', 50), await replay.episodes(MAIN_SHOW)];
    assert.deepEqual(again, [
      { ...shows, requests: 0 },
      { ...episodes, requests: 0 },
    ]);
    assert.equal(fake.requests.length, before);
  });

  test('rule 16: a page is kept byte for byte, unknown fields and white space with it', async (t) => {
    const body =
      '{ "items": [],\n "total": 0, "limit": 50, "offset": 0, "next": null, "novo": "é" }';
    const { client, kept } = await setup(t, {
      switches: [faulty(EPISODES, { status: 200, body })],
    });
    await client.episodes(MAIN_SHOW);
    assert.deepEqual([...kept.values()], [body]);
  });

  test('rule 16: a run that was stopped half-way cannot be replayed, and says so', async () => {
    for (const text of [undefined, '{"items":[']) {
      const error = await failure(createSpotifyReplay(async () => text).episodes(MAIN_SHOW));
      assert.match(
        words(error),
        /page episodes-.*-1-00000\.json was not kept, or is damaged\. Choose/,
      );
    }
  });
});
