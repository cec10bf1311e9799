import { MAX_ROW, type Range, rangeName } from '../workbook/cells.ts';
import type { Choice } from './choose-sheet.ts';
import type { RowRange } from './load.ts';

/** Rows that a merge covers, and the place to tell. */
export interface MergedRows extends RowRange {
  /** The merge, such as `A2:A9`. */
  readonly cell: string;
  /** The contract's column that it covers. */
  readonly column: string;
}

/** The rows below the header that merges over columns of the contract cover: in their order, and none twice. */
export function mergedRows({ dataset, header }: Choice, merges: readonly Range[]): MergedRows[] {
  const all = merges.flatMap((merge): MergedRows[] => {
    const slot = header.columns.findIndex(
      (column) => column >= merge.left && column <= merge.right,
    );
    if (slot === -1) return [];
    const from = Math.max(merge.top, header.row + 1);
    const to = Math.min(merge.bottom, MAX_ROW);
    return [{ from, to, cell: rangeName(merge), column: dataset.columns[slot].name }];
  });
  let last = header.row;
  return all
    .sort((a, b) => a.from - b.from)
    .flatMap((merge) => {
      const from = Math.max(merge.from, last + 1);
      if (from > merge.to) return [];
      last = merge.to;
      return [{ ...merge, from }];
    });
}

/** The merge that covers a row, if one does. */
export function mergeOf(merged: readonly MergedRows[], row: number): MergedRows | undefined {
  let low = 0;
  let high = merged.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (merged[middle].to < row) low = middle + 1;
    else high = middle;
  }
  const found = merged.at(low);
  return found !== undefined && found.from <= row ? found : undefined;
}
