import type { Settings } from '../config.ts';
import type { Warehouse } from './warehouse.ts';

interface OpenOptions {
  readonly readOnly?: boolean;
  /** See DuckDbOptions: another process has the database. */
  readonly onWait?: (holder: string) => void;
}

/** The warehouse that the settings name; the other one's libraries are not loaded. */
export async function openWarehouse(
  settings: Settings,
  { readOnly = false, onWait }: OpenOptions = {},
): Promise<Warehouse> {
  if (settings.bigquery) return openDeployed(settings, { readOnly });
  const { openDuckDb } = await import('./duckdb/duckdb.ts');
  const { database: file, waitMs } = settings;
  return openDuckDb({ file, waitMs, readOnly, ...(onWait && { onWait }) });
}

/** The warehouse in BigQuery, which can be deployed to; only where the settings name one. */
export async function openDeployed(
  { bigquery }: Settings,
  options: { readonly readOnly?: boolean } = {},
) {
  if (!bigquery) throw new Error('no BigQuery is set');
  const { openBigQuery } = await import('./bigquery/bigquery.ts');
  return openBigQuery({ ...bigquery, ...options });
}
