import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findArrivals } from '../../src/ingest/arrivals.ts';
import { render } from '../../src/messages/messages.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createMemoryLake } from '../lake/memory.ts';
import {
  date,
  type Entry,
  SHARED_STRINGS,
  SHEET,
  type Spec,
  utf16,
  workbook,
  zip,
} from '../workbook-builder.ts';
import { cellsOf, HEADER, load, open, order, plain, ptBR, refusal } from './reading.ts';

/* Rows 17, 21 to 23 and 31 of the behaviours of real workbooks. */

const sheets = [{ rows: [['texto', 1.5, date(2019, 3, 14)]] }];
const CELLS = { A1: 'texto', B1: 1.5, C1: 'date 2019-03-14T00:00:00' };
const same = async (spec: Partial<Spec>) =>
  assert.deepEqual(await cellsOf(workbook({ sheets, ...spec })), CELLS);

test('17. parts are found through the relationships, wherever they are', async () => {
  await same({ absoluteTargets: true });
  await same({ place: (name) => name.replace('xl/', '') });
  await same({ place: (name) => `deep/er/${name.toUpperCase()}` });
  await same({ sharedStrings: false });
  assert.deepEqual(await cellsOf(workbook({ sheets, styles: false })), { ...CELLS, C1: 43538 });
  const upwards = (xml: string) =>
    xml.replace('"worksheets/sheet1.xml"', '"../xl/./worksheets/sheet1.xml"');
  await same({ parts: { 'xl/_rels/workbook.xml.rels': upwards } });
});

test('17. a part that is not there, or is something else, is named', async () => {
  assert.equal(
    await refusal(cellsOf(workbook({ sheets, parts: { [SHEET]: null } }))),
    'The workbook is damaged: its part xl/worksheets/sheet1.xml is missing. Open it in Excel, let it repair the file, and save it again.',
  );
  for (const part of [SHARED_STRINGS, 'xl/styles.xml']) {
    const found = await refusal(cellsOf(workbook({ sheets, parts: { [part]: null } })));
    assert.match(found, new RegExp(`its part ${part} is missing`));
  }
  assert.equal(
    await refusal(cellsOf(workbook({ sheets, parts: { [SHEET]: '<styleSheet/>' } }))),
    'The part xl/worksheets/sheet1.xml of the workbook is damaged: it should be a <worksheet> of a spreadsheet and is something else. Open it in Excel, let it repair the file, and save it again.',
  );
  await assert.rejects(cellsOf(workbook({ sheets, parts: { [SHEET]: '' } })), {
    code: 'xml.malformed',
  });
});

test('17. parts in UTF-16 and with a byte order mark are read; bytes that are no characters are refused', async () => {
  await same({ parts: { [SHEET]: utf16, [SHARED_STRINGS]: utf16 } });
  await same({ parts: { [SHEET]: (xml) => `\ufeff${xml}` } });
  const latin1 = (xml: string) => Buffer.from(xml.replace('texto', 'açaí'), 'latin1');
  assert.equal(
    await refusal(cellsOf(workbook({ sheets, parts: { [SHARED_STRINGS]: latin1 } }))),
    'The part xl/sharedStrings.xml of the workbook is damaged: it holds bytes that are no characters. Open it in Excel, let it repair the file, and save it again.',
  );
});

test('17. attributes in single quotes are read, and characters that chunks of UTF-16 divide; a half one is refused', async () => {
  const single = (xml: string) => xml.replaceAll('"', "'");
  await same({ parts: { [SHEET]: single, [SHARED_STRINGS]: single, 'xl/styles.xml': single } });
  const faces = '😀'.repeat(2_000);
  const rows = Array.from({ length: 300 }, () => [faces]);
  // Each is four bytes, of which the end of a chunk leaves two or all.
  for (const before of ['', ' ']) {
    const shifted = (xml: string) => utf16(xml.replace('<worksheet', `${before}<worksheet`));
    const cells = await cellsOf(
      workbook({ sheets: [{ rows }], sharedStrings: false, parts: { [SHEET]: shifted } }),
    );
    assert.ok(Object.values(cells).every((text) => text === faces));
  }
  const half = (xml: string) => Buffer.concat([utf16(xml), Buffer.alloc(1)]);
  assert.match(
    await refusal(cellsOf(workbook({ sheets, parts: { [SHEET]: half } }))),
    /it holds bytes that are no characters/,
  );
});

