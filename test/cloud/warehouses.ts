import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type BigQueryOptions, openBigQuery } from '../../src/warehouse/bigquery/bigquery.ts';
import { given, JSON_TYPE } from './rig.ts';

export const newPlace = () => ({
  project: 'demo',
  dataset: `entrada_${randomUUID().replaceAll('-', '').slice(0, 12)}`,
});

/** BigQuery at the emulator; a new dataset unless one is named. */
export const openEmulated = (options: Partial<BigQueryOptions> = {}) =>
  openBigQuery({
    ...newPlace(),
    location: 'US',
    endpoint: given('ENTRADA_TEST_BIGQUERY_URL'),
    ...options,
  });

/** Changes the version as which the ledger's tables, or those of the sales dataset, were deployed. */
export async function relabel(
  { dataset }: { readonly dataset: string },
  name: 'bases_vendas' | 'ledger',
  change: (version: number) => number,
): Promise<void> {
  const url = `${given('ENTRADA_TEST_BIGQUERY_URL')}/bigquery/v2/projects/demo/datasets/${dataset}`;
  const live = (await (await fetch(url)).json()) as { labels: Record<string, string> };
  const [version, fingerprint] = live.labels[`entrada_${name}`].split('-');
  const label = `${change(Number(version))}-${fingerprint}`;
  const body = JSON.stringify({ labels: { ...live.labels, [`entrada_${name}`]: label } });
  const made = await fetch(url, { method: 'PATCH', headers: JSON_TYPE, body });
  assert.ok(made.ok, await made.text());
}
