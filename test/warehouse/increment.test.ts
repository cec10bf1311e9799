import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Dataset } from '../../src/contract/dataset.ts';
import { LEDGER_TABLES } from '../../src/ledger/events.ts';
import {
  createLandingTable,
  landingTable,
  statements,
  withMonths,
} from '../../src/warehouse/dataset-sql.ts';
import { shippedDatasets } from '../ingest/home.ts';

/* What each statement of the procedures and checks reads, by DuckDB's own profile. */

/** The smallest of DuckDB's row groups, so that a short history has many. */
const GROUP = 2_048;
/** Rows of one month: two row groups. */
const MONTH_ROWS = 4_096;
/** Each repeated within its month. */
const REPEATED = 1_024;
const BRANDS = 5;

/** Rows of `months` months from 2015 on, one load each, in the order of loading. */
function land(firstLoad: number, firstMonth: number, months: number): string {
  return `INSERT INTO bases_vendas_linhas
    SELECT ${firstLoad} + i // ${MONTH_ROWS}, 2 + i % ${MONTH_ROWS}, CAST(m AS DATE), 1 + n % ${BRANDS},
      'M' || n % ${BRANDS}, 1, 'L', m + INTERVAL (n % 28) DAY, n
    FROM (
      SELECT i, (i % ${MONTH_ROWS}) % ${MONTH_ROWS - REPEATED} AS n,
        DATE '2015-01-01' + INTERVAL (${firstMonth} + i // ${MONTH_ROWS}) MONTH AS m
      FROM range(${months * MONTH_ROWS}) AS r(i))`;
}

function ledger(firstLoad: number): string[] {
  return [
    `INSERT INTO ledger_months SELECT 'bases_vendas', LOAD_ID, MONTH_START, COUNT(*), NULL
     FROM bases_vendas_linhas WHERE LOAD_ID >= ${firstLoad} GROUP BY LOAD_ID, MONTH_START`,
    `INSERT INTO ledger_events (DROP_ID, EVENT, STEP, LOAD_ID, ROWS_READ, ROWS_REJECTED)
     SELECT 'd' || LOAD_ID, 'loaded', 3, LOAD_ID, SUM(ROWS_ACCEPTED), 0
     FROM ledger_months WHERE LOAD_ID >= ${firstLoad} GROUP BY LOAD_ID`,
  ];
}

interface Node {
  readonly operator_type?: string;
  readonly operator_rows_scanned?: number;
  readonly extra_info?: { readonly Table?: string };
  readonly children?: readonly Node[];
}

