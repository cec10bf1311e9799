import { DuckDBDataChunk, INTEGER, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { RowBatch } from '../contract/batch.ts';
import type { Texts } from '../workbook/texts.ts';

/** DuckDB's vectors hold this many rows. */
export const CHUNK_ROWS = 2_048;

/** A chunk of texts with their indexes, for `fillTexts`. */
export const createTextChunk = () => DuckDBDataChunk.create([INTEGER, VARCHAR]);

/** Fills a chunk with at most CHUNK_ROWS texts: index and text. */
export function fillTexts(
  chunk: DuckDBDataChunk,
  texts: Texts,
  indexes: Int32Array<ArrayBuffer>,
): void {
  chunk.reset();
  chunk.rowCount = indexes.length;
  copy(chunk, 0, indexes, indexes.byteOffset, indexes.byteLength);
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, 1);
  for (let i = 0; i < indexes.length; i++)
    duckdb.vector_assign_string_element_len(vector, i, texts.bytes(indexes[i]));
}

/**
 * Fills a chunk with at most CHUNK_ROWS rows of a batch from row `from` on: the row's number in its sheet, then the
 * batch's columns. `widths`: the bytes of a value in each of the chunk's columns.
 */
export function fillRows(
  chunk: DuckDBDataChunk,
  batch: RowBatch,
  from: number,
  widths: readonly number[],
): void {
  const count = Math.min(CHUNK_ROWS, batch.count - from);
  chunk.reset();
  chunk.rowCount = count;
  copy(chunk, 0, batch.rows, widths[0] * from, widths[0] * count);
  batch.columns.forEach(({ values, present }, slot) => {
    const width = widths[slot + 1];
    copy(chunk, slot + 1, values, width * from, width * count);
    const firstAbsent = present.indexOf(0, from);
    if (firstAbsent !== -1 && firstAbsent < from + count)
      markAbsent(chunk, slot + 1, present.subarray(from, from + count));
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
