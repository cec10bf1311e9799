import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { HEADER, load, loadRows, order, plain, ptBR } from '../workbook/reading.ts';
import {
  at,
  cell,
  date,
  formatted,
  type Row,
  row,
  type Value,
  workbook,
} from '../workbook-builder.ts';

const sheetOf = (...rows: Row[]) => workbook({ sheets: [{ name: 'Dados', rows }] });
const rowsOf = async (bytes: Uint8Array) => Object.keys((await load(bytes)).rows).map(Number);

async function refused(bytes: Uint8Array, ...datasets: Parameters<typeof load>[1][]) {
  try {
    await load(bytes, ...datasets);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return { code: error.code, values: error.values };
  }
  return assert.fail('it was accepted');
}

test('the header is found in any of the first 50 rows, in any order, with gaps and columns to its left', async () => {
  for (const header of [1, 4, 50]) {
    const { rows, report } = await load(sheetOf(row(header, HEADER), row(header + 1, order())));
    assert.equal(report.headerRow, header);
    assert.deepEqual(Object.keys(rows), [String(header + 1)]);
  }
  const { rows, report } = await load(
    sheetOf(
      ['Relatório', null, 'de vendas'],
      row(3, [
        at('C3', 'qtd'),
        at('E3', 'Observação'),
        at('G3', '  Data '),
        at('H3', 'razao_social'),
        at('J3', 'CÓDIGO'),
      ]),
      row(5, [
        at('A5', 'x'),
        at('C5', 5),
        at('E5', 'y'),
        at('G5', date(2019, 3, 14)),
        at('H5', 'VULT'),
        at('J5', 1),
      ]),
    ),
  );
  assert.deepEqual(rows, { 5: [1, 'VULT', '2019-03-14T00:00:00', 5, null, null] });
  assert.deepEqual(report.ignoredColumns, ['Observação']);
});

test('the names that people give to the columns of sales are known; a quantity that stands there twice is not guessed', async () => {
  const headers = [
    'Código da marca',
    'Nome da marca',
    'Cod linha',
    'Nome da linha',
    'Data da venda',
  ];
  const sold = [4, 'VULT', 2, 'PERFUMARIA', date(2019, 3, 14), 5];
  const datasets = await shippedDatasets();
  for (const quantity of ['Quantidade', 'Quantidade vendida', 'QTDE VENDA', 'qtd_venda']) {
    const { rows } = await load(sheetOf([...headers, quantity], sold), ...datasets);
    assert.deepEqual(rows, { 2: [4, 'VULT', 2, 'PERFUMARIA', '2019-03-14T00:00:00', 5] }, quantity);
  }
  const twice = sheetOf([...headers, 'QTD_VENDA', 'Quantidade'], [...sold, 9]);
  assert.equal((await refused(twice, ...datasets)).code, 'contract.twice');
});

test('a header below row 50, or only in numbers, is none', async () => {
  assert.equal(
    (await refused(sheetOf(row(51, HEADER), row(52, order())))).code,
    'contract.noHeader',
  );
  assert.equal((await refused(sheetOf([1, 2, 3, 4], order()))).code, 'contract.noHeader');
  assert.equal((await load(sheetOf([0, 1, 2, 3], HEADER, order()))).report.headerRow, 2);
});

test('a header is found wherever its row stands in the file; the first row that is one counts', async () => {
  const below = Array.from({ length: 17_000 }, (_, n) => row(n + 100, order()));
  const late = await load(sheetOf(...below, row(3, HEADER)));
  assert.deepEqual([late.report.headerRow, late.report.accepted], [3, 17_000]);
  const two = await load(sheetOf(row(5, HEADER), row(2, HEADER), row(6, order())));
  assert.deepEqual([two.report.headerRow, Object.keys(two.rows)], [2, ['6']]);
});

test('the first full header counts; a title that names some columns is passed over', async () => {
  const bytes = sheetOf(
    ['ID', 'NOME'],
    HEADER,
    order(),
    HEADER.map((name) => name.toLowerCase()),
    order(),
  );
  const { report, messages } = await load(bytes);
  assert.equal(report.headerRow, 2);
  assert.equal(report.rejected, 1, 'the second header is a row like any other');
  assert.match(messages[0], /A4: ID wants a number, and "id" is none/);
});

