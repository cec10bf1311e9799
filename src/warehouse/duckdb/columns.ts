import type { Column, Dataset } from '../../contract/dataset.ts';
import { LANDING_COLUMNS } from '../../contract/sql-words.ts';
import { UserError } from '../../errors.ts';
import { placeIn } from '../dataset-files.ts';
import { landingTable } from '../dataset-sql.ts';
import type { Warehouse } from '../warehouse.ts';
import { hasTable } from './has-table.ts';

/** What DuckDB calls the types that `createLandingTable` asks for. */
const TYPES: Record<Column['type'], string> = {
  integer: 'BIGINT',
  number: 'DOUBLE',
  money: 'DECIMAL(18,2)',
  text: 'VARCHAR',
  date: 'DATE',
  datetime: 'TIMESTAMP',
};
/** Who wrote a contract knows its words. */
const CONTRACTS = new Map(Object.entries(TYPES).map(([type, duckdb]) => [duckdb, type]));

/**
 * Gives the landing table the columns that its contract has come to have. Throws UserError `dataset.columnLost`,
 * `dataset.columnType`, `dataset.columnRequired` where that would lose or change values, or leave some out.
 */
export async function followContract(
  run: (sql: string) => Promise<unknown>,
  query: Warehouse['query'],
  dataset: Dataset,
): Promise<void> {
  const table = landingTable(dataset);
  // Where only the contract is looked at there may be no table yet.
  if (!(await hasTable(query, table))) return;
  // A tenth of what duckdb_columns() takes, which looks at all views there are.
  const { rows } = await query(`DESCRIBE ${table}`);
  const there = new Map(rows.map(([name, type]) => [String(name), String(type)]));
  const named = new Set([...LANDING_COLUMNS, ...dataset.columns.map(({ name }) => name)]);
  // First of all: under a name in other letters, which DuckDB takes for the same, a column could not be added.
  const lost = [...there.keys()].find((name) => !named.has(name));
  const at = async (column: string, ...path: readonly PropertyKey[]) => ({
    ...(await placeIn(dataset, ['columns', ...path])),
    dataset: dataset.name,
    column,
  });
  if (lost !== undefined) throw new UserError('dataset.columnLost', await at(lost));
  for (const [i, { name, type, optional }] of dataset.columns.entries()) {
    const was = there.get(name);
    if (was === undefined && !optional && (await hasRows(query, table)))
      throw new UserError('dataset.columnRequired', await at(name, i));
    if (was === undefined) await run(`ALTER TABLE ${table} ADD COLUMN ${name} ${TYPES[type]}`);
    else if (was !== TYPES[type])
      throw new UserError('dataset.columnType', {
        ...(await at(name, i)),
        is: type,
        was: CONTRACTS.get(was) ?? was,
      });
  }
}

async function hasRows(query: Warehouse['query'], table: string): Promise<boolean> {
  return (await query(`SELECT 1 FROM ${table} LIMIT 1`)).rows.length > 0;
}
