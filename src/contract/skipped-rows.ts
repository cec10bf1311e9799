import { TEXT } from '../workbook/cells.ts';
import type { Texts } from '../workbook/texts.ts';
import type { SheetTable } from '../workbook/workbook.ts';
import type { Dataset } from './dataset.ts';
import { fold } from './fold.ts';
import type { Header } from './header.ts';
import { type RowBlock, SKIPPED } from './row-block.ts';

const TOTAL = /^(sub ?|grand )?total\b/;

/** Finds the rows of a block that are no data, and calls back for each: totals, and notes. */
export type SkipRows = (
  block: RowBlock,
  onSkip: (row: number, kind: 'totals' | 'notes') => void,
) => void;

export function createSkipRows(
  { columns, period }: Dataset,
  tables: readonly SheetTable[],
  header: Header,
  texts: Texts,
): SkipRows {
  const keys = columns.flatMap(({ key }, slot) => (key ? [slot] : []));
  const when = columns.findIndex(({ name }) => name === period);
  // The totals of a table beside ours say nothing of our rows.
  const ours = tables.filter(({ range }) =>
    header.columns.some((column) => column >= range.left && column <= range.right),
  );
  const totalsRows = rowsOfTotals(ours);

  return (block, onSkip) => {
    // Only a row that lacks a key can be skipped, but for those of a table that says so. Most blocks lack none.
    const lacksKey = keys.some((slot) => block.kinds[slot].subarray(0, block.count).includes(0));
    if (!lacksKey && totalsRows.size === 0) return;
    for (let row = 0; row < block.count; row++) {
      const kind = totalsRows.has(block.rows[row])
        ? 'totals'
        : partialRow(block, row, keys, when, texts);
      if (kind === undefined) continue;
      block.fates[row] = SKIPPED;
      block.skipped++;
      onSkip(block.rows[row], kind);
    }
  };
}

/** What a row without all its keys is: a total, a note, or (undefined) a row of data that lacks something. */
function partialRow(
  { kinds, values }: RowBlock,
  row: number,
  keys: readonly number[],
  when: number,
  texts: Texts,
): 'totals' | 'notes' | undefined {
  if (!keys.some((slot) => kinds[slot][row] === 0)) return undefined;
  // A brand may well be called Total: the word counts only where another key is blank.
  const isTotal = (slot: number) =>
    kinds[slot][row] === TEXT && TOTAL.test(fold(texts.get(values[slot][row])));
  if (keys.some(isTotal)) return 'totals';
  const cells = kinds.filter((column) => column[row] !== 0);
  if (keys.some((slot) => kinds[slot][row] !== 0))
    return cells.length === 1 && cells[0][row] === TEXT ? 'notes' : undefined;
  // A sum has no date, and a note nothing but words in its place. What says when and something more may be a sale.
  const kind = kinds[when][row];
  const saysWhen = kind !== 0 && (kind !== TEXT || /\d/.test(texts.get(values[when][row])));
  return saysWhen && cells.length > 1 ? undefined : 'notes';
}

function rowsOfTotals(tables: readonly SheetTable[]): Set<number> {
  const rows = new Set<number>();
  for (const { range, totalsRows } of tables) {
    const first = Math.max(range.top, range.bottom - totalsRows + 1);
    for (let row = first; row <= range.bottom; row++) rows.add(row);
  }
  return rows;
}
