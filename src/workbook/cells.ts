/** What a cell holds; `values[i]` of a batch means something else for each. */
export const NUMBER = 1;
/** Value: local milliseconds since 1970. */
export const DATE = 2;
/** Value: the text's index. */
export const TEXT = 3;
/** Value: 0 or 1. */
export const BOOLEAN = 4;
/** `#N/A` and its kin. Value: the index of its text. */
export const ERROR = 5;
/** A formula that was never calculated. Value: 0. */
export const UNCALCULATED = 6;
/** It cannot be what it says: a date that never was, a number that is none. Value: the index of the text found. */
export const INVALID = 7;

export const BATCH_CELLS = 1 << 16;

/**
 * Cells that hold a value, in the file's order, as columns of equal length: cell `i` stands in row `rows[i]`
 * (from 1) and column `columns[i]` (from 1). A row's cells are in one piece, but may span two batches.
 * Valid until the next batch is asked for.
 */
export interface CellBatch {
  count: number;
  readonly rows: Int32Array<ArrayBuffer>;
  readonly columns: Uint16Array<ArrayBuffer>;
  readonly kinds: Uint8Array<ArrayBuffer>;
  readonly values: Float64Array<ArrayBuffer>;
}

export function createBatch(): CellBatch {
  return {
    count: 0,
    rows: new Int32Array(BATCH_CELLS),
    columns: new Uint16Array(BATCH_CELLS),
    kinds: new Uint8Array(BATCH_CELLS),
    values: new Float64Array(BATCH_CELLS),
  };
}

export const MAX_ROW = 1_048_576;
export const MAX_COLUMN = 16_384;

/** `28` is `AB`. */
export function columnName(column: number): string {
  let name = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** Rows and columns from 1, both ends included. */
export interface Range {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** `B5:C9` as a range, undefined when it is none; a single cell is a range of one. */
export function parseRange(reference: string): Range | undefined {
  const match = /^\$?([A-Z]{1,3})\$?0*(\d{1,7})(?::\$?([A-Z]{1,3})\$?0*(\d{1,7}))?$/i.exec(
    reference.trim(),
  );
  if (!match) return undefined;
  const [, left, top, right = left, bottom = top] = match;
  return {
    left: columnNumber(left),
    top: Number(top),
    right: columnNumber(right),
    bottom: Number(bottom),
  };
}

export function rangeName({ left, top, right, bottom }: Range): string {
  return `${columnName(left)}${top}:${columnName(right)}${bottom}`;
}

function columnNumber(name: string): number {
  let column = 0;
  for (const letter of name.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}
