import { type DuckDBValue, JsonDuckDBValueConverter } from '@duckdb/node-api';
import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { EVENT_COLUMNS, eventRow, LEDGER_TABLES, type LedgerEvent } from '../../ledger/events.ts';
import { allMonths } from '../../ledger/ledger.ts';
import {
  createLandingTable,
  nameMade,
  namingStatement,
  statements,
  sumTables,
  uncounting,
  withdrawal,
} from '../dataset-sql.ts';
import { requireSums } from '../sum-tables.ts';
import type { KeyChange, LoadChange, QueryResult, Retraction, Warehouse } from '../warehouse.ts';
import { followContract } from './columns.ts';
import { createConsolidate } from './consolidate.ts';
import { createLoad } from './load.ts';
import { createMemory, largeMemory, MEMORY } from './memory.ts';
import { close, type DuckDbOptions, IN_MEMORY, type Opened, open } from './opening.ts';
import { duckDbProblem, saysInvalidated } from './problem.ts';
import { changesSince, rememberSums } from './sums.ts';
import { clearMark, markCommitting, wasCutOff } from './torn.ts';
import { followVersions, refuseOtherVersions } from './upgrade.ts';
import { rowConverter } from './values.ts';
import { writeRows } from './write.ts';

/**
 * Opens a DuckDB database file. One process at a time may have it open for writing, which makes the file
 * the lock of its home: the operating system frees it even when the process is killed.
 * Throws TransientError `warehouse.busy` when another process keeps it beyond `waitMs`, UserError `warehouse.damaged`
 * when the file is none of DuckDB's; opened to read, `home.older` or `home.newer` when another version made its tables.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<Warehouse> {
  const warehouse = createWarehouse(await open(options), options);
  if (options.readOnly)
    await refuseOtherVersions(warehouse).catch(async (error) => {
      await warehouse.close();
      throw error;
    });
  return warehouse;
}

function createWarehouse(first: Opened, options: DuckDbOptions): Warehouse {
  const { file } = options;
  let opened = first;

  const run = async (sql: string, values?: Record<string, DuckDBValue>) => {
    try {
      return await opened.connection.run(sql, values);
    } catch (error) {
      throw duckDbProblem(error, file);
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
    const toRows = rowConverter(result.columnTypes());
    const rows = await result.convertRows(JsonDuckDBValueConverter);
    return { columns: result.columnNames(), rows: toRows(rows) };
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
      const toRows = rowConverter(result.columnTypes());
      yield { columns, rows: [] };
      for await (const rows of result.yieldConvertedRows(JsonDuckDBValueConverter))
        yield { columns, rows: toRows(rows) };
    } catch (error) {
      throw error instanceof UserError ? error : duckDbProblem(error, file);
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

  const { allow, enlarge, fitting } = createMemory(run);

  let isMarked = false;

  /** Of what is little. */
  async function commit(): Promise<void> {
    if (file !== IN_MEMORY && !wasCutOff(file)) {
      await markCommitting(file);
      isMarked = true;
    }
    await run('COMMIT');
  }

  /**
   * Of each table the last rows are written, all columns at once, and texts may be long. What a commit lacks memory for
   * DuckDB 1.5 does not undo whole: it could not be tried again.
   */
  async function commitRows(): Promise<void> {
    await allow(largeMemory());
    // Where the database is lost, who comes next hears of it.
    await commit().finally(() => allow(MEMORY).catch(() => {}));
  }

  async function rollBack(): Promise<void> {
    await run('ROLLBACK');
  }

  /** Once a rehearsal has prepared these, every transaction begins so, since none is committed. */
  let rehearsed: readonly Dataset[] | undefined;
  /** Where the transaction that prepared them is open still: the next one goes on in it. */
  let openStill: Opened | undefined;

  async function begin(): Promise<void> {
    const isOpen = openStill === opened;
    openStill = undefined;
    if (isOpen) return;
    await run('BEGIN');
    if (rehearsed) await bringUpToDate(rehearsed);
  }

  /** What the work does is seen whole or, when it throws or is only rehearsed, not at all. */
  async function atomically<T>(
    work: () => Promise<T>,
    end: (result: T) => Promise<void> = commitRows,
  ): Promise<T> {
    try {
      await begin();
      const result = await work();
      await end(result);
      return result;
    } catch (error) {
      await rollBack().catch(() => {});
      throw error;
    }
  }

  /**
   * After a disk was full in the middle of a write DuckDB does nothing any more: opened anew, it has what was
   * committed.
   */
  async function surely<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await fitting(work);
    } catch (error) {
      if (!saysInvalidated(error)) throw error;
      close(opened);
      opened = await open(options);
      // As much as was allowed before.
      await allow(MEMORY);
      return await fitting(work);
    }
  }

  const consolidate = createConsolidate({ run, query, allow });

  /** The landing table has everything: what tables.sql makes is made as it is written now, and filled. */
  async function rebuild(dataset: Dataset): Promise<void> {
    for (const { sql } of await statements(dataset, 'tables.sql')) {
      const { rows } = await query(
        `SELECT 'TABLE' FROM duckdb_tables() WHERE LOWER(table_name) = LOWER(@made)
         UNION ALL SELECT 'VIEW' FROM duckdb_views() WHERE LOWER(view_name) = LOWER(@made)`,
        { made: nameMade(sql) },
      );
      for (const [kind] of rows) await run(`DROP ${kind} ${nameMade(sql)}`);
    }
    await makeTables(dataset);
    await run(uncounting(dataset));
    await consolidate(dataset, await allMonths({ query }, dataset));
  }

  async function retract({ dataset, change, ranges, events }: Retraction): Promise<KeyChange[]> {
    await rememberSums(run, dataset);
    await record(events, [change]);
    await consolidate(dataset, ranges);
    return changesSince(query, dataset);
  }

  /** All that there is, as it was made. */
  async function schema(): Promise<string> {
    const { rows } = await query(
      `SELECT STRING_AGG(sql, '' ORDER BY sql) FROM (
         SELECT sql FROM duckdb_tables() UNION ALL SELECT sql FROM duckdb_views() WHERE NOT internal)`,
    );
    return String(rows[0][0]);
  }

  async function makeTables(dataset: Dataset): Promise<void> {
    await run(createLandingTable(dataset));
    await followContract(run, query, dataset);
    for (const statement of await statements(dataset, 'tables.sql')) {
      await namingStatement(dataset, statement, run);
      const made = nameMade(statement.sql);
      if (!sumTables(dataset).includes(made)) continue;
      const { columns } = await query(`SELECT * FROM ${made} LIMIT 0`);
      requireSums(dataset, statement, columns);
    }
  }

  async function bringUpToDate(datasets: readonly Dataset[]) {
    const found = await followVersions({ run, query }, datasets);
    for (const statement of LEDGER_TABLES) await run(statement);
    for (const dataset of datasets)
      await (found.outdated.includes(dataset) ? rebuild : makeTables)(dataset);
    return found;
  }

  async function prepare(
    datasets: readonly Dataset[],
    { rehearse = false } = {},
  ): Promise<readonly Dataset[]> {
    const before = await schema();
    const { outdated } = await atomically(
      () => bringUpToDate(datasets),
      // Nearly always nothing was missing, and nothing is written: no look of a `watch` disturbs the disk.
      async ({ isWritten }) => {
        if (!isWritten && (await schema()) === before) await run('COMMIT');
        else if (!rehearse) await commitRows();
        else {
          // What was made anew is held until the end, beside what lands.
          await enlarge();
          rehearsed = datasets;
          openStill = opened;
        }
      },
    );
    return outdated;
  }

  return {
    prepare: (datasets, options) => surely(() => prepare(datasets, options)),
    query: (sql, parameters) => surely(() => query(sql, parameters)),
    stream,
    record: (events, changes) => surely(() => atomically(() => record(events, changes), commit)),
    beginLoad(dataset, sheet, fileHash) {
      const { connection } = opened;
      const parts = { file, connection, run, query, begin, record, consolidate, allow, enlarge };
      return createLoad({ ...parts, commit: commitRows, dataset, sheet, fileHash });
    },
    consolidate: (dataset, ranges) => surely(() => atomically(() => consolidate(dataset, ranges))),
    rebuild: (dataset) => surely(() => atomically(() => rebuild(dataset))),
    retract: (retraction) =>
      surely(() =>
        atomically(() => retract(retraction), retraction.rehearse ? rollBack : commitRows),
      ),
    write: (changes) =>
      atomically(async () => {
        for (const change of changes) await writeRows(run, change);
      }),
    async close() {
      close(opened);
      if (isMarked) await clearMark(file);
    },
  };
}