/** Runs a statement; gives the rows that it read of each table, before any filter. */
async function rowsRead(connection: DuckDBConnection, sql: string): Promise<Map<string, number>> {
  const result = await connection.runAndReadAll(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`);
  const read = new Map<string, number>();
  const visit = ({ operator_type, operator_rows_scanned = 0, extra_info, children }: Node) => {
    const table = extra_info?.Table?.split('.').at(-1);
    if (operator_type === 'TABLE_SCAN' && table !== undefined)
      read.set(table, (read.get(table) ?? 0) + operator_rows_scanned);
    for (const child of children ?? []) visit(child);
  };
  visit(JSON.parse(String(result.getRows()[0][1])));
  return read;
}

/** The most that any statement reads of each table, when a file of one month comes after `history` months. */
async function increment(dataset: Dataset, history: number): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-increment-'));
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    preserve_insertion_order: 'false',
  });
  const connection = await instance.connect();
  const all = async (sql: readonly string[]) => {
    for (const one of sql) await connection.run(one);
  };
  const attach = `ATTACH '${join(folder, 'h.duckdb')}' AS h`;
  const files = [...dataset.procedures.flat().map((name) => `${name}.sql`), 'checks.sql'];
  const sqlIn = async (file: string) => (await statements(dataset, file)).map(({ sql }) => sql);
  const work = (await Promise.all(files.map(sqlIn))).flat();
  try {
    await all([`${attach} (ROW_GROUP_SIZE ${GROUP})`, 'USE h', ...LEDGER_TABLES]);
    await all([createLandingTable(dataset), ...(await sqlIn('tables.sql'))]);
    await all([land(1, 0, history), ...ledger(1)]);
    await all(work.map((sql) => withMonths(sql, { from: '2015-01-01', to: '2099-01-01' })));
    await all([land(history + 1, history - 1, 1), ...ledger(history + 1)]);
    // As the next run finds it: written down, with the statistics by which row groups are skipped.
    await all(['CHECKPOINT', 'USE memory', 'DETACH h', attach, 'USE h']);
    const [[from, to]] = (
      await connection.runAndReadAll(
        `SELECT CAST(MAX(MONTH_START) AS STRING), CAST(CAST(MAX(MONTH_START) + INTERVAL 1 MONTH AS DATE) AS STRING)
         FROM bases_vendas_linhas`,
      )
    ).getRows();
    const most = new Map<string, number>();
    for (const sql of work) {
      const months = { from: String(from), to: String(to) };
      const read = await rowsRead(connection, withMonths(sql, months));
      for (const [table, rows] of read) most.set(table, Math.max(most.get(table) ?? 0, rows));
    }
    const counted = await connection.runAndReadAll(
      'SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas',
    );
    const [[rows]] = counted.getRows();
    assert.equal(Number(rows), history * (MONTH_ROWS - REPEATED));
    return most;
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

test('promise 6: an increment costs what it brings: no statement reads more rows of a longer history than of a shorter one', async () => {
  const [dataset] = await shippedDatasets();
  const short = await increment(dataset, 6);
  const long = await increment(dataset, 36);
  for (const read of [short, long]) {
    // The month twice, as it came at first and as it came now, in the two scans of a statement, and at either end a
    // row group that it shares with its neighbour.
    const landed = read.get(landingTable(dataset)) ?? 0;
    assert.ok(landed > 0 && landed <= 2 * (2 * MONTH_ROWS + 2 * GROUP), `${landed} landing rows`);
    const repeated = read.get('bases_vendas_repeated') ?? 0;
    assert.ok(repeated > 0 && repeated <= 2 * MONTH_ROWS + 4 * GROUP, `${repeated} repeated rows`);
  }
  assert.equal(long.get('bases_vendas_linhas'), short.get('bases_vendas_linhas'));
  // What does grow with the months is the ledger, by a row a month of a file, and the sums: by a row a key and month.
  const sums = ['bases_vendas_cube', 'ledger_months', 'ledger_events', ...dataset.tables.slice(1)];
  for (const table of long.keys())
    assert.ok([landingTable(dataset), 'bases_vendas_repeated', ...sums].includes(table), table);
  for (const table of sums)
    assert.ok(
      (long.get(table) ?? 0) <= 3 * (BRANDS + 1) * 37 + BRANDS,
      `${table}: ${long.get(table)}`,
    );
});

test('the states of all files are found without comparing each of them with every load', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    // Of a handful DuckDB would compare each with each in any case.
    const loads = 'FROM range(1000) AS r(i)';
    for (const sql of [
      ...LEDGER_TABLES,
      `INSERT INTO ledger_events (DROP_ID, EVENT, STEP, LOAD_ID) SELECT 'd' || i, 'loaded', 3, i ${loads}`,
      `INSERT INTO ledger_months SELECT 'bases_vendas', i, DATE '2015-01-01', 9, 9 ${loads}`,
    ])
      await connection.run(sql);
    const explained = await connection.runAndReadAll(
      'EXPLAIN (FORMAT JSON) SELECT * FROM ledger_files',
    );
    const joins = String(explained.getRows()[0][1]).match(/"name": *"\w+_JOIN *"/g) ?? [];
    assert.deepEqual(
      joins.map((name) => /\w+_JOIN/.exec(name)?.[0]),
      ['HASH_JOIN'],
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});
