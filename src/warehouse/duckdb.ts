import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DuckDBConnection,
  DuckDBInstance,
  DuckDBTypeId,
  type DuckDBValue,
  type Json,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';
import type { Dataset } from '../contract/dataset.ts';
import { TerminalError, UserError } from '../errors.ts';
import { EVENT_COLUMNS, eventRow, LEDGER_TABLES, type LedgerEvent } from '../ledger/events.ts';
import { allMonths } from '../ledger/ledger.ts';
import {
  CHECK_COLUMNS,
  createLandingTable,
  naming,
  requireColumns,
  type Statement,
  stagesOf,
  statements,
  withdrawal,
  withMonths,
} from './dataset-sql.ts';
import { takeOutWithdrawn } from './duckdb-changes.ts';
import { followContract } from './duckdb-columns.ts';
import { createLoad } from './duckdb-load.ts';
import { largeMemory, MEMORY, THREADS } from './duckdb-memory.ts';
import { duckDbProblem } from './duckdb-problem.ts';
import { retractLoad } from './duckdb-retract.ts';
import { writeRows } from './duckdb-write.ts';
import { type MonthRows, portionsOf, rowsIn } from './months.ts';
import { recordVersions, takeAwayOutdated } from './schema.ts';
import type { LoadChange, MonthRange, QueryResult, Value, Warehouse } from './warehouse.ts';

export interface DuckDbOptions {
  /** The database's file; made when it is missing, unless `readOnly`. */
  readonly file: string;
  readonly readOnly?: boolean;
  /** How long to wait for another process that has the database, in milliseconds. */
  readonly waitMs: number;
  /** Called once, with that process's id, when waiting begins. */
  readonly onWait?: (holder: string) => void;
}

const LOOK_MS = 100;

/** New files are for DuckDB 1.3 and later: texts are compressed in three quarters of the time since then. */
const STORAGE = 'v1.3.0';

/**
 * A commit goes into the file itself, by one change of its header, and not into a log beside it first: of a
 * transaction of many rows that was killed in the middle of writing the log, DuckDB 1.5 takes the rows for committed
 * when it reads the log, and the rest not (github.com/duckdb/duckdb/pull/25931).
 */
const WITHOUT_LOG = { checkpoint_threshold: '1B', auto_checkpoint_skip_wal_threshold: '0' };

/** What the procedures keep of so many rows fits DuckDB's memory, whatever the length of the history. */
const PORTION_ROWS = 2 ** 20;

/** Of so many rows the first procedures keep a quarter as much. */
const FEW_ROWS = 2 ** 18;

/** Of how many rows a piece is. Each costs a look at the whole table: only a small one is taken in small pieces. */
function rowsAtOnce(months: readonly MonthRows[]): number {
  const all = months.reduce((sum, { rows }) => sum + rows, 0);
  return Math.min(Math.max(FEW_ROWS, all / 4), PORTION_ROWS);
}

const WIDE_INTEGERS = new Set([DuckDBTypeId.BIGINT, DuckDBTypeId.UBIGINT, DuckDBTypeId.HUGEINT]);

