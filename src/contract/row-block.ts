import { type CellBatch, MAX_COLUMN, TEXT } from '../workbook/cells.ts';
import type { Texts } from '../workbook/texts.ts';
import { BATCH_ROWS, type ColumnValues, type RowBatch } from './batch.ts';

/**
 * Rows of a sheet as they were gathered, column by column: for each column of the contract the kind and value
 * of its cell in each row. Kind 0 is a blank cell. As many rows as a batch of accepted ones.
 */
export interface RowBlock {
  count: number;
  readonly rows: Int32Array<ArrayBuffer>;
  readonly kinds: readonly Uint8Array[];
  readonly values: readonly Float64Array[];
  /** For each row KEPT, SKIPPED (no data) or REJECTED. */
  readonly fates: Uint8Array;
  /** How many of them are not KEPT. */
  skipped: number;
  rejected: number;
  /** Of which `kinds` and `values` are pieces, one to a column, and a last one for cells of no column. */
  readonly all: { readonly kinds: Uint8Array; readonly values: Float64Array };
}

export const KEPT = 0;
export const SKIPPED = 1;
export const REJECTED = 2;

export function createRowBlock(columns: number): RowBlock {
  const kinds = new Uint8Array((columns + 1) * BATCH_ROWS);
  const values = new Float64Array((columns + 1) * BATCH_ROWS);
  const pieces = Array.from({ length: columns }, (_, slot) => [
    slot * BATCH_ROWS,
    (slot + 1) * BATCH_ROWS,
  ]);
  return {
    count: 0,
    rows: new Int32Array(BATCH_ROWS),
    kinds: pieces.map(([from, to]) => kinds.subarray(from, to)),
    values: pieces.map(([from, to]) => values.subarray(from, to)),
    fates: new Uint8Array(BATCH_ROWS),
    skipped: 0,
    rejected: 0,
    all: { kinds, values },
  };
}

export function clearRowBlock(block: RowBlock): void {
  block.count = 0;
  block.skipped = 0;
  block.rejected = 0;
  block.fates.fill(KEPT);
  block.all.kinds.fill(0);
}

/** For each column of a sheet, where the values of its column of the contract begin in a block. */
type Places = Int32Array;

/** `columns`: for each column of the contract, its column in the sheet, or 0. */
export function createPlaces(columns: readonly number[]): Places {
  const places = new Int32Array(MAX_COLUMN + 1).fill(columns.length * BATCH_ROWS);
  columns.forEach((column, slot) => {
    if (column > 0) places[column] = slot * BATCH_ROWS;
  });
  return places;
}

/**
 * Puts cells below the header into the block, from the cell `from` on. Stops before a row for which the block
 * is full, and says at which cell.
 */
export function gather(
  block: RowBlock,
  cells: CellBatch,
  from: number,
  places: Places,
  headerRow: number,
): number {
  const { rows } = block;
  const { kinds, values } = block.all;
  // A row may have begun in the batch before.
  let at = block.count - 1;
  let row = at < 0 ? 0 : rows[at];
  let cell = from;
  for (; cell < cells.count; cell++) {
    if (cells.rows[cell] !== row) {
      if (cells.rows[cell] <= headerRow) continue;
      if (at === BATCH_ROWS - 1) break;
      row = cells.rows[cell];
      rows[++at] = row;
    }
    const place = places[cells.columns[cell]] + at;
    kinds[place] = cells.kinds[cell];
    values[place] = cells.values[cell];
  }
  block.count = at + 1;
  return cell;
}

/** A cell of nothing but white space looks blank, and means it. */
export function blankOut({ count, kinds, values }: RowBlock, texts: Texts): void {
  if (!texts.someBlank) return;
  kinds.forEach((column, slot) => {
    for (let row = 0; row < count; row++)
      if (column[row] === TEXT && texts.isBlank(values[slot][row])) column[row] = 0;
  });
}

/** Closes the gaps that rows without the fate KEPT leave in a batch that was written row for row. */
export function keepAccepted(block: RowBlock, batch: RowBatch): void {
  if (block.skipped + block.rejected === 0) {
    batch.rows.set(block.rows);
    batch.count = block.count;
    return;
  }
  let kept = 0;
  for (let row = 0; row < block.count; row++) {
    if (block.fates[row] !== KEPT) continue;
    if (kept !== row) for (const column of batch.columns) moveValue(column, row, kept);
    batch.rows[kept++] = block.rows[row];
  }
  batch.count = kept;
}

function moveValue({ values, present, words }: ColumnValues, from: number, to: number): void {
  present[to] = present[from];
  for (let word = 0; word < words; word++) values[words * to + word] = values[words * from + word];
}
