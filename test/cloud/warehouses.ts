import { randomUUID } from 'node:crypto';
import { type BigQueryOptions, openBigQuery } from '../../src/warehouse/bigquery.ts';
import { given } from './rig.ts';

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
