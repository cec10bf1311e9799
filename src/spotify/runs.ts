import { EntradaError, type Problem } from '../errors.ts';
import { dateTime, momentOf } from '../warehouse/date-time.ts';
import type { TableRows, Warehouse } from '../warehouse/warehouse.ts';
import { LONGEST_WAIT } from './retry.ts';
import { type Changes, NO_CHANGES, type SpotifyTable } from './tables.ts';

/** What became of one table in one run. */
export interface TableRun {
  readonly runId: string;
  readonly table: SpotifyTable;
  /** When it was recorded. Milliseconds since 1970, as the other times. */
  readonly time: number;
  /** When the answers are from; a replay's are older than itself. */
  readonly fetchedAt: number;
  /**
   * With a problem: `limited` when Spotify asked to wait until `until`, and no run before then asks again;
   * `refused` when somebody has to mend something, `postponed` when it may pass, `failed` for a fault of ours.
   */
  readonly outcome: 'changed' | 'unchanged' | 'limited' | 'refused' | 'postponed' | 'failed';
  readonly rows: number;
  readonly nulls: number;
  readonly changes: Changes;
  readonly warnings: readonly Problem[];
  /** Why the table is as it was. */
  readonly problem: Problem | null;
  readonly until: number | null;
  readonly replayOf: string | null;
}

const COLUMNS = [
  'RUN_ID',
  'TABLE_NAME',
  'RUN_TIME',
  'FETCHED_AT',
  'OUTCOME',
  'ROWS_FOUND',
  'ROWS_NULL',
  'CHANGES',
  'WARNINGS',
  'CODE',
  'DETAIL',
  'NOT_BEFORE',
  'REPLAY_OF',
];

/**
 * The ledger of Spotify runs: rows are only ever added. A table of its own, because every event of ledger_events is
 * about a dropped file, and what reads it would have to tell the two apart.
 */
export const RUNS_TABLE = `CREATE TABLE IF NOT EXISTS spotify_runs (
  RUN_ID STRING, TABLE_NAME STRING, RUN_TIME DATETIME, FETCHED_AT DATETIME, OUTCOME STRING, ROWS_FOUND INT64,
  ROWS_NULL INT64, CHANGES STRING, WARNINGS STRING, CODE STRING, DETAIL STRING, NOT_BEFORE DATETIME,
  REPLAY_OF STRING)`;

/** A run's record as a row to add. */
export function runRows(run: TableRun): TableRows {
  const row = [
    run.runId,
    run.table,
    dateTime(run.time),
    dateTime(run.fetchedAt),
    run.outcome,
    run.rows,
    run.nulls,
    JSON.stringify(run.changes),
    JSON.stringify(run.warnings),
    run.problem?.code ?? null,
    run.problem && JSON.stringify(run.problem.values),
    run.until === null ? null : dateTime(run.until),
    run.replayOf,
  ];
  return { table: 'spotify_runs', columns: COLUMNS, rows: [row], replace: false };
}

/** Under what name the ledger has a fault of ours that kept a function from recording its run. */
export const failureName = (runId: string, table: SpotifyTable) => `${table}#${runId}`;

/** Every record, oldest first; none where Spotify was never asked, and so nothing was made to record it. */
export async function allRuns(warehouse: Warehouse): Promise<TableRun[]> {
  try {
    return await selectRuns(warehouse, 'TRUE', {});
  } catch (error) {
    if (error instanceof EntradaError && error.code === 'query.invalid') return [];
    throw error;
  }
}

/** What this run did, table by table. */
export function runsOf(warehouse: Warehouse, runId: string): Promise<TableRun[]> {
  return selectRuns(warehouse, 'RUN_ID = @runId', { runId });
}

/** The run whose answers a table holds, if any. What a clock that was ahead has recorded for later than now is none. */
export async function lastApplied(
  warehouse: Warehouse,
  table: SpotifyTable,
  now: number,
): Promise<TableRun | undefined> {
  const where = "TABLE_NAME = @table AND OUTCOME IN ('changed', 'unchanged')";
  const runs = await selectRuns(warehouse, where, { table });
  return runs.filter(({ time }) => time <= now).at(-1);
}

/**
 * The time before which Spotify is not to be asked; the past where it may be. What is further away than it may be was
 * recorded by a clock that was ahead.
 */
export async function waitUntil(warehouse: Warehouse, now: number): Promise<number> {
  const { rows } = await warehouse.query(
    `SELECT MAX(NOT_BEFORE) FROM spotify_runs
     WHERE NOT_BEFORE <= CAST(@latest AS DATETIME)`,
    { latest: dateTime(now + LONGEST_WAIT) },
  );
  return rows[0][0] === null ? 0 : momentOf(rows[0][0]);
}

/** The first record of a table in a run counts: a message that is delivered twice at the same time may leave two. */
async function selectRuns(
  warehouse: Warehouse,
  where: string,
  parameters: Readonly<Record<string, string>>,
): Promise<TableRun[]> {
  const { rows } = await warehouse.query(
    `SELECT ${COLUMNS.join(', ')} FROM spotify_runs WHERE ${where}
     QUALIFY ROW_NUMBER() OVER (PARTITION BY RUN_ID, TABLE_NAME ORDER BY RUN_TIME) = 1
     ORDER BY RUN_TIME, RUN_ID, TABLE_NAME`,
    parameters,
  );
  return rows.map((row) => ({
    runId: String(row[0]),
    table: row[1] as SpotifyTable,
    time: momentOf(row[2]),
    fetchedAt: momentOf(row[3]),
    outcome: row[4] as TableRun['outcome'],
    rows: Number(row[5]),
    nulls: Number(row[6]),
    changes: { ...NO_CHANGES, ...JSON.parse(String(row[7])) },
    warnings: JSON.parse(String(row[8])),
    problem:
      row[9] === null
        ? null
        : { code: row[9] as Problem['code'], values: JSON.parse(String(row[10])) },
    until: row[11] === null ? null : momentOf(row[11]),
    replayOf: row[12] === null ? null : String(row[12]),
  }));
}
