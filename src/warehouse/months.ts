import type { MonthRange } from './warehouse.ts';

/** Months (first days, in order) as unbroken ranges. */
export function rangesOf(months: readonly string[]): MonthRange[] {
  const ranges: { from: string; to: string }[] = [];
  for (const from of months) {
    const last = ranges.at(-1);
    if (last?.to === from) last.to = nextMonth(from);
    else ranges.push({ from, to: nextMonth(from) });
  }
  return ranges;
}

/** A range in pieces of at most so many rows, each a month at least. */
export function portionsOf(
  months: readonly { readonly month: string; readonly rows: number }[],
  most: number,
): MonthRange[] {
  const portions: { from: string; to: string }[] = [];
  let held = 0;
  for (const { month, rows } of months) {
    const last = portions.at(-1);
    held += rows;
    if (last?.to === month && held <= most) last.to = nextMonth(month);
    else {
      portions.push({ from: month, to: nextMonth(month) });
      held = rows;
    }
  }
  return portions;
}

function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01-01` : `${year}-${String(number + 1).padStart(2, '0')}-01`;
}
