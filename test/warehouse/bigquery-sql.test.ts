import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wantedLedger, wantedOf } from '../../src/warehouse/bigquery/schema.ts';
import { qualify } from '../../src/warehouse/bigquery/scripts.ts';
import { statementsIn } from '../../src/warehouse/sql-text.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { referencesOf, statementsOf } from './bigquery-statements.ts';
import { allTexts } from './bigquery-texts.ts';

const PLACE = { project: 'p', dataset: 'd' };

const datasets = await shippedDatasets();

/**
 * What is over all months, and why: the cube is as large as its keys, however many rows there are, and what sums over all
 * months must read all of it; who traces a number without naming a month asks for all of them; and who rebuilds wants it so.
 */
const ALL_MONTHS = [
  'MERGE con_mar_lin: bases_vendas_cube',
  "'units in con_ano_mes': bases_vendas_cube",
  ...['ID_MARCA', 'MARCA', 'ID_LINHA', 'LINHA'].map((name) => `'${name}': bases_vendas_cube`),
  ...['bases_vendas', 'tipos'].map((name) => `WITH traced: ${name}_linhas`),
  ...['bases_vendas_repeated', 'bases_vendas_cube', 'tipos'].map(
    (name) => `DELETE FROM ${name} WHERE TRUE: ${name}`,
  ),
];

/** Tables in months that a statement reads or writes without saying which of their months. */
function unbounded(sql: string, byMonth: ReadonlySet<string>): string[] {
  return referencesOf(sql, byMonth)
    .filter(({ isBound, isInserted }) => !isBound && !isInserted)
    .map(({ table }) => table);
}

/** Enough to tell one statement from the others. */
function nameOf(statement: string): string {
  const [, target] = /^MERGE INTO (\w+)/.exec(statement) ?? [];
  if (target) return `MERGE ${target}`;
  const name = /^WITH \w+|'[^']+'/.exec(statement)?.[0] ?? statement;
  return statement.includes('@key') ? `${name} of keys` : name;
}

test('no statement reads a table in months without saying which, but for those named', async () => {
  const { made, run } = await allTexts();
  const byMonth = new Set<string>();
  for (const text of made) {
    const [, name] = /^CREATE TABLE `demo\.d\.(\w+)` \(.*MONTH_START DATE/.exec(text) ?? [];
    // The ledger is not kept by months, a staging table is one load's, and sums are compared whole, as the con_ tables are.
    if (name && !/^(ledger|stage)_|^tipos_mes$/.test(name)) byMonth.add(name);
  }
  assert.ok(byMonth.has('bases_vendas_linhas') && byMonth.size === 5, [...byMonth].join());
  // A view has no months to say, so none of ours may be read that is made of such a table.
  for (const text of made) {
    const [, name] = /^CREATE VIEW `demo\.d\.(\w+)`/.exec(text) ?? [];
    if (name && [...byMonth].some((table) => text.includes(`.${table}\``))) byMonth.add(name);
  }
  assert.ok(byMonth.has('bases_vendas'));
  const procedures = made.filter((text) => text.startsWith('CREATE OR REPLACE PROCEDURE'));
  assert.ok(procedures.length >= 8);
  const found = statementsOf([...procedures, ...run]).flatMap((statement) =>
    unbounded(statement, byMonth).map((table) => `${nameOf(statement)}: ${table}`),
  );
  assert.deepEqual([...new Set(found)].sort(), ALL_MONTHS.sort());
});

test('a table in months is found wherever its months are not said', () => {
  const byMonth = new Set(['t', 'u']);
  const bound = 'MONTH_START >= p_from AND MONTH_START < p_to';
  for (const [sql, found] of [
    ['SELECT * FROM t', ['t']],
    [`SELECT * FROM t WHERE ${bound}`, []],
    [`SELECT * FROM x WHERE ${bound}`, []],
    [`SELECT K FROM t GROUP BY K HAVING MAX(${bound})`, ['t']],
    [`SELECT * FROM t AS a JOIN (SELECT * FROM u WHERE ${bound}) AS b ON a.k = b.k`, ['t']],
    [`DELETE FROM t WHERE MONTH_START >= p_from`, ['t']],
    [`INSERT INTO t (A) SELECT A FROM u WHERE ${bound}`, []],
    [`MERGE INTO t AS a USING (SELECT 1) AS s ON a.K = s.K`, ['t']],
    [
      `MERGE INTO t AS a USING (SELECT 1) AS s ON a.MONTH_START >= p_from AND a.MONTH_START < p_to`,
      [],
    ],
    [
      `SELECT * FROM t AS a JOIN u AS b USING (K) WHERE a.MONTH_START >= p_from AND a.MONTH_START < p_to`,
      ['u'],
    ],
  ] as const)
    assert.deepEqual(unbounded(sql, byMonth), found, sql);
});

test('tables get their full name, and nothing else does', () => {
  const names = new Set(['t', 'ledger']);
  for (const [sql, full] of [
    ['SELECT t.A FROM t AS t', 'SELECT t.A FROM `p.d.t` AS t'],
    [
      `SELECT 'FROM t', "from t" FROM t -- FROM t`,
      `SELECT 'FROM t', "from t" FROM \`p.d.t\` -- FROM t`,
    ],
    ['UPDATE t AS x SET A = 1 FROM ledger', 'UPDATE `p.d.t` AS x SET A = 1 FROM `p.d.ledger`'],
    [
      'DELETE FROM t; INSERT INTO t (A) SELECT 1',
      'DELETE FROM `p.d.t`; INSERT INTO `p.d.t` (A) SELECT 1',
    ],
    [
      'SELECT EXTRACT(YEAR FROM A) FROM other.t JOIN t2',
      'SELECT EXTRACT(YEAR FROM A) FROM other.t JOIN t2',
    ],
    ["SELECT 'it\\'s FROM t' FROM `t`", "SELECT 'it\\'s FROM t' FROM `t`"],
  ])
    assert.equal(qualify(sql, names, PLACE), full);
});

test('statements are counted as GoogleSQL does', () => {
  for (const [sql, count, first] of [
    ['SELECT 1', 1, 'SELECT'],
    ['  -- a; b\n  (SELECT 1) ;\n', 1, 'SELECT'],
    [`SELECT ';', ";", \`a;b\`, '''x';y''' # c;`, 1, 'SELECT'],
    ['/* ; */ with a as (select 1) select * from a; select 2', 2, 'WITH'],
    [`SELECT 'it\\';s'; DELETE FROM t`, 2, 'SELECT'],
    ['', 0, ''],
  ] as const)
    assert.deepEqual(statementsIn(sql), { count, first }, sql);
});

test('what BigQuery must have follows from the contract and tables.sql', async () => {
  const dataset = datasets.find(({ name }) => name === 'bases_vendas');
  assert.ok(dataset);
  const { tables, views, procedures } = await wantedOf(dataset, PLACE);
  const landing = tables.find(({ name }) => name === 'bases_vendas_linhas');
  assert.deepEqual(landing?.clustering, ['LOAD_ID']);
  assert.ok(landing?.byMonth);
  assert.equal(tables.find(({ name }) => name === 'con_ano_mes')?.byMonth, false);
  assert.deepEqual(
    procedures.map(({ name }) => name),
    [
      ...dataset.procedures.flat(),
      'consolidate_bases_vendas_months',
      'check_bases_vendas_months',
      'consolidate_bases_vendas',
    ],
  );
  for (const { query } of views) assert.match(query, /FROM `p\.d\.bases_vendas_linhas`/);
  assert.ok(wantedLedger(PLACE).tables.every(({ byMonth }) => !byMonth));
});
