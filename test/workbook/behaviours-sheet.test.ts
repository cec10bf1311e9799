import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, bomb, cell, date, formatted, raw, row, SHEET, workbook } from '../workbook-builder.ts';
import { cellsOf, cellsOfRows, HEADER, load, loadRows, order, refusal } from './reading.ts';

/* Rows 12 to 16 and 24 to 28 of the behaviours of real workbooks. */

test('12. <dimension> is ignored, wrong or absent', async () => {
  for (const dimension of [undefined, 'A1', 'A1:XFD1048576', 'nonsense']) {
    const sheet = { rows: [[1], [null, 2]], ...(dimension === undefined ? {} : { dimension }) };
    assert.deepEqual(await cellsOf(workbook({ sheets: [sheet] })), { A1: 1, B2: 2 });
  }
});

test('13. a million styled blank rows are no rows, and XFD1048576 is a cell like any other', async () => {
  const rows = [HEADER, order()];
  const blank = bomb('<row s="1" customFormat="1"/>   ', 30);
  const { rows: loaded, report } = await load(
    workbook({ sheets: [{ rows }], parts: { [SHEET]: blank } }),
  );
  assert.deepEqual(Object.keys(loaded), ['2']);
  assert.equal(report.read, 1);
  const blankCells = await cellsOfRows([
    [raw('<c r="A1" s="1"/><c r="B1" s="1"></c>'), at('XFD1', 1)],
  ]);
  assert.deepEqual(blankCells, { XFD1: 1 });
  assert.deepEqual(await cellsOfRows([row(1_048_576, [at('XFD1048576', 1)])]), { XFD1048576: 1 });
});

test('13. what is read is bounded by cells that have a value, and the message says how to raise it', async () => {
  const bytes = workbook({
    sheets: [
      {
        rows: [
          [1, 2],
          [3, 'x'],
        ],
      },
    ],
  });
  assert.equal(Object.keys(await cellsOf(bytes, { cells: 4 })).length, 4);
  assert.equal(
    await refusal(cellsOf(bytes, { cells: 3 })),
    'A sheet has more than 3 cells with a value. If that is right, set ENTRADA_MAX_CELLS higher, or split the workbook.',
  );
});

test('13. no sheet has more rows or columns than Excel', async () => {
  assert.equal(
    await refusal(
      cellsOf(workbook({ sheets: [{ rows: [[1]] }], parts: { [SHEET]: bomb('<row/>', 50) } })),
    ),
    'The sheet "Planilha1" has a row 1048577, and no sheet has more than 1048576. Open it in Excel, let it repair the file, and save it again.',
  );
  assert.equal(
    await refusal(cellsOfRows([[at('XFE1', 1)]])),
    'The sheet "Planilha1" has a cell at an address that cannot be: XFE1. Open it in Excel, let it repair the file, and save it again.',
  );
  for (const address of ['1A', 'A1B', '', 'AAAA1'])
    await assert.rejects(cellsOfRows([[at(address, 1)]]), { code: 'sheet.address' }, address);
  assert.equal(
    await refusal(cellsOfRows([[at('A2', 1)]])),
    'The sheet "Planilha1" has a cell in row 1 at an address that is none of that row: A2. Open it in Excel, let it repair the file, and save it again.',
  );
  assert.equal(
    await refusal(cellsOfRows([row(0, [1])])),
    'The sheet "Planilha1" has a row with a number that cannot be: 0. Open it in Excel, let it repair the file, and save it again.',
  );
});

test('14. rows and cells without r= are at the next position', async () => {
  const rows = [[1, 2], row(5, [3, 4])];
  const { cells: all } = {
    cells: await cellsOf(workbook({ sheets: [{ rows, cellRefs: false }] })),
  };
  assert.deepEqual(all, { A1: 1, B1: 2, A5: 3, B5: 4 });
  const bare = [[1, 2], [3], [raw('<c r="C3"><v>5</v></c><c><v>6</v></c>')]];
  assert.deepEqual(
    await cellsOf(workbook({ sheets: [{ rows: bare, rowRefs: false, cellRefs: false }] })),
    { A1: 1, B1: 2, A2: 3, C3: 5, D3: 6 },
  );
});