test('17. what is no XML is refused, with what is wrong', async () => {
  for (const [found, wrong, told] of [
    ['</sheetData>', '</sheetdata>', 'its tags do not match'],
    ['</worksheet>', '', 'it ends too early'],
    ['</worksheet>', '</worksheet', 'it ends too early'],
    ['</worksheet>', '</worksheet>x', 'it has text outside its elements'],
    ['<worksheet', 'x<worksheet', 'it has text outside its elements'],
    ['</worksheet>', '</worksheet><worksheet/>', 'it goes on behind its end'],
    ['<sheetData>', '< sheetData>', 'a tag has no name'],
    ['<sheetData>', '<sheetData a>', 'an attribute has no value'],
    ['<sheetData>', '<sheetData ="1">', 'an attribute has no value'],
    ['<sheetData>', '<sheetData a=1>', 'an attribute has no quotes'],
    ['<sheetData>', '<sheetData/ >', 'a tag is not closed'],
    ['<sheetData>', '<!ELEMENT a><sheetData>', 'it holds a declaration that no workbook has'],
  ]) {
    const parts = { [SHEET]: (xml: string) => xml.replace(found, wrong) };
    assert.equal(
      await refusal(cellsOf(workbook({ sheets, parts }))),
      `The part ${SHEET} of the workbook is damaged: ${told}. Open it in Excel, let it repair the file, and save it again.`,
      wrong,
    );
  }
});

const CFB = Buffer.from('d0cf11e0a1b11ae1', 'hex');

test('21. an encrypted workbook and an old .xls are told apart, each with what to do', async () => {
  const file = (stream: string, before = 2_000) =>
    Buffer.concat([CFB, Buffer.alloc(before), Buffer.from(stream, 'utf16le')]);
  // A large file is looked through piece by piece.
  for (const before of [2_000, 2 ** 20 - 20])
    assert.equal(
      await refusal(open(file('EncryptedPackage', before))),
      'The workbook has a password. In Excel: File > Info > Protect Workbook > Encrypt with Password, clear it, save, and upload it again.',
    );
  assert.equal(
    await refusal(open(file('Workbook'))),
    'This is an old .xls workbook (Excel 97-2003). In Excel: File > Save As > Excel Workbook (*.xlsx).',
  );
});

test('21. a workbook that another file holds is not read in its place', async () => {
  const bytes = workbook({ sheets });
  const holding = (...before: Uint8Array[]) =>
    refusal(open(Buffer.concat([...before, Buffer.alloc(500), bytes, Buffer.alloc(500)])));
  const stream = Buffer.from('EncryptedPackage', 'utf16le');
  assert.match(await holding(CFB), /^This is an old \.xls workbook/);
  assert.match(await holding(CFB, stream), /^The workbook has a password\./);
  assert.match(await holding(Buffer.from('%PDF-1.7')), /: it is PDF\. Upload the workbook itself/);
  const cut = zip([{ name: 'a.xlsx', data: bytes, method: 0 }]).subarray(0, bytes.length + 60);
  assert.match(await refusal(open(cut)), /^The workbook is incomplete: its end is missing\./);
});

test('22. the message names what the file really is', async () => {
  const files: [string | Uint8Array, string][] = [
    ['<html><table><tr><td>1', 'HTML'],
    ['\ufeff  <!DOCTYPE html>', 'HTML'],
    ['<?xml version="1.0"?><a/>', 'XML'],
    ['ID;NOME;DATA\n1;VULT;14/03/2019\n', 'CSV'],
    ['a\tb\n', 'CSV'],
    [utf16('a\tb\n'), 'CSV'],
    [utf16('<html><table>'), 'HTML'],
    ['MIME-Version: 1.0\nX-Document-Type: Workbook', 'HTML'],
    [
      zip([
        { name: 'content.xml', data: '<a/>' },
        { name: 'META-INF/manifest.xml', data: '<a/>' },
      ]),
      'OpenDocument',
    ],
  ];
  for (const [content, type] of files) {
    assert.equal(
      await refusal(open(Buffer.from(content))),
      `The file is not a workbook, whatever its name says: it is ${type}. Open it in Excel and save it as Excel Workbook (*.xlsx).`,
    );
  }
  // What no Excel opens has another mend.
  assert.match(
    await refusal(open(Buffer.from('%PDF-1.7'))),
    /: it is PDF\. Upload the workbook itself/,
  );
  assert.match(
    await refusal(open(zip([{ name: 'readme.txt', data: 'x' }]))),
    /: it is a ZIP archive\. Unpack it/,
  );
  assert.match(
    await refusal(open(zip([{ name: 'Index/Document.iwa', data: 'x' }]))),
    /: it is Apple iWork\. Upload/,
  );
  const inFolder = (entries: Entry[]) =>
    entries.map((entry) => ({ ...entry, name: `vendas/${entry.name}` }));
  assert.match(
    await refusal(open(workbook({ sheets: [{ rows: [[1]] }], entries: inFolder }))),
    /it was unpacked and packed again\. Upload the workbook as Excel saved it\./,
  );
  assert.match(await refusal(open(Buffer.from([9, 8, 16, 0, 0, 5]))), /old \.xls workbook/);
  assert.equal(
    await refusal(open(Buffer.alloc(0))),
    'The file is empty. Upload it again from the original.',
  );
  assert.match(await refusal(open(Buffer.from('GIF89a'))), /: it is GIF\. Upload/);
  assert.match(
    await refusal(open(Buffer.from('nothing known'))),
    /^The file is not a workbook: it begins with "nothing known"\./,
  );
});

