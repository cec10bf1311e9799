import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { writeDemoWorkbooks } from '../../src/samples/demo.ts';
import { salesRows } from '../../src/samples/sales.ts';
import { dayOfSerial, serialOfDay } from '../../src/samples/serial.ts';
import { unzip } from './unzip.ts';

let folder: string;
let names: string[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-demo-'));
  names = await writeDemoWorkbooks(folder);
});
after(() => rm(folder, { recursive: true }));

const bytesOf = (name: string) => readFile(join(folder, name));
const sheetOf = async (name: string) =>
  unzip(await bytesOf(name)).get('xl/worksheets/sheet1.xml') ?? '';

test('the names given are the files written', async () => {
  assert.equal(names.length, 5);
  assert.deepEqual((await readdir(folder)).sort(), [...names].sort());
});

test('the copy has the same bytes under another name', async () => {
  assert.deepEqual(await bytesOf(names[0]), await bytesOf(names[1]));
});

test('the clean file repeats no sale', async () => {
  const rows = (await sheetOf(names[0])).match(/<row .*?<\/row>/g) ?? [];
  assert.equal(new Set(rows.map((row) => row.replace(/ r="[A-F]?\d+"/g, ''))).size, 301);
});

test('the report has its header in row 4 and its total in the last row', async () => {
  const sheet = await sheetOf(names[2]);
  assert.match(sheet, /<row r="4" spans="1:6">/);
  const quantities = Array.from(sheet.matchAll(/<c r="F\d+"><v>(\d+)<\/v>/g), ([, v]) => Number(v));
  const sum = quantities.reduce((a, b) => a + b, 0);
  assert.equal(quantities.length, 150);
  assert.ok(sheet.includes(`<c r="F155"><f>SUM(F5:F154)</f><v>${sum}</v></c></row></sheetData>`));
});

test('exactly two cells of the fourth file are bad', async () => {
  const sheet = await sheetOf(names[3]);
  assert.deepEqual(sheet.match(/<c r="E\d+" t="e"><v>#N\/A<\/v>/g), [
    '<c r="E42" t="e"><v>#N/A</v>',
  ]);
  assert.deepEqual(sheet.match(/<c r="F(?!1")\d+" t=/g), ['<c r="F13" t=']);
});

test('the fifth file is a CSV whatever its name says', async () => {
  const lines = (await bytesOf(names[4])).toString().split('\r\n');
  assert.equal(lines[0], 'ID_MARCA;MARCA;ID_LINHA;LINHA;DATA_VENDA;QTD_VENDA');
  assert.match(lines[1], /^[1-5];[^;]+;[1-5];[^;]+;\d\d\/05\/2024;\d{1,2}$/);
});

test('sales repeat with their seed and keep to their bounds', () => {
  const plan = { rows: 2000, from: '2019-02-01', to: '2019-02-28' };
  const sales = [...salesRows(plan)];
  assert.deepEqual(sales, [...salesRows(plan)]);
  assert.notDeepEqual(sales, [...salesRows({ ...plan, seed: 8 })]);
  const seen = (column: 0 | 2 | 5) =>
    [...new Set(sales.map((sale) => sale[column]))].sort((a, b) => a - b);
  assert.deepEqual(
    [seen(0), seen(2)],
    [
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5],
    ],
  );
  assert.deepEqual(
    seen(5),
    Array.from({ length: 99 }, (_, i) => i + 1),
  );
  const days = sales.map((sale) => dayOfSerial(sale[4].serial)).sort();
  assert.deepEqual([days[0], days.at(-1)], [plan.from, plan.to]);
});

test('serials are those of Excel', () => {
  assert.deepEqual(['1900-03-01', '2019-01-02'].map(serialOfDay), [61, 43467]);
  assert.equal(dayOfSerial(43467), '2019-01-02');
});
