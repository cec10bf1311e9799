import type { Dataset } from '../../contract/dataset.ts';
import { fromDiffering, sumTables } from '../dataset-sql.ts';
import type { KeyChange, Warehouse } from '../warehouse.ts';

/** Keeps the consolidated tables as they are, for `changesSince`. */
export async function rememberSums(
  run: (sql: string) => Promise<unknown>,
  dataset: Dataset,
): Promise<void> {
  for (const table of sumTables(dataset)) {
    await run(`CREATE OR REPLACE TEMP TABLE before_${table} AS SELECT * FROM ${table}`);
  }
}

/** The keys whose sum, their table's last column, is not what it was. */
export async function changesSince(
  query: Warehouse['query'],
  dataset: Dataset,
): Promise<KeyChange[]> {
  const changes: KeyChange[] = [];
  for (const table of sumTables(dataset)) {
    const { columns } = await query(`SELECT * FROM ${table} LIMIT 0`);
    const keys = columns.slice(0, -1);
    const sum = columns[columns.length - 1];
    const { rows } = await query(
      `SELECT ${[...keys, 'MAX(OLD_SUM)', 'MAX(NEW_SUM)'].join(', ')}
       ${fromDiffering({ keys, sum }, `before_${table}`, table)} ORDER BY ALL`,
    );
    for (const row of rows) {
      const key = Object.fromEntries(keys.map((name, i) => [name, row[i]]));
      changes.push({ table, key, before: row[keys.length], after: row[keys.length + 1] });
    }
  }
  return changes;
}
