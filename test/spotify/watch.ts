import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { runHome } from '../../src/commands/run.ts';
import { createAsking } from '../../src/commands/spotify-watch.ts';
import { readSettings } from '../../src/config.ts';
import type { Output } from '../../src/output.ts';
import { EPISODES, faulty, startFakeSpotify, tooMany } from '../fake-spotify/server.ts';
import { DATASETS } from './flow-setup.ts';
import { fakeClock, START } from './setup.ts';

/** Until the dataset's schedule, six o'clock in São Paulo, comes. */
const UNTIL_DUE = Date.parse('2026-11-25T09:00:00Z') - START;

type Options = NonNullable<Parameters<typeof startFakeSpotify>[0]>;

/** A home, and what `watch` says of Spotify. */
async function setupWatch(t: TestContext, options: Options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-'));
  const clock = fakeClock();
  const fake = await startFakeSpotify({
    now: clock.effects.now,
    shows: 3,
    episodes: 7,
    ...options,
  });
  t.after(async () => {
    await fake.close();
    await rm(folder, { recursive: true });
  });
  const said: string[] = [];
  const objects: object[] = [];
  const output: Output = {
    language: 'en',
    json: false,
    line: (text = '') => said.push(text),
    say: ({ code }) => said.push(code),
    sayOnce: () => assert.fail(),
    number: String,
    render: ({ code }) => code,
    columns: () => assert.fail(),
    table: () => assert.fail(),
    heading: () => assert.fail(),
    object: (one) => objects.push(one),
    progress: () => {},
  };
  const home = join(folder, 'home');
  const settings = readSettings({ ENTRADA_WAIT_SECONDS: '0' }, home);
  await runHome(settings, output);
  said.length = 0;
  objects.length = 0;
  const access = {
    SPOTIFY_CLIENT_ID: fake.clientId,
    SPOTIFY_CLIENT_SECRET: fake.clientSecret,
    SPOTIFY_API_URL: fake.url,
    SPOTIFY_ACCOUNTS_URL: fake.url,
  };
  const create = (environment: NodeJS.ProcessEnv = access) =>
    createAsking(settings, output, clock.effects, environment);
  const ask = (await create()) ?? assert.fail();
  assert.deepEqual(said.splice(0), ['spotify.scheduled']);
  return { home, fake, clock, said, objects, create, ask };
}

/** Has a database open in another process. */
async function hold(file: string) {
  const source = new URL('../../src/warehouse/duckdb/duckdb.ts', import.meta.url).href;
  const program = `
    const { openDuckDb } = await import(process.argv[1]);
    await openDuckDb({ file: process.argv[2], waitMs: 0 });
    process.stdout.write('held');
    process.stdin.resume();`;
  const argv = ['--input-type=module', '-e', program, source, file];
  const child = spawn(process.execPath, argv, { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
}

describe('watch', () => {
  test('asks Spotify when the schedule says so, and only with the secrets', async (t) => {
    const { fake, clock, said, create, ask } = await setupWatch(t);
    assert.equal(await create({}), undefined);
    clock.pass(UNTIL_DUE - 1000);
    await ask();
    assert.deepEqual([fake.requests.length, said], [0, []]);
    clock.pass(1000);
    await ask();
    assert.deepEqual(said, [...Array(3).fill('spotify.changed'), 'spotify.scheduled']);
    const { length } = fake.requests;
    assert.ok(length > 0);
    clock.pass(2000);
    await ask();
    assert.equal(fake.requests.length, length);
  });

  test('makes no home for Spotify in the place of one that has gone, and asks once it is back', async (t) => {
    const { home, fake, clock, ask } = await setupWatch(t);
    await rename(home, `${home} away`);
    clock.pass(UNTIL_DUE);
    await ask();
    assert.deepEqual([existsSync(home), fake.requests.length], [false, 0]);
    await rename(`${home} away`, home);
    clock.pass(60_000);
    await ask();
    assert.ok(fake.requests.length > 0);
  });

  test('asks Spotify again for what passes, when a wait is over, and only for the tables that are left', async (t) => {
    const limit = faulty(EPISODES, tooMany('700'));
    const { clock, said, ask } = await setupWatch(t, { switches: [limit] });
    clock.pass(UNTIL_DUE);
    await ask();
    // A 429 holds back every request of a run, so that the shows may or may not have come before it.
    const left = said.splice(0).filter((code) => code === 'spotify.asItWas').length;
    assert.ok(left >= 2);
    clock.pass(699_000);
    await ask();
    assert.deepEqual(said, []);
    clock.pass(1000);
    await ask();
    assert.deepEqual(said, [...Array(left).fill('spotify.changed'), 'spotify.scheduled']);
  });

  test('asks Spotify again and again while the database is held, with longer pauses, and says so to a program', async (t) => {
    const { home, clock, said, objects, ask } = await setupWatch(t);
    const holder = await hold(join(home, 'entrada.duckdb'));
    clock.pass(UNTIL_DUE);
    for (const pause of [60_000, 120_000, 240_000]) {
      await ask();
      assert.deepEqual(said.splice(0), ['warehouse.busy', 'spotify.scheduled']);
      clock.pass(pause - 1000);
      await ask();
      assert.deepEqual(said, []);
      clock.pass(1000);
    }
    assert.deepEqual(Object.keys(objects[0]), ['error', 'message', 'values']);
    holder.kill();
    await once(holder, 'exit');
    await ask();
    assert.deepEqual(said, [...Array(3).fill('spotify.changed'), 'spotify.scheduled']);
  });

  test('follows the dataset of Spotify when it is changed, and says once what is wrong with it', async (t) => {
    const { home, fake, clock, said, ask } = await setupWatch(t);
    const folder = join(home, 'datasets/spotify');
    await cp(join(DATASETS, 'spotify'), folder, { recursive: true });
    const right = await readFile(join(folder, 'dataset.yaml'), 'utf8');
    const write = (schedule: string) =>
      writeFile(
        join(folder, 'dataset.yaml'),
        right.replace(/^schedule:.*$/m, `schedule: ${schedule}`),
      );
    await write('never');
    clock.pass(UNTIL_DUE);
    for (let times = 0; times < 2; times++) await ask();
    assert.deepEqual([said.splice(0), fake.requests.length], [['dataset.schedule'], 0]);
    await write('0 7 * * *');
    await ask();
    assert.deepEqual([said.splice(0), fake.requests.length], [['spotify.scheduled'], 0]);
    clock.pass(3_600_000);
    await ask();
    assert.deepEqual(said, [...Array(3).fill('spotify.changed'), 'spotify.scheduled']);
  });
});
