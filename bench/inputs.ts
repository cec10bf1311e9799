import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SALES_HEADER, salesRows } from '../src/samples/sales.ts';
import { type Cell, type WorkbookContent, writeWorkbook } from '../src/samples/workbook-writer.ts';
import { say } from './measure.ts';

export interface Input {
  readonly name: string;
  readonly path: string;
  readonly rows: number;
  readonly cells: number;
}

const ROWS = 1_000_000;
const COLUMNS = SALES_HEADER.length;
const WIDE_COLUMNS = 200;

function* sales(rows: number, seed = 7): Generator<readonly Cell[]> {
  yield SALES_HEADER;
  yield* salesRows({ rows, seed });
}

/** The contract's six columns, and numbers in the others. */
function* wide(rows: number): Generator<readonly Cell[]> {
  const more = WIDE_COLUMNS - COLUMNS;
  yield [...SALES_HEADER, ...Array.from({ length: more }, (_, i) => `X${i}`)];
  let n = 0;
  for (const row of salesRows({ rows }))
    yield [...row, ...Array.from({ length: more }, () => n++ % 1000)];
}

/** Half as many brands as rows. */
function* distinct(rows: number): Generator<readonly Cell[]> {
  yield SALES_HEADER;
  let n = 0;
  for (const [, , line, lineName, day, units] of salesRows({ rows })) {
    const brand = (n++ % (rows / 2)) + 1;
    yield [brand, `BRAND NUMBER ${brand}`, line, lineName, day, units];
  }
}

interface Shape {
  readonly file: string;
  readonly name: string;
  readonly rows: number;
  readonly columns?: number;
  readonly make: (rows: number) => Iterable<readonly Cell[]>;
  readonly strings?: WorkbookContent['strings'];
}

const count = (rows: number) => rows.toLocaleString('en');

/** What a run of a workbook with these contents costs is compared cell by cell: all but two hold as many cells. */
const SHAPES = {
  main: {
    file: 'main',
    name: `${count(ROWS)} rows x 6`,
    rows: ROWS,
    make: sales,
    strings: 'before',
  },
  half: {
    file: 'half',
    name: `${count(ROWS / 2)} rows x 6`,
    rows: ROWS / 2,
    make: sales,
    strings: 'before',
  },
  tenth: {
    file: 'tenth',
    name: `${count(ROWS / 10)} rows x 6`,
    rows: ROWS / 10,
    make: sales,
    strings: 'before',
  },
  last: { file: 'strings-last', name: 'shared strings after the sheet', rows: ROWS, make: sales },
  inline: { file: 'inline', name: 'inline strings', rows: ROWS, make: sales, strings: 'inline' },
  distinct: {
    file: 'distinct',
    name: `${count(ROWS / 2)} distinct texts`,
    rows: ROWS,
    make: distinct,
  },
  wide: {
    file: 'wide',
    name: `${WIDE_COLUMNS} columns`,
    rows: (ROWS * COLUMNS) / WIDE_COLUMNS,
    columns: WIDE_COLUMNS,
    make: wide,
  },
} as const satisfies Record<string, Shape>;

/** A workbook of the benchmark, made once and kept in `folder`. */
export async function makeInput(folder: string, which: keyof typeof SHAPES): Promise<Input> {
  const { file, name, rows, columns = COLUMNS, make, strings = 'after' }: Shape = SHAPES[which];
  const path = join(folder, `${file}.xlsx`);
  await write(path, { rows: () => make(rows), strings });
  return { name, path, rows, cells: rows * columns };
}

/** Workbooks of the main shape, or of fewer rows, each with rows of its own. */
export async function makeMany(folder: string, howMany: number, rows = ROWS): Promise<string[]> {
  const place = rows === ROWS ? folder : join(folder, `of-${rows}`);
  const paths = Array.from({ length: howMany }, (_, i) => join(place, `sales-${i + 1}.xlsx`));
  for (const [i, path] of paths.entries())
    await write(path, { rows: () => sales(rows, i + 1), strings: 'before' });
  return paths;
}

/** Writes a workbook unless it is there. */
async function write(path: string, content: WorkbookContent): Promise<void> {
  if (existsSync(path)) return;
  say(`  writing ${path} ...`);
  await mkdir(dirname(path), { recursive: true });
  await writeWorkbook(`${path}.part`, content);
  await rename(`${path}.part`, path);
}

/** What right answers about the main workbook are, from the rows themselves. */
export function mainAnswers(): { readonly query: string; readonly job: string } {
  const seen = new Set<number>();
  let [units, distinctUnits] = [0, 0];
  for (const [brand, , line, , { serial }, quantity] of salesRows({ rows: ROWS, seed: 7 })) {
    units += quantity;
    const row = ((brand * 10 + line) * 100_000 + serial) * 100 + quantity;
    if (!seen.has(row)) distinctUnits += quantity;
    seen.add(row);
  }
  const sums = Array.from({ length: 5 }, () => distinctUnits);
  return { query: `${ROWS} ${units}`, job: [seen.size, ...sums].join(' ') };
}
