import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { createMemoryBus } from '../../src/bus/memory.ts';
import type { Dataset } from '../../src/contract/dataset.ts';
import type { Context } from '../../src/ingest/context.ts';
import { runOnce } from '../../src/ingest/flow.ts';
import { createIncoming } from '../../src/ingest/incoming.ts';
import { receiveHere } from '../../src/ingest/receivers.ts';
import { allFiles, monthsDue, monthsOf } from '../../src/ledger/ledger.ts';
import { writeDemoWorkbooks } from '../../src/samples/demo.ts';
import { randomIntegers } from '../../src/samples/sales.ts';
import { sumTables } from '../../src/warehouse/dataset-sql.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { randomHistory, sorted } from '../contracts/warehouse-histories.ts';
import { loadRows, type Row, rowsOf, withdrawn } from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { skipWithout } from './rig.ts';
import { openEmulated } from './warehouses.ts';

const skip = skipWithout('bigquery');

/** How many random histories; each takes some seconds. */
const HISTORIES = Number(process.env.HISTORIES ?? (process.env.CI ? 25 : 5));

const [vendas] = await shippedDatasets();
const SALES = fileURLToPath(new URL('../../../shared/data/sales', import.meta.url));

/** What is stored of a dataset; the rest are views. */
const STORED = [
  ...['ledger_events', 'ledger_months', 'rejections'],
  ...['bases_vendas_linhas', 'bases_vendas_repeated', 'bases_vendas_cube'],
  ...sumTables(vendas),
];

type Both = readonly [Warehouse, Warehouse];

/** The same work on DuckDB and on BigQuery, both empty, and afterwards the same tables. */
async function onBoth(bigquery: Warehouse, work: (both: Both) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-same-'));
  const duckdb = await openDuckDb({ file: join(folder, 'entrada.duckdb'), waitMs: 0 });
  try {
    await duckdb.prepare([vendas]);
    await bigquery.write(STORED.map((table) => ({ table, columns: [], rows: [], replace: true })));
    await work([duckdb, bigquery]);
  } finally {
    await duckdb.close();
    await rm(folder, { recursive: true });
  }
}

async function assertSame([duckdb, bigquery]: Both, { tables }: Dataset): Promise<void> {
  for (const table of tables) {
    const [expected, found] = await Promise.all(
      [duckdb, bigquery].map((warehouse) => rowsOf(warehouse, `SELECT * FROM ${table}`)),
    );
    assert.deepEqual(sorted(found), sorted(expected), table);
  }
  const counts = (warehouse: Warehouse) =>
    rowsOf(
      warehouse,
      `SELECT MONTH_START, SUM(ROWS_ACCEPTED), SUM(ROWS_COUNTED) FROM ledger_months
       GROUP BY MONTH_START HAVING SUM(ROWS_ACCEPTED) > 0 ORDER BY MONTH_START`,
    );
  const numbers = (rows: Row[]) => rows.map(([month, ...rest]) => [month, ...rest.map(Number)]);
  assert.deepEqual(numbers(await counts(bigquery)), numbers(await counts(duckdb)));
}

/** Takes the workbooks of a folder through the whole flow. */
async function runFiles(warehouse: Warehouse, folder: string): Promise<void> {
  const lake = createMemoryLake();
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.xlsx')))
    await lake.write(`entrada/${name}`, await readFile(join(folder, name)));
  await using incoming = createIncoming({ lake, limits: defaultLimits });
  const context: Context = {
    lake,
    warehouse,
    datasets: [vendas],
    broken: [],
    incoming,
    language: 'en',
    replaceSameName: false,
    runId: 'run-1',
    log: pino({ level: 'silent' }),
    now: Date.now,
  };
  const effects = {
    now: () => Date.now() + 60_000,
    sleep: async () => {},
    limits: defaultLimits,
  };
  const { failed, postponed } = await runOnce(context, createMemoryBus(), effects, receiveHere());
  assert.deepEqual([failed, postponed], [[], []]);
}

async function statesOf(warehouse: Warehouse) {
  const files = await allFiles(warehouse);
  const told = files.map(
    ({ fileName, state, rowsRead, rowsLoaded, rowsRejected, rowsRepeated, code }) =>
      JSON.stringify({ fileName, state, rowsRead, rowsLoaded, rowsRejected, rowsRepeated, code }),
  );
  return told.sort();
}

async function assertSameFiles(bigquery: Warehouse, folder: string): Promise<void> {
  await onBoth(bigquery, async (both) => {
    for (const warehouse of both) await runFiles(warehouse, folder);
    const [expected, found] = await Promise.all(both.map(statesOf));
    assert.ok(expected.length >= 3);
    assert.deepEqual(found, expected);
    await assertSame(both, vendas);
  });
}

/** Loads, repeats, replacements and retractions, each consolidated on both or left for the next time. */
async function playHistory(both: Both, seed: number): Promise<void> {
  const below = randomIntegers(seed * 31 + 7);
  const loadIds: number[][] = [];
  const inForce: number[] = [];
  const take = () => inForce.splice(below(inForce.length), 1)[0];
  for (const step of randomHistory(seed).steps) {
    const replaces = 'load' in step && inForce.length > 0 && below(4) === 0 ? take() : undefined;
    const retracts = 'load' in step || inForce.length === 0 ? undefined : take();
    const consolidates = below(3) > 0;
    if ('load' in step) inForce.push(loadIds.length);
    if ('load' in step) loadIds.push([]);
    for (const [at, warehouse] of both.entries()) {
      if ('load' in step) {
        const replaced = replaces === undefined ? [] : [loadIds[replaces][at]];
        loadIds.at(-1)?.push(await loadRows(warehouse, vendas, step.load, replaced));
      } else if (retracts !== undefined) {
        const loadId = loadIds[retracts][at];
        const ranges = await monthsOf(warehouse, loadId);
        const change = withdrawn(loadId);
        await warehouse.retract({ dataset: vendas, change, ranges, events: [], rehearse: false });
      }
      if (consolidates) await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    }
    if (consolidates) await assertSame(both, vendas);
  }
  for (const warehouse of both)
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
  await assertSame(both, vendas);
}

describe('BigQuery and DuckDB', { skip }, () => {
  if (skip) return;
  // One dataset for all of them: making it anew each time would take longer than a history.
  let bigquery: Warehouse;
  before(async () => {
    bigquery = await openEmulated();
    await bigquery.prepare([vendas]);
  });
  after(() => bigquery.close());

  test('the same tables of the sales of three years', async (t) => {
    const has = await readdir(SALES).then(
      () => true,
      () => false,
    );
    if (has) await assertSameFiles(bigquery, SALES);
    else t.skip(`${SALES} is not there`);
  });

  test("the same tables of the demo's workbooks, and the same said of each", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entrada-demo-'));
    try {
      await writeDemoWorkbooks(folder);
      await assertSameFiles(bigquery, folder);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (let seed = 0; seed < HISTORIES; seed++)
    test(`history ${seed} gives the same tables`, () =>
      onBoth(bigquery, (both) => playHistory(both, seed)));
});