test('15. rows and cells out of order are placed by their references', async () => {
  const rows = [row(3, [at('B3', 1), at('A3', 2)]), row(1, HEADER), row(2, order())];
  const cells = await cellsOfRows(rows);
  assert.deepEqual([cells.A3, cells.B3, cells.A1, cells.A2], [2, 1, 'ID', 1]);
  const loaded = await load(
    workbook({ sheets: [{ rows: [row(3, order({ id: 3 })), row(1, HEADER), row(2, order())] }] }),
  );
  assert.deepEqual(
    Object.entries(loaded.rows).map(([number, [id]]) => [number, id]),
    [
      ['2', 1],
      ['3', 3],
    ],
  );
});

test('15. the same address twice is an error', async () => {
  assert.equal(
    await refusal(cellsOfRows([[1, at('A1', 2)]])),
    'The sheet "Planilha1" holds the cell A1 twice, so it is unclear which one counts. Open it in Excel and save it again.',
  );
  assert.equal(
    await refusal(cellsOfRows([[1], [2], row(1, [at('B1', 2)])])),
    'The sheet "Planilha1" holds row 1 twice, so it is unclear which one counts. Open it in Excel and save it again.',
  );
});

test('15. a cell with two values is an error', async () => {
  assert.match(
    await refusal(cellsOfRows([[raw('<c r="A1"><v>1</v><v>2</v></c>')]])),
    /is damaged: a cell has two values\./,
  );
});

test('16. a prefix is only ever a prefix', async () => {
  const rows = [
    ['texto', date(2019, 3, 14), cell('inlineStr', '<is><t>a</t></is>'), cell('n', '<f>1+1</f>')],
  ];
  const wanted = await cellsOfRows(rows);
  for (const prefix of ['x', 'row', 'c'])
    assert.deepEqual(await cellsOfRows(rows, { prefix }), wanted);
  // The same names in another namespace are something else.
  const foreign = raw(
    '<z:c xmlns:z="urn:z" r="B1"><z:v>7</z:v></z:c><c r="C1"><z:v xmlns:z="urn:z">7</z:v><v>8</v></c>',
  );
  assert.deepEqual(await cellsOfRows([[1, foreign]]), { A1: 1, C1: 8 });
});

test('16. a prefix means what was declared last, as far as the element that declares it goes', async () => {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const foreign = `<y:c xmlns:y="${main}" xmlns:z="urn:z" r="C1"><z:v>7</z:v><y:v>3</y:v></y:c>`;
  const row = (cells: string) => `<z:row xmlns:z="${main}" r="1">${cells}</z:row>`;
  const cells = [
    '<z:c r="A1"><z:v>1</z:v></z:c>',
    '<c xmlns="urn:y" r="B1"><v>7</v></c>',
    foreign,
    '<z:c r="D1"><z:v>4</z:v></z:c>',
  ];
  const parts = {
    [SHEET]: (xml: string) => xml.replace(/<row.*<\/row>/, row(cells.join(''))),
  };
  assert.deepEqual(await cellsOfRows([[0]], { parts }), { A1: 1, C1: 3, D1: 4 });
});

