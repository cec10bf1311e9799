import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FakeHooks } from '../../../src/spotify/fake/hooks.ts';
import type { FakeSpotify } from '../../../src/spotify/fake/server.ts';
import * as fakes from '../../fake-spotify/server.ts';
import { numbersOf } from '../../ingest/golden.ts';
import { keysIn, runbook } from '../../runbook.ts';
import { type Desk, openDesk } from './desk.ts';

const { ALWAYS, EPISODES, faulty, serverError, tooMany, wrongField } = fakes;
const TABLE = 'spotify_all_episodes';

/** What befalls the episodes, for each outcome: the exit code, and what `status` says of it. */
const faults: Readonly<Record<string, { hooks?: FakeHooks; code: number; says: RegExp }>> = {
  changed: { code: 0, says: / 7 +0 / },
  unchanged: { code: 0, says: / 7 +0 / },
  refused: {
    hooks: faulty(EPISODES, { status: 404, body: 'non existing id' }, ALWAYS),
    code: 2,
    says: /show/,
  },
  postponed: {
    hooks: faulty(EPISODES, { ...serverError, headers: { 'retry-after': '86400' } }, ALWAYS),
    code: 4,
    says: /gave no answer/,
  },
  failed: { hooks: wrongField(3, 'duration_ms', 'long'), code: 1, says: /duration_ms/ },
  limited: { hooks: faulty(EPISODES, tooMany('86400'), ALWAYS), code: 4, says: /\d{4}-\d\d-\d\dT/ },
};

describe('Spotify', { timeout: 600_000 }, () => {
  let desk: Desk;
  let fake: FakeSpotify;
  let fault: FakeHooks = {};
  before(async () => {
    desk = await openDesk();
    const hooks: FakeHooks = {
      intercept: (request, catalog) => fault.intercept?.(request, catalog),
      reshape: (page, request) => fault.reshape?.(page, request) ?? page,
    };
    fake = await fakes.startFakeSpotify({ shows: 3, episodes: 7, switches: [hooks] });
  });
  after(async () => {
    await fake.close();
    await desk[Symbol.asyncDispose]();
  });
  const ask = () =>
    desk.type('entrada spotify', {
      SPOTIFY_API_URL: fake.url,
      SPOTIFY_ACCOUNTS_URL: fake.url,
      SPOTIFY_CLIENT_ID: fake.clientId,
      SPOTIFY_CLIENT_SECRET: fake.clientSecret,
    });
  const rows = async () =>
    numbersOf((await desk.scene.rows(`SELECT COUNT(*), SUM(duration_ms) FROM ${TABLE}`))[0]);
  /** What status says of the last run of the episodes: its line, with the run's name first. */
  async function last(): Promise<string> {
    const { stdout } = await desk.at(['Spotify', 'Spotify fails'])(/status/);
    const lines = stdout.split('\n').filter((line) => line.includes(` ${TABLE} `));
    return lines.sort().at(-1) ?? '';
  }

  test('each outcome is as its row says, and what the row says to type does what it promises', async () => {
    assert.deepEqual(keysIn(await runbook(), 'Spotify').sort(), Object.keys(faults).sort());
    let kept: unknown;
    for (const [outcome, { hooks = {}, code, says }] of Object.entries(faults)) {
      fault = hooks;
      const asked = await ask();
      assert.equal(asked.code, code, `${outcome}: ${asked.stdout}${asked.stderr}`);
      const line = await last();
      assert.match(line, new RegExp(` ${TABLE} +${outcome} `));
      assert.match(line, says);
      kept ??= await rows();
      assert.deepEqual(await rows(), kept, outcome);
      if (outcome === 'postponed') await again();
      if (outcome === 'failed') kept = await replayed(line.split(' ')[0], kept);
    }
    // Nobody asks again before the time that the row says.
    fault = {};
    const { length } = fake.requests;
    assert.equal((await ask()).code, 4);
    assert.deepEqual(
      fake.requests.slice(length).filter(({ path }) => path.startsWith(EPISODES)),
      [],
    );
  });

  async function again() {
    desk.recorder.taken();
    const { code, stderr } = await desk.at('Spotify: postponed')(/execute/);
    assert.equal(code, 0, stderr);
    assert.match(desk.recorder.taken()[0].url, /\/jobs\/entrada-spotify:run$/);
  }

  /** What is kept of a run that failed is read again, and nobody is asked. */
  async function replayed(RUN: string, kept: unknown): Promise<unknown> {
    const { length } = fake.requests;
    const type = desk.at('Spotify: failed');
    const still = await type(/--replay/, { RUN });
    assert.equal(still.code, 1, still.stderr);
    assert.match(still.stdout, /duration_ms/);
    assert.deepEqual(await rows(), kept);
    // In the place of an Entrada that understands the answer: an answer that this one understands.
    const pages = await desk.scene.lake.list(`spotify/raw/${RUN}`);
    const read = async (name: string) => {
      await using opened = await desk.scene.lake.open(name);
      return Buffer.from(await opened.read(0, opened.file.size)).toString();
    };
    for (const { name } of pages) {
      const text = await read(name);
      if (text.includes('"long"'))
        await desk.scene.lake.write(name, Buffer.from(text.replace('"long"', '1')));
    }
    const well = await type(/--replay/, { RUN });
    assert.equal(well.code, 0, well.stdout + well.stderr);
    assert.equal(fake.requests.length, length);
    const now = await rows();
    assert.notDeepEqual(now, kept);
    return now;
  }
});
