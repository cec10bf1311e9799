import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ALWAYS, EPISODES, faulty, startFakeSpotify, tooMany } from '../fake-spotify/server.ts';
import { PROGRAM } from '../program.ts';

async function setupHome(t: TestContext, options: Parameters<typeof startFakeSpotify>[0] = {}) {
  const home = await mkdtemp(join(tmpdir(), 'entrada-'));
  const fake = await startFakeSpotify({ clientSecret: 'told-nowhere', ...options });
  t.after(async () => {
    await fake.close();
    await rm(home, { recursive: true });
  });
  const access = {
    SPOTIFY_CLIENT_ID: fake.clientId,
    SPOTIFY_CLIENT_SECRET: fake.clientSecret,
    SPOTIFY_API_URL: fake.url,
    SPOTIFY_ACCOUNTS_URL: fake.url,
  };
  return { home, fake, access };
}

/** The command line, beside the simulated Spotify of this process. */
async function entrada(home: string, args: string[], environment: NodeJS.ProcessEnv = {}) {
  const env = { PATH: process.env.PATH, HOME: home, ENTRADA_LANG: 'en', ...environment };
  const argv = [PROGRAM, ...args, '--home', home];
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, argv, { env }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

test('without the secrets one line says where to get them, and that Premium is needed', async (t) => {
  const { home } = await setupHome(t);
  const { code, stdout, stderr } = await entrada(home, ['spotify']);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.equal(stderr.trimEnd().split('\n').length, 1);
  assert.match(stderr, /developer\.spotify\.com\/dashboard .*Premium/);
});

test('spotify says what became of each table, and status shows the runs', async (t) => {
  const { home, access } = await setupHome(t, { shows: 3, episodes: 7 });
  const lines = Object.entries(access).map(([name, value]) => `${name}=${value}`);
  await writeFile(join(home, '.env'), lines.join('\n'));
  const first = await entrada(home, ['spotify'], { ENTRADA_LOG: 'debug' });
  assert.equal(first.code, 0, first.stderr);
  assert.equal(
    first.stdout,
    'spotify_podcasts: 3 rows; 3 new\nspotify_all_episodes: 7 rows; 7 new\ndh_gb_episodes: 1 row; 1 new\n',
  );
  assert.match(first.stderr, /"table":"dh_gb_episodes","outcome":"changed"/);
  const only = await entrada(home, ['spotify', '--only', 'gb']);
  assert.equal(only.stdout, 'dh_gb_episodes: 1 row, nothing new\n');

  const status = await entrada(home, ['status']);
  assert.match(status.stdout, /dh_gb_episodes +unchanged +1 +0/);
  const portuguese = await entrada(home, ['status'], { ENTRADA_LANG: 'pt-BR' });
  assert.match(portuguese.stdout, /dh_gb_episodes +sem novidades +1 +0/);
  const json = await entrada(home, ['status', '--json']);
  const runs = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(runs.length, 4);
  assert.match(runs[0].time, /^\d{4}-.*Z$/);

  await rm(join(home, '.env'));
  const replay = await entrada(home, ['spotify', '--replay', runs[3].runId]);
  assert.match(replay.stdout, /^spotify_all_episodes: 7 rows, nothing new$/m);
  for (const { stdout, stderr } of [first, only, status, json, replay])
    assert.ok(!(stdout + stderr).includes('told-nowhere'));
  const database = await readFile(join(home, 'entrada.duckdb'));
  assert.equal(database.includes('told-nowhere'), false);
});

test('a 429 past the budget ends with code 4 and the time; a wrong word with code 2', async (t) => {
  const limit = faulty(EPISODES, tooMany('86400'), ALWAYS);
  const { home, access } = await setupHome(t, { shows: 3, switches: [limit] });
  const { code, stdout } = await entrada(home, ['spotify', '--json'], access);
  assert.equal(code, 4);
  const [, episodes] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(episodes.outcome, 'limited');
  assert.equal(episodes.until, episodes.problem.values.until);
  const wrong = await entrada(home, ['spotify', '--only', 'songs'], access);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /podcasts, episodes or gb/);
});

test('a replay of answers that are not there makes no home', async (t) => {
  const { home } = await setupHome(t);
  const { code, stderr } = await entrada(join(home, 'none'), ['spotify', '--replay', 'nope']);
  assert.equal(code, 2);
  assert.match(stderr, /no kept answers of a run nope/);
  assert.equal(existsSync(join(home, 'none')), false);
});
