import type { Dataset } from '../contract/dataset.ts';
import { landingTable } from './dataset-sql.ts';
import type { KeyChange, MonthRange, Warehouse } from './warehouse.ts';

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

/** Marks a load as withdrawn: its rows count until its months, which are due again, are consolidated. */
export async function withdrawLoad(run: RunSql, loadId: number): Promise<void> {
  await run(`UPDATE ledger_months SET ROWS_ACCEPTED = NULL WHERE LOAD_ID = ${loadId}`);
}

/**
 * Takes the rows of withdrawn loads out. It goes with consolidating their months in one transaction, since readers
 * see the landing table through their views.
 */
export async function takeOutWithdrawn(
  run: RunSql,
  query: Warehouse['query'],
  dataset: Dataset,
  { from, to }: MonthRange,
): Promise<void> {
  const months = `MONTH_START >= DATE '${from}' AND MONTH_START < DATE '${to}'`;
  const withdrawn = `DATASET = '${dataset.name}' AND ROWS_ACCEPTED IS NULL AND ${months}`;
  const { rows } = await query(`SELECT DISTINCT LOAD_ID FROM ledger_months WHERE ${withdrawn}`);
  if (rows.length === 0) return;
  await run(
    `DELETE FROM ${landingTable(dataset)} WHERE LOAD_ID IN (${rows.join(', ')}) AND ${months}`,
  );
  await run(`UPDATE ledger_months SET ROWS_ACCEPTED = 0 WHERE ${withdrawn}`);
}