test('23. of several sheets, the visible one whose header matches the contract', async () => {
  const good = { name: 'Vendas', rows: [HEADER, order()] };
  const other = { name: 'Capa', rows: [['Relatório']] };
  const loads = (all: Spec['sheets'], spec: Partial<Spec> = {}) =>
    load(workbook({ sheets: all, ...spec }));
  assert.equal((await loads([other, good])).report.sheet, 'Vendas');
  assert.equal(
    (await loads([{ ...good, name: 'Velha', state: 'hidden' }, good])).report.sheet,
    'Vendas',
  );
  // By r:id, not by the order of the files.
  const swapped = (xml: string) =>
    xml.replace('rId1', 'rId0').replace('rId2', 'rId1').replace('rId0', 'rId2');
  assert.equal(
    (await loads([other, good], { parts: { 'xl/workbook.xml': swapped } })).report.sheet,
    'Capa',
  );
  assert.equal(
    await refusal(loads([good, { ...good, name: 'Cópia' }])),
    'More than one sheet could be meant: "Vendas" (pedidos_br), "Cópia" (pedidos_br). Leave one of them visible, or upload them one by one.',
  );
  assert.match(
    await refusal(load(workbook({ sheets: [good] }), ptBR, plain)),
    /^The sheet "Vendas" has the columns of more than one dataset: pedidos_br, pedidos_plain\./,
  );
  assert.equal(
    await refusal(loads([other, { ...good, state: 'veryHidden' }])),
    'The sheet "Vendas" holds the columns that are expected, but it is hidden. Right-click a sheet tab, choose Unhide, and save. Where it is not listed there, whoever made the workbook hid it in the VBA editor.',
  );
});

test('31. lock files, unfinished uploads and empty files are no workbooks yet, and it is said', async () => {
  let clock = 1_000_000;
  const lake = createMemoryLake({ now: () => clock });
  const whole = workbook({ sheets });
  const put = (name: string, bytes: Uint8Array) => lake.write(`entrada/${name}`, bytes);
  await put('~$vendas.xlsx', Buffer.from('x'));
  await put('vendas.tmp', whole);
  await put('vendas.xlsx.part', whole);
  await put('.vendas.xlsx', whole);
  await put('notas.txt', whole);
  await put('vazia.xlsx', Buffer.alloc(0));
  await put('meia.xlsx', whole.subarray(0, 900));
  await put('inteira.xlsx', whole);
  await put('falsa.xlsx', Buffer.from('a;b\n'));
  clock += 10_000;
  await put('crescendo.xlsx', whole.subarray(0, 500));
  const sleep = () => put('crescendo.xlsx', whole.subarray(0, 800));
  const effects = { now: () => clock, sleep, limits: defaultLimits };
  const { ready, waiting } = await findArrivals(lake, effects);
  assert.deepEqual(
    ready.map(({ name }) => name),
    ['entrada/falsa.xlsx', 'entrada/inteira.xlsx'],
  );
  assert.deepEqual(
    waiting
      .map(({ file, reason: code }) => render({ code, values: { file: file.name.slice(8) } }, 'en'))
      .sort(),
    [
      '.vendas.xlsx: left in entrada/; its name begins with a dot',
      'crescendo.xlsx: left in entrada/; it is still being written',
      'meia.xlsx: left in entrada/; its end has not arrived yet (without it for ten minutes, it is rejected as damaged)',
      'notas.txt: left in entrada/; only .xlsx and .xlsm workbooks are taken',
      'vazia.xlsx: left in entrada/; it is empty so far (if it still is after ten minutes, it is rejected)',
      'vendas.tmp: left in entrada/; its name says that it is still being uploaded',
      'vendas.xlsx.part: left in entrada/; its name says that it is still being uploaded',
      '~$vendas.xlsx: left in entrada/; Excel or LibreOffice makes it while a workbook is open',
    ],
  );
  clock += 10 * 60_000;
  const later = await findArrivals(lake, effects);
  assert.deepEqual(
    later.ready.map(({ name }) => name),
    ['falsa', 'inteira', 'meia', 'vazia'].map((name) => `entrada/${name}.xlsx`),
  );
});
