import { join } from 'node:path';
import type { Column, Dataset } from '../contract/dataset.ts';
import { absentAs, readText } from '../contract/documents.ts';
import { UserError } from '../errors.ts';
import type { Code } from '../messages/en.ts';
import { bareSql, COMMENTS, statementsIn, TEXTS } from './sql-text.ts';
import type { MonthRange } from './warehouse.ts';

/** The table of every accepted row of a dataset, with the load and the row of the sheet it came from. */
export function landingTable(dataset: Dataset): string {
  return `${dataset.name}_linhas`;
}

const TYPES: Record<Column['type'], string> = {
  integer: 'INT64',
  number: 'DOUBLE',
  money: 'DECIMAL(18, 2)',
  text: 'STRING',
  date: 'DATE',
  datetime: 'DATETIME',
};

export function createLandingTable(dataset: Dataset): string {
  const columns = dataset.columns.map(({ name, type }) => `${name} ${TYPES[type]}`);
  const own = ['LOAD_ID INT64', 'SHEET_ROW INT64', 'MONTH_START DATE'];
  return `CREATE TABLE IF NOT EXISTS ${landingTable(dataset)} (${[...own, ...columns].join(', ')})`;
}

/** Files that a dataset may do without. They only ask what is in the tables. */
export const OPTIONAL: ReadonlySet<string> = new Set(['checks.sql', 'warnings.sql']);

/** A statement of a dataset, and where it begins. */
export interface Statement {
  readonly sql: string;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/**
 * The statements of one of a dataset's .sql files, in order. A statement ends with `;` at the end of a line.
 * Throws UserError `dataset.sqlMissing` when the file is not there, unless a dataset may do without it, `dataset.notUtf8`, and
 * `dataset.sqlMakes`, `dataset.sqlReads` or `dataset.sqlChanges` for a statement that has no place in the file.
 */
export async function statements(
  { name, folder }: Pick<Dataset, 'name' | 'folder'>,
  file: string,
): Promise<Statement[]> {
  const path = join(folder, file);
  const absent = OPTIONAL.has(file) ? '' : undefined;
  const text = await absentAs(absent, path, readText(path));
  if (text === undefined) throw new UserError('dataset.sqlMissing', { dataset: name, file });
  const found: Statement[] = [];
  let line = 1;
  // Comments go and their lines stay, so that a line of a statement is one of the file.
  for (const piece of text.replace(/^[^\S\n]*--.*$/gm, '').split(/;[^\S\n]*$/m)) {
    const sql = piece.trim();
    const before = piece.slice(0, piece.indexOf(sql));
    if (sql !== '') {
      const statement = { sql, file: path, line: line + linesIn(before) };
      refuseForeign(name, file, statement);
      found.push(statement);
    }
    line += linesIn(piece);
  }
  return found;
}

/**
 * The statements of the dataset's procedures, by the lists in which its contract names them. Throws as `statements`.
 */
export function stagesOf(dataset: Dataset): Promise<Statement[][]> {
  return Promise.all(
    dataset.procedures.map(async (stage) => {
      const each = stage.map((procedure) => statements(dataset, `${procedure}.sql`));
      return (await Promise.all(each)).flat();
    }),
  );
}

/** As much of a statement as shows which one it is. */
const SHOWN = 60;

/**
 * tables.sql runs at every start, and must not take away what is there; the files that may be left out only ask; and a
 * procedure changes rows, in a transaction that is not its own to end.
 */
function refuseForeign(dataset: string, file: string, { sql, file: path, line }: Statement): void {
  const { count, first } = statementsIn(sql);
  const values = { dataset, file: path, line, start: sql.split('\n', 1)[0].slice(0, SHOWN) };
  function allow(isAllowed: boolean, otherwise: Code): void {
    if (count !== 1 || !isAllowed) throw new UserError(otherwise, values);
  }
  if (file === 'tables.sql') allow(nameMade(sql) !== '', 'dataset.sqlMakes');
  else if (OPTIONAL.has(file)) allow(['SELECT', 'WITH'].includes(first), 'dataset.sqlReads');
  else allow(['INSERT', 'UPDATE', 'DELETE', 'MERGE'].includes(first), 'dataset.sqlChanges');
}

/** The tables that a dataset's tables.sql makes, without its views. Throws as `statements`. */
export async function tablesMade(dataset: Dataset): Promise<string[]> {
  const made = await statements(dataset, 'tables.sql');
  return made.filter(({ sql }) => isTable(sql)).map(({ sql }) => nameMade(sql));
}

/** Whether a statement of tables.sql makes a table rather than a view. */
export const isTable = (sql: string) => /^CREATE\s+TABLE\b/i.test(bareSql(sql));

const NAME = /^CREATE\s+(?:TABLE|VIEW)\s+IF\s+NOT\s+EXISTS\s+(\w+)/i;

/** The name of the table or view that a statement makes; empty when it makes neither. */
export function nameMade(sql: string): string {
  return NAME.exec(bareSql(sql))?.[1] ?? '';
}

/** How many lines end in a text. */
export const linesIn = (text: string) => text.split('\n').length - 1;

/** What the database refuses of a statement is told with its place, for who wrote it: UserError `dataset.sql`. */
export async function namingStatement<T>(
  { name }: Pick<Dataset, 'name'>,
  statement: Statement,
  work: (sql: string) => Promise<T>,
): Promise<T> {
  try {
    return await work(statement.sql);
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'query.invalid') throw error;
    const { file, line } = statement;
    // The database counts within the statement, where it says a line.
    throw refusedAt(name, { file, line: line + Number(error.values.line ?? 1) - 1 }, error);
  }
}

