import type { Output } from '../output.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

const FIRST = 5;

/** The first rows of a table that is too long to be shown, and how many it has. */
export async function showFirstRows(
  output: Output,
  warehouse: Warehouse,
  table: string,
  wanted = '*',
): Promise<void> {
  const { columns, rows } = await warehouse.query(
    `SELECT ${wanted} FROM ${table} ORDER BY ALL LIMIT ${FIRST}`,
  );
  const count = Number((await warehouse.query(`SELECT COUNT(*) FROM ${table}`)).rows[0][0]);
  output.heading(table);
  output.table(columns, rows);
  output.say({ code: 'demo.firstRows', values: { count } });
  output.object({ type: 'table', table, columns, rows, count });
}
