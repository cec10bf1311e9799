import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { date, type Value, workbook } from '../workbook-builder.ts';
import { changedDataset, HEADER, newHome, sale, sales, shippedDatasets } from './home.ts';

/* What is done to the tables among the procedures, and the check that finds it. */

const FIRST = 'proc_bases_vendas.sql';
const LAST = 'proc_con_lin_ano_mes.sql';

const faults: readonly (readonly [when: string, fault: string, found: string])[] = [
  [
    FIRST,
    'DELETE FROM bases_vendas_linhas WHERE QTD_VENDA = 1',
    'rows of a load in bases_vendas_linhas',
  ],
  [FIRST, 'DELETE FROM bases_vendas_linhas', 'rows of a load in bases_vendas_linhas'],
  [
    FIRST,
    'INSERT INTO bases_vendas_linhas SELECT * FROM bases_vendas_linhas',
    'rows of a load in bases_vendas_linhas',
  ],
  [FIRST, 'UPDATE ledger_events SET ROWS_READ = 9', 'rows read of a load'],
  [FIRST, 'UPDATE ledger_events SET ROWS_READ = 1', 'rows read of a load'],
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

test('rows that differ from a repeated one in any one column are told apart, and so are the keys of each table', async () => {
  await using home = await newHome();
  const each = (units: number): Value[][] => {
    const one: Value[] = [...sale(units)];
    const others = [5, 'EUDORA', 3, 'MAQUIAGEM', date(2019, 4, 14), units + 1];
    return [one, one, ...one.map((_, column) => one.with(column, others[column]))];
  };
  // The second file finds every key there, and repeats nothing in the row in which the first one does.
  for (const [name, rows] of [
    ['a.xlsx', each(1)],
    ['b.xlsx', each(10).slice(1)],
  ] as const) {
    await home.drop(name, workbook({ sheets: [{ rows: [HEADER, ...rows] }] }));
    await home.run();
  }
  assert.deepEqual(await home.query('SELECT COUNT(*)::INT FROM bases_vendas'), [[14]]);
  for (const [table, keys] of Object.entries({
    con_ano_mes: 'YEAR(DATA_VENDA), MONTH(DATA_VENDA)',
    con_mar_lin: 'ID_MARCA, MARCA, ID_LINHA, LINHA',
    con_mar_ano_mes: 'ID_MARCA, MARCA, YEAR(DATA_VENDA), MONTH(DATA_VENDA)',
    con_lin_ano_mes: 'ID_LINHA, LINHA, YEAR(DATA_VENDA), MONTH(DATA_VENDA)',
  }))
    assert.deepEqual(
      await home.query(`SELECT * FROM ${table} ORDER BY ALL`),
      await home.query(
        `SELECT ${keys}, SUM(QTD_VENDA) FROM bases_vendas GROUP BY ALL ORDER BY ALL`,
      ),
      table,
    );
});

test('more rows of the same sum are published, and as many of another; those of the month after stay as they are', async () => {
  await using home = await newHome();
  const day = (n: number) => date(2019, 3, n);
  for (const [name, file] of [
    ['a.xlsx', sales(sale(1, day(1)))],
    ['b.xlsx', sales(sale(2, day(2)))],
    ['abril.xlsx', sales(sale(5, date(2019, 4, 1)), sale(5, date(2019, 4, 1)))],
    ['b.xlsx', sales(sale(1, day(3)), sale(1, day(4)))],
    ['b.xlsx', sales(sale(1, day(3)), sale(2, day(4)))],
  ] as const) {
    await home.drop(name, file);
    const { unpublished } = await home.run({ replaceSameName: true });
    assert.deepEqual(unpublished, []);
  }
  const sums = [
    [2019, 3, 4],
    [2019, 4, 5],
  ];
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes ORDER BY ALL'), sums);
  assert.deepEqual(await home.query('SELECT SUM(QTD_VENDA)::INT FROM bases_vendas'), [[9]]);
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
