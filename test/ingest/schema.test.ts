import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { retract, withDatabase } from './histories.ts';
import { newHome, sale, sales, shippedDatasets, type TestHome } from './home.ts';

/** The tables as the first version kept them, each different row written a second time. */
const FIRST_VERSION = [
  `CREATE TABLE bases_vendas_distinct AS
   SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA, MONTH_START, MIN(LOAD_ID) AS FIRST_LOAD_ID
   FROM bases_vendas_linhas GROUP BY ALL`,
  'DROP VIEW bases_vendas',
  `CREATE VIEW bases_vendas AS
   SELECT ID_MARCA, MARCA, ID_LINHA, LINHA, DATA_VENDA, QTD_VENDA FROM bases_vendas_distinct`,
  'DROP TABLE bases_vendas_repeated',
  'DROP VIEW ledger_files',
  `CREATE VIEW ledger_files AS SELECT *, EVENT AS STATE FROM ledger_events`,
  'DROP TABLE ledger_schema',
];

async function oldHome(): Promise<TestHome> {
  const home = await newHome();
  await home.drop('a.xlsx', sales(sale(1), sale(2), sale(2)));
  await home.run();
  await home.drop('b.xlsx', sales(sale(2), sale(3)));
  await home.run();
  await home.queryAll(FIRST_VERSION);
  return home;
}

const openToRead = ({ path }: TestHome) =>
  openDuckDb({ file: join(path, 'entrada.duckdb'), readOnly: true, waitMs: 0 });

const UNITS = 'SELECT QTD_VENDA FROM bases_vendas ORDER BY 1';

test('the tables of an earlier version are brought up to date, by a run that has nothing else to do', async () => {
  await using home = await oldHome();
  await assert.rejects(openToRead(home), { kind: 'user', code: 'home.older' });
  const before = await home.queryAll([UNITS, 'SELECT * FROM con_mar_lin']);
  const { files, consolidated, failed } = await home.run();
  assert.deepEqual([files, failed], [[], []]);
  assert.deepEqual(
    consolidated.map(({ dataset, months }) => [dataset.name, months]),
    [['bases_vendas', [{ from: '2019-03-01', to: '2019-04-01' }]]],
  );
  await (await openToRead(home)).close();
  assert.deepEqual(await home.queryAll([UNITS, 'SELECT * FROM con_mar_lin']), before);
  const known = 'SELECT ROWS_LOADED, ROWS_REPEATED FROM ledger_files ORDER BY FILE_NAME';
  assert.deepEqual(await home.query(known), [
    [2, 1],
    [1, 1],
  ]);
  await retract(home, 'a.xlsx');
  assert.deepEqual(await home.query(UNITS), [[2], [3]]);
  // The first version kept no record of itself; later ones do.
  const VERSIONS = 'SELECT * FROM ledger_schema ORDER BY NAME';
  const versions = await home.query(VERSIONS);
  await home.query('UPDATE ledger_schema SET VERSION = VERSION - 1');
  await assert.rejects(openToRead(home), { kind: 'user', code: 'home.older' });
  await home.run();
  assert.deepEqual(await home.query(VERSIONS), versions);
  assert.deepEqual(await home.query(UNITS), [[2], [3]]);
  // Where tables do not say of which version they are, they are of the first.
  const own = (await shippedDatasets()).map((dataset) => ({ ...dataset, name: 'notas' }));
  await withDatabase(home, async (warehouse) => {
    assert.deepEqual(await warehouse.prepare(own), []);
    await warehouse.query('DROP TABLE ledger_schema');
    assert.deepEqual(await warehouse.prepare(own), own);
    await warehouse.query('DROP TABLE ledger_schema');
    assert.deepEqual(await warehouse.prepare(own.map((one) => ({ ...one, version: 1 }))), []);
  });
});

