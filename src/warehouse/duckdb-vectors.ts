import { DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { ColumnValues } from '../contract/batch.ts';
import type { Texts } from '../workbook/texts.ts';

/** DuckDB's vectors hold this many rows. */
export const CHUNK_ROWS = 2_048;

/** A chunk of texts with their indexes, for `fillTexts`. */
export const createTextChunk = () => DuckDBDataChunk.create([INTEGER, VARCHAR]);

/** Fills a chunk with at most CHUNK_ROWS of the texts that `indexes` lists, from `from` on: place in the list and text. */
export function fillTexts(
  chunk: DuckDBDataChunk,
  texts: Texts,
  indexes: Int32Array<ArrayBuffer>,
  from: number,
): void {
  const some = indexes.subarray(from, from + CHUNK_ROWS);
  chunk.reset();
  chunk.rowCount = some.length;
  const places = Int32Array.from(some, (_, i) => from + i);
  copy(chunk, 0, places, 0, places.byteLength);
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, 1);
  some.forEach((index, i) => {
    duckdb.vector_assign_string_element_len(vector, i, texts.bytes(index));
  });
}

/** A column of rows; without `present` each row has a value. */
type Filled = Pick<ColumnValues, 'values'> & Partial<Pick<ColumnValues, 'present'>>;

/**
 * Fills a chunk with at most CHUNK_ROWS of `count` rows, from row `from` on. `widths`: the bytes of a value in each of
 * the columns.
 */
export function fillRows(
  chunk: DuckDBDataChunk,
  columns: readonly Filled[],
  widths: readonly number[],
  from: number,
  count: number,
): void {
  const rows = Math.min(CHUNK_ROWS, count - from);
  chunk.reset();
  chunk.rowCount = rows;
  columns.forEach(({ values, present }, column) => {
    const width = widths[column];
    copy(chunk, column, values, width * from, width * rows);
    const some = present?.subarray(from, from + rows);
    if (some?.includes(0)) markAbsent(chunk, column, some);
  });
}

function copy(
  chunk: DuckDBDataChunk,
  column: number,
  source: Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  from: number,
  bytes: number,
) {
  duckdb.copy_data_to_vector(
    duckdb.data_chunk_get_vector(chunk.chunk, column),
    0,
    source.buffer,
    from,
    bytes,
  );
}

/** DuckDB's validity mask: one bit a row, set where there is a value. */
function markAbsent(chunk: DuckDBDataChunk, column: number, present: Uint8Array): void {
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
  const mask = new Uint8Array(CHUNK_ROWS / 8);
  present.forEach((is, row) => {
    if (is) mask[row >> 3] |= 1 << (row & 7);
  });
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.length);
}
