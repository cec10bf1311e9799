import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { namesIn } from '../../contracts/lake.ts';
import { sale, sales } from '../../ingest/home.ts';
import { keysIn, runbook } from '../../runbook.ts';
import { date } from '../../workbook-builder.ts';
import { type Desk, openDesk, type Why } from './desk.ts';

const MARCH = date(2019, 3, 1);
const book = (units: number) => sales(sale(units, MARCH));

async function drop({ scene }: Desk, name: string, bytes: Uint8Array): Promise<string> {
  await scene.lake.write(name.startsWith('/') ? name.slice(1) : `entrada/${name}`, bytes);
  return name;
}

async function half(desk: Desk, state: string, units: number, why?: Why): Promise<string> {
  const name = await drop(desk, `${state} before.xlsx`, book(units));
  await desk.tell(name, state, why);
  return name;
}

type Maker = (desk: Desk) => Promise<string>;
/** How a file comes into each state that the runbook has a row for; each gives the file's name. First what a run does. */
const makers: Readonly<Record<string, Maker>> = {
  loaded: (desk) => drop(desk, 'good.xlsx', book(1)),
  repeated: (desk) => drop(desk, 'good again.xlsx', book(1)),
  rejected: (desk) => drop(desk, 'wrong.xlsx', Buffer.from('no workbook')),
  retracted: (desk) => drop(desk, 'taken back.xlsx', book(2)),
};
/** And then what is still in the inbox. */
const kept: Readonly<Record<string, Maker>> = {
  received: (desk) => half(desk, 'received', 3),
  failed: (desk) => half(desk, 'failed', 4, { code: 'fault', detail: { detail: 'it broke' } }),
  postponed: (desk) =>
    half(desk, 'postponed', 5, {
      code: 'lake.unreachable',
      detail: { file: 'x.xlsx', detail: '503' },
    }),
  // Its outcome is known, and the move did not come.
  archived: (desk) =>
    half(desk, 'rejected', 6, { code: 'workbook.unknownType', detail: { start: 'x' } }),
  'in the dead-letter topic': (desk) => drop(desk, 'given up.xlsx', book(7)),
  'not listed at all': (desk) => drop(desk, '/Entrada/lost one.xlsx', book(8)),
  'wait.ready': (desk) => drop(desk, 'ready.xlsx', book(9)),
  'wait.name': (desk) => drop(desk, 'loja/list of all.csv', Buffer.from('a;b\n1;2\n')),
  'wait.hidden': (desk) => drop(desk, '.x.xlsx', Buffer.from('x')),
  'wait.temporary': (desk) => drop(desk, 'big one.xlsx.part', Buffer.from('PK')),
  'wait.lockFile': (desk) => drop(desk, '~$good.xlsx', Buffer.from('x')),
  'wait.empty': (desk) => drop(desk, 'empty.xlsx', Buffer.from('')),
  'wait.gaps': (desk) => {
    const bytes = Buffer.from(book(10));
    // Within the first part, whose checksum then is another.
    bytes.fill(0, 60, 70);
    return drop(desk, 'loja/gaps.xlsx', bytes);
  },
  'wait.incomplete': (desk) => drop(desk, 'half.xlsx', book(10).subarray(0, 200)),
};
/** Only while somebody writes. */
const WRITING = 'wait.writing';
/** Those that the next run takes. */
const TAKEN = [
  'received',
  'failed',
  'postponed',
  'archived',
  'in the dead-letter topic',
  'wait.ready',
];
const WITH_REPORT = ['wrong.xlsx', 'rejected before.xlsx'];

