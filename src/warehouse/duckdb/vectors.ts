import { DuckDBDataChunk, VARCHAR } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { ColumnValues } from '../../contract/batch.ts';
import type { Texts } from '../../workbook/texts.ts';

/** DuckDB's vectors hold this many rows. */
export const CHUNK_ROWS = 2_048;

/** Of 32 bits, a text takes in a vector (duckdb.h, `duckdb_string_t`): its length, and itself or where it stands. */
export const STRING_WORDS = 4;

/**
 * Gives what writes texts as DuckDB keeps them: STRING_WORDS each, of an empty text first and then of those whose
 * indexes are given, in their order. Valid until the next call, since long texts stand in vectors that are filled anew.
 */
export function createStrings() {
  const chunks: DuckDBDataChunk[] = [];
  return (texts: Texts, indexes: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
    const words = new Int32Array(STRING_WORDS * (1 + indexes.length));
    for (let from = 0, n = 0; from < indexes.length; from += CHUNK_ROWS, n++) {
      const some = indexes.subarray(from, from + CHUNK_ROWS);
      chunks[n] ??= DuckDBDataChunk.create([VARCHAR]);
      chunks[n].reset();
      chunks[n].rowCount = some.length;
      const vector = duckdb.data_chunk_get_vector(chunks[n].chunk, 0);
      for (let i = 0; i < some.length; i++)
        duckdb.vector_assign_string_element_len(vector, i, texts.bytes(some[i]));
      const bytes = duckdb.vector_get_data(vector, 4 * STRING_WORDS * some.length);
      words.set(
        new Int32Array(bytes.buffer, bytes.byteOffset, STRING_WORDS * some.length),
        STRING_WORDS * (1 + from),
      );
    }
    return words;
  };
}

/** A column of rows, of `words` elements each; without `present` each row has a value. */
export type Filled = Pick<ColumnValues, 'values' | 'words'> &
  Partial<Pick<ColumnValues, 'present'>>;

/** Fills a chunk with at most CHUNK_ROWS of `count` rows, from row `from` on. */
export function fillRows(
  chunk: DuckDBDataChunk,
  columns: readonly Filled[],
  from: number,
  count: number,
): void {
  const rows = Math.min(CHUNK_ROWS, count - from);
  chunk.reset();
  chunk.rowCount = rows;
  columns.forEach(({ values, words, present }, column) => {
    const bytes = words * values.BYTES_PER_ELEMENT;
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, column);
    duckdb.copy_data_to_vector(vector, 0, values.buffer, bytes * from, bytes * rows);
    const some = present?.subarray(from, from + rows);
    if (some?.includes(0)) markAbsent(chunk, column, some);
  });
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
