import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cell, date, formatted, raw, SHEET, workbook } from '../workbook-builder.ts';
import { cellsOfRows, HEADER, load, loadRows, order, plain, ptBR } from './reading.ts';

/* Rows 29 and 30 of the behaviours of real workbooks. */

const texts = (dataset: typeof ptBR, values: string[]) =>
  load(
    workbook({
      sheets: [
        { rows: [[...HEADER, 'VALOR'], ...values.map((text) => [...order({ qtd: text }), text])] },
      ],
    }),
    dataset,
  );

test('29. numbers as text are read in the notation that the contract declares', async () => {
  const br = await texts(ptBR, ['1.234,56', '1234,5', '-1.234.567', '0,5', ' 12 ']);
  assert.deepEqual(br.messages, []);
  assert.deepEqual(
    Object.values(br.rows).map((row) => row[3]),
    [1234.56, 1234.5, -1234567, 0.5, 12],
  );
  assert.deepEqual(
    Object.values(br.rows).map((row) => row[4]),
    [123456, 123450, -123456700, 50, 1200],
  );
  const en = await texts(plain, ['1234.56', '-0.5', '12']);
  assert.deepEqual(en.messages, []);
  assert.deepEqual(
    Object.values(en.rows).map((row) => row[3]),
    [1234.56, -0.5, 12],
  );
});

test('29. an ambiguous number, another notation and R$ outside money are rejected', async () => {
  const one = async (text: string, dataset: typeof ptBR, value: string | null = null) => {
    const sheets = [
      {
        rows: [
          [...HEADER, 'VALOR'],
          [...order({ qtd: text }), value],
        ],
      },
    ];
    return (await load(workbook({ sheets }), dataset)).messages;
  };
  const ambiguous = (text: string) => [
    `D2: QTD holds the text "${text}", which can be read as two different numbers. Type it as a number.`,
  ];
  const none = (text: string) => [
    `D2: QTD wants a number, and "${text}" is none that can be read without guessing. Type the number.`,
  ];
  assert.deepEqual(await one('1.234', ptBR), ambiguous('1.234'));
  assert.deepEqual(await one('1,234', plain), ambiguous('1,234'));
  for (const text of ['1,234.56', '1.23,4', '12.34', '1e3', '5 un', '--5', '٥', '0x10'])
    assert.deepEqual(await one(text, ptBR), none(text));
  assert.deepEqual(await one('1.234,56', plain), none('1.234,56'));
  assert.deepEqual(await one('R$ 1.500,00', ptBR), none('R$ 1.500,00'));
  assert.deepEqual(await one('1', ptBR, 'R$ 1.500,00'), []);
  assert.deepEqual(await one('1', ptBR, '1,005'), [
    'E2: VALOR wants an amount with at most two decimal places, not 1,005. Round it.',
  ]);
});

test('30. a text keeps its zeros, 4.0 is the integer 4, and more digits than a double holds are rejected', async () => {
  const { rows, messages } = await loadRows([
    order({ id: raw('<c r="A2"><v>4.0</v></c>'), nome: '00123' }),
    order({ id: 4.5 }),
    order({ id: raw('<c r="A4"><v>9007199254740993</v></c>') }),
    order({ qtd: raw('<c r="D5"><v>12345678901234567890</v></c>') }),
    order({ qtd: '12345678901234567890' }),
    order({ nome: 123 }),
    order({ nome: date(2019, 1, 1) }),
    order({ id: 2 ** 53 - 1 }),
  ]);
  assert.deepEqual(
    Object.values(rows).map(([id, nome]) => [id, nome]),
    [
      [4, '00123'],
      [2 ** 53 - 1, 'VULT'],
    ],
  );
  const digits =
    'more digits than a number keeps exactly. If it is a code, whoever runs Entrada can declare the column as a text.';
  assert.deepEqual(messages, [
    'A3: ID wants a whole number, not 4.5. Type it without decimal places.',
    `A4: ID holds 9007199254740992, ${digits}`,
    `D5: QTD holds 12345678901234567000, ${digits}`,
    `D6: QTD holds 12345678901234567890, ${digits}`,
    'B7: NOME wants a text, and 123 is a number or a date. Format the cell as text and type it again.',
    'B8: NOME wants a text, and 2019-01-01 is a number or a date. Format the cell as text and type it again.',
  ]);
});

test('30. a million digits, or brackets in a format, are no number and no date, and soon told', async () => {
  const digits = `${'1'.repeat(1_000_000)}x`;
  const { A1 } = await cellsOfRows([[cell('n', `<v>${digits}</v>`)]]);
  assert.equal(A1, `invalid ${digits.slice(0, 50_000)}`);
  assert.deepEqual(await cellsOfRows([[formatted(5, '['.repeat(1_000_000))]]), { A1: 5 });
});

test('30. a whole number that a sum left a little beside itself is whole', async () => {
  const { rows, messages } = await loadRows([
    order({ id: 3.0000000000000004 }),
    order({ id: 3.001 }),
  ]);
  assert.equal(rows[2][0], 3);
  assert.deepEqual(messages, [
    'A3: ID wants a whole number, not 3.001. Type it without decimal places.',
  ]);
});

test('30. numbers are the nearest doubles, however they are written', async () => {
  const written = [
    '0.1',
    '-0.5',
    '.5',
    '1E3',
    '1.7976931348623157E308',
    '5E-324',
    '0.30000000000000004',
    '+7',
    ' 8 ',
    '123456789012345.67',
  ];
  const cells = written.map((text) => cell('n', `<v>${text}</v>`));
  assert.deepEqual(Object.values(await cellsOfRows([cells])), written.map(Number));
  const wrong = ['1,5', '1e400', 'NaN', '0x10', '1_000', ''].map((text) =>
    cell('n', `<v>${text}</v>`),
  );
  assert.deepEqual(Object.values(await cellsOfRows([wrong])), [
    'invalid 1,5',
    'invalid 1e400',
    'invalid NaN',
    'invalid 0x10',
    'invalid 1_000',
  ]);
  // The plain form goes another way through the scanner.
  const plainly = (xml: string) => xml.replace(/ t="n"/g, '');
  assert.deepEqual(
    Object.values(await cellsOfRows([cells], { parts: { [SHEET]: plainly } })),
    written.map(Number),
  );
});
