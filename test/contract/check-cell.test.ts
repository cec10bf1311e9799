import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Checked, createCellCheck } from '../../src/contract/check-cell.ts';
import type { Column } from '../../src/contract/dataset.ts';
import {
  BOOLEAN,
  DATE,
  ERROR,
  INVALID,
  NUMBER,
  TEXT,
  UNCALCULATED,
} from '../../src/workbook/cells.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createTexts } from '../../src/workbook/texts.ts';
import { ptBR } from '../workbook/reading.ts';

const texts = createTexts(defaultLimits);
const DAY = 86_400_000;
const noon = Date.UTC(2019, 2, 14, 12);
const midnight = Date.UTC(2019, 2, 14);

/** A text cell. */
const text = (content: string): [number, number] => [TEXT, texts.intern(content)];

function check(
  column: Partial<Column> & Pick<Column, 'type'>,
  [kind, value]: [number, number],
): Checked {
  const whole = { name: 'X', key: false, optional: false, aliases: [], ...column };
  return createCellCheck(whole, ptBR, texts)(kind, value);
}

type Types = Column['type'];
const ALL: readonly Types[] = ['integer', 'number', 'money', 'text', 'date', 'datetime'];

test('a cell of a kind that a column does not take is refused, for each kind and type', () => {
  const kinds: [[number, number], Record<Types, Checked>][] = [
    [[0, 0], all('cell.blank')],
    [[BOOLEAN, 1], all('cell.boolean')],
    [[ERROR, 0], all('cell.error')],
    [[UNCALCULATED, 0], all('cell.uncalculated')],
    [
      [INVALID, 0],
      { ...all('cell.invalid'), date: 'cell.noSuchDate', datetime: 'cell.noSuchDate' },
    ],
    [
      [NUMBER, 7],
      {
        integer: 7,
        number: 7,
        money: 700,
        text: 'cell.notText',
        date: 'cell.notDate',
        datetime: 'cell.notDate',
      },
    ],
    [
      [DATE, midnight],
      {
        ...all('cell.notNumber'),
        text: 'cell.notText',
        date: midnight / DAY,
        datetime: midnight * 1000,
      },
    ],
    // A time alone, or a formula's 0 for an empty cell: whatever the bounds, it is no day.
    [
      [DATE, Date.UTC(1899, 11, 31, 6)],
      {
        ...all('cell.notNumber'),
        text: 'cell.notText',
        date: 'cell.notDate',
        datetime: 'cell.notDate',
      },
    ],
  ];
  for (const [cell, answers] of kinds)
    for (const type of ALL) assert.equal(check({ type }, cell), answers[type], `${type} ${cell}`);
});

function all(code: Checked): Record<Types, Checked> {
  return { integer: code, number: code, money: code, text: code, date: code, datetime: code };
}

const big = Number.MAX_SAFE_INTEGER;

const numbers: [Types, value: number, Checked][] = [
  ['integer', 4.0, 4],
  ['integer', -3, -3],
  ['integer', 4.5, 'cell.notInteger'],
  ['integer', 1e-9, 'cell.notInteger'],
  ['integer', 1e15 + 0.5, 'cell.notInteger'],
  ['integer', big, big],
  ['integer', big + 1, 'cell.tooLarge'],
  ['integer', -big - 1, 'cell.tooLarge'],
  ['number', 0.1, 0.1],
  ['number', -1e-300, -1e-300],
  ['number', big, big],
  ['number', big + 1, 'cell.tooLarge'],
  ['money', 0.29, 29],
  ['money', 1.1, 110],
  ['money', 0.1 + 0.2, 30],
  ['money', -19.99, -1999],
  // Nineteen times 0.1, added up.
  ['money', 1.9000000000000006, 190],
  ['money', 0.005, 'cell.notMoney'],
  ['money', 19.999, 'cell.notMoney'],
  ['money', 1e15, 'cell.tooLarge'],
];

test('a number fits its column exactly, or is refused', () => {
  for (const [type, value, expected] of numbers)
    assert.equal(check({ type }, [NUMBER, value]), expected, `${type} ${value}`);
});

