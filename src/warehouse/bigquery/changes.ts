import { UserError } from '../../errors.ts';
import { namingStatement } from '../dataset-sql.ts';
import type { BigQueryClient } from './client.ts';
import { namingCreated } from './naming.ts';
import type { Wanted, WantedProcedure } from './schema.ts';
import { fullName } from './scripts.ts';
import type { WantedTable, WantedView } from './tables.ts';
import { type Field, standardType } from './values.ts';

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

export function changeOf(
  kind: Change['kind'],
  name: string,
  found: unknown,
  apply: () => Promise<void>,
  columns: readonly string[] = [],
): Change {
  return { action: found === undefined ? 'create' : 'update', kind, name, columns, apply };
}

/**
 * Throws UserError `deploy.columnLost`, `deploy.columnType`, `deploy.partitions` for what would lose or need a copy of
 * data.
 */
export async function planTable(client: BigQueryClient, wanted: WantedTable): Promise<Change[]> {
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

/** `known`: the label of the last deployment says that the view is as it is wanted. */
export async function planView(
  client: BigQueryClient,
  wanted: Wanted,
  view: WantedView,
  known: boolean,
): Promise<Change[]> {
  const found = await client.ask<LiveTable>(`/datasets/${client.dataset}/tables/${view.name}`);
  const query = found?.view?.query;
  // Where it is not told what a view says, the label tells.
  if (found && (query === undefined ? known : query === view.query)) return [];
  const put = () =>
    namingStatement(wanted, view.source, () => putView(client, view, found !== undefined));
  return [changeOf('view', view.name, found, put)];
}

export async function planProcedure(
  client: BigQueryClient,
  wanted: Wanted,
  procedure: WantedProcedure,
): Promise<Change[]> {
  const { name, body, create } = procedure;
  const path = `/datasets/${client.dataset}/routines/${name}`;
  const found = await client.ask<{ readonly definitionBody?: string }>(path);
  if (found && bare(found.definitionBody ?? '') === bare(body)) return [];
  const make = () => namingCreated(wanted, procedure, () => client.run(create));
  return [changeOf('procedure', name, found, make)];
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

/** Without what the service may write its own way. */
function bare(body: string): string {
  return body
    .replace(/^\s*BEGIN\b/i, '')
    .replace(/\bEND\s*;?\s*$/i, '')
    .replace(/\s+/g, ' ')
    .trim();
}
