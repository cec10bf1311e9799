import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { readDatasets } from '../../src/contract/dataset.ts';
import { accessNames, hasSecrets, readAccess } from '../../src/spotify/access.ts';
import { readSpotifyDataset } from '../../src/spotify/dataset.ts';
import { createSchedule } from '../../src/spotify/schedule.ts';
import { DATASETS } from './flow-setup.ts';
import { failure, words } from './setup.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'entrada-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** A folder of datasets with the one that comes with Entrada, one line of it changed. */
async function changed(t: TestContext, key: string, line: string, name = 'spotify') {
  const root = await folder(t);
  await mkdir(join(root, name));
  await copyFile(join(DATASETS, 'spotify/tables.sql'), join(root, name, 'tables.sql'));
  const text = await readFile(join(DATASETS, 'spotify/dataset.yaml'), 'utf8');
  assert.match(text, new RegExp(`^${key}:`, 'm'));
  const other = text.replace(new RegExp(`^${key}:.*$`, 'm'), line);
  await writeFile(join(root, name, 'dataset.yaml'), other);
  return root;
}

describe('the dataset of Spotify', () => {
  test('has the values of the case', async () => {
    const dataset = await readSpotifyDataset([DATASETS]);
    const { term, shows, show, market, words } = dataset ?? assert.fail();
    assert.deepEqual(
      { term, shows, show, market, words },
      {
        term: 'data hackers',
        shows: 50,
        show: '1oMIHOXsrLFENAeM743g93',
        market: 'BR',
        words: 'Grupo Boticário',
      },
    );
  });

  test('is told from those of workbooks, and they from it', async (t) => {
    const names = (await readDatasets(DATASETS)).map(({ name }) => name);
    assert.ok(names.includes('bases_vendas'));
    assert.ok(!names.includes('spotify'));
    const root = await changed(t, 'kind', 'kind: carrier pigeon');
    assert.match(
      words(await failure(readDatasets(root))),
      /kind is "carrier pigeon"\. Wanted: workbook, spotify\./,
    );
  });

  test('of the home takes the place of the one that comes with Entrada', async (t) => {
    const root = await changed(t, 'words', 'words: Outra Empresa');
    assert.equal((await readSpotifyDataset([DATASETS, root]))?.words, 'Outra Empresa');
    assert.equal(await readSpotifyDataset([await folder(t)]), undefined);
  });

  test('is wrong without its tables.sql', async (t) => {
    const root = await changed(t, 'words', 'words: Outra Empresa');
    await rm(join(root, 'spotify/tables.sql'));
    const error = await failure(readSpotifyDataset([DATASETS, root]));
    assert.equal(error.code, 'dataset.sqlMissing');
  });

  const refused: [string, string][] = [
    ['topic', 'topic: another'],
    ['tables', 'tables: [spotify_all_episodes, spotify_podcasts, dh_gb_episodes]'],
    ['words', 'words: ""'],
    ['words', 'words: "\u00a0\u0301 "'],
    ['term', 'term: " "'],
    ['shows', 'shows: 0'],
    ['shows', 'shows: 1001'],
    ['shows', 'shows: many'],
    ['show', 'show: https://open.spotify.com/show/1oMIHOXsrLFENAeM743g93'],
    ['market', 'market: br'],
    ['schedule', 'schedule: every day'],
    ['schedule', 'schedule: "* * * * * *"'],
    ['schedule', 'schedule: "@daily"'],
    ['schedule', 'schedule: "2020-01-01T00:00:00"'],
    ['schedule', 'schedule: 0 0 31 2 *'],
    ['timezone', 'timezone: Brazil/Nowhere'],
    ['budgetSeconds', 'budgetSeconds: 0'],
    ['budgetSeconds', 'budgetSeconds: 21601'],
    ['budgetSeconds', 'budgetSeconds: .inf'],
    ['timeoutSeconds', 'timeoutSeconds: 301'],
    ['market', 'markets: BR'],
  ];
  for (const [key, line] of refused) {
    test(`refuses ${line}`, async (t) => {
      const error = await failure(readSpotifyDataset([await changed(t, key, line)]));
      assert.equal(error.kind, 'user');
      assert.match(String(error.values.file), /dataset\.yaml$/);
      assert.equal(error.values.key, line.split(':', 1)[0]);
      assert.match(words(error), new RegExp(`dataset\\.yaml, line \\d+: .*${error.values.key}`));
      assert.doesNotMatch(words(error), /expected|nvalid/, 'nothing is left of zod’s own words');
    });
  }
});

