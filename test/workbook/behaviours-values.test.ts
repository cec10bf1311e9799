import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cell, rich, SHARED_STRINGS, workbook } from '../workbook-builder.ts';
import { cellsOfRows, HEADER, load, loadRows, order } from './reading.ts';

/* Rows 7 to 11 of the behaviours of real workbooks. */

test('7. errors and booleans in a number column reject the row, with the address of the cell', async () => {
  const { rows, messages } = await loadRows([
    order({ qtd: cell('e', '<v>#N/A</v>') }),
    order({ id: cell('e', '<f>A9</f><v>#REF!</v>') }),
    order({ qtd: true }),
    order({ qtd: 7 }),
  ]);
  assert.deepEqual(Object.keys(rows), ['5']);
  assert.deepEqual(messages, [
    'D2: QTD holds the error #N/A. Mend the formula.',
    'A3: ID holds the error #REF!. Mend the formula.',
    'D4: QTD holds TRUE, which is neither a number, a date nor a text. Type what belongs there; for a text, format the cell as text first.',
  ]);
});

test('a mark of byte order at the start of a text is part of it', async () => {
  assert.deepEqual(await cellsOfRows([['\ufeffVULT']]), { A1: '\ufeffVULT' });
});

test('8. a formula without a cached value is rejected, and says how to get one', async () => {
  const { rows, messages } = await loadRows([
    order({ qtd: cell('n', '<f>1+1</f>') }),
    order({ qtd: cell('n', '<f>1+1</f><v/>') }),
    order({ nome: cell('str', '<f>A1</f>') }),
    order({ qtd: cell('n', '<f>1+1</f><v>2</v>') }),
  ]);
  assert.deepEqual(Object.values(rows), [[1, 'VULT', '2019-03-14T00:00:00', 2, null, null]]);
  const told =
    'holds a formula that was never calculated. Open the workbook in Excel and save it again.';
  assert.deepEqual(messages, [`D2: QTD ${told}`, `D3: QTD ${told}`, `B4: NOME ${told}`]);
});

/** The parts of a workbook that says whether whoever opens it is to calculate. */
const calculating = (said: string) => ({
  'xl/workbook.xml': (xml: string) =>
    xml.replace('</workbook>', `<calcPr fullCalcOnLoad="${said}"/></workbook>`),
});

test('8. a zero for a formula that whoever opens the workbook is to calculate was never calculated', async () => {
  const rows = [
    [
      cell('n', '<f>1+1</f><v>0</v>'),
      cell('n', '<f>1+1</f><v>2</v>'),
      0,
      cell('n', '<f>1+1</f><v>0.0</v>'),
      cell('b', '<f>1=2</f><v>0</v>'),
      cell('n', '<v> 0</v>'),
      cell('n', '<v></v>'),
    ],
  ];
  assert.deepEqual(await cellsOfRows(rows, { parts: calculating('1') }), {
    A1: 'uncalculated',
    B1: 2,
    C1: 0,
    D1: 'uncalculated',
    E1: false,
    F1: 0,
  });
  assert.deepEqual(await cellsOfRows(rows, { parts: calculating('0') }), {
    A1: 0,
    B1: 2,
    C1: 0,
    D1: 0,
    E1: false,
    F1: 0,
  });
});

test('8. all that a formula fills was never calculated where it was not: zeros, and blanks of optional columns', async () => {
  const array = (type: string, rest: string) =>
    cell('n', `<f t="${type}" ref="D3:D4">A3:A4*2</f>${rest}`);
  for (const type of ['array', 'dataTable'])
    for (const [first, second, said] of [
      // As XlsxWriter has it, and as openpyxl.
      [array(type, '<v>0</v>'), 0, '1'],
      [array(type, ''), null, '0'],
    ] as const) {
      const rows = [
        HEADER,
        order(),
        order({ qtd: first }),
        order({ qtd: second }),
        order({ id: 2 }),
      ];
      const { messages, rows: loaded } = await load(
        workbook({ sheets: [{ rows }], parts: calculating(said) }),
      );
      assert.deepEqual(Object.keys(loaded), ['2', '5'], type);
      assert.deepEqual(
        messages.map((message) => /^(.*): QTD/.exec(message)?.[1]),
        ['D3', second === 0 ? 'D3:D4' : 'D4'],
      );
    }
  const calculated = [order(), order({ qtd: array('array', '<v>7</v>') }), order({ qtd: 8 })];
  const { report } = await loadRows([...calculated, order({ qtd: cell('n', '<f>1+1</f>') })]);
  assert.deepEqual([report.accepted, report.rejected], [3, 1]);
  // From a column that the contract does not name, along its row.
  const along = cell('n', '<f t="array" ref="A2:E2">A9:E9*2</f>');
  const sheets = [
    {
      rows: [
        ['Meta', ...HEADER],
        [along, ...order({ qtd: 0 })],
      ],
    },
  ];
  assert.equal((await load(workbook({ sheets }))).report.rejected, 1);
});

