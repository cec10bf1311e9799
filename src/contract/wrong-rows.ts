import { MAX_ROW, type Range, rangeName } from '../workbook/cells.ts';
import type { SheetFacts } from '../workbook/scan.ts';
import type { Choice } from './choose-sheet.ts';
import type { RowRange } from './load.ts';

/** Rows of which it is known behind them that a cell is wrong, and the place to tell. */
interface WrongRows extends RowRange {
  readonly code: 'cell.merged' | 'cell.uncalculated';
  /** The range that makes them so, such as `A2:A9`. */
  readonly cell: string;
  /** The contract's column that it covers. */
  readonly column: string;
}

/**
 * The rows below the header that a range over columns of the contract covers, in their order, and none twice: a merge,
 * which leaves it open which rows its value means, or what a formula fills that was never calculated.
 */
export function wrongRows(choice: Choice, { merges, uncalculated }: SheetFacts): WrongRows[] {
  const all = [
    ...merges.flatMap((range) => covered(choice, range, 'cell.merged')),
    ...uncalculated.flatMap((range) => covered(choice, range, 'cell.uncalculated')),
  ];
  let last = choice.header.row;
  return all
    .sort((a, b) => a.from - b.from)
    .flatMap((rows) => {
      const from = Math.max(rows.from, last + 1);
      if (from > rows.to) return [];
      last = rows.to;
      return [{ ...rows, from }];
    });
}

function covered({ dataset, header }: Choice, range: Range, code: WrongRows['code']): WrongRows[] {
  const slot = header.columns.findIndex((column) => column >= range.left && column <= range.right);
  if (slot === -1) return [];
  const from = Math.max(range.top, header.row + 1);
  const to = Math.min(range.bottom, MAX_ROW);
  return [{ from, to, code, cell: rangeName(range), column: dataset.columns[slot].name }];
}

/** The ones that a row is among, if it is. */
export function wrongAt(wrong: readonly WrongRows[], row: number): WrongRows | undefined {
  let low = 0;
  let high = wrong.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (wrong[middle].to < row) low = middle + 1;
    else high = middle;
  }
  const found = wrong.at(low);
  return found !== undefined && found.from <= row ? found : undefined;
}
