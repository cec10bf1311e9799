import type { Settings } from '../config.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { Warehouse } from './warehouse.ts';

interface OpenOptions {
  readonly readOnly?: boolean;
  /** See DuckDbOptions: another process has the database. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

/** The warehouse that the settings name; the other one's libraries are not loaded. */
export async function openWarehouse(
  settings: Settings,
  { readOnly = false, onWait }: OpenOptions = {},
): Promise<Warehouse> {
  if (settings.bigquery) return openDeployed(settings, { readOnly });
  const { openDuckDb } = await import('./duckdb/duckdb.ts');
  const { database: file, waitMs } = settings;
  return openDuckDb({ file, waitMs, readOnly, onWait });
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

/**
 * Where tables of datasets are tried, in a database that is gone afterwards. Contracts and versions are compared with
 * what the home has, which is not changed.
 */
export async function openTrial(
  settings: Settings,
  { query }: Pick<Warehouse, 'query'>,
): Promise<Pick<Warehouse, 'prepare' | 'close'>> {
  const { followContract } = await import('./duckdb/columns.ts');
  const { outdatedAmong } = await import('./duckdb/upgrade.ts');
  const trial = await openWarehouse({ ...settings, database: ':memory:' });
  const prepare = async (datasets: readonly Dataset[]) => {
    for (const dataset of datasets) await followContract(async () => {}, query, dataset);
    await trial.prepare(datasets);
    return outdatedAmong({ query }, datasets);
  };
  return { prepare, close: trial.close };
}
