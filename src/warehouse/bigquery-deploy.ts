import type { Dataset } from '../contract/dataset.ts';
import { UserError } from '../errors.ts';
import type { BigQueryClient } from './bigquery-client.ts';
import { namingCreated } from './bigquery-naming.ts';
import { consolidatingWhere } from './bigquery-procedures.ts';
import {
  type TablesOnly,
  type Wanted,
  type WantedTable,
  wantedLedger,
  wantedOf,
} from './bigquery-schema.ts';
import { fullName } from './bigquery-scripts.ts';
import { type Field, standardType } from './bigquery-values.ts';
import { naming } from './dataset-sql.ts';

/** One thing that deploying does, and how. */
export interface Change {
  readonly action: 'create' | 'update';
  readonly kind: 'dataset' | 'table' | 'view' | 'procedure' | 'months';
  readonly name: string;
  /** The columns that are added, where a table is updated. */
  readonly columns: readonly string[];
  apply(): Promise<void>;
}

interface LiveTable {
  readonly schema?: { readonly fields?: readonly Field[] };
  readonly timePartitioning?: { readonly type?: string; readonly field?: string };
  readonly clustering?: { readonly fields?: readonly string[] };
  readonly view?: { readonly query?: string };
}

interface LiveDataset {
  readonly labels?: Readonly<Record<string, string>>;
}

/** The labels of a dataset say what was deployed there last; their names are lower case. */
const labelOf = ({ name }: Wanted) => `entrada_${name.toLowerCase()}`;
const deployedAs = ({ version, fingerprint }: Wanted) => `${version}-${fingerprint}`;

/** The label of what was deployed last, if anything was. Throws UserError `home.newer` when a later Entrada did it. */
function deployedLabel(live: LiveDataset | undefined, wanted: Wanted): string | undefined {
  const { name, version } = wanted;
  const label = live?.labels?.[labelOf(wanted)];
  const found = Number.parseInt(label ?? '', 10);
  if (found > version) throw new UserError('home.newer', { name, found, version });
  return label;
}

const allWanted = (client: BigQueryClient, datasets: readonly (Dataset | TablesOnly)[]) =>
  Promise.all([wantedLedger(client), ...datasets.map((dataset) => wantedOf(dataset, client))]);

/**
 * What is missing or different in BigQuery, in the order in which it must be made. Nothing is ever taken away.
 * Throws UserError `deploy.columnLost`, `deploy.columnType`, `deploy.partitions` for what would lose or need a copy of data.
 */
export async function planDeployment(
  client: BigQueryClient,
  datasets: readonly (Dataset | TablesOnly)[],
  location: string,
): Promise<Change[]> {
  const live = await client.ask<LiveDataset>(`/datasets/${client.dataset}`);
  const changes: Change[] = [];
  const all = await allWanted(client, datasets);
  if (live === undefined) changes.push(createDataset(client, location));
  for (const wanted of all) {
    const deployed = deployedLabel(live, wanted);
    const known = deployed === deployedAs(wanted);
    const own: Change[] = [];
    for (const table of wanted.tables) own.push(...(await planTable(client, table)));
    for (const view of wanted.views) {
      const found = await client.ask<LiveTable>(`/datasets/${client.dataset}/tables/${view.name}`);
      const query = found?.view?.query;
      // Where it is not told what a view says, the label tells.
      if (found && (query === undefined ? known : query === view.query)) continue;
      own.push(
        changeOf('view', view.name, found, () =>
          naming(wanted, view.source, () => putView(client, view, found !== undefined)),
        ),
      );
    }
    for (const procedure of wanted.procedures) {
      const { name, body, create } = procedure;
      const path = `/datasets/${client.dataset}/routines/${name}`;
      const found = await client.ask<{ readonly definitionBody?: string }>(path);
      if (found && bare(found.definitionBody ?? '') === bare(body)) continue;
      const make = () => namingCreated(wanted, procedure, () => client.run(create));
      own.push(changeOf('procedure', name, found, make));
    }
    changes.push(...own);
    const dataset = datasets.find(({ name }) => name === wanted.name);
    if (deployed && Number.parseInt(deployed, 10) < wanted.version && isOfWorkbooks(dataset))
      changes.push(consolidateAll(client, dataset));
    if (!known) changes.push(label(client, wanted));
  }
  return changes;
}

/**
 * Makes what is missing for these datasets. Where something else than this was deployed, by an older or a newer Entrada,
 * throws UserError `deploy.needed`: procedures must not change under whoever uses them.
 */
