import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { test } from 'node:test';
import type { SheetFacts } from '../../src/workbook/scan.ts';
import {
  at,
  cell,
  date,
  formatted,
  type Row,
  raw,
  rich,
  row,
  SHEET,
  type Spec,
  type Value,
  workbook,
} from '../workbook-builder.ts';
import { absent, corpora, sales, workbooksIn } from './corpora.ts';
import { cellsOf, refusal } from './reading.ts';
import { repacked } from './repack.ts';

/** The same parts as only the general scanner takes them: it minds no white space, and the fast way takes none. */
function slow(bytes: Uint8Array): Promise<Buffer> {
  return repacked(bytes, (data) => {
    const xml = data.toString('latin1');
    if (!/<(\w+:)?(worksheet|sst)\b/.test(xml.slice(0, 2_000))) return data;
    return Buffer.from(xml.replace(/<(\/?)(c|row|si)(?=[ >])/g, '<$1$2 '), 'latin1');
  });
}

/** What may stand in a text, or in the place of one. */
const TEXTS = [
  '<t>VULT</t>',
  '<t xml:space="preserve">VULT</t>',
  '<t xml:space="preserve"> VULT </t>',
  '<t> VULT </t>',
  '<t>&#32;VULT&#x20;</t>',
  '<t>\u00a0VULT</t>',
  '<t>\u00a0</t>',
  '<t>açaí</t>',
  '<t>😀 €</t>',
  '<t>&#x1F600;</t>',
  '<t>A &amp; B</t>',
  '<t>A &#38; B</t>',
  '<t>A &amp;amp; B</t>',
  '<t>a_x0041_b</t>',
  '<t>snake_case</t>',
  '<t>two\r\nlines</t>',
  '<t></t>',
  '<t> </t>',
  '<t/>',
  '<t>one</t><t>two</t>',
  '<r><t>VULT</t></r>',
  '<t>VULT<!-- not the end --></t>',
  '<t>VULT</t><rPh sb="0" eb="1"><t>x</t></rPh>',
];
const WRONG_TEXTS = ['<t>A & B</t>', '<t>&nobody;</t>', '<t>VULT</T>', '<t>a\ufffe'];

/** Everything that reading gives: cells and facts, or the words of the refusal. */
async function readingOf(bytes: Uint8Array) {
  try {
    const facts: SheetFacts[] = [];
    return { cells: await cellsOf(bytes, undefined, facts), facts };
  } catch {
    return { refused: await refusal(cellsOf(bytes)) };
  }
}

async function assertAlike(bytes: Uint8Array, spec: string): Promise<void> {
  const fast = await readingOf(bytes);
  assert.deepStrictEqual(await readingOf(await slow(bytes)), fast, spec);
}

const NUMBERS = [
  ...[
    '0',
    '-0',
    '7',
    '007',
    '-12',
    '+5',
    '4.0',
    '.5',
    '5.',
    '-.5',
    '1e3',
    '1E-7',
    '-1.5E+300',
    '1e400',
  ],
  ...[
    '123456789012345',
    '1234567890123456',
    '9007199254740993',
    '0.1',
    '0.30000000000000004',
    '1.7976931348623157E308',
  ],
  ...['', ' 8 ', '8 ', '-', '.', '1.2.3', '1,5', '&#53;', 'NaN', '0x1', `0.${'3'.repeat(500)}`],
];

