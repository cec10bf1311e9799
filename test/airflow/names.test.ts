import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readDatasets } from '../../src/contract/dataset.ts';
import { findArrivals } from '../../src/ingest/arrivals.ts';
import { TOPIC } from '../../src/ingest/receivers.ts';
import { readSpotifyDataset } from '../../src/spotify/dataset.ts';
import { dueProcedure } from '../../src/warehouse/bigquery/procedures.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { found, inTerraform, textOf } from '../repository.ts';

/* What the DAGs and the program must agree on, without Airflow; test:airflow looks at the DAGs themselves. */

const DATASETS = fileURLToPath(new URL('../../datasets', import.meta.url));
const DAGS = fileURLToPath(new URL('../../cloud/airflow/dags', import.meta.url));

const source = (file: string) => readFile(join(DAGS, file), 'utf8');

test('the DAGs write no name that a dataset has', async () => {
  const spotify = await readSpotifyDataset([DATASETS]);
  const datasets = await readDatasets(DATASETS);
  assert.ok(spotify && datasets.length > 0);
  const names = new Set([
    ...datasets.flatMap(({ procedures, tables }) => [...procedures.flat(), ...tables]),
    ...spotify.tables,
    spotify.topic,
    spotify.schedule,
    spotify.timezone,
  ]);
  // But for the one that says which dataset the topic of workbooks is named after.
  names.delete(TOPIC);
  for await (const file of glob('*.py', { cwd: DAGS })) {
    const text = await source(file);
    assert.deepEqual(
      [...names].filter((name) => text.includes(name)),
      [],
      file,
    );
  }
});

test('workbooks are announced on the topic that the program listens to', async () => {
  const [, inlet] = /^INLET = "(\w+)"$/m.exec(await source('entrada_datasets.py')) ?? [];
  assert.equal(inlet, TOPIC);
});

test('the procedure that the DAG calls is the one that deploy makes', async () => {
  const [, name = ''] =
    /return f"(consolidate_.*)"/.exec(await source('entrada_datasets.py')) ?? [];
  for (const dataset of await readDatasets(DATASETS))
    assert.equal(name.replace('{self.name}', dataset.name), dueProcedure(dataset));
});

test('the program takes the workbooks of the inbox that the DAG takes', async () => {
  const names = await readFile(new URL('names-in-the-inbox.json', import.meta.url), 'utf8');
  const { taken, left } = JSON.parse(names);
  const lake = createMemoryLake({ now: () => 0 });
  for (const name of [...left, ...taken]) await lake.write(name, Buffer.from('x'));
  const effects = { now: () => 3_600_000, sleep: async () => undefined, limits: defaultLimits };
  const { ready } = await findArrivals(lake, effects);
  assert.deepEqual(
    ready.map(({ name }) => name),
    taken,
  );
});

test('Composer is made with the Airflow that the DAGs are tested with', async () => {
  const [, tested] =
    /^apache-airflow==(\d+\.\d+)\./m.exec(await textOf('test/airflow/requirements.in')) ?? [];
  const [image] = found(await inTerraform('variables.tf'), /"composer-3-airflow-(.*)"/g);
  assert.equal(image, tested);
});
