import type { Dataset } from '../contract/dataset.ts';
import { parseDateText } from '../contract/parse-text.ts';
import { MONTH_COLUMNS } from '../contract/sql-words.ts';
import { UserError } from '../errors.ts';
import { landingTable } from '../warehouse/dataset-sql.ts';
import { dateTime } from '../warehouse/date-time.ts';
import { nextMonth, withinMonths } from '../warehouse/months.ts';
import type { MonthRange, Value, Warehouse } from '../warehouse/warehouse.ts';
import { LOADED_FILES, type LoadedFile, loadedFile } from './loaded-files.ts';

interface Trace {
  /** The column whose values sum to the number; where no column is a number, the last one. */
  readonly column: string;
  /** By the contract's names. */
  readonly keys: Readonly<Record<string, string>>;
  readonly rows: readonly TracedRow[];
}

/** One row of a sheet behind a number of a table. */
interface TracedRow extends LoadedFile {
  readonly sheet: string;
  readonly row: number;
  /** What the row adds: nothing when it repeats one that counts. */
  readonly value: Value;
  /** The row that counted in its place, when this one is repeated. */
  readonly repeats: (LoadedFile & { readonly row: number }) | undefined;
}

/**
 * Every row of every consolidated file behind the rows of `table` that match the keys, whose names are found in capitals
 * or small letters, in the order of loading. The values of those without `repeats` sum to the number. Throws UserError
 * for a table or column that is not there, and for a key that is given twice.
 */
export async function traceRows(
  warehouse: Warehouse,
  dataset: Dataset,
  table: string,
  given: readonly (readonly [key: string, value: string])[],
): Promise<Trace> {
  const names = dataset.columns.map(({ name }) => name);
  // BigQuery makes no partitions of floating point numbers.
  const same = dataset.columns.map(({ name, type }) =>
    type === 'number' ? `CAST(${name} AS STRING)` : name,
  );
  const [rowsTable, sumsTable] = dataset.tables;
  // Of the rows themselves, what the first of the sums is a sum of; without any, the last column that could be. They
  // are not asked: BigQuery would bill for all of them.
  const sums = table === rowsTable ? sumsTable : table;
  const columns = sums ? (await warehouse.query(`SELECT * FROM ${sums} LIMIT 0`)).columns : [];
  // A table may spell its columns in other letters.
  const named = [...names, ...Object.keys(MONTH_COLUMNS)];
  const own = (column: string) => named.find((name) => isSame(name, column)) ?? column;
  const sum = columns.at(-1)?.slice('SUM_'.length);
  const numeric = dataset.columns.findLast(isNumeric)?.name ?? names[names.length - 1];
  const column = sum === undefined ? numeric : own(sum);
  // What is looked for is a key; the sum of each is what is found.
  const known = table === rowsTable ? names : columns.slice(0, -1).map(own);
  const keys = keysAmong(dataset, known, table, given);
  const months = monthsOfKeys(dataset, keys);
  const conditions = Object.entries(keys).map(([key, value], i) => {
    const found = MONTH_COLUMNS[key] ?? key;
    // No text is empty: a blank cell is nothing.
    if (value === '') return `${found} IS NULL`;
    // Engines write the same number in several ways, and so do people: 03 is March.
    return isNumber(dataset, key) ? `${found} = @key${i}` : `CAST(${found} AS STRING) = @key${i}`;
  });
  const within = months ? withinMonths([months]) : 'TRUE';
  // Where all rows of a load and month count, none of them repeats another, also where two are equal. They are counted,
  // since the ledger does not say how many there are of a load that is withdrawn, and is in the tables still.
  const { rows } = await warehouse.query(
    `WITH traced AS (
       SELECT LOAD_ID, SHEET_ROW, MONTH_START, ${column} AS TRACED,
         FIRST_VALUE(LOAD_ID) OVER same AS COUNTED_LOAD, FIRST_VALUE(SHEET_ROW) OVER same AS COUNTED_ROW
       FROM ${landingTable(dataset)} AS l
       WHERE ${[within, ...conditions].join(' AND ')} AND NOT EXISTS (
         SELECT 1 FROM ledger_months AS d
         WHERE d.LOAD_ID = l.LOAD_ID AND d.MONTH_START = l.MONTH_START AND d.ROWS_COUNTED IS NULL)
       WINDOW same AS (PARTITION BY ${same.join(', ')} ORDER BY LOAD_ID, SHEET_ROW)
     ), landed AS (
       SELECT LOAD_ID, MONTH_START, COUNT(*) AS ROW_COUNT FROM ${landingTable(dataset)} WHERE ${within}
       GROUP BY LOAD_ID, MONTH_START
     ), files AS ${LOADED_FILES}
     SELECT f.SHEET, t.SHEET_ROW, t.TRACED, t.COUNTED_ROW,
       IF(m.ROWS_COUNTED = n.ROW_COUNT OR t.LOAD_ID = t.COUNTED_LOAD AND t.SHEET_ROW = t.COUNTED_ROW, 1, 0),
       f.FILE_NAME, f.FILE_HASH, f.EVENT_TIME, f.NAMESAKE, c.FILE_NAME, c.FILE_HASH, c.EVENT_TIME, c.NAMESAKE
     FROM traced AS t
     JOIN ledger_months AS m ON m.LOAD_ID = t.LOAD_ID AND m.MONTH_START = t.MONTH_START
     JOIN landed AS n ON n.LOAD_ID = t.LOAD_ID AND n.MONTH_START = t.MONTH_START
     JOIN files AS f ON f.LOAD_ID = t.LOAD_ID
     JOIN files AS c ON c.LOAD_ID = t.COUNTED_LOAD
     ORDER BY t.LOAD_ID, t.SHEET_ROW`,
    Object.fromEntries(
      Object.entries(keys).flatMap(([key, value], i) =>
        value === '' ? [] : [[`key${i}`, asStored(dataset, key, value)]],
      ),
    ),
  );
  const traced = rows.map(([sheet, row, value, countedRow, counts, ...files]) => ({
    ...loadedFile(files.slice(0, 4)),
    sheet: String(sheet),
    row: Number(row),
    value,
    repeats: counts === 1 ? undefined : { ...loadedFile(files.slice(4)), row: Number(countedRow) },
  }));
  return { column, keys, rows: traced };
}

