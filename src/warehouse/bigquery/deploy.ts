import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { type Change, changeOf, planProcedure, planTable, planView } from './changes.ts';
import type { BigQueryClient } from './client.ts';
import { rebuilding } from './procedures.ts';
import { type TablesOnly, type Wanted, wantedLedger, wantedOf } from './schema.ts';

interface LiveDataset {
  readonly labels?: Readonly<Record<string, string>>;
}

/** The labels of a dataset say what was deployed there last; their names are lower case. */
const labelOf = ({ name }: Wanted) => `entrada_${name.toLowerCase()}`;
const deployedAs = ({ version, fingerprint }: Wanted) => `${version}-${fingerprint}`;

/**
 * The label of what was deployed last, if anything was. Throws UserError `home.newer` when it is a ledger of a later
 * Entrada.
 */
function deployedLabel(live: LiveDataset | undefined, wanted: Wanted): string | undefined {
  const { name, version } = wanted;
  const label = live?.labels?.[labelOf(wanted)];
  const found = Number.parseInt(label ?? '', 10);
  if (name === 'ledger' && found > version)
    throw new UserError('home.newer', { name, found, version });
  return label;
}

const allWanted = (client: BigQueryClient, datasets: readonly (Dataset | TablesOnly)[]) =>
  Promise.all([wantedLedger(client), ...datasets.map((dataset) => wantedOf(dataset, client))]);

/**
 * What is missing or different in BigQuery, in the order in which it must be made. Nothing is ever taken away. Throws
 * UserError `deploy.columnLost`, `deploy.columnType`, `deploy.partitions` for what would lose or need a copy of data.
 */
export async function planDeployment(
  client: BigQueryClient,
  datasets: readonly (Dataset | TablesOnly)[],
  location: string,
): Promise<Change[]> {
  const live = await liveDataset(client);
  const changes: Change[] = [];
  const all = await allWanted(client, datasets);
  if (live === undefined) changes.push(createDataset(client, location));
  for (const wanted of all) {
    const deployed = deployedLabel(live, wanted);
    const known = deployed === deployedAs(wanted);
    for (const table of wanted.tables) changes.push(...(await planTable(client, table)));
    for (const view of wanted.views) changes.push(...(await planView(client, wanted, view, known)));
    for (const procedure of wanted.procedures)
      changes.push(...(await planProcedure(client, wanted, procedure)));
    const dataset = datasets.find(({ name }) => name === wanted.name);
    if (deployed && Number.parseInt(deployed, 10) !== wanted.version && isOfWorkbooks(dataset))
      changes.push(rebuildTables(client, dataset));
    if (!known) changes.push(label(client, wanted));
  }
  return changes;
}

/**
 * Makes what is missing for these datasets; none of them anew. Where something else than this was deployed, by an
 * older or a newer Entrada, throws UserError `deploy.needed`: procedures must not change under whoever uses them. So
 * does a rehearsal where something is missing, and `deploy.missing` where nothing is there.
 */
export async function prepareDeployment(
  client: BigQueryClient,
  datasets: readonly Dataset[],
  location: string,
  { rehearse = false } = {},
): Promise<readonly Dataset[]> {
  const live = await (rehearse ? requireDeployment : liveDataset)(client);
  const all = await allWanted(client, datasets);
  const others = all.filter((wanted) => deployedLabel(live, wanted) !== deployedAs(wanted));
  if (others.length === 0) return [];
  const place = `${client.project}.${client.dataset}`;
  if (rehearse || others.some((wanted) => deployedLabel(live, wanted) !== undefined))
    throw new UserError('deploy.needed', { place });
  for (const change of await planDeployment(client, datasets, location)) await change.apply();
  return [];
}

/** What is deployed. Throws UserError `deploy.missing` when nothing of Entrada is there to be read. */
export async function requireDeployment(client: BigQueryClient): Promise<LiveDataset> {
  const live = await liveDataset(client);
  if (live?.labels?.entrada_ledger === undefined)
    throw new UserError('deploy.missing', { place: `${client.project}.${client.dataset}` });
  return live;
}

const liveDataset = (client: BigQueryClient) =>
  client.ask<LiveDataset>(`/datasets/${client.dataset}`);

function createDataset(client: BigQueryClient, location: string): Change {
  const { project: projectId, dataset: datasetId } = client;
  return changeOf('dataset', datasetId, undefined, async () => {
    await client.ask('/datasets', {
      method: 'POST',
      json: { datasetReference: { projectId, datasetId }, location },
    });
  });
}

/**
 * The landing table has everything: the tables of another version are made anew of it, for readers at one moment.
 */
function rebuildTables(client: BigQueryClient, dataset: Dataset): Change {
  return changeOf('months', dataset.name, dataset, async () => {
    await client.run(await rebuilding(client, dataset));
  });
}

function isOfWorkbooks(dataset: Dataset | TablesOnly | undefined): dataset is Dataset {
  return dataset !== undefined && 'procedures' in dataset;
}

/** The last step: what it names has been made. */
function label(client: BigQueryClient, wanted: Wanted): Change {
  return changeOf('dataset', client.dataset, wanted, async () => {
    const live = await client.ask<LiveDataset>(`/datasets/${client.dataset}`);
    const labels = { ...live?.labels, [labelOf(wanted)]: deployedAs(wanted) };
    await client.ask(`/datasets/${client.dataset}`, { method: 'PATCH', json: { labels } });
  });
}
