import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Column, Dataset } from '../contract/dataset.ts';
import { UserError } from '../errors.ts';
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

/**
 * The statements of one of a dataset's .sql files, in order. A statement ends with `;` at the end of a line.
 * Throws UserError `dataset.sqlMissing` when the file is not there, unless a dataset may do without it.
 */
export async function statements(
  { name, folder }: Pick<Dataset, 'name' | 'folder'>,
  file: string,
): Promise<string[]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    if (OPTIONAL.has(file)) return '';
    throw new UserError('dataset.sqlMissing', { dataset: name, file });
  });
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

const OPTIONAL = new Set(['checks.sql', 'warnings.sql']);

/** Of a dataset's tables the first holds its rows; these are the others, whose last column is a sum. */
export function sumTables({ tables }: Dataset): readonly string[] {
  return tables.slice(1);
}

/** Marks a load as withdrawn: its rows count until its months, which are due again, are consolidated. */
export function withdrawal(loadId: number): string {
  return `UPDATE ledger_months SET ROWS_ACCEPTED = NULL WHERE LOAD_ID = ${loadId}`;
}

/**
 * Takes the rows of withdrawn loads out of the months from p_from to before p_to, where `isAny` selects something. It goes
 * with consolidating them in one transaction, since readers see the landing table through their views.
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

/** A procedure's statement with its arguments as literals: an engine skips the months it need not read only then. */
export function withMonths(statement: string, { from, to }: MonthRange): string {
  return statement.replace(/\bp_from\b/g, `DATE '${from}'`).replace(/\bp_to\b/g, `DATE '${to}'`);
}