const SPECS: Record<string, Partial<Spec> & Pick<Spec, 'sheets'>> = {
  numbers: {
    sheets: [{ rows: NUMBERS.map((text) => [raw(`<c><v>${text}</v></c>`)]), cellRefs: false }],
  },
  'numbers at an address': {
    sheets: [{ rows: NUMBERS.map((text, i) => [raw(`<c r="A${i + 1}"><v>${text}</v></c>`)]) }],
  },
  'numbers that say so': {
    sheets: [
      { rows: NUMBERS.map((text, i) => [raw(`<c r="A${i + 1}" t="n"><v>${text}</v></c>`)]) },
    ],
  },
  'numbers as their value says': {
    sheets: [{ rows: [[0, 7, 43_538].map((value) => formatted(value, '[>9]dd/mm/yyyy;0'))] }],
  },
  'numbers as dates': {
    sheets: [
      { rows: NUMBERS.map((text, i) => [raw(`<c r="A${i + 1}" s="1"><v>${text}</v></c>`)]) },
    ],
  },
  'dates of 1904': {
    date1904: '1',
    sheets: [
      {
        rows: [
          [date(2019, 3, 14), date(2019, 3, 14, 1, 2, 3), formatted(60, 14), formatted(-1, 14)],
        ],
      },
    ],
  },
  'styles that there are not': {
    sheets: [{ rows: [[raw('<c r="A1" s="99"><v>1</v></c><c r="B1" s=""><v>1</v></c>')]] }],
  },
  texts: {
    sheets: [
      {
        rows: [
          ['a', '', 'b', 'a'],
          [
            'é',
            raw(
              '<c r="B2" t="s"><v>99</v></c><c r="C2" t="s"><v>-1</v></c><c r="D2" t="s"><v>1.0</v></c><c r="E2" t="s"><v>1.5</v></c>',
            ),
          ],
        ],
      },
    ],
  },
  'other types': {
    sheets: [
      {
        rows: [
          [
            true,
            cell('e', '<v>#N/A</v>'),
            cell('n', '<f>1</f>'),
            cell('str', '<v>x</v>'),
            cell('inlineStr', '<is><t>y</t></is>'),
            5,
          ],
        ],
      },
    ],
  },
  'texts in cells, each of them twice': {
    sheets: [
      {
        rows: Array.from({ length: 2 }, () =>
          TEXTS.map((text) => cell('inlineStr', `<is>${text}</is>`)),
        ),
      },
    ],
  },
  'shared strings': { sheets: [{ rows: TEXTS.map((text) => [rich(text), rich(text)]) }] },
  'gaps and disorder': {
    sheets: [
      {
        rows: [
          row(9, [at('C9', 1), at('A9', 2)]),
          row(2, [at('XFD2', 3)]),
          raw('<row r="3"/><row r="4"></row>'),
        ],
      },
    ],
  },
  'a cell twice': { sheets: [{ rows: [[1, at('A1', 2)]] }] },
  'a row twice': { sheets: [{ rows: [[1], row(1, [2])] }] },
  'a wrong row': { sheets: [{ rows: [[at('A2', 1)]] }] },
  'a wrong row of five digits': { sheets: [{ rows: [row(12_345, [at('A12346', 1)])] }] },
  'an address without a column': { sheets: [{ rows: [[at('1', 1)]] }] },
  'a column too far': { sheets: [{ rows: [[at('XFE1', 1)]] }] },
  'a row too far': { sheets: [{ rows: [row(1_048_577, [1])] }] },
  'zeros before a row': {
    sheets: [
      { rows: [raw('<row r="0000001"><c r="A00000001"><v>1</v></c><c r="b1"><v>1</v></c></row>')] },
    ],
  },
  'row 0': { sheets: [{ rows: [row(0, [1])] }] },
  unclosed: { sheets: [{ rows: [raw('<row r="1"><c r="A1"><v>1</v></c>')] }] },
  'tags that do not match': {
    sheets: [{ rows: [raw('<row r="1"><c r="A1"><v>1</v></c></sheetData>')] }],
  },
  'spans and other attributes': {
    sheets: [
      {
        rows: [
          raw(
            '<row r="1" spans="1:2"><c r="A1"><v>1</v></c></row><row r="2" spans="1:2" hidden="1"><c r="A2"><v>2</v></c></row>',
          ),
        ],
      },
    ],
  },
  'white space between': {
    sheets: [
      {
        rows: [raw('\n<row r="1">\n<c r="A1"><v>1</v></c>\r\n\t<c r="B1"><v>2</v></c>\n</row>\n')],
      },
    ],
  },
  'another namespace': {
    sheets: [
      {
        rows: [
          raw(
            '<row r="1" xmlns="urn:z"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1" xmlns="urn:z"/><c r="A1"><v>2</v></c></row>',
          ),
        ],
      },
    ],
  },
};

