import type { Dataset } from './dataset.ts';

export const BATCH_ROWS = 16_384;

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
  /** 1 where there is a value; only an optional column may lack one. */
  readonly present: Uint8Array<ArrayBuffer>;
}

export function createRowBatch(dataset: Dataset): RowBatch {
  return {
    count: 0,
    rows: new Int32Array(BATCH_ROWS),
    columns: dataset.columns.map(({ type }) => ({
      values: createValues(type),
      present: new Uint8Array(BATCH_ROWS).fill(1),
    })),
  };
}

function createValues(type: Dataset['columns'][number]['type']) {
  if (type === 'number') return new Float64Array(BATCH_ROWS);
  return new Int32Array(type === 'text' || type === 'date' ? BATCH_ROWS : 2 * BATCH_ROWS);
}

const WORD = 2 ** 32;

/** Writes an integer of up to 2^53 as the two words of a 64-bit one. */
export function setInt64(words: Int32Array | Float64Array, row: number, value: number): void {
  words[2 * row] = value | 0;
  words[2 * row + 1] = Math.floor(value / WORD);
}