export function refusedAt(
  dataset: string,
  { file, line }: Pick<Statement, 'file' | 'line'>,
  error: UserError,
): UserError {
  const { detail } = error.values;
  return new UserError('dataset.sql', { dataset, file, line, detail }, { cause: error });
}

/** What a statement of checks.sql gives: what was compared, what it should be, what it is. */
export const CHECK_COLUMNS = ['COMPARED', 'EXPECTED', 'FOUND'];

/** Throws UserError `dataset.sqlColumns` when a statement does not give the columns that are wanted, in their order. */
export function requireColumns(
  { file, line }: Statement,
  found: readonly string[],
  wanted: readonly string[],
): void {
  const values = { file, line, found: found.join(', '), wanted: wanted.join(', ') };
  if (values.found.toUpperCase() !== values.wanted)
    throw new UserError('dataset.sqlColumns', values);
}

/** Of a dataset's tables the first holds its rows; these are the others, whose last column is a sum. */
export function sumTables({ tables }: Dataset): readonly string[] {
  return tables.slice(1);
}

/** A table of sums: its keys, and its last column. */
export interface SumColumns {
  readonly keys: readonly string[];
  readonly sum: string;
}

/**
 * What follows the SELECT of the keys of which MAX(OLD_SUM), the sum in one table, is not MAX(NEW_SUM), that in the
 * other. Grouped, not joined: a key may be blank, and a table of one sum has none.
 */
export function fromDiffering({ keys, sum }: SumColumns, before: string, after: string): string {
  const named = keys.map((key) => `${key}, `).join('');
  return `FROM (
  SELECT ${named}${sum} AS OLD_SUM, NULL AS NEW_SUM FROM ${before}
  UNION ALL SELECT ${named}NULL, ${sum} FROM ${after}
)${keys.length > 0 ? `\nGROUP BY ${keys.join(', ')}` : ''}
HAVING MAX(OLD_SUM) IS DISTINCT FROM MAX(NEW_SUM)`;
}

/** Marks a load as withdrawn: its rows count until its months, which are due again, are consolidated. */
export function withdrawal(loadId: number): string {
  return `UPDATE ledger_months SET ROWS_ACCEPTED = NULL WHERE LOAD_ID = ${loadId}`;
}

/** Before tables are made anew: what earlier procedures counted would hide that these count nothing. */
export function uncounting({ name }: Dataset): string {
  return `UPDATE ledger_months SET ROWS_COUNTED = NULL WHERE DATASET = '${name}'`;
}

/**
 * Takes the rows of withdrawn loads out of the months from p_from to before p_to, where `isAny` selects something. It
 * goes with consolidating them in one transaction, since readers see the landing table through their views.
 */
export function removal(dataset: Dataset): { readonly isAny: string; readonly body: string[] } {
  const months = 'MONTH_START >= p_from AND MONTH_START < p_to';
  const withdrawn = `DATASET = '${dataset.name}' AND ROWS_ACCEPTED IS NULL AND ${months}`;
  return {
    isAny: `SELECT 1 FROM ledger_months WHERE ${withdrawn} LIMIT 1`,
    body: [
      `DELETE FROM ${landingTable(dataset)}
WHERE ${months} AND LOAD_ID IN (SELECT LOAD_ID FROM ledger_months WHERE ${withdrawn})`,
      `UPDATE ledger_months SET ROWS_ACCEPTED = 0 WHERE ${withdrawn}`,
    ],
  };
}

const MONTHS = new RegExp(`${TEXTS}|${COMMENTS}|\\bp_(?:from|to)\\b`, 'g');

/** A procedure's statement with its arguments as literals: an engine skips the months it need not read only then. */
export function withMonths(statement: string, { from, to }: MonthRange): string {
  return statement.replace(MONTHS, (found) => {
    if (found === 'p_from') return `DATE '${from}'`;
    return found === 'p_to' ? `DATE '${to}'` : found;
  });
}
