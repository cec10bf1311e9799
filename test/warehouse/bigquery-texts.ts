import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { type Dataset, readDatasets } from '../../src/contract/dataset.ts';
import { findWarnings } from '../../src/ingest/warnings.ts';
import { recordCost } from '../../src/ledger/costs.ts';
import { findInForce, findMeant, findRelated } from '../../src/ledger/in-force.ts';
import {
  allFiles,
  findDrops,
  monthsDue,
  monthsOf,
  unarchivedFiles,
} from '../../src/ledger/ledger.ts';
import { traceRows } from '../../src/ledger/trace.ts';
import { allRuns, RUNS_TABLE } from '../../src/spotify/runs.ts';
import { readTable, TABLES } from '../../src/spotify/tables.ts';
import { createBigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import type { BigQueryClient } from '../../src/warehouse/bigquery/client.ts';
import { fullName, qualify } from '../../src/warehouse/bigquery/scripts.ts';
import type { WantedTable } from '../../src/warehouse/bigquery/tables.ts';
import { statements, withMonths } from '../../src/warehouse/dataset-sql.ts';
import { loadedEvent, withdrawn, writeRows } from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';

/* Everything that BigQuery is sent, as text: what the analyzer and the test of the months look at. */

export const PLACE = { project: 'demo', dataset: 'd' };
const RANGES = [
  { from: '2019-01-01', to: '2019-02-01' },
  { from: '2019-03-01', to: '2019-04-01' },
];
const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What deploying makes, and all that is run on it. */
export async function allTexts(): Promise<{ made: readonly string[]; run: readonly string[] }> {
  const { client, made, run } = createListener();
  const [vendas] = await shippedDatasets();
  const [tipos] = await readDatasets(folder('../datasets'));
  const spotify = {
    name: 'spotify',
    folder: folder('../../datasets/spotify'),
    statements: [RUNS_TABLE],
  };
  const warehouse = createBigQueryWarehouse(client, { location: 'US' });
  for (const change of await warehouse.plan([vendas, tipos, spotify])) await change.apply();
  await sendAll(client, vendas, [1, 'A', 1, 'B', '2019-01-01T00:00:00', 5]);
  await sendAll(client, tipos, [1, 'A', '2019-01-01T00:00:00', '1.50', 2.5, '2019-01-01', 'n']);
  await sendLedger(client);
  return { made, run };
}

/** A BigQuery that is empty, keeps what it is asked to make and to run, and answers with nothing much. */
export function createListener() {
  const made: string[] = [];
  const run: string[] = [];
  const names = new Map<string, unknown>();
  /** Of the table that is asked for its columns. */
  function columnsOf(sql: string): string[] {
    const [, name = ''] = /^SELECT \* FROM (\w+) LIMIT 0$/.exec(sql) ?? [];
    const body = names.get(name) as { schema?: { fields: WantedTable['fields'] } } | undefined;
    return (body?.schema?.fields ?? []).map((field) => field.name);
  }
  const client: BigQueryClient = {
    ...PLACE,
    usage: { jobs: 0, bytesBilled: 0, slotMs: 0 },
    async ask<T>(path: string, { method = 'GET', json }: { method?: string; json?: unknown } = {}) {
      const body = json as {
        readonly tableReference?: { readonly tableId: string };
        readonly schema?: { readonly fields: WantedTable['fields'] };
        readonly view?: { readonly query: string };
      };
      const name = body?.tableReference?.tableId;
      if (method === 'POST' && name !== undefined) {
        names.set(name, body);
        made.push(
          body.view
            ? `CREATE VIEW ${fullName(PLACE, name)} AS ${body.view.query}`
            : `CREATE TABLE ${fullName(PLACE, name)} (${(body.schema?.fields ?? []).map(columnOf).join(', ')})`,
        );
      }
      const known = method === 'GET' ? names.get(path.split('/').at(-1) ?? '') : undefined;
      return known as T | undefined;
    },
    async run(sql, { unqualified } = {}) {
      if (sql.startsWith('CREATE OR REPLACE PROCEDURE')) made.push(sql);
      else run.push(unqualified ? qualify(sql, new Set(names.keys()), PLACE) : sql);
      const isMonths = /SELECT (DISTINCT )?MONTH_START FROM ledger_months/.test(sql);
      const warning = /SELECT '(\w+)' AS KEY_COLUMN.* '(\w+)' AS NAME_COLUMN/.exec(sql);
      const rows = isMonths
        ? [['2019-01-01'], ['2019-03-01']]
        : [warning ? [warning[1], 1, warning[2], 'a', 'b', 1, 2, 1] : Array(20).fill(0)];
      const columns = warning ? WARNING_COLUMNS : columnsOf(sql);
      return { columns, rows: /AS KEY_VALUES/.test(sql) ? [] : rows };
    },
    async *pages(sql, options) {
      yield await this.run(sql, options);
    },
    async upload() {},
  };
  return { client, made, run };
}

function columnOf({ name, type, precision, scale }: WantedTable['fields'][number]): string {
  return `${name} ${type}${precision ? `(${precision}, ${scale})` : ''}`;
}

const WARNING_COLUMNS = [
  ...['KEY_COLUMN', 'KEY_VALUE', 'NAME_COLUMN', 'ONE', 'OTHER', 'ONE_LOAD_ID', 'OTHER_LOAD_ID'],
  'how many',
];

/** Makes the adapter send everything that it can, for this dataset. */
async function sendAll(
  client: BigQueryClient,
  dataset: Dataset,
  row: readonly (string | number | null)[],
) {
  const warehouse = createBigQueryWarehouse(client, { location: 'US' });
  await warehouse.rebuild(dataset);
  for (const work of ['commit', 'compare', 'preview'] as const) {
    const load = await warehouse.beginLoad(dataset, 'Aba', 'a hash');
    try {
      await writeRows(load, dataset, [row, row]);
      const rest = { cell: 'A3', column: 'X', value: '?', values: {} };
      await load.reject([{ code: 'cell.notNumber', row: 3, ...rest }]);
      const events = [loadedEvent(load, dataset, 2)];
      if (work === 'commit') await load.commit(events, [7, 8].map(withdrawn));
      else if (work === 'compare') await load.compare(7);
      else await load.preview([]);
    } finally {
      await load.abort();
    }
  }
  await warehouse.consolidate(dataset, RANGES);
  const event = {
    drop: 'a',
    fileName: 'a',
    fileHash: 'a',
    event: 'retracted',
    runId: 'r',
    time: 0,
  } as const;
  for (const rehearse of [true, false])
    await warehouse.retract({
      dataset,
      change: withdrawn(7),
      ranges: RANGES,
      events: [event],
      rehearse,
    });
  await warehouse.record([event, { ...event, loadId: 1, detail: { a: 1 } }]);
  for (const does of ['held', 'released', 'withdrawn'] as const)
    await warehouse.record([event], [{ loadId: 7, does, events: 2 }]);
  await monthsDue(warehouse, dataset);
  const day = '2019-01-31 00:00:00';
  for (const table of [dataset.tables[0], dataset.tables[dataset.tables.length - 1]])
    for (const keys of [{}, { ANO: '2019' }, { ANO: '2019', MES: '1' }, { [dataset.period]: day }])
      await traceRows(warehouse, dataset, table, Object.entries(keys)).catch((error) => {
        if (error.code !== 'trace.column') throw error;
      });
  for (const { sql } of await statements(dataset, 'checks.sql'))
    await warehouse.query(withMonths(sql, RANGES[0]));
  assert.deepEqual((await findWarnings(warehouse, [dataset])).failed, []);
}

async function sendLedger(client: BigQueryClient) {
  const warehouse = createBigQueryWarehouse(client, { location: 'US' });
  await allFiles(warehouse);
  await findDrops(warehouse, ['a', 'b']);
  await unarchivedFiles(warehouse);
  await monthsOf(warehouse, 1);
  await recordCost({
    warehouse: { ...warehouse, usage: { jobs: 1, bytesBilled: 1, slotMs: 1 } },
    log: pino({ level: 'silent' }),
    runId: 'a run',
    now: () => 0,
  });
  await findInForce(warehouse, 'a');
  await findRelated(warehouse, 'bases_vendas', 'a', 'b');
  await findMeant(warehouse, 'a');
  await allRuns(warehouse).catch(() => {});
  for (const table of TABLES) await readTable(warehouse, table);
  const rows = [['a', 'b']];
  await warehouse.write([
    { table: 'spotify_podcasts', columns: ['id', 'name'], rows, replace: true },
  ]);
}
