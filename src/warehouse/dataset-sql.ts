import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
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
  { folder }: Pick<Dataset, 'folder'>,
  file: string,
): Promise<string[]> {
  const text = await readFile(join(folder, file), 'utf8').catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    if (OPTIONAL.has(file)) return '';
    throw new UserError('dataset.sqlMissing', { dataset: basename(folder), file });
  });
  return text
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

const OPTIONAL = new Set(['checks.sql', 'warnings.sql']);

/** A procedure's statement with its arguments as literals: an engine skips the months it need not read only then. */
export function withMonths(statement: string, { from, to }: MonthRange): string {
  return statement.replace(/\bp_from\b/g, `DATE '${from}'`).replace(/\bp_to\b/g, `DATE '${to}'`);
}
