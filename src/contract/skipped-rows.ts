import { MAX_ROW, TEXT } from '../workbook/cells.ts';
import type { Texts } from '../workbook/texts.ts';
import type { SheetTable } from '../workbook/workbook.ts';
import type { Dataset } from './dataset.ts';
import { fold } from './fold.ts';
import type { Header } from './header.ts';
import { type RowBlock, SKIPPED } from './row-block.ts';

const TOTAL = /^(sub[ -]?|grand )?total\b/;
const ONLY_TOTAL = /^((sub[ -]?|grand )?total|soma)( geral)?\W*$/;

/** Whether a text says that its row is a total, and nothing besides: a name may begin with the word. */
export function saysOnlyTotal(text: string): boolean {
  return ONLY_TOTAL.test(fold(text));
}

/** Finds the rows of a block that are no data, and calls back for each: totals, and notes. */
type SkipRows = (block: RowBlock, onSkip: (row: number, kind: 'totals' | 'notes') => void) => void;

export function createSkipRows(
  { columns, period }: Dataset,
  tables: readonly SheetTable[],
  header: Header,
  texts: Texts,
): SkipRows {
  const keys = columns.flatMap(({ key }, slot) => (key ? [slot] : []));
  const when = columns.findIndex(({ name }) => name === period);
  // Beside an only key it is the date that tells.
  const telling = keys.length === 1 ? [...keys, when] : keys;
  // The totals of a table beside ours say nothing of our rows.
  const ours = tables.filter(({ range }) =>
    header.columns.some((column) => column >= range.left && column <= range.right),
  );
  const totalsRows = rowsOfTotals(ours);

  return (block, onSkip) => {
    // Only a row that lacks one of them can be skipped, but for those of a table that says so. Most blocks lack none.
    const isBlank = (slot: number) => block.kinds[slot].subarray(0, block.count).includes(0);
    if (!telling.some(isBlank) && totalsRows === undefined) return;
    for (let row = 0; row < block.count; row++) {
      const isPartial = telling.some((slot) => block.kinds[slot][row] === 0);
      let kind = isPartial ? partialRow(block, row, keys, when, texts) : undefined;
      if (totalsRows?.[block.rows[row]] === 1) kind = 'totals';
      if (kind === undefined) continue;
      block.fates[row] = SKIPPED;
      block.skipped++;
      onSkip(block.rows[row], kind);
    }
  };
}

/**
 * What a row is that lacks a key, or beside its only one the date: a total, a note, or (undefined) a row of data that
 * lacks something.
 */
function partialRow(
  { kinds, values }: RowBlock,
  row: number,
  keys: readonly number[],
  when: number,
  texts: Texts,
): 'totals' | 'notes' | undefined {
  // A brand may well be called Total: the word counts only where something is blank.
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

/** For each row 1 where it is among a table's totals; undefined where no table has any. Tables may be many and overlap. */
function rowsOfTotals(tables: readonly SheetTable[]): Uint8Array | undefined {
  const withTotals = tables.filter(({ totalsRows }) => totalsRows > 0);
  if (withTotals.length === 0) return undefined;
  const rows = new Uint8Array(MAX_ROW + 1);
  for (const { range, totalsRows } of withTotals)
    rows.fill(1, Math.max(range.top, range.bottom - totalsRows + 1), range.bottom + 1);
  return rows;
}