test('9. inline strings and formula strings are texts, their runs joined', async () => {
  assert.deepEqual(
    await cellsOfRows([
      [
        cell('inlineStr', '<is><t>VULT</t></is>'),
        cell('inlineStr', '<is><r><t>VU</t></r><r><rPr><b/></rPr><t>LT</t></r></is>'),
        cell('str', '<f>A1</f><v>VULT</v>'),
        cell('str', '<v></v>'),
        cell('inlineStr', '<is/>'),
        cell('inlineStr', '<is><t><![CDATA[a < b]]></t></is>'),
        cell('inlineStr', '<v>VULT</v>'),
      ],
    ]),
    { A1: 'VULT', B1: 'VULT', C1: 'VULT', F1: 'a < b', G1: 'VULT' },
  );
});

test('10. rich text is joined and phonetic runs are passed over', async () => {
  const runs = '<r><t>課</t></r><r><rPr><sz val="9"/></rPr><t>きく</t></r>';
  const phonetic = '<rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1"/>';
  for (const sharedStrings of [undefined, false] as const) {
    const spec = sharedStrings === undefined ? {} : { sharedStrings };
    const cells = await cellsOfRows([[rich(runs + phonetic), rich(`<t>課</t>${phonetic}`)]], spec);
    assert.deepEqual(cells, { A1: '課きく', B1: '課' });
  }
});

test('11. white space is kept where xml:space says so, and trimmed as Excel does where nothing does', async () => {
  const keep = 'xml:space="preserve"';
  for (const sharedStrings of [undefined, false] as const) {
    const cells = await cellsOfRows(
      [
        [
          rich(`<t ${keep}> a\n b </t>`),
          rich('<t> a\n b&#9;</t>'),
          rich(`<r><t>a </t></r><r><t ${keep}> b</t></r>`),
          rich('<t> </t>'),
          rich(`<t ${keep}> </t>`),
          cell('str', '<v> a </v>'),
          cell('str', `<v ${keep}> a </v>`),
        ],
      ],
      sharedStrings === undefined ? {} : { sharedStrings },
    );
    assert.deepEqual(cells, {
      A1: ' a\n b ',
      B1: 'a\n b',
      C1: 'a b',
      E1: ' ',
      F1: 'a',
      G1: ' a ',
    });
  }
  const above = (xml: string) =>
    xml.replace('<sst', `<sst ${keep}`).replace('<si>', '<si xml:space="default">');
  assert.deepEqual(
    await cellsOfRows([[rich('<t> a </t>'), rich('<t> b </t>')]], {
      parts: { [SHARED_STRINGS]: above },
    }),
    { A1: 'a', B1: ' b ' },
  );
});

test('11. _xHHHH_ is decoded once, and _x005F_ is an underscore', async () => {
  const texts = [
    'a_x000D_\nb',
    '_x005F_x000D_',
    '_x005f_',
    '_x00e9_',
    '_x12_',
    '__x0041__',
    '_X0041_',
  ];
  const cells = texts.map((text) => rich(`<t>${text}</t>`));
  assert.deepEqual(Object.values(await cellsOfRows([cells])), [
    'a\r\nb',
    '_x000D_',
    '_',
    'é',
    '_x12_',
    '_A_',
    '_X0041_',
  ]);
  assert.deepEqual(await cellsOfRows([[cell('str', '<v>a_x0009_b</v>')]]), { A1: 'a\tb' });
  // What was written through the builder's escapes comes back too.
  assert.deepEqual(await cellsOfRows([['\u0001 _x000D_ & < > "']]), {
    A1: '\u0001 _x000D_ & < > "',
  });
});

test('11. the entities of XML are characters, and an unknown one is refused', async () => {
  assert.deepEqual(await cellsOfRows([[rich('<t>&amp;lt; &#233; &#x1F600;</t>')]]), {
    A1: '&lt; é 😀',
  });
  // A name that is none, the end of all texts, half of a character, and one beyond the last.
  for (const none of ['&nbsp;', '&#0;', '&#xD83D;', '&#x110000;'])
    await assert.rejects(cellsOfRows([[rich(`<t>${none}</t>`)]]), { code: 'xml.entity' });
});
