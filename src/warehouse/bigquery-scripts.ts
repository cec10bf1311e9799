import type { Dataset } from '../contract/dataset.ts';
import { COST_COLUMNS } from '../ledger/costs.ts';
import { EVENT_COLUMNS, eventRow, type LedgerEvent } from '../ledger/events.ts';
import { IS_DUE } from '../ledger/ledger.ts';
import type { BigQueryPlace, Parameters } from './bigquery-client.ts';
import { landingTable, removal, withdrawal } from './dataset-sql.ts';
import type { MonthRange } from './warehouse.ts';

/* The scripts that BigQuery is sent, as text. Every table has its full name: a script knows no default dataset. */

const TEXTS = `'''[^]*?'''|"""[^]*?"""|'(?:\\\\.|[^'\\\\])*'|"(?:\\\\.|[^"\\\\])*"|\`[^\`]*\``;
const COMMENTS = '--[^\\n]*|#[^\\n]*|/\\*[^]*?\\*/';
const TOKENS = new RegExp(`${TEXTS}|${COMMENTS}`, 'g');
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

/** How many statements a text has, and the first word of it. */
export function statementsIn(sql: string): { readonly count: number; readonly first: string } {
  const bare = sql.replace(TOKENS, (token) => (/^(--|#|\/\*)/.test(token) ? ' ' : "''"));
  const parts = bare.split(';').filter((part) => part.trim() !== '');
  return { count: parts.length, first: /^[\s(]*(\w*)/.exec(bare)?.[1].toUpperCase() ?? '' };
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

/* Three procedures make one of a dataset's many: */

/** takes withdrawn rows out of a range of months and calls the dataset's procedures for it, in the caller's transaction; */
export const monthsProcedure = ({ name }: Dataset) => `consolidate_${name}_months`;
/** fails when a check finds something in a range of months; */
export const checkProcedure = ({ name }: Dataset) => `check_${name}_months`;
/** finds the months due and publishes them, all in one transaction. */
export const dueProcedure = ({ name }: Dataset) => `consolidate_${name}`;

export function monthsBody(place: BigQueryPlace, dataset: Dataset): string {
  const { isAny, body } = removal(dataset);
  const names = dataset.procedures.flat();
  const calls = names.map((name) => `CALL ${fullName(place, name)}(p_from, p_to)`);
  return script([`IF EXISTS (${isAny}) THEN\n${script(body)}END IF`, ...calls]);
}

export function checkBody(checks: readonly string[]): string {
  const texts = ['COMPARED', 'EXPECTED', 'FOUND'].map((column) => `CAST(${column} AS STRING)`);
  const looks = checks.map(
    (check) => `SET v_failed = (SELECT TO_JSON_STRING([${texts.join(', ')}]) FROM (
${check}
) LIMIT 1);
IF v_failed IS NOT NULL THEN
  RAISE USING MESSAGE = CONCAT('entrada.check:', v_failed);
END IF`,
  );
  return script(['DECLARE v_failed STRING', ...looks]);
}

/** What it has cost is recorded: an orchestrator that calls it does not know. */
export function dueBody(place: BigQueryPlace, dataset: Dataset): string {
  const cost = `INSERT INTO ${fullName(place, 'ledger_costs')} (${COST_COLUMNS.join(', ')})
VALUES (@@script.job_id, CAST(CURRENT_TIMESTAMP() AS DATETIME), 1, @@script.bytes_billed, @@script.slot_ms)`;
  return consolidatingWhere(place, dataset, IS_DUE) + script([cost]);
}

/** One transaction for the months of such rows of ledger_months; TRUE for all that there are. */
export function consolidatingWhere(place: BigQueryPlace, dataset: Dataset, where: string): string {
  // Unbroken ranges: each month as a statement of its own would be billed its minimum as often.
  const due = `CREATE OR REPLACE TEMP TABLE months_due AS
SELECT MIN(MONTH_START) AS FIRST_MONTH, DATE_ADD(MAX(MONTH_START), INTERVAL 1 MONTH) AS NEXT_MONTH
FROM (
  SELECT MONTH_START,
    EXTRACT(YEAR FROM MONTH_START) * 12 + EXTRACT(MONTH FROM MONTH_START)
      - ROW_NUMBER() OVER (ORDER BY MONTH_START) AS UNBROKEN
  FROM (
    SELECT DISTINCT MONTH_START FROM ${fullName(place, 'ledger_months')}
    WHERE DATASET = '${dataset.name}' AND (${where})
  )
)
GROUP BY UNBROKEN`;
  const loops = callsOf(place, dataset).map(
    (call) => `FOR due IN (SELECT FIRST_MONTH, NEXT_MONTH FROM months_due ORDER BY FIRST_MONTH) DO
  ${call}(due.FIRST_MONTH, due.NEXT_MONTH);
END FOR`,
  );
  return transaction([due, ...loops]);
}

/** The same for months that are given, as statements of a transaction. */
export function consolidating(
  place: BigQueryPlace,
  dataset: Dataset,
  ranges: readonly MonthRange[],
): string[] {
  return callsOf(place, dataset).flatMap((call) =>
    ranges.map(({ from, to }) => `${call}(DATE '${from}', DATE '${to}')`),
  );
}

/** The checks see all months consolidated: some compare sums over all of them. */
const callsOf = (place: BigQueryPlace, dataset: Dataset) =>
  [monthsProcedure(dataset), checkProcedure(dataset)].map(
    (name) => `CALL ${fullName(place, name)}`,
  );

/** What is taken of a staging table's rows, and where it lands. */
export interface Staged {
  readonly dataset: Dataset;
  readonly loadId: number;
  /** Staging tables; without rejections there is none for them. */
  readonly rows: string;
  readonly rejections: string | undefined;
}

export const rejectionColumns =
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
  return `IF EXISTS (SELECT 1 FROM ${fullName(place, 'ledger_events')} WHERE LOAD_ID = ${loadId}) THEN
  RAISE USING MESSAGE = 'entrada.taken';
END IF`;
}

export const withdrawing = (place: BigQueryPlace, loadId: number) =>
  qualify(withdrawal(loadId), new Set(['ledger_months']), place);

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
export interface SumTable {
  readonly name: string;
  readonly keys: readonly string[];
  readonly sum: string;
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
  CAST(b.${sum} AS STRING) AS SUM_BEFORE, CAST(a.${sum} AS STRING) AS SUM_AFTER
FROM before_${name} AS b FULL JOIN ${fullName(place, name)} AS a USING (${keys.join(', ')})
WHERE b.${sum} IS DISTINCT FROM a.${sum}`;
  });
  return [selects.join('\nUNION ALL\n')];
}
