import type { DuckDBValue } from '@duckdb/node-api';
import type { TableRows } from '../warehouse.ts';

/** So that a statement stays small: each value of it is a parameter. */
const ROWS_A_STATEMENT = 200;

/** Writes one table's rows within the transaction that `run` is in. */
export async function writeRows(
  run: (sql: string, values?: Record<string, DuckDBValue>) => Promise<unknown>,
  { table, columns, rows, replace }: TableRows,
): Promise<void> {
  if (replace) await run(`DELETE FROM ${table}`);
  for (let from = 0; from < rows.length; from += ROWS_A_STATEMENT) {
    const some = rows.slice(from, from + ROWS_A_STATEMENT);
    const values: Record<string, DuckDBValue> = {};
    const tuples = some.map((row, r) => {
      row.forEach((value, c) => {
        values[`v${r}_${c}`] = value;
      });
      return `(${row.map((_, c) => `$v${r}_${c}`).join(', ')})`;
    });
    await run(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`, values);
  }
}
