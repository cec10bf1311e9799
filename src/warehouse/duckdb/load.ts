import type {
  DuckDBAppender,
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBValue,
} from '@duckdb/node-api';
import type { Dataset } from '../../contract/dataset.ts';
import type { RowRange } from '../../contract/load.ts';
import type { Rejection } from '../../contract/rejection.ts';
import { UserError } from '../../errors.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { monthsDue } from '../../ledger/ledger.ts';
import { landingTable, withdrawal } from '../dataset-sql.ts';
import { comparing, type Overlap, toOverlap } from '../overlap.ts';
import type { Load, LoadChange, MonthRange, Value, Warehouse } from '../warehouse.ts';
import { createLanding, type Landing } from './landing.ts';
import { landingMemory, largeMemory, MEMORY, type Memory, THREADS } from './memory.ts';
import { duckDbProblem } from './problem.ts';
import { changesSince, rememberSums } from './sums.ts';

/** What a load needs of the warehouse that it belongs to. */
interface LoadContext extends Pick<Memory, 'allow' | 'enlarge'> {
  /** The database's. */
  readonly file: string;
  readonly connection: DuckDBConnection;
  readonly run: (
    sql: string,
    values?: Record<string, DuckDBValue>,
  ) => Promise<DuckDBMaterializedResult>;
  readonly query: Warehouse['query'];
  readonly begin: () => Promise<void>;
  readonly commit: () => Promise<void>;
  readonly record: Warehouse['record'];
  readonly consolidate: Warehouse['consolidate'];
  readonly dataset: Dataset;
  readonly sheet: string;
  readonly fileHash: string;
}

/** So that a statement stays small. */
const RANGES_A_STATEMENT = 1_000;

/** Below this a sum of floating point numbers may be what is left of those that cancel each other out. */
const REMAINS = 1e-6;

/** Whether two sums differ only by the order in which floating point numbers were added. */
function isNearly(one: Value, other: Value): boolean {
  if (typeof one !== 'number' || typeof other !== 'number') return false;
  if (Number.isInteger(one) && Number.isInteger(other)) return one === other;
  const most = Math.max(Math.abs(one), Math.abs(other));
  return Math.abs(one - other) <= Math.max(REMAINS, 1e-9 * most);
}

