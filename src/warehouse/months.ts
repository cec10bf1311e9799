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

/** Ranges of months that may overlap, as unbroken ones in order. */
export function together(ranges: readonly MonthRange[]): MonthRange[] {
  const found: { from: string; to: string }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => numberOf(a.from) - numberOf(b.from))) {
    const last = found.at(-1);
    if (last === undefined || numberOf(from) > numberOf(last.to)) found.push({ from, to });
    else if (numberOf(to) > numberOf(last.to)) last.to = to;
  }
  return found;
}

/** A month that a load has touched, by its first day, and how many rows there are of it: 0 once they are withdrawn. */
export interface MonthRows {
  readonly month: string;
  readonly rows: number;
}

/**
 * The months of a range, of those that loads have touched, in pieces of at most so many rows, each a month at least.
 */
export function portionsOf(
  months: readonly MonthRows[],
  range: MonthRange,
  most: number,
): MonthRange[] {
  const portions: { from: string; to: string }[] = [];
  let held = 0;
  for (const { month, rows } of within(months, range)) {
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

/** How many rows there are of the months of these ranges. */
export function rowsIn(months: readonly MonthRows[], ranges: readonly MonthRange[]): number {
  return ranges.flatMap((range) => within(months, range)).reduce((sum, { rows }) => sum + rows, 0);
}

function within(months: readonly MonthRows[], { from, to }: MonthRange): MonthRows[] {
  const [first, behind] = [numberOf(from), numberOf(to)];
  return months.filter(({ month }) => numberOf(month) >= first && numberOf(month) < behind);
}

/** What is true of the rows of these months, as literals: an engine skips the months it need not read only then. */
export function withinMonths(ranges: readonly MonthRange[]): string {
  const each = ranges.map(
    ({ from, to }) => `MONTH_START >= DATE '${from}' AND MONTH_START < DATE '${to}'`,
  );
  return each.length === 0 ? 'FALSE' : `(${each.join(' OR ')})`;
}

/** `2019-01 .. 2019-12`, the last month included, as a person counts. */
export function monthsText(ranges: readonly MonthRange[]): string {
  return ranges
    .map(({ from, to }) => {
      const [first, last] = [from.slice(0, -'-01'.length), monthOf(numberOf(to) - 1)];
      return first === last ? first : `${first} .. ${last}`;
    })
    .join(', ');
}

export function nextMonth(month: string): string {
  return `${monthOf(numberOf(month) + 1)}-01`;
}

/** Months as numbers in their order: the one after 9999-12 has five digits, and as a text it would come first. */
function numberOf(month: string): number {
  const [year, number] = month.split('-').map(Number);
  return 12 * year + number;
}

function monthOf(number: number): string {
  const year = Math.floor((number - 1) / 12);
  return `${String(year).padStart(4, '0')}-${String(number - 12 * year).padStart(2, '0')}`;
}
