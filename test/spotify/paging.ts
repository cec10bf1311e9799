import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { MAIN_SHOW } from '../../src/spotify/fake/catalog.ts';
import type { FakeHooks } from '../../src/spotify/fake/hooks.ts';
import * as fakes from '../fake-spotify/server.ts';
import { failure, setup, words } from './setup.ts';

type Reshape = NonNullable<FakeHooks['reshape']>;

/** A fetch of 120 episodes, and the offsets it asked for. */
async function run(t: TestContext, ...switches: FakeHooks[]) {
  const { client, asked, kept } = await setup(t, { switches });
  const doing = client.episodes(MAIN_SHOW);
  const offsets = () => asked(fakes.EPISODES).map(({ query }) => Number(query.get('offset')));
  return { doing, offsets, kept };
}

describe('paging through Spotify', () => {
  test('rule 6: the next page begins at the returned offset + limit', async (t) => {
    const cut = fakes.reshaping(
      (page) => ({ ...page, items: page.items.slice(0, 40), limit: 40 }),
      (page) => page.offset === 0,
    );
    const { doing, offsets } = await run(t, cut);
    assert.equal((await doing).items.length, 120);
    assert.deepEqual(offsets(), [0, 40, 90]);
  });

  test('rule 6: a next on another host is not asked', async (t) => {
    const elsewhere = await setup(t);
    const away = fakes.reshaping((page) => ({ ...page, next: page.next && elsewhere.fake.url }));
    const { doing } = await run(t, away);
    assert.equal((await doing).items.length, 120);
    assert.equal(elsewhere.fake.requests.length, 0);
  });

  test('rule 7: a next that is null too early ends the reading, and the second finds the rest', async (t) => {
    const { doing, offsets } = await run(t, fakes.endsEarly(50, 1));
    const { items, warnings, requests } = await doing;
    assert.deepEqual([items.length, warnings, requests], [120, [], 5]);
    assert.deepEqual(offsets(), [0, 50, 0, 50, 100]);
  });

  test('rule 7: a page that does not advance ends the reading', async (t) => {
    const stuck = fakes.reshaping((page) => ({ ...page, offset: 0, next: 'again' }));
    const { doing, offsets } = await run(t, stuck);
    await doing;
    assert.deepEqual(offsets(), [0, 50, 0, 50]);
  });

  test('rule 7: an empty page ends the reading, whatever its next', async (t) => {
    const empty = fakes.reshaping((page) => ({ ...page, items: [], next: 'more' }), fakes.at(50));
    const { doing, offsets } = await run(t, empty);
    const { items, warnings } = await doing;
    assert.equal(items.length, 50);
    assert.equal(warnings[0]?.code, 'spotify.total');
    assert.deepEqual(offsets(), [0, 50, 0, 50]);
  });

  test('rule 7: a list without an end is given up', async (t) => {
    const { client, asked } = await setup(t, { shows: 2000, switches: [fakes.nullItems(3)] });
    const error = await failure(client.searchShows('data hackers', 1000));
    assert.equal(asked(fakes.SEARCH).length, 100);
    assert.match(words(error), /list "shows" does not end after 100 pages.*shows, ask for fewer/);
  });

  test('rule 8: nulls are dropped and counted', async (t) => {
    const { doing } = await run(t, fakes.nullItems(10));
    const { items, nulls, warnings, requests } = await doing;
    assert.deepEqual([items.length, nulls, warnings, requests], [108, 12, [], 3]);
  });

  test('rule 8: a page that is all null fails the run', async (t) => {
    const { doing, kept } = await run(t, fakes.allNull(50));
    const error = await failure(doing);
    assert.equal(error.kind, 'transient');
    assert.match(
      words(error),
      /held 50 empty items and nothing else \(kept as (.*)\)\..*the market/,
    );
    assert.ok(kept.has(String(error.values.page)));
  });

  test('rule 8: so does a search without a market', async (t) => {
    const { create, clock } = await setup(t);
    const client = create({
      ...clock.effects,
      fetch: (url, init) => fetch(String(url).replace('market=', 'm='), init),
    });
    const error = await failure(client.searchShows('data hackers', 50));
    assert.equal(error.code, 'spotify.allNull');
  });

  test('rule 9: an episode published on the way shifts the pages; each is there once, the new one too', async (t) => {
    const { doing, offsets } = await run(t, fakes.shifting(50, 'comes'));
    const { items, warnings } = await doing;
    assert.equal(new Set(items.map(({ id }) => id)).size, 121);
    assert.deepEqual([items.length, warnings], [121, []]);
    assert.deepEqual(offsets(), [0, 50, 100, 0, 50, 100]);
  });

  test('rule 9: one removed on the way hides another, although the sum is right', async (t) => {
    const { doing, offsets } = await run(t, fakes.shifting(50, 'goes'));
    const { items, warnings } = await doing;
    assert.deepEqual([new Set(items.map(({ id }) => id)).size, warnings], [119, []]);
    assert.equal(offsets().length, 6);
  });

  test('rule 10: a total that shrinks is read a second time, then told', async (t) => {
    const { doing } = await run(t, fakes.shrinkingTotal);
    const { items, warnings, requests } = await doing;
    assert.deepEqual([items.length, requests, warnings.length], [120, 6, 1]);
    assert.match(
      warnings.map(words).join(),
      /^Spotify counts 118 items and gave 120, even when read a second time\./,
    );
    const withNulls = await (await run(t, fakes.shrinkingTotal, fakes.nullItems(10))).doing;
    assert.equal(withNulls.items.length, 108);
    assert.match(withNulls.warnings.map(words).join(), /counts 118 items and gave 120/);
  });

  test('rule 10: so are more items than are counted', async (t) => {
    const { doing } = await run(t, {
      reshape: (page) => ({ ...page, total: page.total - 1 }),
    });
    const { items, warnings } = await doing;
    assert.equal(items.length, 120);
    assert.match(warnings.map(words).join(), /counts 119 items and gave 120/);
  });

  test('rule 10: what only the first of two short readings has seen is kept', async (t) => {
    const { doing } = await run(t, fakes.endsEarly(50, 1), {
      reshape: secondReading((page) => ({ ...page, next: null })),
    });
    const { items, warnings } = await doing;
    assert.deepEqual([items.length, warnings.length], [100, 1]);
    assert.match(warnings.map(words).join(), /counts 120 items and gave 100/);
  });
});

/** Changes the pages from the second time that the list's beginning is given. */
function secondReading(change: Reshape): Reshape {
  let beginnings = 0;
  return (page, request) => {
    if (page.offset === 0) beginnings += 1;
    return beginnings > 1 ? change(page, request) : page;
  };
}