test('a run that a check stops leaves the tables of the earlier version as they were', async () => {
  await using home = await oldHome();
  const before = await home.query(UNITS);
  await home.query('UPDATE ledger_events SET ROWS_READ = 9');
  for (let n = 0; n < 2; n++) {
    const { broken } = await home.run();
    assert.deepEqual(
      broken.map(({ error: { code, values } }) => [code, values.dataset]),
      [['check.failed', 'bases_vendas']],
    );
    assert.deepEqual(await home.query(UNITS), before);
  }
});

test('tables that were refused are not made again where the run is told so', async () => {
  await using home = await oldHome();
  await home.query('UPDATE ledger_events SET ROWS_READ = 9');
  const { broken: refused } = await home.run();
  await home.query("UPDATE ledger_events SET ROWS_READ = IF(FILE_NAME = 'a.xlsx', 3, 2)");
  const before = await home.query(UNITS);
  assert.deepEqual((await home.run({ refused })).broken, refused);
  assert.deepEqual(await home.query(UNITS), before);
  assert.deepEqual((await home.run()).broken, []);
});

test('a ledger of a version to come is refused, to write and to read', async () => {
  await using home = await newHome();
  await home.run();
  await home.query("UPDATE ledger_schema SET VERSION = 9 WHERE NAME = '(ledger)'");
  const refused = {
    kind: 'user',
    code: 'home.newer',
    values: { name: '(ledger)', found: 9, version: 4 },
  };
  await assert.rejects(home.run(), refused);
  await withDatabase(home, async (warehouse) => {
    await assert.rejects(warehouse.prepare(await shippedDatasets()), refused);
  });
  await assert.rejects(openToRead(home), refused);
});

test('a contract whose columns have changed: a new one is added, one that would lose or change values is refused', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  await home.run();
  const [dataset] = await shippedDatasets();
  const withColumns = (columns: typeof dataset.columns) =>
    home.run({ datasets: [{ ...dataset, columns }] });
  const refused = async (columns: typeof dataset.columns) =>
    (await withColumns(columns)).broken.map(({ error: { kind, code, values } }) => ({
      kind,
      code,
      values,
    }));
  const { columns } = dataset;
  const retyped = columns.map((column) => ({
    ...column,
    type: column.name === 'QTD_VENDA' ? ('number' as const) : column.type,
  }));
  const file = join(dataset.folder, 'dataset.yaml');
  const lines = (await readFile(file, 'utf8')).split('\n');
  const lineOf = (start: string) => lines.findIndex((line) => line.startsWith(start)) + 1;
  const values = { file, dataset: 'bases_vendas', column: 'QTD_VENDA' };
  assert.deepEqual(await refused(retyped), [
    {
      kind: 'user',
      code: 'dataset.columnType',
      values: { ...values, line: lineOf('  - { name: QTD_VENDA,'), is: 'number', was: 'integer' },
    },
  ]);
  assert.deepEqual(await refused(columns.slice(0, -1)), [
    {
      kind: 'user',
      code: 'dataset.columnLost',
      values: { ...values, line: lineOf('columns:') },
    },
  ]);
  const note = { ...columns[1], name: 'NOTA', key: false, optional: true, aliases: [] };
  assert.deepEqual(await refused([{ ...note, optional: false }, ...columns]), [
    {
      kind: 'user',
      code: 'dataset.columnRequired',
      values: { ...values, column: 'NOTA', line: lineOf('columns:') + 1 },
    },
  ]);
  await home.drop('b.xlsx', sales(sale(2)));
  const { failed, postponed } = await withColumns([note, ...columns]);
  assert.deepEqual([failed, postponed], [[], []]);
  const rows = 'SELECT QTD_VENDA, MARCA, NOTA FROM bases_vendas_linhas ORDER BY LOAD_ID';
  assert.deepEqual(
    (await home.query(rows)).map(([units, , added]) => [units, added]),
    [
      [1, null],
      [2, null],
    ],
  );
});
