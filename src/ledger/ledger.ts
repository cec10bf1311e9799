import type { Dataset } from '../contract/dataset.ts';
import { rangesOf } from '../warehouse/months.ts';
import type { MonthRange, Value, Warehouse } from '../warehouse/warehouse.ts';

/** The state of one drop: what became of it last, and the numbers of its load as they are now. */
export interface FileState {
  readonly drop: string;
  readonly fileName: string;
  readonly fileHash: string;
  readonly state: string;
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

/** Every drop that the ledger knows, oldest first. */
export function allFiles(warehouse: Warehouse): Promise<FileState[]> {
  return selectFiles(warehouse, 'TRUE', {});
}

export async function findDrop(warehouse: Warehouse, drop: string): Promise<FileState | undefined> {
  return (await selectFiles(warehouse, 'DROP_ID = @drop', { drop })).at(0);
}

/** What became of these drops, in their order. */
export async function findDrops(
  warehouse: Warehouse,
  drops: readonly string[],
): Promise<FileState[]> {
  const found: FileState[] = [];
  for (const drop of drops) {
    const state = await findDrop(warehouse, drop);
    if (state) found.push(state);
  }
  return found;
}

/** The drop whose load holds this content in the tables now, if any. */
export async function findInForce(
  warehouse: Warehouse,
  fileHash: string,
): Promise<FileState | undefined> {
  return (
    await selectFiles(warehouse, "FILE_HASH = @fileHash AND STATE = 'loaded'", { fileHash })
  ).at(0);
}

/** Drops whose outcome is known but whose file may still be where it was dropped. */
export function unarchivedFiles(warehouse: Warehouse): Promise<FileState[]> {
  return selectFiles(
    warehouse,
    "IS_ARCHIVED = 0 AND STATE IN ('loaded', 'rejected', 'repeated')",
    {},
  );
}

/** The loads in force under this name. */
export function findByName(warehouse: Warehouse, fileName: string): Promise<FileState[]> {
  return selectFiles(warehouse, "FILE_NAME = @fileName AND STATE = 'loaded'", { fileName });
}

/** The load in force whose rows say the same, in other bytes, if any. */
export async function findSameContent(
  warehouse: Warehouse,
  contentHash: string,
): Promise<FileState | undefined> {
  return (
    await selectFiles(warehouse, "CONTENT_HASH = @contentHash AND STATE = 'loaded'", {
      contentHash,
    })
  ).at(0);
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
    state: String(row[3]),
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

/** The months that a load or a retraction touched since they were last consolidated, as unbroken ranges. */
export async function monthsDue(warehouse: Warehouse, dataset: Dataset): Promise<MonthRange[]> {
  const { rows } = await warehouse.query(
    'SELECT DISTINCT MONTH_START FROM ledger_months WHERE DATASET = @dataset AND ROWS_COUNTED IS NULL ORDER BY MONTH_START',
    { dataset: dataset.name },
  );
  return rangesOf(rows.map(([month]) => String(month)));
}

/** The months that a load touches, as unbroken ranges. */
export async function monthsOf(warehouse: Warehouse, loadId: number): Promise<MonthRange[]> {
  const { rows } = await warehouse.query(
    'SELECT MONTH_START FROM ledger_months WHERE LOAD_ID = @loadId ORDER BY MONTH_START',
    { loadId },
  );
  return rangesOf(rows.map(([month]) => String(month)));
}
