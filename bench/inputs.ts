import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SALES_HEADER, salesRows } from '../src/samples/sales.ts';
import { type Cell, type WorkbookContent, writeWorkbook } from '../src/samples/workbook-writer.ts';

export interface Input {
  readonly name: string;
  readonly path: string;
  readonly cells: number;
}

const ROWS = 1_000_000;

function* sales(rows: number, seed = 7): Generator<readonly Cell[]> {
  yield SALES_HEADER;
  yield* salesRows({ rows, seed });
}

/** The contract's six columns, and 194 more of numbers. */
function* wide(rows: number): Generator<readonly Cell[]> {
  yield [...SALES_HEADER, ...Array.from({ length: 194 }, (_, i) => `X${i}`)];
  let n = 0;
  for (const row of salesRows({ rows }))
    yield [...row, ...Array.from({ length: 194 }, () => n++ % 1000)];
}

/** Half a million brands, each in two rows. */
function* distinct(rows: number): Generator<readonly Cell[]> {
  yield SALES_HEADER;
  let n = 0;
  for (const [, , line, lineName, day, units] of salesRows({ rows })) {
    const brand = (n++ % (rows / 2)) + 1;
    yield [brand, `BRAND NUMBER ${brand}`, line, lineName, day, units];
  }
}

const SHAPES = {
  main: { cells: 6 * ROWS, content: { rows: () => sales(ROWS), strings: 'before' } },
  'strings last': { cells: 6 * ROWS, content: { rows: () => sales(ROWS), strings: 'after' } },
  inline: { cells: 6 * ROWS, content: { rows: () => sales(ROWS), strings: 'inline' } },
  '500,000 texts': { cells: 6 * ROWS, content: { rows: () => distinct(ROWS), strings: 'after' } },
  '200 columns': { cells: 200 * 30_000, content: { rows: () => wide(30_000), strings: 'after' } },
} as const;

export type Shape = keyof typeof SHAPES;
export const shapes = Object.keys(SHAPES) as Shape[];

/** A workbook of the main shape with rows of its own. */
export async function makeSales(folder: string, seed: number): Promise<string> {
  return make(join(folder, `sales-${seed}.xlsx`), {
    rows: () => sales(ROWS, seed),
    strings: 'before',
  });
}

async function make(path: string, content: WorkbookContent): Promise<string> {
  if (!existsSync(path)) {
    await mkdir(dirname(path), { recursive: true });
    await writeWorkbook(`${path}.part`, content);
    await rename(`${path}.part`, path);
  }
  return path;
}

/** A workbook of the benchmark, made once and kept in `folder`. */
export async function makeInput(folder: string, shape: Shape): Promise<Input> {
  const { cells, content } = SHAPES[shape];
  const path = await make(join(folder, `${shape.replace(/\W+/g, '-')}.xlsx`), content);
  return { name: shape, path, cells };
}
