import type { Dataset } from '../../contract/dataset.ts';
import { EVENT_COLUMNS, eventRow, type LedgerEvent } from '../../ledger/events.ts';
import { fromDiffering, landingTable, type SumColumns, withdrawal } from '../dataset-sql.ts';
import { COMMENTS, TEXTS } from '../sql-text.ts';
import type { LoadChange } from '../warehouse.ts';
import type { BigQueryPlace, Parameters } from './client.ts';

/* The scripts that BigQuery is sent, as text. Every table has its full name: a script knows no default dataset. */

const REFERENCE = new RegExp(
  `${TEXTS}|${COMMENTS}|\\b(FROM|JOIN|INTO|UPDATE)(\\s+)(\\w+)(?![\\w.(])`,
  'gi',
);

export const fullName = ({ project, dataset }: BigQueryPlace, table: string) =>
  `\`${project}.${dataset}.${table}\``;

/** Gives the tables of these names their full name; texts, comments and columns stay as they are. */
export function qualify(sql: string, names: ReadonlySet<string>, place: BigQueryPlace): string {
  return sql.replace(REFERENCE, (all, keyword, space, name) =>
    names.has(name) ? `${keyword}${space}${fullName(place, name)}` : all,
  );
}

/** One transaction, which a rehearsal undoes. What `result` selects is the script's result in both cases. */
export function transaction(
  body: readonly string[],
  {
    before = [],
    result = [],
    rehearse = false,
  }: {
    readonly before?: readonly string[];
    readonly result?: readonly string[];
    readonly rehearse?: boolean;
  } = {},
): string {
  const end = rehearse ? 'ROLLBACK TRANSACTION' : 'COMMIT TRANSACTION';
  // A script that fails leaves no transaction open: BigQuery rolls it back.
  return script([...before, 'BEGIN TRANSACTION', ...body, ...result, end]);
}

export const script = (all: readonly string[]) => `${all.join(';\n')};\n`;

/** What is taken of a staging table's rows, and where it lands. */
interface Staged {
  readonly dataset: Dataset;
  readonly loadId: number;
  /** Staging tables; without rejections there is none for them. */
  readonly rows: string;
  readonly rejections: string | undefined;
}

const rejectionColumns =
  'FILE_HASH, DATASET, SHEET, SHEET_ROW, CELL, COLUMN_NAME, VALUE_FOUND, CODE, DETAIL';

export function landing(
  place: BigQueryPlace,
  { dataset, loadId, rows, rejections }: Staged,
): string[] {
  const columns = ['SHEET_ROW', 'MONTH_START', ...dataset.columns.map(({ name }) => name)].join(
    ', ',
  );
  return [
    unused(place, loadId),
    `INSERT INTO ${fullName(place, landingTable(dataset))} (LOAD_ID, ${columns})
SELECT ${loadId}, ${columns} FROM ${fullName(place, rows)}`,
    `INSERT INTO ${fullName(place, 'ledger_months')} (DATASET, LOAD_ID, MONTH_START, ROWS_ACCEPTED, ROWS_COUNTED)
SELECT '${dataset.name}', ${loadId}, MONTH_START, COUNT(*), CAST(NULL AS INT64)
FROM ${fullName(place, rows)} GROUP BY MONTH_START`,
    ...(rejections === undefined
      ? []
      : [
          `INSERT INTO ${fullName(place, 'rejections')} (LOAD_ID, ${rejectionColumns})
SELECT ${loadId}, ${rejectionColumns} FROM ${fullName(place, rejections)}`,
        ]),
  ];
}

/** Nothing lands under a number that another load has. */
function unused(place: BigQueryPlace, loadId: number): string {
  return giveUpIf(
    `EXISTS (SELECT 1 FROM ${fullName(place, 'ledger_events')} WHERE LOAD_ID = ${loadId})`,
  );
}