describe('files', { timeout: 600_000 }, () => {
  test('each state is as its row says, and what the row says to type does what it promises', async () => {
    const rows = keysIn(await runbook(), 'Files').sort();
    assert.deepEqual(rows, [...Object.keys(makers), ...Object.keys(kept), WRITING].sort());
    await using desk = await openDesk();
    const row = (...states: string[]) => desk.at(states.map((state) => `Files: ${state}`));
    const names: Record<string, string> = {};
    const make = async (state: string, maker: Maker) => {
      names[state] = await maker(desk);
    };
    for (const [state, maker] of Object.entries(makers)) {
      await make(state, maker);
      // Each comes by itself, so that it is known which of two alike was first.
      assert.match(String((await desk.type('entrada run')).code), /^[03]$/, state);
    }
    assert.equal((await desk.type('entrada retract "taken back.xlsx"')).code, 0);
    for (const [state, maker] of Object.entries(kept)) await make(state, maker);

    const status = async () => (await desk.type('entrada status --json')).objects();
    const statesOf = (seen: Record<string, unknown>[], name: string) =>
      seen
        .filter(({ fileName }) => fileName === name)
        .map(({ type, reason, state }) => (type === 'waiting' ? reason : state));
    const shown = await status();
    for (const [state, name] of Object.entries(names)) {
      const told: Record<string, string | undefined> = {
        archived: 'rejected',
        'in the dead-letter topic': 'wait.ready',
        'not listed at all': undefined,
      };
      const wanted = state in told ? told[state] : state;
      assert.equal(
        statesOf(shown, name).includes(wanted),
        wanted !== undefined,
        `${state}: ${name}`,
      );
    }
    const archived = (seen: Record<string, unknown>[], name: string) =>
      seen.find(({ fileName, type }) => fileName === name && type === 'file')?.archived;
    assert.deepEqual(
      [names.loaded, names.archived].map((name) => archived(shown, name)),
      [true, false],
    );

    // What there is to look at.
    const about = ['rejected', 'repeated', 'retracted'].map((state) => `Files: ${state}`);
    const told = await desk.at(['Files', ...about])(/status/);
    assert.match(told.stdout, /^wrong\.xlsx .* not a workbook/m);
    assert.match(told.stdout, /^good again\.xlsx .* good\.xlsx/m);
    assert.match(told.stdout, /^taken back\.xlsx/m);
    const traced = await row('loaded')(/trace/);
    assert.match(traced.stdout, /good\.xlsx/);
    const restless = await row('archived')(/query/);
    assert.match(restless.stdout, /rejected before\.xlsx +rejected/);
    assert.doesNotMatch(restless.stdout, /good/);
    const all = await row('not listed at all')(/ls/);
    const bucket = `${desk.scene.environment.ENTRADA_LAKE}/`;
    const lines = all.stdout.split('\n').filter((line) => line !== '');
    const place = lines.find((line) => line.endsWith('lost one.xlsx'))?.slice(bucket.length);
    assert.equal(place, 'Entrada/lost one.xlsx');
    const copied = await row('wait.name')(/copy/, { FILE: names['wait.name'] });
    assert.equal(copied.code, 3, copied.stderr);
    assert.match(copied.stdout, /it is CSV/);
    const long = await row('wait.temporary')(/--long/, { FILE: names['wait.temporary'] });
    assert.match(long.stdout, /^ +2 .*big one\.xlsx\.part$/m);

    // What there is to type.
    const run = await row(...TAKEN)(/run/);
    assert.equal(run.code, 0, run.stderr);
    for (const state of ['wait.name', 'wait.hidden', 'wait.temporary']) {
      const gone = await row(state)(/ rm /, { FILE: names[state] });
      assert.equal(gone.code, 0, gone.stderr);
    }
    const moved = await row('not listed at all')(/ mv /, { PLACE: place });
    assert.equal(moved.code, 0, moved.stderr);
    await writeFile(join(desk.folder, 'x.xlsx'), book(11));
    const again = await row('wait.empty')(/ cp /, { FILE: names['wait.empty'] });
    assert.equal(again.code, 0, again.stderr);

    const left = await status();
    for (const state of TAKEN) {
      const outcome = state === 'archived' ? 'rejected' : 'loaded';
      assert.deepEqual(statesOf(left, names[state]), [outcome], state);
      assert.equal(archived(left, names[state]), true, state);
    }
    for (const state of ['wait.name', 'wait.hidden', 'wait.temporary'])
      assert.deepEqual(statesOf(left, names[state]), [], state);
    for (const name of ['lost one.xlsx', names['wait.empty']])
      assert.deepEqual(statesOf(left, name), ['wait.ready'], name);
    const inbox = await Promise.all(
      ['entrada', 'entrada/loja', 'Entrada'].map((one) => namesIn(desk.scene.lake, one)),
    );
    const there = ['~$good.xlsx', 'empty.xlsx', 'half.xlsx', 'loja/gaps.xlsx', 'lost one.xlsx'];
    assert.deepEqual(inbox.flat().sort(), there.map((name) => `entrada/${name}`).sort());
    const reports = await namesIn(desk.scene.lake, 'rejeitados');
    for (const name of WITH_REPORT)
      assert.ok(reports.some((one) => one.includes(name.split('.')[0]) && one.endsWith('.txt')));
    // All that was dropped but what was retracted, rejected, or waits still.
    const [[units]] = await desk.scene.rows('SELECT SUM(QTD_VENDA) FROM bases_vendas');
    assert.equal(Number(units), 1 + 3 + 4 + 5 + 7 + 9);
  });

  test('a file that somebody writes to without end is said to be written, and taken when they have ended', async () => {
    await using desk = await openDesk();
    let ended = false;
    const writing = (async () => {
      while (!ended) await desk.scene.lake.write('entrada/log.xlsx', book(1));
    })();
    const { stdout } = await desk.type('entrada status');
    ended = true;
    await writing;
    assert.match(stdout, /log\.xlsx: left in entrada\/; it is still being written/);
    const { code, stderr } = await desk.at(`Files: ${WRITING}`)(/run/);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await namesIn(desk.scene.lake, 'entrada'), []);
  });
});