test('a missing column is named, with the first row that comes nearest in a sheet that is seen', async () => {
  const { code, values } = await refused(
    workbook({
      sheets: [
        { name: 'Antes', state: 'hidden', rows: [['ID', 'NOME', 'DATA']] },
        {
          name: 'Dados',
          rows: [
            ['Relatório'],
            ['ID', 'DATA', 'NOTA'],
            [1, date(2019, 1, 1)],
            ['ID', 'DATA', 'NOTA'],
          ],
        },
      ],
    }),
  );
  assert.equal(code, 'contract.missing');
  assert.deepEqual(values, {
    sheet: 'Dados',
    row: 2,
    missing: 'NOME, QTD',
    dataset: ptBR.name,
  });
});

test('a missing column that may only be misspelt: the headers that the contract does not name are told', async () => {
  const { code, values } = await refused(sheetOf(['ID', 'DATA', 'NOMES', 'QTD'], [1]));
  assert.deepEqual(
    [code, values.missing, values.others],
    ['contract.missingAmong', 'NOME', 'NOMES'],
  );
});

test('two headers that mean one column are an error that names it and both as they are written, whatever stands below', async () => {
  // The header again, as at the top of a page: what stands between the two is data.
  for (const below of [[], [HEADER, order()]]) {
    const { code, values } = await refused(sheetOf([...HEADER, 'código'], order(), ...below));
    assert.equal(code, 'contract.twice');
    assert.deepEqual(values, { sheet: 'Dados', header: 'ID', cells: 'A1 (ID), E1 (código)' });
  }
});

test('of several sheets, the visible one that matches; two that match are both named', async () => {
  const right = { rows: [HEADER, order()] };
  const other = { name: 'Capa', rows: [['Relatório']] };
  const { report } = await load(
    workbook({
      sheets: [other, { ...right, name: 'B' }, { ...right, name: 'C', state: 'hidden' }],
    }),
  );
  assert.equal(report.sheet, 'B');
  const two = await refused(
    workbook({ sheets: [{ ...right, name: 'B' }, other, { ...right, name: 'C' }] }),
  );
  assert.deepEqual(two, {
    code: 'contract.sheets',
    values: { sheets: `"B" (${ptBR.name}), "C" (${ptBR.name})` },
  });
  const both = await refused(workbook({ sheets: [{ ...right, name: 'B' }] }), ptBR, plain);
  assert.deepEqual(both, {
    code: 'contract.datasets',
    values: { sheet: 'B', datasets: `${ptBR.name}, ${plain.name}` },
  });
  const more = [...ptBR.columns.slice(0, 4), { ...ptBR.columns[3], name: 'PESO', aliases: [] }];
  const wider = { ...ptBR, name: 'largo', columns: more };
  const heavy = {
    rows: [
      [...HEADER, 'PESO'],
      [...order(), 7],
    ],
  };
  const within = await refused(workbook({ sheets: [{ ...heavy, name: 'B' }] }), wider, ptBR);
  assert.deepEqual(within, {
    code: 'contract.within',
    values: { sheet: 'B', datasets: `largo, ${ptBR.name}`, dataset: ptBR.name, other: 'largo' },
  });
  const hidden = await refused(
    workbook({ sheets: [other, { ...right, name: 'C', state: 'veryHidden' }] }),
  );
  assert.deepEqual(hidden, { code: 'contract.hidden', values: { sheet: 'C' } });
});

