import type { Dataset } from '../contract/dataset.ts';
import { landingTable } from './dataset-sql.ts';
import type { KeyChange, Warehouse } from './warehouse.ts';

type RunSql = (sql: string) => Promise<unknown>;

/** The first of a dataset's tables holds its rows; the others are the sums whose change is told. */
function sumTables(dataset: Dataset): readonly string[] {
  return dataset.tables.slice(1);
}

/** Keeps the consolidated tables as they are, for `changesSince`. */
export async function rememberSums(run: RunSql, dataset: Dataset): Promise<void> {
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
      `SELECT ${keys.join(', ')}, b.${sum}, a.${sum}
       FROM before_${table} AS b FULL JOIN ${table} AS a USING (${keys.join(', ')})
       WHERE b.${sum} IS DISTINCT FROM a.${sum} ORDER BY ALL`,
    );
    for (const row of rows) {
      const key = Object.fromEntries(keys.map((name, i) => [name, row[i]]));
      changes.push({ table, key, before: row[keys.length], after: row[keys.length + 1] });
    }
  }
  return changes;
}

/** Takes a load's rows out; its months are due again. */
export async function removeLoad(run: RunSql, dataset: Dataset, loadId: number): Promise<void> {
  await run(`DELETE FROM ${landingTable(dataset)} WHERE LOAD_ID = ${loadId}`);
  await run(
    `UPDATE ledger_months SET ROWS_ACCEPTED = 0, ROWS_COUNTED = NULL WHERE LOAD_ID = ${loadId}`,
  );
}
