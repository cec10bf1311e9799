import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FakeHooks } from '../../src/spotify/fake/hooks.ts';
import { RAW } from '../../src/spotify/raw.ts';
import { EPISODES, faulty, TOKEN } from '../fake-spotify/server.ts';
import { all, outcomes, setupFlow } from './flow-setup.ts';
import { words } from './setup.ts';

describe('secrets', () => {
  test('that are not set refuse each table with where they come from, and nothing is asked', async (t) => {
    const { run, fake, context, warehouse } = await setupFlow(t);
    const { access } = context({ warehouse });
    const summary = await run({}, { access: { ...access, clientSecret: '' } });
    assert.deepEqual(outcomes(summary), all('refused'));
    const { problem } = summary.tables[0];
    assert.match(words(problem ?? assert.fail()), /developer\.spotify\.com\/dashboard/);
    assert.equal(fake.requests.length, 0);
  });

  test('appear nowhere, even when Spotify sends them back', async (t) => {
    const echo: FakeHooks = {
      intercept: ({ path, query, authorization }) =>
        path.startsWith(EPISODES) && query.get('offset') === '50'
          ? { status: 400, body: `bad request: ${authorization}` }
          : undefined,
    };
    const secret = 'a-secret-that-is-told-nowhere';
    const clientId = 'a-client-id-that-is-told-nowhere';
    const { run, fake, lake, logged, warehouse } = await setupFlow(t, {
      clientId,
      clientSecret: secret,
      switches: [echo],
    });
    const summary = await run();
    assert.ok(logged.length >= 3);
    const { rows } = await warehouse.query('SELECT * FROM spotify_runs');
    const kept: string[] = [];
    for (const { name } of await lake.list(`${RAW}/run-1`)) {
      await using file = await lake.open(name);
      kept.push(name, new TextDecoder().decode(await file.read(0, file.file.size)));
    }
    assert.ok(kept.length > 10);
    const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
    const everything = JSON.stringify([summary, logged, rows, kept]);
    for (const word of [secret, clientId, basic, ...fake.tokens]) {
      assert.ok(!everything.includes(word), word);
    }
  });

  test('that are refused are not told either', async (t) => {
    const secret = 'another-secret';
    const refuse = faulty(TOKEN, { status: 400, body: `invalid: ${secret}` });
    const { run, logged, context, warehouse } = await setupFlow(t, { switches: [refuse] });
    const { access } = context({ warehouse });
    const summary = await run({}, { access: { ...access, clientSecret: secret } });
    assert.equal(summary.tables[0].problem?.code, 'spotify.credentials');
    assert.ok(!JSON.stringify([summary, logged]).includes(secret));
  });
});
