import type { Dataset } from '../contract/dataset.ts';
import { dateTime } from '../warehouse/date-time.ts';
import { rangesOf } from '../warehouse/months.ts';
import type { MonthRange, Value, Warehouse } from '../warehouse/warehouse.ts';
import type { LedgerEvent } from './events.ts';

/** The state of one drop: what became of it last, and the numbers of its load as they are now. */
export interface FileState {
  readonly drop: string;
  readonly fileName: string;
  readonly fileHash: string;
  readonly state: Exclude<LedgerEvent['event'], 'archived'>;
  /** ISO date-time, UTC. */
  readonly time: string;
  readonly runId: string;
  readonly dataset: string | null;
  readonly loadId: number | null;
  readonly sheet: string | null;
  readonly rowsRead: number | null;
  readonly rowsLoaded: number | null;
  readonly rowsRejected: number | null;
  readonly rowsRepeated: number | null;
  /** A message's code and values, when there is something to say. */
  readonly code: string | null;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly archived: boolean;
}

const FILE_COLUMNS = `DROP_ID, FILE_NAME, FILE_HASH, STATE, EVENT_TIME, RUN_ID, DATASET, SHEET, ROWS_READ, ROWS_LOADED,
  ROWS_REJECTED, ROWS_REPEATED, CODE, DETAIL, IS_ARCHIVED, LOAD_ID`;

/** Whether it is known what became of the drop; else it is still to be received, or to be tried again. */
export function hasOutcome({ state }: FileState): boolean {
  return !['received', 'postponed', 'failed'].includes(state);
}

/** Every drop that the ledger knows, oldest first. */
export function allFiles(warehouse: Warehouse): Promise<FileState[]> {
  return selectFiles(warehouse, 'TRUE', {});
}

export async function findDrop(warehouse: Warehouse, drop: string): Promise<FileState | undefined> {
  return (await findDrops(warehouse, [drop])).at(0);
}

/** So that a statement stays small: each drop is a parameter. */
const DROPS_A_QUERY = 500;

/** What became of these drops, in their order; of those that the ledger knows. */
export async function findDrops(
  warehouse: Warehouse,
  drops: readonly string[],
): Promise<FileState[]> {
  const found = new Map<string, FileState>();
  for (let from = 0; from < drops.length; from += DROPS_A_QUERY) {
    const some = drops.slice(from, from + DROPS_A_QUERY);
    const where = `DROP_ID IN (${some.map((_, i) => `@drop${i}`).join(', ')})`;
    const parameters = Object.fromEntries(some.map((drop, i) => [`drop${i}`, drop]));
    // Most drops that are asked about are new, and the events say so for a tenth of what the view costs.
    const any = `SELECT 1 FROM ledger_events WHERE ${where} LIMIT 1`;
    if ((await warehouse.query(any, parameters)).rows.length === 0) continue;
    for (const state of await selectFiles(warehouse, where, parameters))
      found.set(state.drop, state);
  }
  return drops.flatMap((drop) => found.get(drop) ?? []);
}

/** Drops whose outcome is known but whose file may still be where it was dropped. */
export async function unarchivedFiles(warehouse: Warehouse): Promise<FileState[]> {
  const { rows } = await warehouse.query(
    `SELECT e.DROP_ID FROM ledger_events AS e
     LEFT JOIN ledger_events AS a ON a.DROP_ID = e.DROP_ID AND a.EVENT IN ('archived', 'retracted')
     WHERE e.EVENT IN ('loaded', 'rejected', 'repeated') AND a.DROP_ID IS NULL ORDER BY e.EVENT_TIME, e.FILE_NAME`,
  );
  return findDrops(warehouse, [...new Set(rows.map(([drop]) => String(drop)))]);
}

/** The state that the event of an outcome gives a drop, as long as nothing follows it. */
export function stateOf(event: LedgerEvent): FileState {
  return {
    drop: event.drop,
    fileName: event.fileName,
    fileHash: event.fileHash,
    state: event.event as FileState['state'],
    time: dateTime(event.time),
    runId: event.runId,
    dataset: event.dataset ?? null,
    loadId: event.loadId ?? null,
    sheet: event.sheet ?? null,
    rowsRead: event.rowsRead ?? null,
    rowsLoaded: null,
    rowsRejected: event.rowsRejected ?? null,
    rowsRepeated: null,
    code: event.code ?? null,
    detail: event.detail ?? {},
    archived: false,
  };
}

async function selectFiles(
  warehouse: Warehouse,
  where: string,
  parameters: Readonly<Record<string, string>>,
): Promise<FileState[]> {
  const sql = `SELECT ${FILE_COLUMNS} FROM ledger_files WHERE ${where} ORDER BY EVENT_TIME, FILE_NAME`;
  const { rows } = await warehouse.query(sql, parameters);
  return rows.map((row) => ({
    drop: String(row[0]),
    fileName: String(row[1]),
    fileHash: String(row[2]),
    state: row[3] as FileState['state'],
    time: String(row[4]),
    runId: String(row[5]),
    dataset: text(row[6]),
    sheet: text(row[7]),
    rowsRead: number(row[8]),
    rowsLoaded: number(row[9]),
    rowsRejected: number(row[10]),
    rowsRepeated: number(row[11]),
    code: text(row[12]),
    detail: row[13] === null ? {} : JSON.parse(String(row[13])),
    archived: Number(row[14]) === 1,
    loadId: number(row[15]),
  }));
}

function text(value: Value): string | null {
  return value === null ? null : String(value);
}

function number(value: Value): number | null {
  return value === null ? null : Number(value);
}

type Queried = Pick<Warehouse, 'query'>;

/** What a row of ledger_months is while its month is to be consolidated. */
export const IS_DUE = 'ROWS_COUNTED IS NULL OR ROWS_ACCEPTED IS NULL';

/** The months that a load or a retraction touched since they were last consolidated, as unbroken ranges. */
export function monthsDue(warehouse: Queried, { name }: Dataset): Promise<MonthRange[]> {
  return selectMonths(warehouse, `DATASET = @name AND (${IS_DUE})`, { name });
}

/** The months that a load touches, as unbroken ranges. */
export function monthsOf(warehouse: Queried, loadId: number): Promise<MonthRange[]> {
  return selectMonths(warehouse, 'LOAD_ID = @loadId', { loadId });
}

/** Every month that a load of the dataset has touched, as unbroken ranges. */
export function allMonths(warehouse: Queried, { name }: Dataset): Promise<MonthRange[]> {
  return selectMonths(warehouse, 'DATASET = @name', { name });
}

async function selectMonths(
  { query }: Queried,
  where: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<MonthRange[]> {
  const { rows } = await query(
    `SELECT DISTINCT MONTH_START FROM ledger_months WHERE ${where} ORDER BY MONTH_START`,
    parameters,
  );
  return rangesOf(rows.map(([month]) => String(month)));
}
