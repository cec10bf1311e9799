import type { Column, Dataset } from './dataset.ts';

/** Ten of DuckDB's chunks; six batches are one of its row groups. */
export const BATCH_ROWS = 20_480;

/**
 * Accepted rows as typed columns of equal capacity, in the contract's order; the first `count` rows hold.
 * `values` by the column's type:
 * integer, money (in cents), datetime (in local microseconds since 1970): Int32Array, two words a row, low word first;
 * number: Float64Array; date (in days since 1970) and text (the text's index): Int32Array.
 */
export interface RowBatch {
  count: number;
  /** The row's number in its sheet. */
  readonly rows: Int32Array<ArrayBuffer>;
  readonly columns: readonly ColumnValues[];
}

export interface ColumnValues {
  readonly values: Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
  /** Elements of `values` a row: 2 where they are the halves of a 64-bit integer. */
  readonly words: number;
  /** 1 where there is a value; only an optional column may lack one. */
  readonly present: Uint8Array<ArrayBuffer>;
}

export function createRowBatch(dataset: Dataset): RowBatch {
  return {
    count: 0,
    rows: new Int32Array(BATCH_ROWS),
    columns: dataset.columns.map(({ type }) => createColumnValues(type)),
  };
}

function createColumnValues(type: Column['type']): ColumnValues {
  const present = new Uint8Array(BATCH_ROWS).fill(1);
  if (type === 'number') return { values: new Float64Array(BATCH_ROWS), words: 1, present };
  const words = type === 'text' || type === 'date' ? 1 : 2;
  return { values: new Int32Array(words * BATCH_ROWS), words, present };
}

const WORD = 2 ** 32;

/** The 64-bit integer that two words are, where it is one of up to 2^53. */
export function getInt64(words: Int32Array | Float64Array, row: number): number {
  return words[2 * row + 1] * WORD + (words[2 * row] >>> 0);
}

/** Writes an integer of up to 2^53 as the two words of a 64-bit one. */
export function setInt64(words: Int32Array | Float64Array, row: number, value: number): void {
  words[2 * row] = value | 0;
  words[2 * row + 1] = Math.floor(value / WORD);
}