/**
 * Opens a DuckDB database file. One process at a time may have it open for writing, which makes the file
 * the lock of its home: the operating system frees it even when the process is killed.
 * Throws TransientError `warehouse.busy` when another process keeps it beyond `waitMs`.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Warehouse> {
  const instance = await openInstance(options);
  const connection = await instance.connect();
  return createWarehouse(instance, connection);
}

async function openInstance({
  file,
  readOnly,
  waitMs,
  onWait,
}: DuckDbOptions): Promise<DuckDBInstance> {
  const settings: Record<string, string> = readOnly
    ? { access_mode: 'READ_ONLY', enable_external_access: 'false' }
    : {
        memory_limit: MEMORY,
        threads: String(THREADS),
        preserve_insertion_order: 'false',
        storage_compatibility_version: STORAGE,
        ...WITHOUT_LOG,
      };
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      // fromCache, never create: a second instance of one file in a process silently loses data.
      return await DuckDBInstance.fromCache(file, settings);
    } catch (error) {
      const problem = duckDbProblem(error, file);
      if (problem.code !== 'warehouse.busy' || waited >= waitMs) throw problem;
      if (waited === 0) onWait?.(String(problem.values.holder));
      await sleep(LOOK_MS);
    }
  }
}

function createWarehouse(instance: DuckDBInstance, connection: DuckDBConnection): Warehouse {
  const run = async (sql: string, values?: Record<string, DuckDBValue>) => {
    try {
      return await connection.run(sql, values);
    } catch (error) {
      throw duckDbProblem(error, sql);
    }
  };

  async function query(
    sql: string,
    parameters?: Readonly<Record<string, string | number>>,
  ): Promise<QueryResult> {
    const result = await run(
      parameters ? sql.replace(/@(\w+)/g, '$$$1') : sql,
      parameters && { ...parameters },
    );
    const columns = result.columnNames();
    const converters = result.columnTypes().map(({ typeId }) => converterOf(typeId));
    const rows = await result.convertRows(JsonDuckDBValueConverter);
    return { columns, rows: rows.map((row) => row.map((value, i) => converters[i](value))) };
  }

  async function countStatements(sql: string): Promise<number> {
    try {
      return (await connection.extractStatements(sql)).count;
    } catch (error) {
      // The binding has no other words for a text without any statement.
      if (error instanceof Error && error.message === 'Error in native callback') return 0;
      throw error;
    }
  }

  async function* stream(sql: string): AsyncGenerator<QueryResult> {
    try {
      const count = await countStatements(sql);
      if (count !== 1) throw new UserError('query.statements', { count });
      const result = await connection.stream(sql);
      const columns = result.columnNames();
      const converters = result.columnTypes().map(({ typeId }) => converterOf(typeId));
      yield { columns, rows: [] };
      for await (const rows of result.yieldConvertedRows(JsonDuckDBValueConverter)) {
        yield { columns, rows: rows.map((row) => row.map((value, i) => converters[i](value))) };
      }
    } catch (error) {
      throw error instanceof UserError ? error : duckDbProblem(error, sql);
    }
  }

  /** Nobody else writes here: what was known of the loads when the changes were decided is so still. */
  async function record(
    events: readonly LedgerEvent[],
    changes: readonly LoadChange[] = [],
  ): Promise<void> {
    for (const { loadId, does } of changes) if (does === 'withdrawn') await run(withdrawal(loadId));
    const rows = events.map(eventRow);
    await writeRows(run, { table: 'ledger_events', columns: EVENT_COLUMNS, rows, replace: false });
  }

  /** What the work does is seen whole or, when it throws or is only rehearsed, not at all. */
  async function atomically<T>(work: () => Promise<T>, end = 'COMMIT'): Promise<T> {
    await run('BEGIN');
    try {
      const result = await work();
      await run(end);
      return result;
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  let memory = MEMORY;

  /**
   * Sets the memory to this, unless there is more for good. Then, and only then, DuckDB's allocator gives back to the
   * system what nothing stands in any more.
   */
  async function allow(some: string): Promise<void> {
    await run(`SET memory_limit = '${memory === MEMORY ? some : memory}'`);
  }

  /** More memory, for good. */
  async function enlarge(): Promise<void> {
    memory = largeMemory();
    await allow(memory);
  }

  /** Begins again, with more memory for good, what a little was not enough for. Not within a transaction. */
  async function fitting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isTooLittle = error instanceof UserError && error.code === 'warehouse.memory';
      if (!isTooLittle || memory !== MEMORY) throw error;
      await enlarge();
      return work();
    }
  }

  async function prepare(datasets: readonly Dataset[]): Promise<void> {
    await atomically(async () => {
      const outdated = await takeAwayOutdated({ run, query }, datasets);
      for (const statement of LEDGER_TABLES) await run(statement);
      for (const dataset of datasets) {
        await run(createLandingTable(dataset));
        await followContract(run, query, dataset);
        for (const statement of await statements(dataset, 'tables.sql'))
          await naming(dataset, statement, run);
      }
      // The landing table has everything, and the same transaction makes the rest of it anew.
      for (const dataset of outdated)
        await consolidate(dataset, await allMonths({ query }, dataset));
      await recordVersions({ run, query }, datasets);
    });
  }

  async function consolidate(dataset: Dataset, ranges: readonly MonthRange[]): Promise<void> {
    const checks = await statements(dataset, 'checks.sql');
    const [first = [], ...later] = await stagesOf(dataset);
    const months = await rowsByMonth(dataset);
    const atOnce = rowsAtOnce(months);
    const portions = ranges.flatMap((range) => portionsOf(months, range, PORTION_ROWS));
    /** Of many rows what was taken for one step would be kept, and more taken for the next one. */
    const isLong = rowsIn(months, ranges) > FEW_ROWS;
    const settle = async () => {
      if (isLong) await allow(MEMORY);
    };
    for (const portion of portions) {
      for (const piece of portionsOf(months, portion, atOnce)) {
        await takeOutWithdrawn(run, query, dataset, piece);
        await runAll(dataset, first, piece);
      }
      await settle();
      for (const stage of later) await runAll(dataset, stage, portion);
      await settle();
    }
    for (const portion of portions) {
      for (const check of checks) await runCheck(dataset, check, portion);
      await settle();
    }
  }

  async function runAll(
    dataset: Dataset,
    stage: readonly Statement[],
    range: MonthRange,
  ): Promise<void> {
    for (const statement of stage)
      await naming(dataset, statement, (sql) => run(withMonths(sql, range)));
  }

  /**
   * Every month that a load of the dataset has touched, in order, those of withdrawn rows too: what they leave is
   * found so.
   */
  async function rowsByMonth({ name }: Dataset): Promise<MonthRows[]> {
    const { rows } = await query(
      `SELECT MONTH_START, SUM(ROWS_ACCEPTED) FROM ledger_months
       WHERE DATASET = @name GROUP BY MONTH_START ORDER BY MONTH_START`,
      { name },
    );
    return rows.map(([month, count]) => ({ month: String(month), rows: Number(count) }));
  }

  async function runCheck(dataset: Dataset, check: Statement, range: MonthRange): Promise<void> {
    // Within another SELECT nothing but a query is taken.
    const { columns, rows } = await naming(dataset, check, (sql) =>
      query(`SELECT * FROM (${withMonths(sql, range)}\n)`),
    );
    requireColumns(check, columns, CHECK_COLUMNS);
    if (rows.length === 0) return;
    const [compared, expected, found] = rows[0].map(String);
    throw new TerminalError('check.failed', { compared, expected, found });
  }

  return {
    prepare: (datasets) => fitting(() => prepare(datasets)),
    query: (sql, parameters) => fitting(() => query(sql, parameters)),
    stream,
    record: (events, changes) => fitting(() => atomically(() => record(events, changes))),
    beginLoad(dataset, sheet, fileHash) {
      const parts = { connection, run, query, record, consolidate, allow, enlarge };
      return createLoad({ ...parts, dataset, sheet, fileHash });
    },
    consolidate: (dataset, ranges) => fitting(() => atomically(() => consolidate(dataset, ranges))),
    retract: (retraction) =>
      fitting(() =>
        atomically(
          () => retractLoad({ run, query, record, consolidate }, retraction),
          retraction.rehearse ? 'ROLLBACK' : 'COMMIT',
        ),
      ),
    write: (changes) =>
      atomically(async () => {
        for (const change of changes) await writeRows(run, change);
      }),
    async close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function converterOf(type: DuckDBTypeId): (json: Json) => Value {
  if (WIDE_INTEGERS.has(type)) return toInteger;
  // Somebody's text stays as it is, even where it looks like a date-time.
  return type === DuckDBTypeId.VARCHAR ? (json) => (json === null ? null : String(json)) : toValue;
}

/** Integers that a JavaScript number holds exactly are numbers; the rest stay text. */
function toInteger(json: Json): Value {
  const number = Number(json);
  return json === null || !Number.isSafeInteger(number) ? toValue(json) : number;
}

function toValue(json: Json): Value {
  if (json === null || typeof json === 'boolean' || typeof json === 'number') return json;
  if (typeof json !== 'string') return JSON.stringify(json);
  // DuckDB writes a date-time with a space, and integers of 64 bits as text.
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(json)) return json.replace(' ', 'T');
  return json;
}
