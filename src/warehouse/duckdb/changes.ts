import type { Dataset } from '../../contract/dataset.ts';
import { fromDiffering, removal, sumTables, withMonths } from '../dataset-sql.ts';
import type { KeyChange, MonthRange, Warehouse } from '../warehouse.ts';

type RunSql = (sql: string) => Promise<unknown>;

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

/** Takes the rows of withdrawn loads out of a range of months. */
export async function takeOutWithdrawn(
  run: RunSql,
  query: Warehouse['query'],
  dataset: Dataset,
  range: MonthRange,
): Promise<void> {
  const { isAny, body } = removal(dataset);
  if ((await query(withMonths(isAny, range))).rows.length === 0) return;
  for (const statement of body) await run(withMonths(statement, range));
}