test('16. of alternatives the one for who knows no extension counts', async () => {
  const alternatives = (choice: string, fallback: string) =>
    `<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">
     <mc:Choice Requires="x14">${choice}</mc:Choice><mc:Choice Requires="x15"/>
     <mc:Fallback>${fallback}</mc:Fallback></mc:AlternateContent>`;
  const value = (n: number) => `<v>${n}</v>`;
  const rowOf = (r: number, cells: string) => `<row r="${r}">${cells}</row>`;
  const cellOf = (address: string, inner: string) => `<c r="${address}">${inner}</c>`;
  const rows = [
    alternatives(rowOf(1, cellOf('A1', value(7))), rowOf(1, cellOf('A1', value(1)))),
    rowOf(
      2,
      cellOf('A2', alternatives(value(7), value(2))) +
        alternatives(cellOf('B2', value(7)), cellOf('B2', value(3))) +
        cellOf('C2', value(4)),
    ),
    rowOf(3, cellOf('A3', value(5))),
  ];
  const parts = { [SHEET]: (xml: string) => xml.replace(/<row.*<\/row>/, rows.join('')) };
  assert.deepEqual(await cellsOfRows([[0]], { parts }), { A1: 1, A2: 2, B2: 3, C2: 4, A3: 5 });
});

test('24. filtered and hidden rows and hidden columns are loaded, and counted', async () => {
  const { rows, report } = await loadRows([order(), order({ id: 2 }), order({ id: 3 })], {
    hiddenRows: [2, 4],
    hiddenColumns: [3, 9],
    autoFilter: 'A1:D4',
  });
  assert.deepEqual(Object.keys(rows), ['2', '3', '4']);
  assert.equal(report.hiddenRows, 2);
  assert.equal(report.hiddenColumns, 1, 'column 9 holds nothing of the contract');
  const beside = await load(
    workbook({
      sheets: [
        {
          rows: [
            [null, ...HEADER],
            [null, ...order()],
          ],
          hiddenColumns: [1, 3],
        },
      ],
    }),
  );
  assert.equal(beside.report.hiddenColumns, 1, 'nor does column 1');
});

test('25. merged cells over data columns reject their rows, with the range', async () => {
  const merge = (merges: string[]) =>
    loadRows([order(), order({ id: 2 }), order({ id: 3 })], { merges });
  const { rows, messages, report } = await merge(['B2:B3', 'G2:H9', 'A1:D1']);
  assert.deepEqual(Object.keys(rows), ['4']);
  const told =
    'B2:B3: these cells are merged over NOME, so it is unclear which rows the value means. Unmerge them and fill in each cell.';
  assert.deepEqual(messages, [told, told]);
  assert.deepEqual([report.read, report.accepted, report.rejected], [3, 1, 2]);
});

test('25. what stands below merged keys is no note, and ten thousand merges are no more than one', async () => {
  const below = await loadRows([order(), ['', '', '', 7], order({ id: 2 })], {
    merges: ['A2:A3', 'B2:B3', 'C2:C3', 'A2:A3'],
  });
  assert.deepEqual(Object.keys(below.rows), ['4']);
  assert.deepEqual(
    [below.report.read, below.report.notes, below.report.skippedRows, below.report.rejected],
    [3, 0, [], 2],
  );
  const merges = Array.from({ length: 10_000 }, (_, n) => `A${2 + 2 * n}:A${3 + 2 * n}`);
  const many = await loadRows(
    Array.from({ length: 20_000 }, () => order()),
    { merges },
  );
  assert.equal(many.report.rejected, 20_000);
});

test('26. the header is found where its row comes late', async () => {
  const rows = [
    ...Array.from({ length: 40 }, (_, n) => row(60 + n, order({ id: n }))),
    row(1, HEADER),
    ...Array.from({ length: 80 }, (_, n) => row(101 + n, order({ id: n }))),
  ];
  const { report } = await load(workbook({ sheets: [{ name: 'Vendas', rows }] }));
  assert.deepEqual([report.headerRow, report.accepted], [1, 120]);
});

