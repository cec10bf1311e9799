import {
  BIGINT,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  DuckDBDataChunk,
  type DuckDBType,
  INTEGER,
  TIMESTAMP,
} from '@duckdb/node-api';
import { BATCH_ROWS, getInt64, type RowBatch } from '../contract/batch.ts';
import type { Column, Dataset } from '../contract/dataset.ts';
import { DAY_MS } from '../workbook/dates.ts';
import type { Texts } from '../workbook/texts.ts';
import { landingTable } from './dataset-sql.ts';
import { CHUNK_ROWS, createTextChunk, fillRows, fillTexts } from './duckdb-vectors.ts';

/** Fills a table through DuckDB's appender, which is closed in any case. */
export type Append = (
  table: string,
  catalog: string | undefined,
  fill: (appender: DuckDBAppender) => void,
) => Promise<void>;

/** The way of a load's rows into the landing table, slice by slice. */
export interface Landing {
  /** Resolves when the batch may be filled again. Throws what kept an earlier slice from landing. */
  write(batch: RowBatch, texts: Texts): Promise<void>;
  /** Everything that was written has landed. */
  finish(): Promise<void>;
  /** No slice is on its way. Throws what kept one from landing. */
  settled(): Promise<void>;
}

/** One of DuckDB's row groups: a landing of this many rows is compressed as it will rest. */
const SLICE_ROWS = 122_880;

const STAGED: Record<
  Column['type'],
  { readonly type: DuckDBType; readonly sql: string; readonly bytes: number }
> = {
  integer: { type: BIGINT, sql: 'BIGINT', bytes: 8 },
  number: { type: DOUBLE, sql: 'DOUBLE', bytes: 8 },
  money: { type: BIGINT, sql: 'BIGINT', bytes: 8 },
  text: { type: INTEGER, sql: 'INTEGER', bytes: 4 },
  date: { type: DATE, sql: 'DATE', bytes: 4 },
  datetime: { type: TIMESTAMP, sql: 'TIMESTAMP', bytes: 8 },
};

/**
 * Rows come as typed columns and are copied into DuckDB's own vectors; a text comes as its place in the list of the
 * slice's texts. While one slice of rows lands, in a thread of DuckDB's, the caller reads the next one.
 */
export function createLanding(
  run: (sql: string) => Promise<unknown>,
  append: Append,
  dataset: Dataset,
  loadId: number,
): Landing {
  const types = [INTEGER, DATE, ...dataset.columns.map(({ type }) => STAGED[type].type)];
  const widths = [4, 4, ...dataset.columns.map(({ type }) => STAGED[type].bytes)];
  const monthsOf = createMonths(dataset);
  let waiting: DuckDBDataChunk[] = [];
  // To be filled again: their memory is DuckDB's, and the collector does not know how much it is.
  const free: DuckDBDataChunk[] = [];
  const textChunk = createTextChunk();
  let waitingRows = 0;
  const sliceTexts = createSliceTexts(dataset);
  let texts: Texts | undefined;
  let landingNow: Promise<unknown> = Promise.resolve();
  let failure: unknown;

  async function write(batch: RowBatch, batchTexts: Texts): Promise<void> {
    texts = batchTexts;
    sliceTexts.place(batch, texts);
    const columns = [{ values: batch.rows }, { values: monthsOf(batch) }, ...batch.columns];
    for (let from = 0; from < batch.count; from += CHUNK_ROWS) {
      const chunk = free.pop() ?? DuckDBDataChunk.create(types);
      fillRows(chunk, columns, widths, from, batch.count);
      waiting.push(chunk);
    }
    waitingRows += batch.count;
    if (waitingRows >= SLICE_ROWS) await landSlice();
  }

  /** Lets go of the slice that waits, once the one before has landed. */
  async function landSlice(): Promise<void> {
    await settled();
    if (waitingRows === 0 || texts === undefined) return;
    await stageTexts(texts);
    await stageRows();
    landingNow = run(landStatement(dataset, loadId)).catch((error) => {
      failure = error;
    });
  }

  async function settled(): Promise<void> {
    await landingNow;
    if (failure !== undefined) throw failure;
  }

  async function stageTexts(all: Texts): Promise<void> {
    await run('CREATE OR REPLACE TEMP TABLE staged_texts (i INTEGER, t VARCHAR)');
    await append('staged_texts', 'temp', (appender) => {
      const indexes = sliceTexts.take();
      for (let from = 0; from < indexes.length; from += CHUNK_ROWS) {
        fillTexts(textChunk, all, indexes, from);
        appender.appendDataChunk(textChunk);
      }
    });
  }

  async function stageRows(): Promise<void> {
    const columns = dataset.columns.map(({ type }, slot) => `c${slot} ${STAGED[type].sql}`);
    await run(`CREATE OR REPLACE TEMP TABLE staged (r INTEGER, m DATE, ${columns.join(', ')})`);
    await append('staged', 'temp', (appender) => {
      for (const chunk of waiting) appender.appendDataChunk(chunk);
    });
    free.push(...waiting);
    waiting = [];
    waitingRows = 0;
  }

  return {
    write,
    async finish() {
      await landSlice();
      await settled();
    },
    settled,
  };
}

