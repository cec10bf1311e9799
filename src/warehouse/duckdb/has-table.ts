import type { Warehouse } from '../warehouse.ts';

export async function hasTable(query: Warehouse['query'], table: string): Promise<boolean> {
  const { rows } = await query(
    // A tenth of what information_schema takes, which looks at everything there is.
    'SELECT 1 FROM duckdb_tables() WHERE table_name = @table',
    { table },
  );
  return rows.length > 0;
}
