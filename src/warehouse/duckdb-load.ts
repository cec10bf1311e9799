import {
  BIGINT,
  DATE,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import type { RowBatch } from '../contract/batch.ts';
import type { Column, Dataset } from '../contract/dataset.ts';
import type { Rejection } from '../contract/rejection.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { monthsOf } from '../ledger/ledger.ts';
import type { Texts } from '../workbook/texts.ts';
import { landingTable } from './dataset-sql.ts';
import { changesSince, rememberSums, withdrawLoad } from './duckdb-changes.ts';
import { duckDbProblem } from './duckdb-problem.ts';
import type { Load, Warehouse } from './warehouse.ts';

/** What a load needs of the warehouse that it belongs to. */
interface LoadContext {
  readonly connection: DuckDBConnection;
  readonly run: (
    sql: string,
    values?: Record<string, DuckDBValue>,
  ) => Promise<DuckDBMaterializedResult>;
  readonly query: Warehouse['query'];
  readonly record: (events: readonly LedgerEvent[]) => Promise<void>;
  readonly consolidate: Warehouse['consolidate'];
  readonly dataset: Dataset;
  readonly sheet: string;
  readonly fileHash: string;
}

/** What DuckDB may take before it goes to disk: a landing needs a slice of rows, the procedures what their keys need. */
export const MEMORY = '192MB';
/** While rows land a workbook is read as well, which needs memory of its own. */
const LANDING_MEMORY = '64MB';

/** DuckDB's vectors hold this many rows. */
const CHUNK_ROWS = 2_048;
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
 * A load in one transaction. Rows come as typed columns and are copied into DuckDB's own vectors; texts come as
 * indexes and are joined with their dictionary inside DuckDB. While one slice of rows lands, in DuckDB's threads,
 * the caller reads the next one.
 */
export async function createLoad(context: LoadContext): Promise<Load> {
  const { connection, run, dataset } = context;
  const landing = landingTable(dataset);
  const types = [INTEGER, ...dataset.columns.map(({ type }) => STAGED[type].type)];
  const widths = [4, ...dataset.columns.map(({ type }) => STAGED[type].bytes)];
  let waiting: DuckDBDataChunk[] = [];
  // To be filled again: their memory is DuckDB's, and the collector does not know how much it is.
  const free: DuckDBDataChunk[] = [];
  const textChunk = DuckDBDataChunk.create([INTEGER, VARCHAR]);
  let waitingRows = 0;
  const sliceTexts = createSliceTexts(dataset);
  let texts: Texts | undefined;
  let landingNow: Promise<unknown> = Promise.resolve();
  let failure: unknown;
  let open = true;

  await run(`SET memory_limit = '${LANDING_MEMORY}'`);
  await run('BEGIN');
  const loadId = await nextLoadId().catch(async (error) => {
    await rollBack();
    throw error;
  });

  /** Fails when the transaction has ended by itself, as after a commit that did not succeed: then there is no more to do. */
  async function rollBack(): Promise<void> {
    open = false;
    await connection.run('ROLLBACK').catch(() => {});
    await connection.run(`SET memory_limit = '${MEMORY}'`).catch(() => {});
  }

  async function nextLoadId(): Promise<number> {
    const { rows } = await context.query('SELECT IFNULL(MAX(LOAD_ID), 0) + 1 FROM ledger_events');
    return Number(rows[0][0]);
  }

  async function write(batch: RowBatch, batchTexts: Texts): Promise<void> {
    texts = batchTexts;
    sliceTexts.note(batch, texts);
    for (let from = 0; from < batch.count; from += CHUNK_ROWS) {
      const chunk = free.pop() ?? DuckDBDataChunk.create(types);
      fillRows(chunk, batch, from, Math.min(CHUNK_ROWS, batch.count - from), widths);
      waiting.push(chunk);
    }
    waitingRows += batch.count;
    if (waitingRows >= SLICE_ROWS) await startLanding();
  }

  /** Lets go of the slice that waits, once the one before has landed. */
  async function startLanding(): Promise<void> {
    await landed();
    if (waitingRows === 0) return;
    await appendTexts();
    await stage();
    landingNow = run(landStatement(dataset, landing, loadId)).catch((error) => {
      failure = error;
    });
  }

  async function landed(): Promise<void> {
    await landingNow;
    if (failure !== undefined) throw failure;
  }

  async function stage(): Promise<void> {
    const columns = dataset.columns.map(({ type }, slot) => `c${slot} ${STAGED[type].sql}`);
    await run(`CREATE OR REPLACE TEMP TABLE staged (r INTEGER, ${columns.join(', ')})`);
    await append('staged', 'temp', (appender) => {
      for (const chunk of waiting) appender.appendDataChunk(chunk);
    });
    free.push(...waiting);
    waiting = [];
    waitingRows = 0;
  }

  /** Closes the appender in any case: left to the collector, it would write what it holds after the transaction. */
  async function append(
    table: string,
    catalog: string | undefined,
    fill: (appender: DuckDBAppender) => void,
  ): Promise<void> {
    try {
      const appender = await connection.createAppender(table, null, catalog);
      try {
        fill(appender);
      } finally {
        appender.closeSync();
      }
    } catch (error) {
      throw duckDbProblem(error, table);
    }
  }

  async function appendTexts(): Promise<void> {
    const all = texts;
    if (all === undefined) return;
    await run('CREATE OR REPLACE TEMP TABLE staged_texts (i INTEGER, t VARCHAR)');
    await append('staged_texts', 'temp', (appender) => {
      const indexes = sliceTexts.take();
      for (let from = 0; from < indexes.length; from += CHUNK_ROWS) {
        fillTexts(textChunk, all, indexes.subarray(from, from + CHUNK_ROWS));
        appender.appendDataChunk(textChunk);
      }
    });
  }

  async function reject(rejections: readonly Rejection[]): Promise<void> {
    await landed();
    await append('rejections', undefined, (appender) => {
      for (const { row, cell, column, value, code, values } of rejections) {
        appender.appendBigInt(BigInt(loadId));
        const rest = [context.fileHash, dataset.name, context.sheet];
        for (const text of rest) appender.appendVarchar(text);
        appender.appendBigInt(BigInt(row));
        for (const text of [cell, column, value, code, JSON.stringify(values)])
          appender.appendVarchar(text);
        appender.endRow();
      }
    });
  }

  async function discard(fromRow: number, toRow: number): Promise<number[]> {
    await startLanding();
    await landed();
    const { rows } = await context.query(
      `DELETE FROM ${landing} WHERE LOAD_ID = ${loadId} AND SHEET_ROW BETWEEN ${fromRow} AND ${toRow} RETURNING SHEET_ROW`,
    );
    return rows.map(([row]) => Number(row)).sort((a, b) => a - b);
  }

  /** Everything that was written has landed, and its months are due. */
  async function finishLanding(): Promise<void> {
    await startLanding();
    await landed();
    await run(
      `INSERT INTO ledger_months
       SELECT '${dataset.name}', LOAD_ID, MONTH_START, COUNT(*), NULL FROM ${landing}
       WHERE LOAD_ID = ${loadId} GROUP BY LOAD_ID, MONTH_START`,
    );
  }

  async function commit(
    events: readonly LedgerEvent[],
    replaced: readonly number[],
  ): Promise<void> {
    await finishLanding();
    for (const other of replaced) await withdrawLoad(run, other);
    await context.record(events);
    await run('COMMIT');
    open = false;
    await run(`SET memory_limit = '${MEMORY}'`);
  }

  const columns = dataset.columns.map(({ name }) => name).join(', ');

  async function compare(other: number): Promise<{ common: number; fresh: number }> {
    await startLanding();
    await landed();
    const own = `SELECT DISTINCT ${columns} FROM ${landing} WHERE LOAD_ID = ${loadId}`;
    // An intersection, not a join: two blanks are the same.
    const { rows } = await context.query(
      `SELECT (SELECT COUNT(*) FROM (${own})), (SELECT COUNT(*) FROM (
         ${own} INTERSECT SELECT ${columns} FROM ${landing} WHERE LOAD_ID = ${other}))`,
    );
    const [all, common] = rows[0].map(Number);
    return { common, fresh: all - common };
  }

  async function preview() {
    await rememberSums(run, dataset);
    await finishLanding();
    await run(`SET memory_limit = '${MEMORY}'`);
    await context.consolidate(dataset, await monthsOf(context, loadId));
    const { rows } = await context.query(
      `SELECT COUNT(*) FROM (
         SELECT ${columns} FROM ${landing} WHERE LOAD_ID = ${loadId}
         EXCEPT
         SELECT ${columns} FROM ${landing} WHERE LOAD_ID <> ${loadId}
           AND MONTH_START IN (SELECT MONTH_START FROM ${landing} WHERE LOAD_ID = ${loadId}))`,
    );
    return { newRows: Number(rows[0][0]), changes: await changesSince(context.query, dataset) };
  }

  async function abort(): Promise<void> {
    if (!open) return;
    await landingNow;
    await rollBack();
  }

  return { loadId, write, reject, discard, compare, preview, commit, abort };
}

/**
 * Which texts the slice that waits has, each once. A dictionary of the slice, not of the workbook: however many
 * texts a workbook has, DuckDB joins with few.
 */
function createSliceTexts({ columns }: Dataset) {
  const slots = columns.flatMap(({ type }, slot) => (type === 'text' ? [slot] : []));
  let isListed = new Uint8Array(1 << 10);
  let listed = new Int32Array(1 << 10);
  let count = 0;
  return {
    note(batch: RowBatch, texts: Texts): void {
      if (isListed.length < texts.size) isListed = grown(isListed, new Uint8Array(2 * texts.size));
      const most = count + slots.length * batch.count;
      if (listed.length < most) listed = grown(listed, new Int32Array(2 * most));
      for (const slot of slots) {
        const { values, present } = batch.columns[slot];
        for (let row = 0; row < batch.count; row++) {
          const index = values[row];
          if (isListed[index] === 1 || present[row] === 0) continue;
          isListed[index] = 1;
          listed[count++] = index;
        }
      }
    },
    /** Their indexes; the next slice begins with none. */
    take(): Int32Array<ArrayBuffer> {
      const taken = listed.slice(0, count);
      for (const index of taken) isListed[index] = 0;
      count = 0;
      return taken;
    },
  };
}

function grown<T extends Uint8Array | Int32Array>(small: T, large: T): T {
  large.set(small);
  return large;
}

function fillTexts(chunk: DuckDBDataChunk, texts: Texts, indexes: Int32Array<ArrayBuffer>): void {
  chunk.reset();
  chunk.rowCount = indexes.length;
  copy(chunk, 0, indexes, indexes.byteOffset, indexes.byteLength);
  const vector = duckdb.data_chunk_get_vector(chunk.chunk, 1);
  for (let i = 0; i < indexes.length; i++)
    duckdb.vector_assign_string_element_len(vector, i, texts.bytes(indexes[i]));
}

function fillRows(
  chunk: DuckDBDataChunk,
  batch: RowBatch,
  from: number,
  count: number,
  widths: readonly number[],
): void {
  chunk.reset();
  chunk.rowCount = count;
  copy(chunk, 0, batch.rows, 4 * from, 4 * count);
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

function landStatement(dataset: Dataset, landing: string, loadId: number): string {
  const values: string[] = [];
  const joins: string[] = [];
  dataset.columns.forEach(({ name, type }, slot) => {
    if (type === 'text') {
      values.push(`t${slot}.t AS ${name}`);
      joins.push(`LEFT JOIN staged_texts AS t${slot} ON t${slot}.i = c${slot}`);
    } else values.push(`${type === 'money' ? `c${slot} * 0.01` : `c${slot}`} AS ${name}`);
  });
  const period = dataset.columns.findIndex(({ name }) => name === dataset.period);
  return `INSERT INTO ${landing}
    SELECT ${loadId}, r, CAST(date_trunc('month', c${period}) AS DATE), ${values.join(', ')}
    FROM staged ${joins.join(' ')}`;
}
