import type { Dataset } from '../contract/dataset.ts';
import { EntradaError, UserError } from '../errors.ts';
import { monthsOf } from '../ledger/ledger.ts';
import { LOADED_FILES, type LoadedFile, loadedFile } from '../ledger/loaded-files.ts';
import {
  landingTable,
  namingStatement,
  requireColumns,
  type Statement,
  statements,
} from '../warehouse/dataset-sql.ts';
import { withinMonths } from '../warehouse/months.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** Something that looks wrong but may be meant: one key with two values, and where each was found. */
export interface Warning {
  readonly keyColumn: string;
  readonly key: string;
  readonly column: string;
  readonly one: Place;
  readonly other: Place;
}

interface Place extends LoadedFile {
  readonly value: string;
  readonly sheet: string;
  readonly row: number;
}

/** Of one kind more are never wanted: the first ones show what is wrong, and their number how much. */
const SHOWN_OF_A_KIND = 20;

export interface Warnings {
  readonly shown: readonly Warning[];
  /** How many more there are. */
  readonly more: number;
  /** Datasets of which nothing can be told, and why. */
  readonly failed: readonly { readonly dataset: Dataset; readonly error: EntradaError }[];
}

/** What a statement of warnings.sql gives. */
const COLUMNS = [
  'KEY_COLUMN',
  'KEY_VALUE',
  'NAME_COLUMN',
  'ONE',
  'OTHER',
  'ONE_LOAD_ID',
  'OTHER_LOAD_ID',
];

/** What each dataset's warnings.sql finds in its tables. */
export async function findWarnings(
  warehouse: Warehouse,
  datasets: readonly Dataset[],
): Promise<Warnings> {
  const shown: Warning[] = [];
  const failed: { dataset: Dataset; error: EntradaError }[] = [];
  let more = 0;
  for (const dataset of datasets) {
    try {
      for (const statement of await statements(dataset, 'warnings.sql')) {
        const found = await findIn(warehouse, dataset, statement);
        shown.push(...found.shown);
        more += found.more;
      }
    } catch (error) {
      // What was published stays so.
      if (!(error instanceof EntradaError)) throw error;
      failed.push({ dataset, error });
    }
  }
  return { shown, more, failed };
}

async function findIn(warehouse: Warehouse, dataset: Dataset, statement: Statement) {
  // Of a million things that look wrong only the first ones come here, and how many there are.
  const { columns, rows } = await namingStatement(dataset, statement, (sql) =>
    warehouse.query(`SELECT *, COUNT(*) OVER () FROM (${sql}\n) LIMIT ${SHOWN_OF_A_KIND}`),
  );
  requireColumns(statement, columns.slice(0, -1), COLUMNS);
  const shown: Warning[] = [];
  for (const row of rows) {
    const [keyColumn, key, column, one, other] = row.map(String);
    const place = (value: string, loadId: number) =>
      placeOf(warehouse, dataset, statement, { keyColumn, key, column, value, loadId });
    shown.push({
      keyColumn,
      key,
      column,
      one: await place(one, Number(row[5])),
      other: await place(other, Number(row[6])),
    });
  }
  return { shown, more: Number(rows.at(0)?.at(-1) ?? 0) - rows.length };
}

interface Sought {
  readonly keyColumn: string;
  readonly key: string;
  readonly column: string;
  readonly value: string;
  readonly loadId: number;
}

/** The first row of a load that holds the pair. Throws UserError `dataset.noWarning` when there is none. */
async function placeOf(
  warehouse: Warehouse,
  dataset: Dataset,
  { file, line }: Statement,
  { keyColumn, key, column, value, loadId }: Sought,
): Promise<Place> {
  const isNamed = (wanted: string) => dataset.columns.some(({ name }) => name === wanted);
  if (isNamed(keyColumn) && isNamed(column) && Number.isSafeInteger(loadId)) {
    const months = withinMonths(await monthsOf(warehouse, loadId));
    const { rows } = await warehouse.query(
      `SELECT f.SHEET, MIN(l.SHEET_ROW), f.FILE_NAME, f.FILE_HASH, f.EVENT_TIME, f.NAMESAKE
       FROM ${landingTable(dataset)} AS l
       JOIN ${LOADED_FILES} AS f ON f.LOAD_ID = l.LOAD_ID
       WHERE ${months} AND l.LOAD_ID = @loadId
         AND CAST(l.${keyColumn} AS STRING) = @key AND CAST(l.${column} AS STRING) = @value
       GROUP BY f.SHEET, f.FILE_NAME, f.FILE_HASH, f.EVENT_TIME, f.NAMESAKE`,
      { loadId, key, value },
    );
    if (rows.length > 0) {
      const [sheet, row, ...file] = rows[0];
      return { value, ...loadedFile(file), sheet: String(sheet), row: Number(row) };
    }
  }
  const sought = { keyColumn, key, column, value, loadId: String(loadId) };
  throw new UserError('dataset.noWarning', { file, line, ...sought });
}
