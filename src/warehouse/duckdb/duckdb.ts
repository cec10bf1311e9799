import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValue,
  JsonDuckDBValueConverter,
} from '@duckdb/node-api';
import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { EVENT_COLUMNS, eventRow, LEDGER_TABLES, type LedgerEvent } from '../../ledger/events.ts';
import { allMonths } from '../../ledger/ledger.ts';
import { createLandingTable, naming, statements, withdrawal } from '../dataset-sql.ts';
import { recordVersions, takeAwayOutdated } from '../schema.ts';
import type { LoadChange, QueryResult, Warehouse } from '../warehouse.ts';
import { followContract } from './columns.ts';
import { createConsolidate } from './consolidate.ts';
import { createLoad } from './load.ts';
import { createMemory, MEMORY, THREADS } from './memory.ts';
import { duckDbProblem, saysInvalidated } from './problem.ts';
import { retractLoad } from './retract.ts';
import { converterOf } from './values.ts';
import { writeRows } from './write.ts';

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

/**
 * Opens a DuckDB database file. One process at a time may have it open for writing, which makes the file
 * the lock of its home: the operating system frees it even when the process is killed.
 * Throws TransientError `warehouse.busy` when another process keeps it beyond `waitMs`, UserError `warehouse.damaged`
 * when the file is none of DuckDB's.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Warehouse> {
  const open = async () => {
    const instance = await openInstance(options);
    return { instance, connection: await instance.connect() };
  };
  return createWarehouse(await open(), open);
}

interface Opened {
  readonly instance: DuckDBInstance;
  readonly connection: DuckDBConnection;
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
        // Of a file of another program it would load what reads that, from the network.
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        ...WITHOUT_LOG,
      };
  for (let waited = 0; ; waited += LOOK_MS) {
    try {
      // fromCache, never create: a second instance of one file in a process silently loses data.
      return await DuckDBInstance.fromCache(file, settings);
    } catch (error) {
      const problem = duckDbProblem(error, file);
      // No statement was refused: it is the file.
      if (['warehouse.failed', 'query.invalid'].includes(problem.code))
        throw new UserError(
          'warehouse.damaged',
          { database: file, ...problem.values },
          { cause: error },
        );
      if (problem.code !== 'warehouse.busy' || waited >= waitMs) throw problem;
      if (waited === 0) onWait?.(String(problem.values.holder));
      await sleep(LOOK_MS);
    }
  }
}

function createWarehouse(first: Opened, open: () => Promise<Opened>): Warehouse {
  let opened = first;

  const run = async (sql: string, values?: Record<string, DuckDBValue>) => {
    try {
      return await opened.connection.run(sql, values);
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
      return (await opened.connection.extractStatements(sql)).count;
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
      const result = await opened.connection.stream(sql);
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
      await opened.connection.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  const { allow, enlarge, fitting } = createMemory(run);

  /** After a disk was full in the middle of a write DuckDB does nothing any more: opened anew, it has what was committed. */
  async function surely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await fitting(work);
    } catch (error) {
      if (!saysInvalidated(error)) throw error;
      close();
      opened = await open();
      // As much as was allowed before.
      await allow(MEMORY);
      return await fitting(work);
    }
  }

  function close(): void {
    opened.connection.closeSync();
    opened.instance.closeSync();
  }

  const consolidate = createConsolidate({ run, query, allow });

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

  return {
    prepare: (datasets) => surely(() => prepare(datasets)),
    query: (sql, parameters) => surely(() => query(sql, parameters)),
    stream,
    record: (events, changes) => surely(() => atomically(() => record(events, changes))),
    beginLoad(dataset, sheet, fileHash) {
      const { connection } = opened;
      const parts = { connection, run, query, record, consolidate, allow, enlarge };
      return createLoad({ ...parts, dataset, sheet, fileHash });
    },
    consolidate: (dataset, ranges) => surely(() => atomically(() => consolidate(dataset, ranges))),
    retract: (retraction) =>
      surely(() =>
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
      close();
    },
  };
}