/** What is looked for, by the names of the columns that may be. */
function keysAmong(
  dataset: Dataset,
  known: readonly string[],
  table: string,
  given: readonly (readonly [key: string, value: string])[],
): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const [name, value] of given) {
    const key = known.find((one) => isSame(one, name));
    if (key === undefined)
      throw new UserError('trace.column', { table, column: name, columns: known.join(', ') });
    if (Object.hasOwn(keys, key)) throw new UserError('trace.twice', { key });
    keys[key] = asDate(dataset, key, value);
  }
  return keys;
}

/** A date that is written as in the contract's workbooks, as an engine writes it; any other value as it is. */
function asDate({ columns, dates }: Dataset, key: string, value: string): string {
  const type = columns.find(({ name }) => name === key)?.type;
  const isDay = key === 'MONTH_START' || type === 'date';
  const moment = isDay || type === 'datetime' ? parseDateText(value, dates) : value;
  if (typeof moment !== 'number') return value;
  const [day, time] = dateTime(moment).slice(0, 19).split('T');
  if (time === '00:00:00') return day;
  return isDay ? value : `${day} ${time}`;
}

function isSame(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase();
}

function isNumber({ columns }: Dataset, key: string): boolean {
  if (key === 'ANO' || key === 'MES') return true;
  return columns.some((column) => column.name === key && isNumeric(column));
}

function isNumeric({ type }: Dataset['columns'][number]): boolean {
  return type === 'integer' || type === 'number' || type === 'money';
}

/** The months that the keys name, if they do: no other is read. */
function monthsOfKeys(
  { period }: Dataset,
  { ANO = '', MES, ...keys }: Readonly<Record<string, string>>,
): MonthRange | undefined {
  const month = /^\d{4}-(0[1-9]|1[0-2])(?=-\d\d)/.exec(
    keys[period] ?? `${ANO}-${MES?.padStart(2, '0')}-01`,
  )?.[0];
  if (month) return { from: `${month}-01`, to: nextMonth(`${month}-01`) };
  if (MES !== undefined || !/^\d{4}$/.test(ANO)) return undefined;
  return { from: `${ANO}-01-01`, to: nextMonth(`${ANO}-12-01`) };
}

/** A number as such, and a date-time as an engine writes it, whether given as a day or as `query` prints it. */
function asStored(dataset: Dataset, key: string, value: string): string | number {
  const { columns } = dataset;
  // What no column holds finds nothing, and is not sent as an integer that BigQuery refuses.
  if (isNumber(dataset, key)) return Math.abs(Number(value)) < 2 ** 53 ? Number(value) : Number.NaN;
  if (columns.find(({ name }) => name === key)?.type !== 'datetime') return value;
  return /^\d{4}-\d\d-\d\d$/.test(value) ? `${value} 00:00:00` : value.replace('T', ' ');
}
