import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { z } from 'zod';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import { startFakeSpotify } from '../../src/spotify/fake/server.ts';
import { matches } from '../../src/spotify/match.ts';

/** The names and nullability of Spotify's own description; an unknown field fails. */
const common = {
  description: z.string(),
  explicit: z.boolean(),
  external_urls: z.object({}),
  href: z.url(),
  html_description: z.string(),
  id: z.string().regex(/^[A-Za-z0-9]{22}$/),
  images: z.array(z.object({})),
  is_externally_hosted: z.boolean(),
  languages: z.array(z.string()),
  name: z.string(),
  uri: z.string(),
};
const show = z.strictObject({
  ...common,
  available_markets: z.array(z.string()).optional(),
  copyrights: z.array(z.object({})),
  media_type: z.string(),
  publisher: z.string().optional(),
  total_episodes: z.int(),
  type: z.literal('show'),
});
const episode = z.strictObject({
  ...common,
  audio_preview_url: z.url().nullable(),
  duration_ms: z.int(),
  is_playable: z.boolean(),
  language: z.string().optional(),
  release_date: z.string().regex(/^\d{4}(-\d\d){0,2}$/),
  release_date_precision: z.enum(['year', 'month', 'day']),
  type: z.literal('episode'),
});
const page = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    href: z.url(),
    items: z.array(item),
    limit: z.int(),
    next: z.url().nullable(),
    offset: z.int(),
    previous: z.url().nullable(),
    total: z.int(),
  });

async function start(t: TestContext, now?: () => number) {
  const fake = await startFakeSpotify(now ? { now } : {});
  t.after(() => fake.close());
  const basic = Buffer.from(`${fake.clientId}:${fake.clientSecret}`).toString('base64');
  const answer = await fetch(`${fake.url}/api/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${basic}` },
  });
  const token = z
    .strictObject({
      access_token: z.string(),
      token_type: z.literal('Bearer'),
      expires_in: z.literal(3600),
    })
    .parse(await answer.json());
  return async (path: string) => {
    const response = await fetch(`${fake.url}${path}`, {
      headers: { authorization: `Bearer ${token.access_token}` },
    });
    return { status: response.status, body: await response.json() };
  };
}

describe('the simulated Spotify', () => {
  test('answers with the fields of the real one', async (t) => {
    const get = await start(t);
    const search = await get('/v1/search?q=x&type=show&limit=10&offset=10&market=BR');
    const shows = z.strictObject({ shows: page(show) }).parse(search.body).shows;
    assert.deepEqual([shows.items.length, shows.total, shows.offset], [10, 60, 10]);
    assert.match(`${shows.next} ${shows.previous}`, /offset=20.* .*offset=0/);

    const all = await get(`/v1/shows/${MAIN_SHOW}/episodes?limit=50&offset=100&market=BR`);
    const { items, next } = page(episode).parse(all.body);
    assert.deepEqual([items.length, next], [20, null]);
    const precisions = new Set(items.map((one) => one.release_date_precision));
    assert.deepEqual([...precisions].sort(), ['day', 'month', 'year']);
    assert.ok(items.some(({ language }) => language === undefined));
    assert.ok(items.some((one) => matches(one, 'Grupo Boticário')));
  });

  test('refuses what the real one refuses', async (t) => {
    let time = 0;
    const get = await start(t, () => time);
    const error = (status: number, message: string) => ({
      status,
      body: { error: { status, message } },
    });
    const episodes = `/v1/shows/${MAIN_SHOW}/episodes`;
    assert.deepEqual(await get('/v1/search?limit=11&market=BR'), error(400, 'Invalid limit'));
    assert.deepEqual(await get(`${episodes}?limit=51&market=BR`), error(400, 'Invalid limit'));
    assert.deepEqual(await get('/v1/search?offset=1001&market=BR'), error(400, 'Invalid offset'));
    assert.deepEqual(await get(episodes), error(404, 'non existing id'));
    assert.deepEqual(await get('/v1/shows?ids=1&market=BR'), error(404, 'non existing id'));
    const { body } = await get('/v1/search?q=x&type=show');
    const nulls = { shows: page(z.null()) };
    assert.equal(z.object(nulls).parse(body).shows.items.length, 5);
    time = 3_600_000;
    assert.deepEqual(await get(episodes), error(401, 'The access token expired'));
  });
});