/** A load in one transaction, which ends with its commit. */
export async function createLoad(context: LoadContext): Promise<Load> {
  const { connection, run, dataset } = context;
  const table = landingTable(dataset);
  let open = true;
  let landing: Landing | undefined;
  // One a table, for the whole load: what the binding holds for a closed one is freed only by the collector.
  const appenders = new Map<string, DuckDBAppender>();

  await context.allow(landingMemory(dataset.columns.length));
  // The appender works in the thread that calls it: one of DuckDB's own would wait for work, and be busy with that.
  await run('SET threads = 1');
  const [loadId, order] = await context
    .begin()
    .then(() => Promise.all([nextLoadId(), columnsInOrder()]))
    .catch(async (error) => {
      await rollBack();
      throw error;
    });

  /** Nothing lands any more: memory and threads are as they were. */
  async function giveBack(): Promise<void> {
    landing?.end();
    await context.allow(MEMORY);
    await run(`SET threads = ${THREADS}`);
  }

  /**
   * Fails when the transaction has ended by itself, as after a commit that did not succeed: then there is no more to
   * do.
   */
  async function rollBack(): Promise<void> {
    open = false;
    // What one could not write it would try again, and not be closed.
    for (const appender of appenders.values()) appender.clear();
    closeAppenders();
    await connection.run('ROLLBACK').catch(() => {});
    await giveBack().catch(() => {});
  }

  landing = createLanding((fill) => append(table, fill), dataset, order, loadId);
  const { write } = landing;

  async function nextLoadId(): Promise<number> {
    const { rows } = await context.query('SELECT IFNULL(MAX(LOAD_ID), 0) + 1 FROM ledger_events');
    return Number(rows[0][0]);
  }

  async function columnsInOrder(): Promise<readonly string[]> {
    return (await context.query(`SELECT * FROM ${table} LIMIT 0`)).columns;
  }

  async function append(to: string, fill: (appender: DuckDBAppender) => void): Promise<void> {
    try {
      const appender = appenders.get(to) ?? (await connection.createAppender(to));
      // Nobody wants more of a load that was given up in the meantime.
      if (!open) return appender.closeSync();
      appenders.set(to, appender);
      fill(appender);
      appender.flushSync();
    } catch (error) {
      throw duckDbProblem(error, context.file);
    }
  }

  /** Left to the collector, an appender would write what it holds after the transaction. */
  function closeAppenders(): void {
    for (const appender of appenders.values()) appender.closeSync();
    appenders.clear();
  }

  async function reject(rejections: readonly Rejection[]): Promise<void> {
    await append('rejections', (appender) => {
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

  async function discard(ranges: readonly RowRange[]): Promise<number[]> {
    const discarded: number[] = [];
    for (let at = 0; at < ranges.length; at += RANGES_A_STATEMENT) {
      const some = ranges.slice(at, at + RANGES_A_STATEMENT);
      const { rows } = await context.query(
        `DELETE FROM ${table} WHERE LOAD_ID = ${loadId} AND SHEET_ROW IN (
           SELECT UNNEST(RANGE(FIRST_ROW, LAST_ROW + 1))
           FROM (VALUES ${some.map(({ from, to }) => `(${from}, ${to})`).join(', ')}) AS r (FIRST_ROW, LAST_ROW))
         RETURNING SHEET_ROW`,
      );
      for (const [row] of rows) discarded.push(Number(row));
    }
    return discarded.sort((a, b) => a - b);
  }

  async function recordMonths(): Promise<void> {
    await run(
      `INSERT INTO ledger_months
       SELECT '${dataset.name}', LOAD_ID, MONTH_START, COUNT(*), NULL FROM ${table}
       WHERE LOAD_ID = ${loadId} GROUP BY LOAD_ID, MONTH_START`,
    );
  }

  async function commit(
    events: readonly LedgerEvent[],
    changes: readonly LoadChange[],
  ): Promise<void> {
    closeAppenders();
    await recordMonths();
    await context.record(events, changes);
    await context.commit();
    open = false;
    await giveBack();
  }

  async function compare(other: number): Promise<Overlap> {
    // The rows of two loads are held, and nothing lands any more. It cannot be tried again with more, as a
    // consolidation can.
    await giveBack();
    await context.allow(largeMemory());
    const { rows } = await context.query(
      comparing(dataset, `${table} WHERE LOAD_ID = ${loadId}`, `${table} WHERE LOAD_ID = ${other}`),
    );
    return toOverlap(rows);
  }

  async function preview(replaced: readonly number[]) {
    await rememberSums(run, dataset);
    const isUpToDate = (await monthsDue(context, dataset)).length === 0;
    await recordMonths();
    for (const other of replaced) await run(withdrawal(other));
    // A run takes up what an earlier one left, too.
    const months = await monthsDue(context, dataset);
    // It cannot be tried again with more, as a consolidation can.
    await giveBack();
    await context.enlarge();
    await context.consolidate(dataset, months);
    const { rows } = await context.query(
      `SELECT IFNULL(SUM(ROWS_COUNTED), 0) FROM ledger_months WHERE LOAD_ID = ${loadId}`,
    );
    const changes = await changesSince(context.query, dataset);
    if (isUpToDate && replaced.length === 0) await requireUndo(months);
    return { newRows: Number(rows[0][0]), changes };
  }

  /**
   * Taken out again, the load leaves the sums that were there before it, or the procedures add to what they made, or
   * keep what has gone. Throws UserError `dataset.notUndone`.
   */
  async function requireUndo(months: readonly MonthRange[]): Promise<void> {
    await run(withdrawal(loadId));
    await context.consolidate(dataset, months);
    const left = (await changesSince(context.query, dataset)).find(
      ({ before, after }) => !isNearly(before, after),
    );
    if (left === undefined) return;
    const { table, before, after } = left;
    const key = Object.entries(left.key).map(([name, value]) => `${name}=${value ?? ''}`);
    throw new UserError('dataset.notUndone', {
      dataset: dataset.name,
      table,
      key: key.join(' '),
      before: String(before ?? ''),
      after: String(after ?? ''),
    });
  }

  async function abort(): Promise<void> {
    if (open) await rollBack();
  }

  return { loadId, write, reject, discard, compare, preview, commit, abort };
}