describe('what proves who asks', () => {
  const both = { SPOTIFY_CLIENT_ID: 'id', SPOTIFY_CLIENT_SECRET: 'secret' };

  test('comes from the environment; the hosts are the real ones by default', async (t) => {
    assert.deepEqual(await readAccess(both, await folder(t)), {
      apiUrl: 'https://api.spotify.com',
      accountsUrl: 'https://accounts.spotify.com',
      clientId: 'id',
      clientSecret: 'secret',
    });
  });

  test('comes from .env of the home where the environment does not have it', async (t) => {
    const home = await folder(t);
    const lines = ['# notes', 'SPOTIFY_CLIENT_ID=from-file', 'SPOTIFY_CLIENT_SECRET="of file"'];
    await writeFile(join(home, '.env'), lines.join('\n'));
    const access = await readAccess({ SPOTIFY_CLIENT_ID: 'mine', SPOTIFY_CLIENT_SECRET: '' }, home);
    assert.deepEqual([access.clientId, access.clientSecret], ['mine', 'of file']);
    assert.equal(hasSecrets(access), true);
  });

  test('may be missing', async (t) => {
    assert.equal(hasSecrets(await readAccess({ SPOTIFY_CLIENT_ID: 'id' }, await folder(t))), false);
  });

  for (const url of [
    ...['https://a.com/', 'a.com', 'ftp://a.com', 'https://', 'http://a.com:99999', 'http://[::'],
    ...['https://a:a-secret@c.com', 'https://a:a-secret/@c@c.com/', 'a:a-secret@c.com'],
  ]) {
    test(`refuses the host ${url}`, async (t) => {
      const error = await failure(readAccess({ ...both, SPOTIFY_API_URL: url }, await folder(t)));
      assert.match(words(error), /SPOTIFY_API_URL/);
      assert.equal(error.code, 'setting.url');
      assert.ok(!JSON.stringify(error).includes('secret'));
    });
  }

  test('is described in docs/settings.md', async () => {
    const text = await readFile(new URL('../../docs/settings.md', import.meta.url), 'utf8');
    for (const name of accessNames) assert.ok(text.includes(`\`${name}\``), name);
  });
});

describe('the schedule', () => {
  const daily = { schedule: '0 6 * * *', timezone: 'America/Sao_Paulo' };
  const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);

  test('is due once at each time, in its time zone', () => {
    const schedule = createSchedule(daily, at('08:00'));
    assert.equal(schedule.next(), at('09:00'));
    assert.equal(schedule.isDue(at('08:59')), false);
    assert.equal(schedule.isDue(at('09:00')), true);
    assert.equal(schedule.isDue(at('09:00')), false);
    assert.equal(schedule.next(), at('09:00') + 86_400_000);
  });

  test('is due once after a time that was slept through', () => {
    const schedule = createSchedule(daily, at('08:00'));
    const later = at('10:00') + 3 * 86_400_000;
    assert.equal(schedule.isDue(later), true);
    assert.equal(schedule.isDue(later), false);
  });

  test('is due again at its next time when the clock was ahead and is put right', () => {
    const schedule = createSchedule(daily, at('08:00'));
    assert.equal(schedule.isDue(Date.parse('2036-11-24T09:00:00Z')), true);
    assert.equal(schedule.isDue(at('08:30')), false);
    assert.equal(schedule.next(), at('09:00'));
    assert.equal(schedule.isDue(at('09:00')), true);
  });
});
