import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { runHome } from '../../src/commands/run.ts';
import { createAsking } from '../../src/commands/spotify-watch.ts';
import { readSettings } from '../../src/config.ts';
import type { Output } from '../../src/output.ts';
import { startFakeSpotify } from '../fake-spotify/server.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
/** When the dataset's schedule, six o'clock in São Paulo, comes. */
const DUE = START + 3_600_000;

type Options = NonNullable<Parameters<typeof startFakeSpotify>[0]>;

/** A home, and what `watch` says of Spotify. */
async function setupWatch(t: TestContext, options: Options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-'));
  const fake = await startFakeSpotify({ shows: 3, episodes: 7, ...options });
  t.after(async () => {
    await fake.close();
    await rm(folder, { recursive: true });
  });
  const said: string[] = [];
  const output: Output = {
    language: 'en',
    json: false,
    line: (text = '') => said.push(text),
    say: ({ code }) => said.push(code),
    render: ({ code }) => code,
    columns: () => assert.fail(),
    table: () => assert.fail(),
    heading: () => assert.fail(),
    object: () => {},
    progress: () => {},
  };
  const home = join(folder, 'home');
  const settings = readSettings({}, home);
  await runHome(settings, output);
  said.length = 0;
  const access = {
    SPOTIFY_CLIENT_ID: fake.clientId,
    SPOTIFY_CLIENT_SECRET: fake.clientSecret,
    SPOTIFY_API_URL: fake.url,
    SPOTIFY_ACCOUNTS_URL: fake.url,
  };
  return { home, fake, said, settings, output, access };
}

describe('watch', () => {
  test('asks Spotify when the schedule says so, and only with the secrets', async (t) => {
    const { fake, said, settings, output, access } = await setupWatch(t);
    assert.equal(await createAsking(settings, output, START, {}), undefined);
    const ask = (await createAsking(settings, output, START, access)) ?? assert.fail();
    assert.deepEqual(said.splice(0), ['spotify.scheduled']);
    await ask(DUE - 1000);
    assert.deepEqual([fake.requests.length, said], [0, []]);
    await ask(DUE);
    assert.deepEqual(said, [...Array(3).fill('spotify.changed'), 'spotify.scheduled']);
    const { length } = fake.requests;
    assert.ok(length > 0);
    await ask(DUE + 2000);
    assert.equal(fake.requests.length, length);
  });

  test('makes no home for Spotify in the place of one that has gone, and asks once it is back', async (t) => {
    const { home, fake, settings, output, access } = await setupWatch(t);
    const ask = (await createAsking(settings, output, START, access)) ?? assert.fail();
    await rename(home, `${home} away`);
    await ask(DUE);
    assert.deepEqual([existsSync(home), fake.requests.length], [false, 0]);
    await rename(`${home} away`, home);
    await ask(DUE + 60_000);
    assert.ok(fake.requests.length > 0);
  });
});
