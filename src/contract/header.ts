import { type CellBatch, columnName, TEXT } from '../workbook/cells.ts';
import type { Sheet, Workbook } from '../workbook/workbook.ts';
import type { Column, Dataset } from './dataset.ts';
import { fold } from './fold.ts';

/** How deep below the first row a header is looked for. */
export const HEADER_ROWS = 50;

/** Where a contract's columns stand in a sheet. */
export interface Header {
  readonly row: number;
  /** For each column of the contract, its column in the sheet (from 1); 0 for an optional one that is not there. */
  readonly columns: readonly number[];
  /** Headers that the contract does not name, as they are written. */
  readonly ignored: readonly string[];
  /** Filled rows above it that stand below another row which names some of the columns, as a table of its own would. */
  readonly above: readonly number[];
}

/** The best that a sheet offers when its header does not hold all that the contract asks. */
export interface NearHeader {
  readonly row: number;
  readonly found: number;
  readonly missing: readonly string[];
  /** Headers that the contract does not name, as they are written. */
  readonly others: readonly string[];
  /** A column of the contract that two headers mean, and the two as they are written. */
  readonly twice: { readonly header: string; readonly cells: string } | undefined;
}

type Titles = Map<number, Map<number, string>>;

/** The texts of a sheet's first filled rows, by row and column. */
export async function readTitles(workbook: Workbook, sheet: Sheet): Promise<Titles> {
  const titles: Titles = new Map();
  for await (const batch of workbook.read(sheet)) {
    collect(titles, batch, workbook);
    // Rows may come in any order: where none of the first has come yet, one may come later.
    const hasTexts = [...titles.values()].some(({ size }) => size > 0);
    if (hasTexts && batch.rows[batch.count - 1] > HEADER_ROWS) break;
  }
  return titles;
}

/** No header is longer, in bytes; a hostile text may be, in each of a million cells. */
const TITLE_BYTES = 1 << 9;

function collect(titles: Titles, batch: CellBatch, workbook: Workbook): void {
  for (let i = 0; i < batch.count; i++) {
    const row = batch.rows[i];
    if (row > HEADER_ROWS) continue;
    const cells = titles.get(row) ?? new Map<number, string>();
    titles.set(row, cells);
    if (batch.kinds[i] !== TEXT) continue;
    if (workbook.texts.bytes(batch.values[i]).length > TITLE_BYTES) continue;
    cells.set(batch.columns[i], workbook.texts.get(batch.values[i]));
  }
}

/**
 * The first row that names every column the contract asks for, though it be none when it names one twice; else the row
 * that comes nearest, if any does.
 */
export function findHeader(titles: Titles, dataset: Dataset): Header | NearHeader {
  let nearest: NearHeader = { row: 0, found: 0, missing: [], others: [], twice: undefined };
  for (const [row, cells] of [...titles].sort(([a], [b]) => a - b)) {
    const candidate = matchRow(row, cells, dataset);
    if (isHeader(candidate)) return { ...candidate, above: rowsBetween(titles, nearest, row) };
    // Below a row that names them all is data: a later header would leave it out unseen.
    if (candidate.missing.length === 0) return candidate;
    if (candidate.found > nearest.found) nearest = candidate;
  }
  return nearest;
}

/** One word that is a header too is met in any title. */
const SOME_COLUMNS = 2;

function rowsBetween(titles: Titles, { row: from, found }: NearHeader, to: number): number[] {
  if (found < SOME_COLUMNS) return [];
  return [...titles.keys()].filter((row) => row > from && row < to).sort((a, b) => a - b);
}

export function isHeader(header: Header | NearHeader): header is Header {
  return 'columns' in header;
}

/** By what a column is found, as headers are compared. */
export function headersOf({ name, aliases }: Column): string[] {
  return [name, ...aliases].map(fold);
}

function matchRow(row: number, cells: Map<number, string>, dataset: Dataset): Header | NearHeader {
  const slots = new Map<string, number>();
  dataset.columns.forEach((column, slot) => {
    for (const header of headersOf(column)) slots.set(header, slot);
  });
  const columns: number[] = dataset.columns.map(() => 0);
  const ignored: string[] = [];
  let twice: NearHeader['twice'];
  for (const [column, text] of cells) {
    const slot = slots.get(fold(text));
    if (slot === undefined) ignored.push(text);
    else if (columns[slot] === 0) columns[slot] = column;
    else {
      const both = [columns[slot], column].map(
        (at) => `${columnName(at)}${row} (${cells.get(at)})`,
      );
      twice = { header: dataset.columns[slot].name, cells: both.join(', ') };
    }
  }
  const missing = dataset.columns.flatMap(({ name, optional }, slot) =>
    optional || columns[slot] > 0 ? [] : name,
  );
  if (missing.length === 0 && twice === undefined) return { row, columns, ignored, above: [] };
  const found = columns.filter((column) => column > 0).length;
  return { row, found, missing, others: ignored, twice };
}
