import { join } from 'node:path';
import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { statementsIn } from '../sql-text.ts';
import type { LoadChange, MonthRange, Retraction, TableRows, Warehouse } from '../warehouse.ts';
import type { Change } from './changes.ts';
import {
  type BigQueryClient,
  type BigQueryClientOptions,
  newJobId,
  openBigQueryClient,
} from './client.ts';
import { planDeployment, prepareDeployment, requireDeployment } from './deploy.ts';
import { createBigQueryLoad } from './load.ts';
import { namingCalled } from './naming.ts';
import { keyOf, onceDone } from './once.ts';
import { consolidating, rebuilding } from './procedures.ts';
import type { TablesOnly } from './schema.ts';
import { changingLoads, fullName, recording, transaction } from './scripts.ts';
import { stage, stagingTable, temporaryFolder, unstage, writeNdjson } from './stage.ts';
import { consolidatedWith } from './sums.ts';
import type { Field } from './values.ts';

export interface BigQueryOptions extends BigQueryClientOptions {
  readonly readOnly?: boolean;
}

export interface BigQueryWarehouse extends Warehouse {
  /** What `deploy` would change, and how; see deploy.ts. */
  plan(datasets: readonly (Dataset | TablesOnly)[]): Promise<readonly Change[]>;
}

/** The first words of what only reads. */
const READS = ['SELECT', 'WITH', 'FROM'];

/**
 * A dataset of BigQuery. Each change is one script with one transaction, or one statement. Besides the port's errors
 * every call may throw what problem.ts makes of an answer; opened to read, UserError `deploy.missing`.
 */
export async function openBigQuery(options: BigQueryOptions): Promise<BigQueryWarehouse> {
  const client = await openBigQueryClient(options);
  if (options.readOnly) await requireDeployment(client);
  return createBigQueryWarehouse(client, options);
}

/** The same on a client that is open. */
export function createBigQueryWarehouse(
  client: BigQueryClient,
  options: Pick<BigQueryOptions, 'location' | 'readOnly'>,
): BigQueryWarehouse {
  function allowed(sql: string): string {
    const { first } = statementsIn(sql);
    if (options.readOnly && !READS.includes(first))
      throw new UserError('query.invalid', { detail: `${first || sql}: read only` });
    return sql;
  }

  async function* stream(sql: string) {
    const { count } = statementsIn(sql);
    if (count !== 1) throw new UserError('query.statements', { count });
    yield* client.pages(allowed(sql), { unqualified: true });
  }

  async function record(
    events: readonly LedgerEvent[],
    changes: readonly LoadChange[] = [],
  ): Promise<void> {
    if (events.length === 0) return;
    const { sql: recorded, parameters } = recording(client, events);
    const sql =
      changes.length > 0 ? transaction([...changingLoads(client, changes), recorded]) : recorded;
    const outcome = events.find(({ event }) => event === 'rejected' || event === 'repeated');
    if (!outcome) return void (await client.run(sql, { parameters }));
    // Of two deliveries at the same time, the first to say what became of the drop is believed.
    const runAs = async (jobId: string, onKnown: () => void) =>
      void (await client.run(sql, { parameters, jobId, onKnown }));
    await onceDone(keyOf(client, outcome.drop), runAs, async () => {
      const where = "DROP_ID = @drop AND EVENT IN ('rejected', 'repeated')";
      const told = `SELECT 1 FROM ledger_events WHERE ${where} LIMIT 1`;
      return (await warehouse.query(told, { drop: outcome.drop })).rows.length > 0;
    });
  }

  async function consolidate(dataset: Dataset, ranges: readonly MonthRange[]): Promise<void> {
    if (ranges.length === 0) return;
    const sql = transaction(consolidating(client, dataset, ranges));
    await namingCalled(client, dataset, () => client.run(sql));
  }

  async function rebuild(dataset: Dataset): Promise<void> {
    const sql = await rebuilding(client, dataset);
    await namingCalled(client, dataset, () => client.run(sql));
  }

  async function retract({ dataset, change, ranges, events, rehearse }: Retraction) {
    const { sql, parameters } = recording(client, events);
    const body = changingLoads(client, [change]);
    const after = events.length > 0 ? [sql] : [];
    return consolidatedWith(client, dataset, { body, ranges, after, rehearse, parameters });
  }

  const warehouse: BigQueryWarehouse = {
    prepare: (datasets, how) => prepareDeployment(client, datasets, options.location, how),
    plan: (datasets) => planDeployment(client, datasets, options.location),
    query: async (sql, parameters) => client.run(allowed(sql), { parameters, unqualified: true }),
    stream,
    record,
    beginLoad: (dataset, sheet, fileHash) =>
      createBigQueryLoad({ client, warehouse, dataset, sheet, fileHash }),
    consolidate,
    rebuild,
    retract,
    write: (changes) => writeTables(client, changes),
    usage: client.usage,
    async close() {},
  };
  return warehouse;
}

/** See Warehouse.write: the rows are staged by load jobs, then take their places in one transaction. */
async function writeTables(client: BigQueryClient, changes: readonly TableRows[]): Promise<void> {
  const id = newJobId();
  const staging: string[] = [];
  const body: string[] = [];
  await using folder = await temporaryFolder();
  try {
    for (const [i, { table, columns, rows, replace }] of changes.entries()) {
      const target = fullName(client, table);
      if (replace) body.push(`DELETE FROM ${target} WHERE TRUE`);
      if (rows.length === 0) continue;
      const from = stagingTable(id, `${i}`);
      const file = join(folder.path, `${i}.ndjson`);
      await writeNdjson(file, columns, rows);
      staging.push(from);
      const fields = await fieldsOf(client, table, columns);
      await stage(client, { table: from, file, format: 'NEWLINE_DELIMITED_JSON', fields });
      const names = columns.join(', ');
      body.push(`INSERT INTO ${target} (${names})\nSELECT ${names} FROM ${fullName(client, from)}`);
    }
    if (body.length > 0) await client.run(transaction(body));
  } finally {
    await unstage(client, staging);
  }
}

async function fieldsOf(
  client: BigQueryClient,
  table: string,
  columns: readonly string[],
): Promise<Field[]> {
  const live = await client.ask<{ schema: { fields: readonly Field[] } }>(
    `/datasets/${client.dataset}/tables/${table}`,
  );
  return (live?.schema.fields ?? []).filter(({ name }) => columns.includes(name));
}
