import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monthsText, portionsOf, rangesOf, together } from '../../src/warehouse/months.ts';

const all = { from: '2019-01-01', to: '2021-01-01' };
const month = (name: string, rows: number) => ({ month: `${name}-01`, rows });

test('months come in portions of at most so many rows, in order, each of them once', () => {
  const months = [
    month('2019-11', 4),
    month('2019-12', 5),
    month('2020-01', 3),
    month('2020-02', 9),
    month('2020-03', 1),
    month('2020-04', 8),
  ];
  assert.deepEqual(portionsOf(months, all, 9), [
    { from: '2019-11-01', to: '2020-01-01' },
    { from: '2020-01-01', to: '2020-02-01' },
    { from: '2020-02-01', to: '2020-03-01' },
    { from: '2020-03-01', to: '2020-05-01' },
  ]);
});

test('a month with more rows than a portion is one by itself; a gap ends a portion', () => {
  const months = [month('2019-01', 50), month('2019-02', 1), month('2019-04', 1)];
  assert.deepEqual(portionsOf(months, all, 10), [
    { from: '2019-01-01', to: '2019-02-01' },
    { from: '2019-02-01', to: '2019-03-01' },
    { from: '2019-04-01', to: '2019-05-01' },
  ]);
});

test('the last month that Excel knows is one, and the range ends behind it', () => {
  const last = { from: '9999-12-01', to: '10000-01-01' };
  assert.deepEqual(portionsOf([month('9999-12', 1)], last, 10), [last]);
});

test('only the months of the range come', () => {
  const months = [
    month('2019-01', 2),
    month('2019-02', 2),
    month('2019-03', 2),
    month('2019-04', 2),
  ];
  assert.deepEqual(portionsOf(months, { from: '2019-02-01', to: '2019-04-01' }, 10), [
    { from: '2019-02-01', to: '2019-04-01' },
  ]);
});

test('months in a row are one range, also over the ends of years, before the year 1000 as well', () => {
  assert.deepEqual(rangesOf(['0019-11-01', '0019-12-01', '0020-01-01', '2019-03-01']), [
    { from: '0019-11-01', to: '0020-02-01' },
    { from: '2019-03-01', to: '2019-04-01' },
  ]);
});

test('ranges that meet or overlap are one, in order', () => {
  assert.deepEqual(
    together([
      { from: '2020-01-01', to: '2020-03-01' },
      { from: '2019-11-01', to: '2020-01-01' },
      { from: '2020-01-01', to: '2020-02-01' },
      { from: '9999-12-01', to: '10000-01-01' },
      { from: '2021-01-01', to: '2021-02-01' },
    ]),
    [
      { from: '2019-11-01', to: '2020-03-01' },
      { from: '2021-01-01', to: '2021-02-01' },
      { from: '9999-12-01', to: '10000-01-01' },
    ],
  );
});

test('a person reads the last month of a range, not the one behind it', () => {
  const ranges = rangesOf(['0019-12-01', '2019-03-01', '2019-12-01', '2020-01-01', '9999-12-01']);
  assert.equal(monthsText(ranges), '0019-12, 2019-03, 2019-12 .. 2020-01, 9999-12');
});
