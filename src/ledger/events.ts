import { dateTime } from '../warehouse/date-time.ts';

/**
 * What happened to each file, as it happened: rows are only ever added. A drop is one delivery of a file,
 * named by its place and version; a load is the rows of one content, named by a number.
 */
export interface LedgerEvent {
  readonly drop: string;
  readonly fileName: string;
  /** SHA-256 of the bytes, in hex; empty when the file failed before they were read. */
  readonly fileHash: string;
  readonly event:
    | 'received'
    | 'loaded'
    | 'rejected'
    | 'repeated'
    | 'postponed'
    | 'failed'
    | 'archived'
    | 'retracted';
  readonly runId: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly dataset?: string;
  readonly loadId?: number;
  readonly sheet?: string;
  readonly rowsRead?: number;
  readonly rowsAccepted?: number;
  readonly rowsRejected?: number;
  readonly contentHash?: string | null;
  /** A message's code and its values, or where the file went. */
  readonly code?: string;
  readonly detail?: Readonly<Record<string, string | number>>;
}

/**
 * How far a drop has come: its state is the furthest of its events, whatever the clock said at each. One that repeats
 * another may come to stand for its rows later.
 */
const STEPS: Record<LedgerEvent['event'], number> = {
  received: 1,
  postponed: 2,
  failed: 2,
  rejected: 3,
  repeated: 3,
  loaded: 4,
  archived: 5,
  retracted: 6,
};

export const EVENT_COLUMNS = [
  'DROP_ID',
  'FILE_NAME',
  'FILE_HASH',
  'EVENT',
  'STEP',
  'RUN_ID',
  'EVENT_TIME',
  'DATASET',
  'LOAD_ID',
  'SHEET',
  'ROWS_READ',
  'ROWS_ACCEPTED',
  'ROWS_REJECTED',
  'CONTENT_HASH',
  'CODE',
  'DETAIL',
] as const;

/** An event as a row of `ledger_events`, in the order of EVENT_COLUMNS. */
export function eventRow(event: LedgerEvent): (string | number | null)[] {
  return [
    event.drop,
    event.fileName,
    event.fileHash,
    event.event,
    STEPS[event.event],
    event.runId,
    dateTime(event.time),
    event.dataset ?? null,
    event.loadId ?? null,
    event.sheet ?? null,
    event.rowsRead ?? null,
    event.rowsAccepted ?? null,
    event.rowsRejected ?? null,
    event.contentHash ?? null,
    event.code ?? null,
    event.detail ? JSON.stringify(event.detail) : null,
  ];
}

/**
 * The ledger's tables, in SQL that both engines run.
 * ledger_months says which months a load touches; without ROWS_COUNTED a month is still to be consolidated, and its
 * rows do not count yet. Without ROWS_ACCEPTED the load is withdrawn: consolidating the month takes its rows out.
 */
export const LEDGER_TABLES = [
  `CREATE TABLE IF NOT EXISTS ledger_events (
    DROP_ID STRING, FILE_NAME STRING, FILE_HASH STRING, EVENT STRING, STEP INT64, RUN_ID STRING, EVENT_TIME DATETIME,
    DATASET STRING, LOAD_ID INT64, SHEET STRING, ROWS_READ INT64, ROWS_ACCEPTED INT64, ROWS_REJECTED INT64,
    CONTENT_HASH STRING, CODE STRING, DETAIL STRING)`,
  `CREATE TABLE IF NOT EXISTS ledger_months (
    DATASET STRING, LOAD_ID INT64, MONTH_START DATE, ROWS_ACCEPTED INT64, ROWS_COUNTED INT64)`,
  `CREATE TABLE IF NOT EXISTS rejections (
    LOAD_ID INT64, FILE_HASH STRING, DATASET STRING, SHEET STRING, SHEET_ROW INT64, CELL STRING, COLUMN_NAME STRING,
    VALUE_FOUND STRING, CODE STRING, DETAIL STRING)`,
  // One pass over the events, by drop: a filter on DROP_ID reaches the table through the windows. Beside a condition on
  // the events alone DuckDB would compare each of them with every load.
  `CREATE VIEW IF NOT EXISTS ledger_files AS
  SELECT o.DROP_ID, o.FILE_NAME, o.FILE_HASH, o.EVENT AS STATE, o.EVENT_TIME, o.RUN_ID, o.DATASET, o.LOAD_ID, o.SHEET,
    o.ROWS_READ, o.ROWS_REJECTED, o.CONTENT_HASH, IF(o.ROWS_ACCEPTED = 0, 0, m.ROWS_LOADED) AS ROWS_LOADED,
    IF(o.ROWS_ACCEPTED = 0, 0, m.ROWS_REPEATED) AS ROWS_REPEATED, o.CODE, o.DETAIL, o.IS_ARCHIVED
  FROM (
    SELECT *, MAX(IF(EVENT = 'archived', 1, 0)) OVER (PARTITION BY DROP_ID) AS IS_ARCHIVED FROM ledger_events
    QUALIFY ROW_NUMBER() OVER (
      PARTITION BY DROP_ID ORDER BY IF(EVENT = 'archived', 0, STEP) DESC, EVENT_TIME DESC
    ) = 1
  ) AS o
  LEFT JOIN (
    SELECT LOAD_ID, CAST(SUM(ROWS_COUNTED) AS INT64) AS ROWS_LOADED,
      CAST(SUM(ROWS_ACCEPTED - ROWS_COUNTED) AS INT64) AS ROWS_REPEATED
    FROM ledger_months GROUP BY LOAD_ID
  ) AS m ON m.LOAD_ID = IF(o.EVENT = 'loaded', o.LOAD_ID, NULL)`,
] as const;