for (const [name, spec] of Object.entries(SPECS)) {
  test(`the fast way and the general one read alike: ${name}`, () =>
    assertAlike(workbook(spec), name));
}

for (const text of WRONG_TEXTS) {
  test(`the fast way and the general one refuse alike: ${text}`, async () => {
    const inline = cell('inlineStr', `<is>${text}</is>`);
    for (const wrong of [inline, rich(text)])
      await assertAlike(workbook({ sheets: [{ rows: [['a', wrong, 'b']] }] }), text);
  });
}

test('the fast way and the general one refuse alike: bytes that are no characters', async () => {
  for (const one of [rich('<t>BROKEN</t>'), cell('inlineStr', '<is><t>BROKEN</t></is>')]) {
    const bytes = await repacked(workbook({ sheets: [{ rows: [['a', one]] }] }), (data) =>
      Buffer.from(data.toString('latin1').replace('BROKEN', 'B\xe9\xff'), 'latin1'),
    );
    const { refused } = await readingOf(bytes);
    assert.match(String(refused), /no characters/);
    await assertAlike(bytes, 'no characters');
  }
});

test('the fast way and the general one read alike: over many chunks and batches', async () => {
  const values = (r: number): Value[] => [
    r,
    `text ${r % 700}`,
    date(2019, 1, 1 + (r % 365), 0, 0, r % 86_400),
    r / 7,
    -r,
    r % 5 === 0 ? null : r % 2 === 0,
    r % 11 === 0 ? cell('str', '<f>A1</f><v>x</v>') : r * 1e10,
  ];
  const rows: Row[] = Array.from({ length: 10_000 }, (_, r) => values(r));
  await assertAlike(workbook({ sheets: [{ rows }] }), 'long');
  await assertAlike(workbook({ sheets: [{ rows }], sharedStrings: false }), 'texts in cells');
});

test('the fast way and the general one read alike: alternatives over many chunks', async () => {
  // Choices of many rows, so that chunks end at some of them.
  const rowsOf = (group: number, value: number) =>
    Array.from({ length: 50 }, (_, i) => 50 * group + i + 1)
      .map((r) => `<row r="${r}"><c r="A${r}"><v>${value * r}</v></c></row>`)
      .join('');
  const alternatives = Array.from(
    { length: 1_000 },
    (_, group) =>
      `<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>${rowsOf(group, 7)}</mc:Choice><mc:Fallback>${rowsOf(group, 1)}</mc:Fallback></mc:AlternateContent>`,
  );
  const parts = {
    [SHEET]: (xml: string) => xml.replace(/<row.*<\/row>/, alternatives.join('')),
  };
  const bytes = workbook({ sheets: [{ rows: [[0]] }], parts });
  await assertAlike(bytes, 'alternatives');
  assert.equal((await cellsOf(bytes)).A50000, 50_000);
});

test('the fast way and the general one read alike: the cells limit', async () => {
  const bytes = workbook({ sheets: [{ rows: [[1, 2, 3]] }] });
  for (const cells of [2, 3]) {
    const words = (reading: Promise<object>) => reading.catch((error) => error.code);
    assert.deepEqual(
      await words(cellsOf(await slow(bytes), { cells })),
      await words(cellsOf(bytes, { cells })),
    );
  }
});

for (const folder of [sales, corpora]) {
  test(`the fast way and the general one read alike: ${basename(folder)}`, {
    skip: absent(folder),
  }, async () => {
    for (const file of workbooksIn(folder)) {
      const bytes = await readFile(file);
      // What has no directory to read has no parts to rewrite.
      if (bytes.toString('latin1', 0, 2) !== 'PK') continue;
      await assertAlike(bytes, basename(file)).catch((error) => {
        if (!['Z_DATA_ERROR', 'Z_BUF_ERROR'].includes(error.code)) throw error;
      });
    }
  });
}