test('money is exact, or refused, however large the amount', () => {
  for (const value of [1_234.567, 123_456.789, 1_234_567.899, -98_765_432.101])
    assert.equal(check({ type: 'money' }, [NUMBER, value]), 'cell.notMoney', String(value));
  assert.equal(check({ type: 'money' }, [NUMBER, 70_368_744_177_663.99]), 7_036_874_417_766_399);
  // A hundred times each of them is another number of cents in doubles.
  for (const [value, cents] of [
    [42_153_686_014_653.88, 4_215_368_601_465_388],
    [-35_934_425_436_742.34, -3_593_442_543_674_234],
  ])
    assert.equal(check({ type: 'money' }, [NUMBER, value]), cents);
  assert.equal(check({ type: 'money' }, [NUMBER, 90_071_992_547_409.9]), 'cell.tooLarge');
});

test('bounds are included, and a day as the upper bound counts whole', () => {
  const integer = { type: 'integer', min: 1, max: 10 } as const;
  for (const [value, expected] of [
    [0, 'cell.tooSmall'],
    [1, 1],
    [10, 10],
    [11, 'cell.tooBig'],
  ] as const)
    assert.equal(check(integer, [NUMBER, value]), expected);
  // What a sum leaves beside a bound is what no sheet shows.
  const least = 1 - 2 ** -53;
  const sum = 0.1 + 0.2;
  assert.equal(check(integer, [NUMBER, least]), 1);
  assert.equal(check({ type: 'money', min: -0.3, max: 0.3 }, [NUMBER, sum]), 30);
  assert.equal(check({ type: 'number', max: 0.3 }, [NUMBER, sum]), sum);
  assert.equal(check({ type: 'number', max: 0.3 }, [NUMBER, 0.3000001]), 'cell.tooBig');
  assert.equal(check(integer, text('0')), 'cell.tooSmall');
  const days = { type: 'datetime', min: '2019-03-14', max: '2019-03-14' } as const;
  for (const [ms, expected] of [
    [midnight - 1, 'cell.tooSmall'],
    [midnight, midnight * 1000],
    [midnight + DAY - 1, (midnight + DAY - 1) * 1000],
    [midnight + DAY, 'cell.tooBig'],
  ] as const)
    assert.equal(check(days, [DATE, ms]), expected);
  assert.equal(check({ ...days, type: 'date' }, text('13/03/2019')), 'cell.tooSmall');
  assert.equal(check({ type: 'number', min: -0.5 }, [NUMBER, Number.NaN]), 'cell.tooSmall');
});

test('a date column takes no time of day', () => {
  assert.equal(check({ type: 'date' }, [DATE, noon]), 'cell.hasTime');
  assert.equal(check({ type: 'date' }, text('14/03/2019 12:00')), 'cell.hasTime');
  assert.equal(check({ type: 'date' }, text('14/03/2019')), midnight / DAY);
  assert.equal(check({ type: 'date' }, [DATE, -DAY]), -1);
  const early = Date.UTC(1850, 0, 1);
  assert.equal(check({ type: 'date' }, [DATE, early]), early / DAY);
  assert.equal(check({ type: 'datetime' }, text('14/03/2019 12:00')), noon * 1000);
});

test('texts where numbers and dates are wanted: read as the contract says, or refused with the reason', () => {
  const cells: [Types, string, Checked][] = [
    ['integer', '1.234.567', 1_234_567],
    ['integer', '12,5', 'cell.notInteger'],
    ['integer', '12,0', 12],
    ['integer', '1.234', 'cell.ambiguous'],
    ['integer', 'R$ 5', 'cell.notNumber'],
    ['integer', '99999999999999999999', 'cell.tooLarge'],
    ['number', '0,1', 0.1],
    ['money', 'R$ 1.500,00', 150_000],
    ['money', '0,295', 'cell.notMoney'],
    ['money', 'R$ 1.500', 'cell.ambiguous'],
    ['datetime', '31/02/2019', 'cell.noSuchDate'],
    ['datetime', '2019-03-14', 'cell.notDate'],
    ['datetime', '03/14/2019', 'cell.noSuchDate'],
  ];
  for (const [type, content, expected] of cells)
    assert.equal(check({ type }, text(content)), expected, `${type} ${content}`);
});

test('a text column keeps its texts by index, leading zeros and all', () => {
  for (const content of ['007', ' x ', '=1+1', 'Total', '📈', '4.0']) {
    const cell = text(content);
    assert.equal(check({ type: 'text' }, cell), cell[1]);
  }
});
