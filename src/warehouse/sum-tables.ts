import type { Dataset } from '../contract/dataset.ts';
import { MONTH_COLUMNS } from '../contract/sql-words.ts';
import { UserError } from '../errors.ts';
import { nameMade, type Statement } from './dataset-sql.ts';

/**
 * A table of sums has keys of the contract or of the month, and last of all the sum of a column: what `retract` and
 * `trace` make of it holds only then. `columns` are those of the one that the statement makes. Throws UserError
 * `dataset.sumColumn` or `dataset.sumKey`.
 */
export function requireSums(
  dataset: Dataset,
  { sql, file, line }: Statement,
  columns: readonly string[],
): void {
  const known = new Set(dataset.columns.map(({ name }) => name.toUpperCase()));
  const values = { file, line, dataset: dataset.name, table: nameMade(sql) };
  const last = columns[columns.length - 1];
  const [, summed = ''] = /^SUM_(.*)$/i.exec(last) ?? [];
  if (!known.has(summed.toUpperCase()))
    throw new UserError('dataset.sumColumn', { ...values, found: last });
  const isKey = (column: string) =>
    known.has(column.toUpperCase()) || Object.hasOwn(MONTH_COLUMNS, column.toUpperCase());
  const found = columns.slice(0, -1).find((column) => !isKey(column));
  if (found !== undefined) throw new UserError('dataset.sumKey', { ...values, found });
}
