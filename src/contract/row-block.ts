import type { ColumnValues, RowBatch } from './batch.ts';
import { BATCH_ROWS } from './batch.ts';

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
}

export const KEPT = 0;
export const SKIPPED = 1;
export const REJECTED = 2;

export function createRowBlock(columns: number): RowBlock {
  return {
    count: 0,
    rows: new Int32Array(BATCH_ROWS),
    kinds: Array.from({ length: columns }, () => new Uint8Array(BATCH_ROWS)),
    values: Array.from({ length: columns }, () => new Float64Array(BATCH_ROWS)),
    fates: new Uint8Array(BATCH_ROWS),
  };
}

export function clearRowBlock(block: RowBlock): void {
  block.count = 0;
  block.fates.fill(KEPT);
  for (const kinds of block.kinds) kinds.fill(0);
}

/** Closes the gaps that rows without the fate KEPT leave in a batch that was written row for row. */
export function keepAccepted(block: RowBlock, batch: RowBatch): void {
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
