import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type SalesRow, salesRows } from '../../src/samples/sales.ts';
import { dayOfSerial } from '../../src/samples/serial.ts';
import { naiveTables, sorted } from '../contracts/warehouse-histories.ts';
import type { Row } from '../contracts/warehouse-rows.ts';
import { answerOf, demoHome, entrada, newPlace } from './entrada.ts';

/** What the demo's files hold, straight from the generator: neither written nor read as a workbook. */
function salesOf(month: number, until: number, rows: number): SalesRow[] {
  const last = new Date(Date.UTC(2024, until, 0)).getUTCDate();
  const from = `2024-0${month}-01`;
  const plan = { rows, from, to: `2024-0${until}-${last}`, seed: month };
  return [...salesRows(plan)].sort((a, b) => a[4].serial - b[4].serial);
}

const unitsOf = (sales: readonly SalesRow[]) => sales.reduce((sum, sale) => sum + sale[5], 0);
const winter = salesOf(1, 2, 300);
const march = salesOf(3, 3, 150);
// The sheet's rows 13 and 42 are wrong.
const april = salesOf(4, 4, 150).filter((_, at) => at !== 11 && at !== 40);

const expected = naiveTables([
  [...winter, ...march, ...april].map(
    (sale): Row => sale.with(4, `${dayOfSerial(sale[4].serial)}T00:00:00`) as unknown as Row,
  ),
]);

test('the golden numbers are those of the generator', () => {
  assert.deepEqual([winter, march, april].map(unitsOf), [15_278, 7_487, 7_417]);
  assert.equal(expected.bases_vendas.length, 598);
  assert.equal(expected.con_mar_lin.length, 25);
});

/** The cells of a table on the screen, numbers as numbers. */
function screenTable(stdout: string, name: string): { headers: string[]; rows: Row[] } {
  const [, block = ''] = new RegExp(`\\n${name}\\n(.*?)\\n\\n`, 's').exec(stdout) ?? [];
  const [headers, ...rows] = block.split('\n').map((line) => line.trim().split(/ {2,}/));
  const value = (text: string) => (/^-?\d+$/.test(text) ? Number(text) : text);
  return { headers, rows: rows.map((row) => row.map(value)) };
}

