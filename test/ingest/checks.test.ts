import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { changedDataset, newHome, sale, sales, shippedDatasets } from './home.ts';

/* What is done to the tables among the procedures, and the check that finds it. */

const FIRST = 'proc_bases_vendas.sql';
const LAST = 'proc_con_lin_ano_mes.sql';

const faults: readonly (readonly [when: string, fault: string, found: string])[] = [
  [
    FIRST,
    'DELETE FROM bases_vendas_linhas WHERE QTD_VENDA = 1',
    'rows of a load in bases_vendas_linhas',
  ],
  [
    FIRST,
    'INSERT INTO bases_vendas_linhas SELECT * FROM bases_vendas_linhas',
    'rows of a load in bases_vendas_linhas',
  ],
  [FIRST, 'UPDATE ledger_events SET ROWS_READ = 9', 'rows read of a load'],
  [FIRST, 'UPDATE ledger_months SET ROWS_ACCEPTED = 2', 'rows read of a load'],
  [FIRST, 'DELETE FROM ledger_months', 'rows that count in bases_vendas'],
  [LAST, 'DELETE FROM bases_vendas_repeated', 'rows that count in bases_vendas'],
  [
    LAST,
    'INSERT INTO bases_vendas_repeated SELECT LOAD_ID, 2, MONTH_START FROM ledger_months',
    'rows that count in bases_vendas',
  ],
  [LAST, 'UPDATE ledger_months SET ROWS_COUNTED = NULL', 'rows in the cube'],
  [LAST, 'UPDATE bases_vendas_cube SET ROW_COUNT = 9', 'rows in the cube'],
  [LAST, 'UPDATE bases_vendas_cube SET SUM_QTD_VENDA = 9', 'units in the cube'],
  [LAST, 'INSERT INTO con_ano_mes VALUES (2019, 4, 9)', 'units in con_ano_mes'],
  [LAST, 'DELETE FROM con_mar_lin', 'units in con_mar_lin'],
  [LAST, 'UPDATE con_mar_ano_mes SET SUM_QTD_VENDA = 9', 'units in con_mar_ano_mes'],
  [LAST, 'DELETE FROM con_lin_ano_mes', 'units in con_lin_ano_mes'],
];

test('promise 5, numbers reconcile: whatever is lost, doubled or wrong, a check finds it and nothing is published', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1), sale(2), sale(2)));
  const [{ folder }] = await shippedDatasets();
  for (const [file, fault, found] of faults) {
    const body = await readFile(join(folder, file), 'utf8');
    const sql = file === FIRST ? `${fault};\n\n${body}` : `${body}\n${fault};\n`;
    const datasets = await changedDataset(home, file, sql);
    const { unpublished } = await home.run({ datasets });
    const errors = unpublished.map(({ error }) => error.values.compared ?? String(error));
    assert.deepEqual(errors, [found], fault);
    assert.deepEqual(await home.query('SELECT * FROM bases_vendas'), [], fault);
  }
  await home.run();
  assert.deepEqual(await home.query('SELECT SUM(QTD_VENDA) FROM bases_vendas'), [[3]]);
});

test('a check that gives other columns, or is no query, is told with its line; nothing is published', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  const faults: [sql: string, code: string, found: string | undefined][] = [
    ["-- x\nSELECT 'all' AS COMPARED WHERE FALSE;\n", 'dataset.sqlColumns', 'COMPARED'],
    [
      "-- x\nSELECT 'all' AS COMPARED, 1 AS FOUND, 2 AS EXPECTED;\n",
      'dataset.sqlColumns',
      'COMPARED, FOUND, EXPECTED',
    ],
    ['-- x\nWITH a AS (SELECT 1) DELETE FROM con_mar_lin;\n', 'dataset.sql', undefined],
  ];
  for (const [sql, code, columns] of faults) {
    const datasets = await changedDataset(home, 'checks.sql', sql);
    const { unpublished } = await home.run({ datasets });
    assert.deepEqual(
      unpublished.map(({ error }) => [error.code, error.values.line, error.values.found]),
      [[code, 2, columns]],
      sql,
    );
    assert.equal(unpublished[0].error.values.file, join(datasets[0].folder, 'checks.sql'));
    assert.deepEqual(await home.query('SELECT * FROM bases_vendas'), []);
  }
});
