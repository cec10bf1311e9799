import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Limits } from '../../src/workbook/limits.ts';
import {
  bomb,
  type Entry,
  rich,
  SHARED_STRINGS,
  SHEET,
  type Spec,
  workbook,
  zip,
} from '../workbook-builder.ts';
import { cellsOf, refusal } from './reading.ts';

const TEXT = '<t xml:space="preserve">a</t>';
const bytesOf = (spec: Partial<Spec> = {}) =>
  workbook({ sheets: [{ rows: [[1, 'a', rich(TEXT), 'b']] }], ...spec });
const words = (spec: Partial<Spec>, limits?: Partial<Limits>) =>
  refusal(cellsOf(bytesOf(spec), limits));

const RATIO =
  'The workbook inflates to more than 500 times its size, as only a hostile file does, so it was not read further. If it is honest, set ENTRADA_MAX_RATIO higher.';

test('a bomb ends at the ratio of inflate, wherever it is', async () => {
  const spaces = ' '.repeat(1024);
  for (const before of ['</si>'])
    assert.equal(await words({ parts: { [SHARED_STRINGS]: bomb(spaces, 80, before) } }), RATIO);
  for (const before of ['</row>', '<sheetData>'])
    assert.equal(await words({ parts: { [SHEET]: bomb(spaces, 80, before) } }), RATIO, before);
  assert.equal(await words({ parts: { [SHEET]: bomb('<x a="1"/>', 80) } }), RATIO);
});

test('one endless token ends with its part named, before it fills the memory', async () => {
  const long =
    'The part xl/worksheets/sheet1.xml of the workbook holds one piece of more than 16777216 bytes, as no spreadsheet program writes. Open it in Excel and save it again.';
  const letters = 'x'.repeat(1024);
  for (const before of ['</v>', '</sheetData>', '="A1"', 'sheetData>'])
    assert.equal(await words({ parts: { [SHEET]: bomb(letters, 20, before) } }), long, before);
  const inside = (open: string) => (xml: string) =>
    xml.replace('</sheetData>', `${open}</sheetData>`);
  for (const open of ['<!--', '<?x ', '<![CDATA[', '<a b="'])
    assert.equal(
      await words({ parts: { [SHEET]: (xml) => bomb(letters, 20)(inside(open)(xml)) } }),
      long,
      open,
    );
  // White space comes in pieces, and a text may not be made of endless ones either.
  assert.equal(await words({ parts: { [SHEET]: bomb(' \t\n ', 20, '</v>') } }), long);
  const text = await words({ parts: { [SHARED_STRINGS]: bomb(' '.repeat(1024), 20, '</t>') } });
  assert.equal(text, long.replace('worksheets/sheet1', 'sharedStrings'));
});

test('each limit says what was passed and which setting raises it', async () => {
  assert.equal(
    await words({}, { inflatedBytes: 500 }),
    'The workbook inflates to more than 500 bytes, so it was not read further. If it is meant to be that large, set ENTRADA_MAX_INFLATED_BYTES higher.',
  );
  const spaces = ' '.repeat(5_000);
  const both = {
    [SHARED_STRINGS]: longer(spaces, '</sst>'),
    [SHEET]: longer(spaces, '</sheetData>'),
  };
  assert.match(
    await words({ parts: both }, { inflatedBytes: 8_000 }),
    /inflates to more than 8000 bytes/,
  );
  assert.equal(
    await words({ sheets: [{ rows: [] }, { rows: [] }] }, { sheets: 1 }),
    'The workbook has more than 1 sheet. If that is right, set ENTRADA_MAX_SHEETS higher.',
  );
  assert.equal(
    await words({}, { texts: 2 }),
    'The workbook has more than 2 different texts. If that is right, set ENTRADA_MAX_TEXTS higher, or split the workbook.',
  );
  assert.equal(
    await words({ sharedStrings: false }, { textBytes: 3 }),
    'The texts of the workbook take more than 3 bytes. If that is right, set ENTRADA_MAX_TEXT_BYTES higher, or split the workbook.',
  );
});