test('26. the header is found below titles, right of blank columns and across gaps, in 50 rows', async () => {
  const [id, nome, data, qtd] = HEADER;
  const below = (first: number) => [
    row(1, ['Relatório de vendas', 2019]),
    row(first, [
      at(`C${first}`, id),
      at(`D${first}`, nome),
      at(`F${first}`, data),
      at(`I${first}`, qtd),
    ]),
    row(first + 1, [
      at(`C${first + 1}`, 7),
      at(`D${first + 1}`, 'EUDORA'),
      at(`F${first + 1}`, date(2019, 1, 2)),
      at(`I${first + 1}`, 3),
    ]),
  ];
  for (const first of [4, 50]) {
    const { rows, report } = await load(workbook({ sheets: [{ rows: below(first) }] }));
    assert.deepEqual(rows, { [first + 1]: [7, 'EUDORA', '2019-01-02T00:00:00', 3, null, null] });
    assert.equal(report.headerRow, first);
  }
  assert.match(
    await refusal(load(workbook({ sheets: [{ rows: below(51) }] }))),
    /^No sheet has a header that is known in its first 50 rows\. Expected are, in one row, pedidos_br: ID, NOME, DATA, QTD/,
  );
});

test('27. totals, rows with blank keys and notes are no data: reported, never summed', async () => {
  const sheet = {
    rows: [
      HEADER,
      order(),
      [null, 'Total', null, 5],
      ['Total geral', null, null, 5],
      [null, null, null, 5],
      ['* valores em unidades'],
      order({ id: 9, nome: 'Total' }),
      order({ id: 10 }),
    ],
    tables: [{ ref: 'A1:D8', columns: HEADER, totalsRowCount: 1 }],
  };
  const { rows, messages, report } = await load(workbook({ sheets: [sheet] }));
  assert.deepEqual(Object.keys(rows), ['2', '7'], 'a brand may be called Total');
  assert.deepEqual(messages, []);
  assert.deepEqual(
    [report.totals, report.notes, report.skippedRows, report.read],
    [3, 2, [3, 4, 5, 6, 8], 2],
  );
});

test('27. a row that lacks a key and is no total is rejected, not dropped', async () => {
  const { rows, messages } = await loadRows([order({ id: null }), order({ nome: '  ' })]);
  assert.deepEqual(rows, {});
  assert.deepEqual(messages, ['A2: ID is blank. Fill it in.', 'B3: NOME is blank. Fill it in.']);
});

test('28. headers are compared without width, case, accents, underscores and spaces; aliases count', async () => {
  for (const header of [
    ['id', 'nome', 'Data', 'qtd'],
    ['ＩＤ', 'NOME ', '  dátá', 'Qtd\n'],
    ['CODIGO', 'razao_social', 'DATA', 'QTD'],
    ['Código', 'Raza\u0303o  Social', 'DATA', 'QTD'],
  ]) {
    const { rows } = await load(workbook({ sheets: [{ rows: [header, order()] }] }));
    assert.deepEqual(Object.keys(rows), ['2'], header.join());
  }
});

test('28. a column twice, a missing one and one too many', async () => {
  const one = (header: string[]) =>
    load(workbook({ sheets: [{ rows: [header, [...order(), 'x']] }] }));
  assert.equal(
    await refusal(one([...HEADER, 'Razão Social'])),
    'The sheet "Planilha1" has the column NOME twice: B1 (NOME), E1 (Razão Social). Rename or delete one of them.',
  );
  assert.equal(
    await refusal(one(['ID', 'NOME', 'DATA'])),
    'The sheet "Planilha1" has a header in row 1, but it lacks: QTD. Add what is missing, with these names (pedidos_br).',
  );
  const { rows, report } = await one([...HEADER, 'Observação']);
  assert.deepEqual(Object.keys(rows), ['2']);
  assert.deepEqual(report.ignoredColumns, ['Observação']);
});

test('a row is rejected once for each of its cells that is wrong', async () => {
  const { messages, report } = await loadRows([order({ qtd: 'x', data: formatted(1.5, 0) })]);
  assert.equal(messages.length, 2);
  assert.deepEqual([report.read, report.rejected], [1, 1]);
});
