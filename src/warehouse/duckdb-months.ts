import {
  BATCH_ROWS,
  type ColumnValues,
  createRowBatch,
  getInt64,
  type RowBatch,
} from '../contract/batch.ts';
import type { Dataset } from '../contract/dataset.ts';
import { DAY_MS } from '../workbook/dates.ts';

/** Rows by month, valid until the next batch. */
export interface RowsByMonth {
  readonly batch: RowBatch;
  /** The first day of each row's month, in days since 1970. */
  readonly months: Int32Array<ArrayBuffer>;
}

const DAY_MICROSECONDS = 1000 * DAY_MS;

/**
 * Gives what orders the rows of a batch by month. DuckDB reads a table 2,048 rows at a time, and skips those of which none
 * is of the months that are asked for: without order a long history would be read whole for each of its months.
 */
export function createMonthOrder(dataset: Dataset): (batch: RowBatch) => RowsByMonth {
  const slot = dataset.columns.findIndex(({ name }) => name === dataset.period);
  const ordered = createRowBatch(dataset);
  const months = new Int32Array(BATCH_ROWS);
  const order = new Int32Array(BATCH_ROWS);
  const places = new Int32Array(BATCH_ROWS);
  /** The months that were met, and the place of each day's month among them: a sheet has many rows of a day. */
  const starts: number[] = [];
  const placeOfDay = new Map<number, number>();

  function placeOf(day: number): number {
    const start = day + 1 - new Date(day * DAY_MS).getUTCDate();
    const met = starts.indexOf(start);
    const place = met === -1 ? starts.push(start) - 1 : met;
    placeOfDay.set(day, place);
    return place;
  }

  /** Says whether the rows are in order as they are. */
  function fillPlaces({ columns, count }: RowBatch): boolean {
    const { values, words } = columns[slot];
    let inOrder = true;
    let last = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < count; row++) {
      const day = words === 1 ? values[row] : Math.floor(getInt64(values, row) / DAY_MICROSECONDS);
      const place = placeOfDay.get(day) ?? placeOf(day);
      places[row] = place;
      months[row] = starts[place];
      if (months[row] < last) inOrder = false;
      last = months[row];
    }
    return inOrder;
  }

  function fillOrder(count: number): void {
    const rowsOf = new Int32Array(starts.length);
    for (let row = 0; row < count; row++) rowsOf[places[row]]++;
    const next = new Int32Array(starts.length);
    let row = 0;
    for (const [start, place] of starts
      .map((start, place) => [start, place])
      .sort(([a], [b]) => a - b)) {
      next[place] = row;
      months.fill(start, row, row + rowsOf[place]);
      row += rowsOf[place];
    }
    for (let row = 0; row < count; row++) order[next[places[row]]++] = row;
  }

  return (batch) => {
    if (fillPlaces(batch)) return { batch, months };
    fillOrder(batch.count);
    ordered.count = batch.count;
    copyWords(batch.rows, ordered.rows, order, batch.count);
    for (const [slot, column] of batch.columns.entries())
      copyColumn(column, ordered.columns[slot], order, batch.count);
    return { batch: ordered, months };
  };
}

function copyColumn(from: ColumnValues, to: ColumnValues, order: Int32Array, rows: number): void {
  if (from.words === 2) copyPairs(from.values, to.values, order, rows);
  else copyWords(from.values, to.values, order, rows);
  copyWords(from.present, to.present, order, rows);
}

type Words = Int32Array | Float64Array | Uint8Array;

function copyWords(from: Words, to: Words, order: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) to[row] = from[order[row]];
}

function copyPairs(from: Words, to: Words, order: Int32Array, rows: number): void {
  for (let row = 0; row < rows; row++) {
    to[2 * row] = from[2 * order[row]];
    to[2 * row + 1] = from[2 * order[row] + 1];
  }
}