test('entities cannot be declared, and elements cannot be nested without end', async () => {
  const doctype = (xml: string) =>
    xml.replace('<worksheet', '<!DOCTYPE a [<!ENTITY b "c">]><worksheet');
  assert.equal(
    await words({ parts: { [SHEET]: doctype } }),
    'The part xl/worksheets/sheet1.xml of the workbook holds a DOCTYPE, which no workbook needs and some attacks use. Open it in Excel and save it again.',
  );
  assert.match(
    await words({ parts: { [SHEET]: bomb('<a>', 1) } }),
    /its elements are nested too deep/,
  );
  assert.match(
    await words({
      parts: { [SHEET]: (xml) => xml.replace('<row', `<row ${'a="1" '.repeat(300)}`) },
    }),
    /an element has too many attributes/,
  );
});

test('what a workbook says besides its cells cannot fill the memory', async () => {
  const large = (part: string) =>
    `The part ${part} of the workbook is longer than 67108864 bytes, and no spreadsheet program writes as much of what is no cell. Open it in Excel and save it again.`;
  const rels = 'xl/_rels/workbook.xml.rels';
  // Just below the ratio at which a bomb ends, and above what is kept.
  const noise = randomBytes(2 ** 18).toString('hex');
  const inside = (open: string) => (xml: string) => bomb(`<!--${noise}-->`, 130, open)(xml);
  assert.equal(
    await words({ parts: { 'xl/styles.xml': inside('</cellXfs>') } }),
    large('xl/styles.xml'),
  );
  assert.equal(await words({ parts: { [rels]: inside('</Relationships>') } }), large(rels));
  assert.equal(
    await words({ parts: { 'xl/workbook.xml': inside('</sheets>') } }),
    large('xl/workbook.xml'),
  );
  const merges = (xml: string) =>
    bomb(
      '<mergeCell ref="A1:B2"/>'.padEnd(32),
      40,
      '</mergeCells>',
    )(xml.replace('</sheetData>', '</sheetData><mergeCells></mergeCells>'));
  assert.match(
    await words({ parts: { [SHEET]: merges } }),
    /it merges, hides or calculates more ranges than a sheet has/,
  );
});

test('a text is no longer than a cell holds, and soon read, of however many runs', async () => {
  const tooLong =
    'A text of the workbook is longer than 50000 characters, and no cell of Excel or of Google Sheets holds more. Shorten it, and save the workbook again.';
  const shared = (text: string) => words({ parts: { [SHARED_STRINGS]: longer(text, '</t>') } });
  assert.equal(await shared('é'.repeat(75_000)), tooLong);
  assert.equal(await shared(' x'.repeat(75_000)), tooLong);
  const runs = longer('<r><t>ab</t></r>'.repeat(400_000), '</si>');
  assert.equal(await words({ parts: { [SHARED_STRINGS]: runs } }), tooLong);
  const most = 'é'.repeat(50_000);
  assert.deepEqual(await cellsOf(workbook({ sheets: [{ rows: [[most]] }] })), { A1: most });
  // Each character may be written as an entity.
  const entities = rich(`<t>${'&#233;'.repeat(50_000)}</t>`);
  assert.deepEqual(await cellsOf(workbook({ sheets: [{ rows: [[entities]] }] })), { A1: most });
});

test('a part that is longer than promised is not read further, and a zip has not more parts than zips had', async () => {
  const lying = (entries: Entry[]) =>
    entries.map((entry) => (entry.name === SHEET ? { ...entry, size: 100 } : entry));
  assert.match(
    await words({ parts: { [SHEET]: bomb(' '.repeat(1024), 80) }, entries: lying }),
    /not those that were written/,
  );
  const many = Array.from({ length: 65_536 }, (_, i) => ({ name: `${i}`, data: '' }));
  assert.match(await refusal(cellsOf(zip(many, { zip64: true }))), /absurdly long/);
});

function longer(text: string, before: string) {
  return (xml: string) => xml.replace(before, text + before);
}
