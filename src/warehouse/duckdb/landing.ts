import {
  BIGINT,
  DATE,
  DECIMAL,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { BATCH_ROWS, type ColumnValues, type RowBatch, setInt64 } from '../../contract/batch.ts';
import type { Column, Dataset } from '../../contract/dataset.ts';
import { giveBackAll } from '../../workbook/give-back.ts';
import type { Texts } from '../../workbook/texts.ts';
import { createDayOrder } from './day-order.ts';
import { CHUNK_ROWS, createStrings, type Filled, fillRows, STRING_WORDS } from './vectors.ts';

/** Fills the landing table through DuckDB's appender, which is closed in any case. */
type Append = (fill: (appender: DuckDBAppender) => void) => Promise<void>;

const TYPES: Record<Column['type'], DuckDBType> = {
  integer: BIGINT,
  number: DOUBLE,
  money: DECIMAL(18, 2),
  text: VARCHAR,
  date: DATE,
  datetime: TIMESTAMP,
};

export interface Landing {
  write(batch: RowBatch, texts: Texts): Promise<void>;
  /** No batch comes any more. */
  end(): void;
}

/**
 * Gives what appends a batch to the landing table, whose columns are `order`. Typed columns are copied into DuckDB's
 * own vectors as they are, and a text is copied as what DuckDB keeps of it: within a batch each one is written once.
 */
export function createLanding(
  append: Append,
  dataset: Dataset,
  order: readonly string[],
  loadId: number,
): Landing {
  const loadIds = new Int32Array(2 * BATCH_ROWS);
  for (let row = 0; row < BATCH_ROWS; row++) setInt64(loadIds, row, loadId);
  const days = createDayOrder(dataset);
  const strings = createStringColumns(dataset);
  const types: Record<string, DuckDBType> = {
    LOAD_ID: BIGINT,
    SHEET_ROW: INTEGER,
    MONTH_START: DATE,
    ...Object.fromEntries(dataset.columns.map(({ name, type }) => [name, TYPES[type]])),
  };
  const chunk = DuckDBDataChunk.create(order.map((name) => types[name]));

  async function write(read: RowBatch, texts: Texts): Promise<void> {
    const { batch, months: starts } = days.byDay(read);
    const filled: Record<string, Filled> = {
      LOAD_ID: { values: loadIds, words: 2 },
      SHEET_ROW: { values: batch.rows, words: 1 },
      MONTH_START: { values: starts, words: 1 },
    };
    const ofTexts = strings.fill(batch, texts);
    dataset.columns.forEach(({ name }, slot) => {
      filled[name] = ofTexts[slot] ?? batch.columns[slot];
    });
    const columns = order.map((name) => filled[name]);
    await append((appender) => {
      for (let from = 0; from < batch.count; from += CHUNK_ROWS) {
        fillRows(chunk, columns, from, batch.count);
        appender.appendDataChunk(chunk);
      }
    });
  }

  function end(): void {
    giveBackAll(loadIds);
    days.end();
    strings.end();
  }

  return { write, end };
}

/** For each column of texts its texts as DuckDB keeps them, valid until the next batch. */
function createStringColumns({ columns }: Dataset) {
  const strings = createStrings();
  const filled = columns.map(({ type }) =>
    type === 'text' ? new Int32Array(STRING_WORDS * BATCH_ROWS) : undefined,
  );
  /** For each text of the workbook its place in the batch's list, from 1; 0 for one that is not listed. */
  let places = new Int32Array(1 << 10);
  const listed = new Int32Array(filled.filter(Boolean).length * BATCH_ROWS);

  function fill(batch: RowBatch, texts: Texts): readonly (Filled | undefined)[] {
    if (places.length < texts.size) places = new Int32Array(2 * texts.size);
    let count = 0;
    filled.forEach((values, slot) => {
      if (values) count = list(batch.columns[slot], batch.count, places, listed, count);
    });
    const words = strings(texts, listed.subarray(0, count));
    const all = filled.map((values, slot) => {
      if (values === undefined) return undefined;
      const column = batch.columns[slot];
      copyStrings(column, batch.count, places, words, values);
      return { values, words: STRING_WORDS, present: column.present };
    });
    for (let i = 0; i < count; i++) places[listed[i]] = 0;
    return all;
  }

  return { fill, end: () => giveBackAll([filled, places, listed]) };
}

/** Lists the texts of a column that are not listed yet; gives how many there are now. */
function list(
  { values, present }: ColumnValues,
  rows: number,
  places: Int32Array,
  listed: Int32Array,
  before: number,
): number {
  let count = before;
  for (let row = 0; row < rows; row++) {
    const index = values[row];
    if (present[row] === 0 || places[index] !== 0) continue;
    listed[count++] = index;
    places[index] = count;
  }
  return count;
}

function copyStrings(
  { values, present }: ColumnValues,
  rows: number,
  places: Int32Array,
  words: Int32Array,
  out: Int32Array,
): void {
  for (let row = 0; row < rows; row++) {
    // In the place of none an empty one: whatever is there must not point anywhere.
    const from = present[row] === 0 ? 0 : STRING_WORDS * places[values[row]];
    const to = STRING_WORDS * row;
    out[to] = words[from];
    out[to + 1] = words[from + 1];
    out[to + 2] = words[from + 2];
    out[to + 3] = words[from + 3];
  }
}