test('totals and notes are reported and never summed', async () => {
  const { rows, report, messages } = await loadRows([
    order(),
    ['Total', null, null, 5],
    [null, 'SUBTOTAL geral', null, 5],
    [null, 'Sub total', null, 5],
    ['Grand Total', null, null, 5],
    ['  TOTAL:', null, null, 5],
    [null, null, null, 5],
    [null, null, 'Soma do mês', 5],
    [null, null, date(2019, 3, 14), null],
    [null, null, 'Emitido em', date(2019, 3, 14)],
    ['Fonte: sistema de vendas', null, null, null],
    [null, 'Revisado em março', null, null],
    [null, null, 'Impresso em 14/03/2019', null],
    order({ id: 2 }),
  ]);
  assert.deepEqual(Object.keys(rows), ['2', '15']);
  assert.deepEqual(messages, []);
  const { read, accepted, rejected, totals, notes, skippedRows } = report;
  assert.deepEqual(
    { read, accepted, rejected, totals, notes },
    { read: 2, accepted: 2, rejected: 0, totals: 5, notes: 7 },
  );
  assert.deepEqual(skippedRows, [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
});

test('what has a date and more is rejected for its blank keys: a sale does not pass for a note', async () => {
  const { rows, report, messages } = await loadRows([
    order(),
    [null, null, date(2019, 3, 14), 5],
    [null, null, '14/03/2019', 5],
    [null, null, '31/02/2019', 5],
    [null, null, cell('e', '<v>#N/A</v>'), 5],
    [null, null, date(2019, 3, 14), 'cinco'],
  ]);
  assert.deepEqual(Object.keys(rows), ['2']);
  assert.deepEqual([report.read, report.rejected, report.totals, report.notes], [6, 5, 0, 0]);
  for (const row of [3, 4, 5, 6, 7])
    for (const blank of [`A${row}: ID is blank`, `B${row}: NOME is blank`])
      assert.ok(
        messages.some((message) => message.startsWith(blank)),
        `${blank} ${messages}`,
      );
});

test('a row of data that lacks something is rejected, not passed over', async () => {
  const { report, messages } = await loadRows([
    order({ id: null }),
    order({ nome: null }),
    order({ data: null }),
    [7, null, null, null],
    ['Totalmente', null, null, 5],
    ['Fonte', null, date(2019, 3, 14), 5],
  ]);
  assert.deepEqual([report.read, report.rejected, report.totals, report.notes], [6, 6, 0, 0]);
  for (const cellName of ['A2', 'B3', 'C4', 'B5', 'A6', 'A7'])
    assert.ok(
      messages.some((message) => message.startsWith(`${cellName}: `)),
      `${cellName} ${messages}`,
    );
});

test('a number is no total, whatever the text is that has the same place among the texts', async () => {
  const ids = Array.from({ length: 12 }, (_, id) => order({ id, nome: null }));
  const { report } = await loadRows([...ids, [null, 'Total', null, 5]]);
  assert.deepEqual([report.rejected, report.totals], [12, 1]);
});

test('rows of one cell are counted however many come in a piece, and the first hundred named', async () => {
  const { report } = await loadRows(Array.from({ length: 140_000 }, () => ['Fonte']));
  assert.deepEqual([report.notes, report.skippedRows.length], [140_000, 100]);
});

test('a name that is Total is data when its row is whole', async () => {
  const { rows, report } = await loadRows([
    order({ nome: 'Total' }),
    order({ nome: 'TOTAL FLEX' }),
  ]);
  assert.deepEqual([Object.keys(rows).length, report.totals], [2, 0]);
});

test('beside an only key it is the date that tells a total; one with a date is rejected, not summed', async () => {
  const [id, ...others] = ptBR.columns;
  const oneKey = { ...ptBR, columns: [{ ...id, key: false }, ...others] };
  const total = (nome: string, data: Value, qtd: Value = 12) => [1, nome, data, qtd];
  const day = date(2019, 3, 14);
  const says = [
    'Total',
    'TOTAL:',
    'Total geral',
    'Grand Total',
    'Sub-total',
    'Subtotal geral',
    'Soma',
  ];
  const { rows, report, messages } = await load(
    sheetOf(
      HEADER,
      order(),
      ...says.map((nome) => total(nome, day)),
      total('TOTAL FLEX', day),
      total('Somar', day),
      total('Total', null),
      total('Total de março', null),
      [null, 'Fonte: sistema', null, null],
      total('VULT', null),
    ),
    oneKey,
  );
  assert.deepEqual(Object.keys(rows), ['2', '10', '11']);
  assert.deepEqual([report.read, report.rejected, report.totals, report.notes], [11, 8, 2, 1]);
  for (const [i, nome] of says.entries())
    assert.ok(
      messages[i].startsWith(`B${i + 3}: NOME says "${nome}", and it is unclear`),
      messages[i],
    );
  assert.match(messages[says.length], /^C15: DATA is blank/);
});

test('the totals row that a table declares is no data, whatever it says', async () => {
  const tables = [{ ref: 'A1:D4', columns: HEADER, totalsRowCount: 1 }];
  const { rows, report } = await loadRows(
    [order(), order({ id: 2 }), order({ id: 3, nome: 'Soma' })],
    { tables },
  );
  assert.deepEqual(Object.keys(rows), ['2', '3']);
  assert.deepEqual([report.read, report.totals, report.skippedRows], [2, 1, [4]]);
});

test('however many tables say that all of their rows are totals, it is soon known which are', async () => {
  const tables = Array.from({ length: 2_000 }, () => ({
    ref: 'A1:D1048576',
    columns: HEADER,
    totalsRowCount: 1_048_575,
  }));
  const { report } = await loadRows([order()], { tables });
  assert.deepEqual([report.read, report.totals], [0, 1]);
});

test('of a long text a rejection shows the beginning, and no header is as long', async () => {
  const long = 'x'.repeat(30_000);
  const { messages } = await load(sheetOf([long], HEADER, order({ data: long })));
  assert.deepEqual(messages.length, 1);
  assert.ok(messages[0].includes(`${'x'.repeat(255)}…`) && messages[0].length < 1_000);
  const { values } = await refused(sheetOf([HEADER[0], long]));
  assert.ok(JSON.stringify(values).length < 1_000);
});

test('the totals row of a table beside ours is none of our rows', async () => {
  const tables = [
    { ref: 'I1:J3', columns: ['Meta', 'Valor'], totalsRowCount: 1 },
    { ref: 'A1:D4', columns: HEADER },
  ];
  const { rows, report } = await loadRows([order(), order({ id: 2 }), order({ id: 3 })], {
    tables,
  });
  assert.deepEqual([Object.keys(rows), report.totals], [['2', '3', '4'], 0]);
  const left = { ref: 'A1:A2', columns: ['Meta'], totalsRowCount: 1 };
  const sheet = {
    rows: [
      [null, null, ...HEADER],
      [null, null, ...order()],
    ],
    tables: [left],
  };
  assert.deepEqual(Object.keys((await load(workbook({ sheets: [sheet] }))).rows), ['2']);
});

test('a cell of nothing but spaces is blank: an optional column has no value there, another asks for one', async () => {
  const spaces = [' ', '\u00a0', ' \n '];
  const { rows } = await load(
    sheetOf(
      [...HEADER, 'Valor', 'Nota'],
      ...spaces.map((blank): Row => [...order(), blank, blank]),
    ),
  );
  assert.deepEqual(
    Object.values(rows).map((row) => row.slice(-2)),
    spaces.map(() => [null, null]),
  );
  const { messages } = await loadRows(spaces.map((nome) => order({ nome })));
  assert.deepEqual(
    messages.map((message) => /is blank/.test(message)),
    [true, true, true],
  );
  const nothing = await loadRows([order(), [' ', '\u00a0', '  ', ' '], order({ id: 2 })]);
  assert.deepEqual([nothing.messages, nothing.report.read, nothing.report.notes], [[], 2, 1]);
});

test('merged data cells reject their rows, with the range; a merged title above the header is none of them', async () => {
  const { rows, report, messages } = await loadRows([order(), order(), order(), order()], {
    merges: ['C5:D5', 'B3:B4', 'F2:G9', 'A1:D1'],
  });
  assert.deepEqual(Object.keys(rows), ['2']);
  assert.deepEqual([report.read, report.accepted, report.rejected], [4, 1, 3]);
  for (const [i, cells] of ['B3:B4', 'B3:B4', 'C5:D5'].entries())
    assert.ok(messages[i].startsWith(`${cells}: these cells are merged over`), messages[i]);
  // One that stands beside a part of another, in other columns.
  const beside = await loadRows(
    Array.from({ length: 5 }, () => order()),
    { merges: ['A2:A6', 'D3:D4'] },
  );
  assert.deepEqual([beside.report.rejected, beside.messages.length], [5, 5]);
  const noted = await loadRows([['Fonte: vendas', null, null, null], order(), order()], {
    merges: ['C3:D4'],
  });
  assert.deepEqual([noted.report.read, noted.report.skippedRows], [2, [2]]);
});

test('what a sheet says is known by each of its texts, and rows that a merge takes back are no part of it', async () => {
  const rows = [order(), order({ id: 2 }), order({ id: 3 })];
  const hashes: string[] = [];
  for (const [some, merges] of [
    [rows, []],
    [rows, ['B3:B4']],
    [rows, ['B2:B4']],
    [rows.slice(0, 1), []],
    [[order({ nome: 'EUDORA' })], []],
  ] as const)
    hashes.push((await loadRows([...some], { merges: [...merges] })).report.contentHash);
  assert.equal(new Set(hashes).size, 5);
  assert.ok(hashes[2].endsWith('-0'), 'no row is left');
  const hashOf = async (...sheet: Row[]) =>
    (await load(sheetOf([...HEADER, 'Valor'], ...sheet))).report.contentHash;
  assert.notEqual(await hashOf([...order(), null]), await hashOf([...order(), 0]));
  assert.notEqual(await hashOf(order({ id: 1 })), await hashOf(order({ id: 2 ** 32 + 1 })));
  const many = Array.from({ length: 30_000 }, (_, id) => order({ id }));
  assert.equal(await hashOf(...many), await hashOf(...many.toReversed()));
});

test("a column's bounds hold in every row, negative numbers too", async () => {
  const [id, ...others] = ptBR.columns;
  const bounded = { ...ptBR, columns: [{ ...id, min: -5, max: 10 }, ...others] };
  const ids = [-6, -5, 10, 11].map((id) => order({ id }));
  const days = [date(1999, 12, 31), date(2099, 12, 31), date(2100, 1, 1)];
  const { rows, messages } = await load(
    sheetOf(HEADER, ...ids, ...days.map((data) => order({ data }))),
    bounded,
  );
  assert.deepEqual(
    Object.entries(rows).map(([row, [id, , data]]) => [row, id, data]),
    [
      ['3', -5, '2019-03-14T00:00:00'],
      ['4', 10, '2019-03-14T00:00:00'],
      ['7', 1, '2099-12-31T00:00:00'],
    ],
  );
  assert.deepEqual(
    messages.map((message) => message.split(':')[0]),
    ['A2', 'A5', 'C6', 'C8'],
  );
});

test('every bad cell of a row is named, and the row counts once', async () => {
  const { report, messages } = await loadRows([
    [cell('e', '<v>#N/A</v>'), 5, formatted(60, 14), cell('n', '<f>1+1</f>')],
    order(),
  ]);
  assert.deepEqual([report.read, report.accepted, report.rejected], [2, 1, 1]);
  assert.deepEqual(
    messages.map((message) => message.split(':')[0]),
    ['A2', 'B2', 'C2', 'D2'],
  );
});

test('rows read are accepted or rejected, over several blocks of rows', async () => {
  // What a block lacks the next one has, and what it has the next one lacks.
  const sheet = Array.from({ length: 45_000 }, (_, n) => [
    ...order({ id: n % 1_000 === 7 ? 'x' : n + 1 }),
    n < 15_000 || n >= 30_000 ? null : 1,
  ]);
  const { rows, report, messages } = await load(sheetOf([...HEADER, 'Valor'], ...sheet));
  assert.deepEqual([report.read, report.accepted, report.rejected], [45_000, 44_955, 45]);
  assert.equal(Object.values(rows).filter((row) => row[4] === 100).length, 14_985);
  assert.match(messages[44], /^A44009: ID wants a number/);
  assert.equal((await rowsOf(sheetOf(HEADER))).length, 0);
});

test('a time without a day is no date, nor is the 0 of a formula that refers to an empty cell, also without bounds', async () => {
  const columns = ptBR.columns.map(({ min, max, ...column }) => column);
  const dates = [formatted(0, 14), formatted(0.25, 20), formatted(1, 14)];
  const { rows, messages } = await load(sheetOf(HEADER, ...dates.map((data) => order({ data }))), {
    ...ptBR,
    columns,
  });
  assert.deepEqual(rows, { 4: [1, 'VULT', '1900-01-01T00:00:00', 5, null, null] });
  const wanted = (cell: string, time: string) =>
    `${cell}: DATA wants a date, and "${time}" is none that can be read without guessing. Type it as a date, such as 31/12/2025.`;
  assert.deepEqual(messages, [wanted('C2', '00:00:00'), wanted('C3', '06:00:00')]);
});