test('every number on the demo’s screen is right', async () => {
  const { home, answer } = await demoHome();
  const { code, stdout, stderr } = answer;
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.split('\n');
  for (const line of [
    `5 sample workbooks dropped into ${home}/entrada`,
    'vendas janeiro e fevereiro (cópia).xlsx: 300 rows read, 300 loaded, 0 repeated, 0 rejected',
    'vendas janeiro e fevereiro.xlsx: nothing new',
    'relatório de março.xlsx: 150 rows read, 150 loaded, 0 repeated, 0 rejected',
    '  Not data, so not summed: 1 total row and 0 note rows (row 155)',
    'vendas abril.xlsx: 150 rows read, 148 loaded, 0 repeated, 2 rejected',
    'vendas maio.xlsx: rejected',
    '... 598 rows in all',
  ])
    assert.ok(lines.includes(line), line);
  assert.match(stdout, /vendas maio\.xlsx: rejected\n.*it is CSV/);
  assert.match(stdout, /^bases_vendas: tables consolidated for 2024-01 \.\. 2024-04 \(run /m);
  for (const table of ['con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes']) {
    const { rows, headers } = screenTable(stdout, table);
    assert.equal(headers.at(-1), 'SUM_QTD_VENDA');
    assert.deepEqual(sorted(rows), sorted(expected[table]), table);
    assert.equal(
      rows.reduce((sum, row) => sum + Number(row.at(-1)), 0),
      15_278 + 7_487 + 7_417,
    );
  }
  const first = screenTable(stdout, 'bases_vendas').rows.slice(0, -1);
  assert.equal(first.length, 5);
  const known = sorted(expected.bases_vendas);
  for (const row of first) assert.ok(known.includes(JSON.stringify(row)), JSON.stringify(row));
  assert.ok(stdout.includes(`The database is ${home}/entrada.duckdb.`));
});

test('the demo shows all eight tables and says that Spotify is simulated', async () => {
  const { stdout } = (await demoHome()).answer;
  assert.match(stdout, /Spotify, simulated: .*nothing was asked of Spotify/);
  const headings = [...stdout.matchAll(/^\n?(\w+)\n(?=.*(?:name|SUM_QTD_VENDA|QTD_VENDA))/gm)];
  assert.deepEqual(
    headings.map(([, name]) => name),
    [
      'bases_vendas',
      'con_ano_mes',
      'con_mar_lin',
      'con_mar_ano_mes',
      'con_lin_ano_mes',
      'spotify_podcasts',
      'spotify_all_episodes',
      'dh_gb_episodes',
    ],
  );
});

test('after the demo the inbox is empty and each file rests where it belongs', async () => {
  const { home } = await demoHome();
  const names = async (folder: string) =>
    (await readdir(join(home, folder)))
      .map((name) => name.replace(/\.\d{8}T.*?(?=\.xlsx)/, ''))
      .sort();
  assert.deepEqual(await names('entrada'), []);
  assert.deepEqual(
    await names('backup'),
    [
      'relatório de março.xlsx',
      'vendas abril.xlsx',
      'vendas janeiro e fevereiro (cópia).xlsx',
      'vendas janeiro e fevereiro.xlsx',
    ].sort(),
  );
  assert.deepEqual(await names('rejeitados'), [
    'vendas abril.xlsx.rejections.csv',
    'vendas maio.xlsx',
    'vendas maio.xlsx.txt',
  ]);
  const csv = await readFile(join(home, 'rejeitados/vendas abril.xlsx.rejections.csv'), 'utf8');
  const cells = csv.split('\r\n').map((line) => line.split(',').slice(0, 5).join(','));
  assert.deepEqual(cells.slice(1, -1), [
    'Vendas,F13,QTD_VENDA,doze,cell.notNumber',
    'Vendas,E42,DATA_VENDA,#N/A,cell.error',
  ]);
});

test('status knows every file of the demo', async () => {
  const { home } = await demoHome();
  const json = await entrada(['status', '--json', '--home', home]);
  assert.equal(json.code, 0);
  const files = json.objects().filter(({ type }) => type === 'file');
  assert.deepEqual(
    files.map((f) => [
      f.fileName,
      f.state,
      f.rowsRead,
      f.rowsLoaded,
      f.rowsRejected,
      f.rowsRepeated,
    ]),
    [
      ['relatório de março.xlsx', 'loaded', 150, 150, 0, 0],
      ['vendas abril.xlsx', 'loaded', 150, 148, 2, 0],
      ['vendas janeiro e fevereiro (cópia).xlsx', 'loaded', 300, 300, 0, 0],
      ['vendas janeiro e fevereiro.xlsx', 'repeated', null, null, null, null],
      ['vendas maio.xlsx', 'rejected', null, null, null, null],
    ],
  );
  const { stdout, code } = await entrada(['status', '--home', home], {
    env: { ENTRADA_LANG: 'pt-BR' },
  });
  assert.equal(code, 0);
  assert.match(stdout, /^vendas abril\.xlsx +carregado +150 +148 +2 +0 /m);
  assert.match(stdout, /^vendas maio\.xlsx +rejeitado .*O arquivo não é uma planilha/m);
});

test('a run with nothing new says so and changes nothing', async () => {
  const { home } = await demoHome();
  const events = 'SELECT * FROM ledger_events ORDER BY ALL';
  const before = await answerOf(home, events);
  const { code, stdout, stderr } = await entrada(['run', '--home', home]);
  assert.deepEqual([code, stdout, stderr], [0, 'Nothing new.\n', '']);
  const json = await entrada(['run', '--home', home, '--json']);
  assert.deepEqual([json.code, json.stderr], [0, 'Nothing new.\n']);
  const [object, ...more] = json.objects();
  assert.deepEqual([object.type, object.files, object.consolidated, more], ['run', 0, [], []]);
  assert.deepEqual(await answerOf(home, events), before);
});

test('the demo makes its own home anew, and nobody else’s', async () => {
  const { home } = await demoHome();
  await writeFile(join(home, 'entrada/mine.xlsx'), 'x');
  const refused = await entrada(['demo', '--home', home]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /holds files that are not of the demo: entrada\/mine.xlsx\./);
  await rm(join(home, 'entrada/mine.xlsx'));
  // Of the demo by their names alone, and the only copies that there are.
  const own = [
    'backup/vendas abril.20250102T030405678.0123456789ab.xlsx',
    'entrada/vendas abril.xlsx',
  ];
  for (const name of own) await writeFile(join(home, name), 'x');
  const kept = await entrada(['demo', '--home', home]);
  assert.equal(kept.code, 2);
  for (const name of own) assert.ok(kept.stderr.includes(name), kept.stderr);
  for (const name of own) await rm(join(home, name));
  // Samples stay on this machine, whatever the settings say.
  const called = await entrada(['demo', '--home', home, '--json'], {
    env: {
      npm_lifecycle_event: 'npx',
      ENTRADA_WAREHOUSE: 'bigquery:project.dataset',
      ENTRADA_LAKE: 'gs://bucket',
      ENTRADA_BUS: 'pubsub',
      ENTRADA_RECEIVER: 'functions',
    },
  });
  assert.equal(called.code, 0);
  assert.match(called.stderr, /Next, try:\n {2}npx entrada query --home/);
  const tables = called.objects().filter(({ table }) => String(table).startsWith('con_'));
  assert.equal(tables.length, 4);
  for (const { table, rows } of tables)
    assert.deepEqual(sorted(rows as Row[]), sorted(expected[String(table)]), String(table));

  const mine = newPlace();
  await mkdir(mine);
  await writeFile(join(mine, 'mine.txt'), 'precious');
  const { code, stdout, stderr } = await entrada(['demo', '--home', mine]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /is not empty, and the demo did not make it/);
  assert.deepEqual(await readdir(mine), ['mine.txt']);
  assert.ok((await stat(join(mine, 'mine.txt'))).size > 0);
});