export async function prepareDeployment(
  client: BigQueryClient,
  datasets: readonly Dataset[],
  location: string,
): Promise<void> {
  const live = await client.ask<LiveDataset>(`/datasets/${client.dataset}`);
  const all = await allWanted(client, datasets);
  const others = all.filter((wanted) => deployedLabel(live, wanted) !== deployedAs(wanted));
  if (others.length === 0) return;
  const place = `${client.project}.${client.dataset}`;
  if (others.some((wanted) => deployedLabel(live, wanted) !== undefined))
    throw new UserError('deploy.needed', { place });
  for (const change of await planDeployment(client, datasets, location)) await change.apply();
}

/** Throws UserError `deploy.missing` when nothing of Entrada is there to be read. */
export async function requireDeployment(client: BigQueryClient): Promise<void> {
  const live = await client.ask<LiveDataset>(`/datasets/${client.dataset}`);
  if (live?.labels?.entrada_ledger === undefined)
    throw new UserError('deploy.missing', { place: `${client.project}.${client.dataset}` });
}

function changeOf(
  kind: Change['kind'],
  name: string,
  found: unknown,
  apply: () => Promise<void>,
  columns: readonly string[] = [],
): Change {
  return { action: found === undefined ? 'create' : 'update', kind, name, columns, apply };
}

/** Without what the service may write its own way. */
function bare(body: string): string {
  return body
    .replace(/^\s*BEGIN\b/i, '')
    .replace(/\bEND\s*;?\s*$/i, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function createDataset(client: BigQueryClient, location: string): Change {
  const { project: projectId, dataset: datasetId } = client;
  return changeOf('dataset', datasetId, undefined, async () => {
    await client.ask('/datasets', {
      method: 'POST',
      json: { datasetReference: { projectId, datasetId }, location },
    });
  });
}

/** The landing table has everything: the tables of an earlier version are made anew of it, for readers at one moment. */
function consolidateAll(client: BigQueryClient, dataset: Dataset): Change {
  return changeOf('months', dataset.name, dataset, async () => {
    await client.run(consolidatingWhere(client, dataset, 'TRUE'));
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

async function planTable(client: BigQueryClient, wanted: WantedTable): Promise<Change[]> {
  const { name, fields, byMonth, clustering } = wanted;
  const { project: projectId, dataset: datasetId } = client;
  const path = `/datasets/${datasetId}/tables`;
  const found = await client.ask<LiveTable>(`${path}/${name}`);
  const clustered = clustering.length > 0 ? { clustering: { fields: clustering } } : {};
  if (found === undefined) {
    const json = {
      tableReference: { projectId, datasetId, tableId: name },
      schema: { fields },
      ...(byMonth && { timePartitioning: { type: 'MONTH', field: 'MONTH_START' } }),
      ...clustered,
    };
    return [
      changeOf(
        'table',
        name,
        found,
        async () => void (await client.ask(path, { method: 'POST', json })),
      ),
    ];
  }
  const isByMonth =
    found.timePartitioning?.type === 'MONTH' && found.timePartitioning.field === 'MONTH_START';
  if (byMonth !== isByMonth) throw new UserError('deploy.partitions', { table: name });
  const live = found.schema?.fields ?? [];
  for (const column of live) refuseLoss(name, column, fields);
  const added = fields.filter((field) => !live.some((column) => column.name === field.name));
  const isClustered = String(found.clustering?.fields ?? []) === String(clustering);
  if (added.length === 0 && isClustered) return [];
  const apply = async () => {
    for (const field of added) await client.run(addColumn(client, name, field));
    if (!isClustered) await client.ask(`${path}/${name}`, { method: 'PATCH', json: clustered });
  };
  const columns = added.map((field) => field.name);
  return [changeOf('table', name, found, apply, columns)];
}

function addColumn(client: BigQueryClient, table: string, field: Field): string {
  const { name, type, precision, scale } = field;
  const exact = precision ? `(${precision}, ${scale})` : '';
  return `ALTER TABLE ${fullName(client, table)} ADD COLUMN IF NOT EXISTS ${name} ${type}${exact}`;
}

function refuseLoss(table: string, live: Field, fields: readonly Field[]): void {
  const wanted = fields.find(({ name }) => name === live.name);
  if (wanted === undefined) throw new UserError('deploy.columnLost', { table, column: live.name });
  const [was, is] = [standardType(live.type), standardType(wanted.type)];
  if (was !== is) throw new UserError('deploy.columnType', { table, column: live.name, was, is });
}

async function putView(
  client: BigQueryClient,
  view: { readonly name: string; readonly query: string },
  exists: boolean,
) {
  const { project: projectId, dataset: datasetId } = client;
  const path = `/datasets/${datasetId}/tables`;
  const body = { view: { query: view.query, useLegacySql: false } };
  const tableReference = { projectId, datasetId, tableId: view.name };
  if (exists) await client.ask(`${path}/${view.name}`, { method: 'PATCH', json: body });
  else await client.ask(path, { method: 'POST', json: { tableReference, ...body } });
}
