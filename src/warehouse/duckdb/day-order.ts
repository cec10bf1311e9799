import {
  BATCH_ROWS,
  type ColumnValues,
  createRowBatch,
  getInt64,
  type RowBatch,
} from '../../contract/batch.ts';
import type { Dataset } from '../../contract/dataset.ts';
import { DAY_MS } from '../../workbook/dates.ts';
import { giveBackAll } from '../../workbook/give-back.ts';

/** Rows by day, valid until the next batch. */
interface RowsByDay {
  readonly batch: RowBatch;
  /** The first day of each row's month, in days since 1970. */
  readonly months: Int32Array<ArrayBuffer>;
}

interface DayOrder {
  byDay(batch: RowBatch): RowsByDay;
  /** No batch comes any more. */
  end(): void;
}

/**
 * Gives what orders the rows of a batch by day, and so by month. DuckDB reads a table 2,048 rows at a time, and skips
 * those of which none is of the months that are asked for: without order a long history would be read whole for each of
 * its months. Of days that follow each other DuckDB keeps each once, and how often it comes.
 */
export function createDayOrder(dataset: Dataset): DayOrder {
  const slot = dataset.columns.findIndex(({ name }) => name === dataset.period);
  const ordered = createRowBatch(dataset);
  const scratch = new Int32Array(BATCH_ROWS);
  const months = new Int32Array(BATCH_ROWS);
  const order = new Int32Array(BATCH_ROWS);
  let calendar = createCalendar(0, 0);

  function byDay(batch: RowBatch): RowsByDay {
    const { columns, rows, count } = batch;
    const days = daysOf(columns[slot], count, scratch);
    const [first, last] = rangeOf(days, count);
    if (first < calendar.first || last > calendar.last)
      calendar = createCalendar(Math.min(first, calendar.first), Math.max(last, calendar.last));
    if (fillMonths(days, count, calendar, months)) return { batch, months };
    fillOrder(days, count, calendar, order);
    scratch.set(months);
    copyInts(scratch, order, count, months);
    copyInts(rows, order, count, ordered.rows);
    dataset.columns.forEach(({ optional }, i) => {
      copyColumn(columns[i], order, count, ordered.columns[i], optional);
    });
    ordered.count = count;
    return { batch: ordered, months };
  }

  return { byDay, end: () => giveBackAll([ordered, scratch, months, order, calendar]) };
}

/** Days since 1970, from the first day of a month to the last one of another. */
interface Calendar {
  readonly first: number;
  readonly last: number;
  /** For each day the first one of its month. */
  readonly months: Int32Array<ArrayBuffer>;
  /** For each day where its next row goes; one more for the end. */
  readonly next: Int32Array<ArrayBuffer>;
}

function createCalendar(from: number, to: number): Calendar {
  const [first, end] = [monthStart(from, 0), monthStart(to, 1)];
  const months = new Int32Array(end - first);
  for (let day = first; day < end; day = monthStart(day, 1))
    months.fill(day, day - first, monthStart(day, 1) - first);
  return { first, last: end - 1, months, next: new Int32Array(end - first + 1) };
}

/** The first day of a day's month, or of one so many months later. */
function monthStart(day: number, later: number): number {
  const date = new Date(day * DAY_MS);
  return date.setUTCMonth(date.getUTCMonth() + later, 1) / DAY_MS;
}

const DAY_MICROSECONDS = 1000 * DAY_MS;

function daysOf(
  { values, words }: ColumnValues,
  count: number,
  scratch: Int32Array<ArrayBuffer>,
): ColumnValues['values'] {
  if (words === 1) return values;
  for (let row = 0; row < count; row++)
    scratch[row] = Math.floor(getInt64(values, row) / DAY_MICROSECONDS);
  return scratch;
}

function rangeOf(days: ColumnValues['values'], count: number): readonly [number, number] {
  let first = days[0];
  let last = days[0];
  for (let row = 1; row < count; row++) {
    if (days[row] < first) first = days[row];
    if (days[row] > last) last = days[row];
  }
  return [first, last];
}

/** The month of each row. Gives whether the days are in order as they are. */
function fillMonths(
  days: ColumnValues['values'],
  count: number,
  calendar: Calendar,
  months: Int32Array,
): boolean {
  let isOrdered = true;
  for (let row = 0; row < count; row++) {
    months[row] = calendar.months[days[row] - calendar.first];
    if (row > 0 && days[row] < days[row - 1]) isOrdered = false;
  }
  return isOrdered;
}

/** The rows of the first day, in their order, then those of the next. */
function fillOrder(
  days: ColumnValues['values'],
  count: number,
  { first, next }: Calendar,
  order: Int32Array,
): void {
  next.fill(0);
  for (let row = 0; row < count; row++) next[days[row] - first + 1]++;
  for (let day = 1; day < next.length; day++) next[day] += next[day - 1];
  for (let row = 0; row < count; row++) order[next[days[row] - first]++] = row;
}

function copyColumn(
  from: ColumnValues,
  order: Int32Array,
  count: number,
  to: ColumnValues,
  optional: boolean,
): void {
  const { values } = to;
  if (values instanceof Float64Array) copyFloats(from.values, order, count, values);
  else if (to.words === 2) copyPairs(from.values, order, count, values);
  else copyInts(from.values, order, count, values);
  if (optional) copyBytes(from.present, order, count, to.present);
}

/* One loop to a type of elements: a loop that meets several takes three times as long. */

function copyInts(
  from: ColumnValues['values'],
  order: Int32Array,
  count: number,
  to: Int32Array,
): void {
  for (let row = 0; row < count; row++) to[row] = from[order[row]];
}

function copyPairs(
  from: ColumnValues['values'],
  order: Int32Array,
  count: number,
  to: Int32Array,
): void {
  for (let row = 0; row < count; row++) {
    to[2 * row] = from[2 * order[row]];
    to[2 * row + 1] = from[2 * order[row] + 1];
  }
}

function copyFloats(
  from: ColumnValues['values'],
  order: Int32Array,
  count: number,
  to: Float64Array,
): void {
  for (let row = 0; row < count; row++) to[row] = from[order[row]];
}

function copyBytes(from: Uint8Array, order: Int32Array, count: number, to: Uint8Array): void {
  for (let row = 0; row < count; row++) to[row] = from[order[row]];
}
