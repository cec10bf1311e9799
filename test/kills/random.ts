import assert from 'node:assert/strict';
import { appendFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomIntegers } from '../../src/samples/sales.ts';
import { hashOf, newHome, sale, sales, type TestHome } from '../ingest/home.ts';
import { entrada, publishedIn, resultOf, settle } from '../ingest/killing.ts';
import { date } from '../workbook-builder.ts';

const KILLS = 50;
const seed = Number(process.env.KILL_SEED ?? 20190314);

test(`killed ${KILLS} times at random moments while files arrive, the tables end as undisturbed`, async (t) => {
  const random = randomFrom(seed);
  await using home = await newHome();
  const dropped = new Map<string, Buffer>();
  let [kills, runs, span] = [0, 0, 1_000];
  while (kills < KILLS) {
    const arriving = await drop(home, dropped, random);
    const started = performance.now();
    const { child, ended } = entrada(['run', '--home', home.path], {
      env: { ENTRADA_WAIT_SECONDS: '0' },
    });
    runs++;
    const killing = new AbortController();
    const kill = sleep((0.2 + random()) * span, undefined, { signal: killing.signal }).then(
      () => child.kill('SIGKILL'),
      () => {},
    );
    await arriving();
    const { signal, code, stdout, stderr } = await ended;
    killing.abort();
    await kill;
    if (signal === 'SIGKILL') {
      kills++;
      // Until runs end by themselves now and then: only so are the last moments of one among those tried.
      span *= 1.1;
    } else {
      assert.ok([0, 3, 4].includes(code ?? -1), `${code} ${stdout} ${stderr}`);
      span = 0.9 * (performance.now() - started);
    }
    assertWhole(await publishedIn(home));
  }
  t.diagnostic(`seed ${seed}: ${kills} kills in ${runs} runs; ${dropped.size} files`);

  await using calm = await newHome();
  for (const [name, bytes] of dropped) await calm.drop(name, bytes);
  for (const place of [home, calm]) {
    const { failed, postponed, waiting } = await place.run();
    assert.deepEqual([failed, postponed, waiting], [[], [], []]);
  }
  const [got, expected] = [await comparable(home), await comparable(calm)];
  assert.deepEqual(got, expected);
  assert.deepEqual(got.inbox, []);
  assert.deepEqual(got.kept, [...dropped.values()].map(hashOf).sort());
});

/** One or two files arrive: at once, in two pieces while the run is at work, or by a rename meanwhile. */
async function drop(home: TestHome, dropped: Map<string, Buffer>, random: () => number) {
  const later: (() => Promise<void>)[] = [];
  const count = 1 + Math.floor(random() * 2);
  for (let i = 0; i < count; i++) {
    const name = `${dropped.size}.xlsx`;
    const bytes = content(dropped, random);
    dropped.set(name, bytes);
    const way = random();
    if (way < 0.7) {
      await home.drop(name, bytes);
      await settle(home.path, [name]);
    } else if (way < 0.85) {
      await home.drop(name, bytes.subarray(0, bytes.length / 2));
      later.push(() =>
        appendFile(join(home.path, 'entrada', name), bytes.subarray(bytes.length / 2)),
      );
    } else {
      await home.drop(`${name}.part`, bytes);
      const path = join(home.path, 'entrada', name);
      later.push(() => rename(`${path}.part`, path));
    }
  }
  const pause = random() * 400;
  return async () => {
    if (later.length > 0) await sleep(pause);
    for (const arrive of later) await arrive();
  };
}

/** Rows that often repeat those of other files, now and then a bad one; a copy of an earlier file; no workbook at all. */
function content(dropped: ReadonlyMap<string, Buffer>, random: () => number): Buffer {
  const pick = (below: number) => Math.floor(random() * below);
  const n = dropped.size;
  const kind = random();
  if (kind < 0.1) return Buffer.from(`no workbook ${n}`);
  if (kind < 0.25 && n > 0) return [...dropped.values()][pick(n)];
  const rows = Array.from({ length: 5 + pick(40) }, () =>
    sale(pick(50), date(2019 + pick(2), 1 + pick(12), 1 + pick(3)), ['VULT', 'EUDORA'][pick(2)]),
  );
  if (kind < 0.5) rows.push(sale(`bad ${n}`));
  return sales(...rows);
}

/** Half of a run is never seen: every consolidated table sums to the base table. */
function assertWhole(tables: Awaited<ReturnType<typeof publishedIn>>): void {
  const sums = tables.map((rows) => rows.reduce((sum, row) => sum + Number(row.at(-1)), 0));
  assert.deepEqual(
    sums,
    sums.map(() => sums[0]),
  );
}

/** Which of several files that hold a row was first depends on when each came; everything else does not. */
async function comparable(home: TestHome) {
  const { answers, inbox, kept } = await resultOf(home);
  const [rejected, files] = answers.slice(-2);
  const states = files
    // A file seen in one piece less was another version: it is no more.
    .filter(([, state]) => state !== 'received')
    .map(([name, state]) => [name, state === 'rejected' ? state : 'in the tables']);
  return { published: answers.slice(0, -2), rejected, states, inbox, kept };
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function randomFrom(start: number): () => number {
  const below = randomIntegers(start);
  return () => below(2 ** 32) / 2 ** 32;
}
