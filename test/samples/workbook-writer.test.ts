import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type Cell,
  type WorkbookContent,
  writeWorkbook,
} from '../../src/samples/workbook-writer.ts';
import { columnName, escapeXml } from '../../src/samples/xml.ts';
import { unzip } from './unzip.ts';

const SHEET = 'xl/worksheets/sheet1.xml';
const STRINGS = 'xl/sharedStrings.xml';
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-writer-'));
});
after(() => rm(folder, { recursive: true }));

async function written(content: WorkbookContent): Promise<Buffer> {
  const path = join(folder, 'x.xlsx');
  await writeWorkbook(path, content);
  return readFile(path);
}

const rows = (): Cell[][] => [
  ['MARCA', 'QTD'],
  [],
  ['MARCA', null, 1.5, true, { serial: 43467 }, { serial: 43467.5 }],
  [{ error: '#N/A' }, { formula: 'A1&"x"', value: 2 }],
];

test('cells have their address, type, style and shared text; blank rows and cells are left out', async () => {
  const parts = unzip(await written({ rows }));
  assert.equal(
    parts.get(SHEET)?.match(/<sheetData>(.*)<\/sheetData>/)?.[1],
    '<row r="1" spans="1:2"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>' +
      '<row r="3" spans="1:6"><c r="A3" t="s"><v>0</v></c><c r="C3"><v>1.5</v></c><c r="D3" t="b"><v>1</v></c>' +
      '<c r="E3" s="1"><v>43467</v></c><c r="F3" s="2"><v>43467.5</v></c></row>' +
      '<row r="4" spans="1:2"><c r="A4" t="e"><v>#N/A</v></c><c r="B4"><f>A1&amp;&quot;x&quot;</f><v>2</v></c></row>',
  );
  assert.match(
    parts.get(STRINGS) ?? '',
    /count="3" uniqueCount="2"><si><t>MARCA<\/t><\/si><si><t>QTD<\/t>/,
  );
});

test('the shared strings rest after the sheet, before it, or nowhere', async () => {
  const order = async (strings: WorkbookContent['strings'] & string) =>
    [...unzip(await written({ rows, strings })).keys()].slice(5);
  assert.deepEqual(await order('after'), [SHEET, STRINGS]);
  assert.deepEqual(await order('before'), [STRINGS, SHEET]);
  assert.deepEqual(await order('inline'), [SHEET]);
});

test('the place of the shared strings changes neither part; inline texts rest in their cells', async () => {
  const afterSheet = unzip(await written({ rows, strings: 'after' }));
  const beforeSheet = unzip(await written({ rows, strings: 'before' }));
  assert.equal(beforeSheet.get(SHEET), afterSheet.get(SHEET));
  assert.equal(beforeSheet.get(STRINGS), afterSheet.get(STRINGS));
  const inline = unzip(await written({ rows, strings: 'inline' })).get(SHEET) ?? '';
  assert.match(inline, /<c r="A3" t="inlineStr"><is><t>MARCA<\/t><\/is><\/c>/);
});

test('the same content gives the same bytes', async () => {
  assert.deepEqual(await written({ rows }), await written({ rows }));
});

test('a row that fails fails the writing', { timeout: 5000 }, async () => {
  const failing = function* (): Generator<Cell[]> {
    yield ['MARCA'];
    throw new Error('no more rows');
  };
  await assert.rejects(written({ rows: failing }), /no more rows/);
});

test('texts are escaped as Excel does', () => {
  assert.equal(escapeXml('VULT'), 'VULT');
  assert.equal(escapeXml('<a & "b">'), '&lt;a &amp; &quot;b&quot;&gt;');
  assert.equal(escapeXml('a\r\n\tb'), 'a_x000D_\n\tb');
  assert.equal(escapeXml('_x000D_ _x00'), '_x005F_x000D_ _x00');
});

test('columns are named up to the last', () => {
  assert.deepEqual([0, 25, 26, 701, 702, 16383].map(columnName), [
    'A',
    'Z',
    'AA',
    'ZZ',
    'AAA',
    'XFD',
  ]);
});