/** Somebody else was faster: nothing is done, and it is tried again. */
const giveUpIf = (condition: string) => `IF ${condition} THEN
  RAISE USING MESSAGE = 'entrada.taken';
END IF`;

export const withdrawing = (place: BigQueryPlace, loadId: number) =>
  qualify(withdrawal(loadId), new Set(['ledger_months']), place);

/**
 * Makes the changes, unless something else has happened to a load since they were decided. Each of them updates a row
 * of the load, so that of two at the same time BigQuery lets one through: statements that only insert would not meet.
 */
export function changingLoads(place: BigQueryPlace, changes: readonly LoadChange[]): string[] {
  return changes.flatMap(({ loadId, does, events }) => [
    does === 'withdrawn'
      ? withdrawing(place, loadId)
      : `UPDATE ${fullName(place, 'ledger_months')} SET LOAD_ID = LOAD_ID WHERE LOAD_ID = ${loadId}`,
    giveUpIf(does === 'held' ? isLetGo(place, loadId) : hasOtherEvents(place, loadId, events)),
  ]);
}

const hasOtherEvents = (place: BigQueryPlace, loadId: number, events: number) =>
  `(SELECT COUNT(*) FROM ${fullName(place, 'ledger_events')} WHERE LOAD_ID = ${loadId}) <> ${events}`;

const isLetGo = (place: BigQueryPlace, loadId: number) =>
  `NOT EXISTS (SELECT 1 FROM ${fullName(place, 'ledger_events')} AS l
  LEFT JOIN ${fullName(place, 'ledger_events')} AS r ON r.DROP_ID = l.DROP_ID AND r.EVENT = 'retracted'
  WHERE l.LOAD_ID = ${loadId} AND l.EVENT = 'loaded' AND r.DROP_ID IS NULL)`;

/** One statement that records events, with their values as parameters. */
export function recording(
  place: BigQueryPlace,
  events: readonly LedgerEvent[],
): { readonly sql: string; readonly parameters: Parameters } {
  const parameters: Record<string, string | number> = {};
  const tuples = events.map((event, e) => {
    const values = eventRow(event).map((value, c) => {
      if (value === null) return 'NULL';
      const name = `e${e}_${c}`;
      parameters[name] = value;
      return EVENT_COLUMNS[c] === 'EVENT_TIME' ? `CAST(@${name} AS DATETIME)` : `@${name}`;
    });
    return `(${values.join(', ')})`;
  });
  const table = fullName(place, 'ledger_events');
  return {
    sql: `INSERT INTO ${table} (${EVENT_COLUMNS.join(', ')})\nVALUES ${tuples.join(',\n')}`,
    parameters,
  };
}

/** A consolidated table: its keys, and its last column, the sum. */
export interface SumTable extends SumColumns {
  readonly name: string;
}

/** Keeps the consolidated tables as they are, for `changes`. */
export function remembering(place: BigQueryPlace, tables: readonly SumTable[]): string[] {
  return tables.map(
    ({ name }) =>
      `CREATE OR REPLACE TEMP TABLE before_${name} AS SELECT * FROM ${fullName(place, name)}`,
  );
}

/** The keys whose sum is not what it was, of all tables in one answer: so all of it as texts. */
export function changes(place: BigQueryPlace, tables: readonly SumTable[]): string[] {
  if (tables.length === 0) return [];
  const selects = tables.map(({ name, keys, sum }) => {
    const key = keys.map((column) => `CAST(${column} AS STRING)`).join(', ');
    return `SELECT '${name}' AS TABLE_NAME, TO_JSON_STRING([${key}]) AS KEY_VALUES,
  CAST(MAX(OLD_SUM) AS STRING) AS SUM_BEFORE, CAST(MAX(NEW_SUM) AS STRING) AS SUM_AFTER
${fromDiffering({ keys, sum }, `before_${name}`, fullName(place, name))}`;
  });
  return [selects.join('\nUNION ALL\n')];
}
