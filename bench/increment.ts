import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SALES_HEADER, salesRows } from '../src/samples/sales.ts';
import { serialOfDay } from '../src/samples/serial.ts';
import { type Cell, writeWorkbook } from '../src/samples/workbook-writer.ts';
import { copyOf, drop, homeWith, remove, runEntrada } from './homes.ts';
import { inTurns, memoryOf, say, timeOf } from './measure.ts';
import { profileOf } from './profile.ts';
import { atMost, type Section, table } from './report.ts';

const FILES = 200;
const FILE_ROWS = 10_000;
const MONTHS = 36;
const BRANDS = 500;
const LINES = 10;
/** Brand-lines that the small file touches. */
const TOUCHED = 10;
const TURNS = 7;

/** What one more file costs when much is loaded already, and which rows it reads and writes. */
export async function increment(): Promise<Section[]> {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-bench-files-'));
  try {
    return [await manyFiles(folder), await fewKeys(folder)];
  } finally {
    remove(folder);
  }
}

/** Each file has a month of its own. */
async function manyFiles(folder: string): Promise<Section> {
  say(`loading ${FILES} files of ${FILE_ROWS} rows, one by one`);
  const home = homeWith([]);
  const load = async (n: number) => {
    drop(home, await monthFile(folder, n));
    runEntrada(home);
    if ((n + 1) % 20 === 0) say(`  ${n + 1}`);
  };
  await load(0);
  const early = copyOf(home);
  for (let n = 1; n < FILES; n++) await load(n);
  const next = await monthFile(folder, FILES);
  try {
    const rows = FILE_ROWS.toLocaleString('en');
    const { lines, ratio } = oneMore(
      next,
      { name: 'the 2nd file', home: early },
      { name: `file ${FILES + 1}`, home },
    );
    return {
      lines: [
        `## One more file of ${rows} rows, with 1 loaded and with ${FILES} loaded`,
        '',
        `The same file, as a whole run, into copies of two homes, in turns, ${TURNS} each.`,
        ...lines,
        ...told(`What DuckDB's profile says of its consolidation, with ${FILES} files loaded:`),
        ...(await profileOf(home, next)),
      ],
      targets: [atMost(`file ${FILES + 1}, in times of the 2nd`, ratio, 1.3)],
    };
  } finally {
    remove(early);
    remove(home);
  }
}

async function fewKeys(folder: string): Promise<Section> {
  say(`${MONTHS} months x ${BRANDS * LINES} brand-lines`);
  const whole = homeWith([await keysFile(folder, 'all', MONTHS, BRANDS * LINES)]);
  const single = homeWith([await keysFile(folder, 'one', 1, BRANDS * LINES)]);
  // The day after: rows that none of those files has.
  const next = await keysFile(folder, 'few', 1, TOUCHED, 1);
  try {
    runEntrada(whole);
    runEntrada(single);
    const keys = (BRANDS * LINES).toLocaleString('en');
    const { lines, ratio } = oneMore(
      next,
      { name: 'with 1 month loaded', home: single },
      { name: `with ${MONTHS} months loaded`, home: whole },
    );
    return {
      lines: [
        `## A file that touches ${TOUCHED} of ${keys} brand-lines, in 1 of ${MONTHS} months`,
        '',
        `A sale of each brand-line in each month is loaded. The same file, as a whole run, in turns, ${TURNS} each.`,
        ...lines,
        ...told(`What DuckDB's profile says of its consolidation, with ${MONTHS} months loaded:`),
        ...(await profileOf(whole, next)),
      ],
      targets: [atMost(`${TOUCHED} keys with ${MONTHS} months, in times of with 1`, ratio, 1.3)],
    };
  } finally {
    remove(whole);
    remove(single);
  }
}

function told(what: string): string[] {
  return [
    what,
    '"Read" is what scans gave after their filters; "of row groups with" the rows of the groups that they looked into.',
    'Procedures are what writes; checks and warnings only look. Counts are summed over all statements of a kind.',
  ];
}

interface Place {
  readonly name: string;
  readonly home: string;
}

function oneMore(file: string, early: Place, late: Place): { lines: string[]; ratio: number } {
  const outcomes = inTurns(
    [early, late].map(({ name, home }) => ({
      name,
      turns: TURNS,
      run: () => {
        const copy = copyOf(home);
        try {
          drop(copy, file);
          return runEntrada(copy);
        } finally {
          remove(copy);
        }
      },
    })),
  );
  const [first, second] = outcomes;
  const ratio = second.seconds / first.seconds;
  const lines = table(
    ['', 'whole run', 'times the first', 'peak memory'],
    outcomes.map(({ name, seconds, megabytes }) => [
      name,
      timeOf(seconds),
      (seconds / first.seconds).toFixed(2),
      memoryOf(megabytes),
    ]),
  );
  return { lines, ratio };
}

async function monthFile(folder: string, n: number): Promise<string> {
  const day = (month: number, date: number) =>
    new Date(Date.UTC(2005, month, date)).toISOString().slice(0, 10);
  const plan = { rows: FILE_ROWS, from: day(n, 1), to: day(n + 1, 0), seed: n };
  return written(join(folder, `month-${n}.xlsx`), function* () {
    yield SALES_HEADER;
    yield* salesRows(plan);
  });
}

/** A sale of each of the first brand-lines, on one day of each month. */
function keysFile(folder: string, name: string, months: number, keys: number, later = 0) {
  return written(join(folder, `${name}.xlsx`), function* () {
    yield SALES_HEADER;
    for (let month = 0; month < months; month++) {
      const day = new Date(Date.UTC(2017, month, 1 + later)).toISOString().slice(0, 10);
      const serial = serialOfDay(day);
      for (let key = 0; key < keys; key++) {
        const [brand, line] = [(key % BRANDS) + 1, Math.floor(key / BRANDS) + 1];
        yield [brand, `MARCA ${brand}`, line, `LINHA ${line}`, { serial }, 1 + (key % 9)];
      }
    }
  });
}

async function written(path: string, rows: () => Iterable<readonly Cell[]>): Promise<string> {
  await writeWorkbook(path, { rows });
  return path;
}