/**
 * Which texts the slice that waits has, each once. A list of the slice, not of the workbook: however many texts a
 * workbook has, DuckDB works with few.
 */
function createSliceTexts({ columns }: Dataset) {
  const slots = columns.flatMap(({ type }, slot) => (type === 'text' ? [slot] : []));
  /** For each text of the workbook its place in the list, from 1; 0 for one that is not listed. */
  let places = new Int32Array(1 << 10);
  let listed = new Int32Array(1 << 10);
  let count = 0;
  return {
    /** Puts, for each text of the batch, its place in the list where its index in the workbook was. */
    place(batch: RowBatch, texts: Texts): void {
      if (places.length < texts.size) places = grown(places, 2 * texts.size);
      const most = count + slots.length * batch.count;
      if (listed.length < most) listed = grown(listed, 2 * most);
      for (const slot of slots) {
        const { values, present } = batch.columns[slot];
        for (let row = 0; row < batch.count; row++) {
          if (present[row] === 0) continue;
          const index = values[row];
          if (places[index] === 0) {
            listed[count++] = index;
            places[index] = count;
          }
          values[row] = places[index];
        }
      }
    },
    /** Their indexes in the workbook; the next slice begins with none. */
    take(): Int32Array<ArrayBuffer> {
      const taken = listed.slice(0, count);
      for (const index of taken) places[index] = 0;
      count = 0;
      return taken;
    },
  };
}

function grown(small: Int32Array<ArrayBuffer>, length: number): Int32Array<ArrayBuffer> {
  const large = new Int32Array(length);
  large.set(small);
  return large;
}

const DAY_MICROSECONDS = 86_400e6;

/** The first day of each row's month, in days since 1970, valid until asked for the next batch's. */
function createMonths({ columns, period }: Dataset) {
  const slot = columns.findIndex(({ name }) => name === period);
  const months = new Int32Array(BATCH_ROWS);
  // A sheet has many rows of a day.
  const monthOf = new Map<number, number>();
  return ({ columns: filled, count }: RowBatch): Int32Array<ArrayBuffer> => {
    const { values, words } = filled[slot];
    for (let row = 0; row < count; row++) {
      const day = words === 1 ? values[row] : Math.floor(getInt64(values, row) / DAY_MICROSECONDS);
      let month = monthOf.get(day);
      if (month === undefined) {
        month = day + 1 - new Date(day * DAY_MS).getUTCDate();
        monthOf.set(day, month);
      }
      months[row] = month;
    }
    return months;
  };
}

function landStatement(dataset: Dataset, loadId: number): string {
  const values = dataset.columns.map(({ type }, slot) => {
    if (type === 'text') return `texts[c${slot}]`;
    return type === 'money' ? `c${slot} * 0.01` : `c${slot}`;
  });
  const names = dataset.columns.map(({ name }) => name).join(', ');
  return `INSERT INTO ${landingTable(dataset)} (LOAD_ID, SHEET_ROW, MONTH_START, ${names})
    SELECT ${loadId}, r, m, ${values.join(', ')}
    FROM staged CROSS JOIN (SELECT list(t ORDER BY i) AS texts FROM staged_texts)`;
}
