import { BOOLEAN, DATE, ERROR, INVALID, NUMBER, TEXT, UNCALCULATED } from '../workbook/cells.ts';
import { DAY_MS, isDayZero } from '../workbook/dates.ts';
import type { Texts } from '../workbook/texts.ts';
import { type Column, type Dataset, isOnlyKey } from './dataset.ts';
import { type Parsed, parseDateText, parseNumberText } from './parse-text.ts';
import type { RejectionCode } from './rejection.ts';
import { saysOnlyTotal } from './skipped-rows.ts';

/** Beyond it two amounts a cent apart are the same double. */
const MAX_MONEY = 2 ** 46;

/** A value as its column stores it (see batch.ts), or the code of the reason why not. */
export type Checked = number | RejectionCode;

/** Checks the cells of one column; made once a load, because texts that mean another value are looked at once each. */
type CellCheck = (kind: number, value: number) => Checked;

export function createCellCheck(column: Column, dataset: Dataset, texts: Texts): CellCheck {
  const { type } = column;
  const { min, max } = boundsOf(column);
  // A whole row with the word of a total in its only key may be either, a total or a row of data.
  const mayBeTotal = isOnlyKey(column, dataset);
  const known = new Map<number, Checked>();

  function text(index: number): Checked {
    if (type === 'text' && !mayBeTotal) return index;
    let checked = known.get(index);
    if (checked === undefined) {
      checked = type === 'text' ? name(index) : fromText(texts.get(index));
      known.set(index, checked);
    }
    return checked;
  }

  const name = (index: number) => (saysOnlyTotal(texts.get(index)) ? 'cell.total' : index);

  function fromText(found: string): Checked {
    const isDate = type === 'date' || type === 'datetime';
    const parsed: Parsed = isDate
      ? parseDateText(found, dataset.dates)
      : parseNumberText(found, dataset.numbers, type === 'money');
    if (parsed === 'ambiguous') return 'cell.ambiguous';
    if (parsed === 'range') return 'cell.noSuchDate';
    if (parsed === 'format') return isDate ? 'cell.notDate' : 'cell.notNumber';
    return isDate ? date(parsed) : number(parsed);
  }

  function number(value: number): Checked {
    if (!(value >= min || isNoise(value - min, min))) return 'cell.tooSmall';
    if (!(value <= max || isNoise(value - max, max))) return 'cell.tooBig';
    if (Math.abs(value) > (type === 'money' ? MAX_MONEY : Number.MAX_SAFE_INTEGER))
      return 'cell.tooLarge';
    if (type === 'number') return value;
    if (type === 'integer') return integerOf(value) ?? 'cell.notInteger';
    return centsOf(value) ?? 'cell.notMoney';
  }

  function date(ms: number): Checked {
    if (!(ms >= min)) return 'cell.tooSmall';
    if (!(ms <= max)) return 'cell.tooBig';
    if (type === 'datetime') return ms * 1000;
    return ms % DAY_MS === 0 ? ms / DAY_MS : 'cell.hasTime';
  }

  return (kind, value) => {
    switch (kind) {
      case NUMBER:
        if (type === 'text') return 'cell.notText';
        return type === 'date' || type === 'datetime' ? 'cell.notDate' : number(value);
      case DATE:
        if (type === 'date' || type === 'datetime')
          return isDayZero(value) ? 'cell.notDate' : date(value);
        return type === 'text' ? 'cell.notText' : 'cell.notNumber';
      case TEXT:
        return text(value);
      case BOOLEAN:
        return 'cell.boolean';
      case ERROR:
        return 'cell.error';
      case UNCALCULATED:
        return 'cell.uncalculated';
      case INVALID:
        return type === 'date' || type === 'datetime' ? 'cell.noSuchDate' : 'cell.invalid';
      default:
        return 'cell.blank';
    }
  };
}

/** A column's bounds, in the unit of its values: numbers, or local milliseconds. */
export function boundsOf({ min, max }: Column): { readonly min: number; readonly max: number } {
  return {
    min: bound(min, Number.NEGATIVE_INFINITY, 0),
    // A day as an upper bound counts whole.
    max: bound(max, Number.POSITIVE_INFINITY, DAY_MS - 1),
  };
}

/** Whether so much of a number is the rounding noise of a sum, a few units in the last place: what no sheet shows. */
function isNoise(difference: number, value: number): boolean {
  return Math.abs(difference) <= 4 * Number.EPSILON * Math.abs(value);
}

/** The whole number that a double is, but for rounding noise. */
function integerOf(value: number): number | undefined {
  const near = Math.round(value);
  const isNear = isNoise(value - near, value) && Math.abs(value - near) <= 1e-6;
  return isNear ? near : undefined;
}

/**
 * The whole cents that an amount is. A double holds 19.99 only nearly, and a sum of such amounts a little less nearly; a
 * third decimal place is no noise.
 */
function centsOf(value: number): number | undefined {
  const near = Math.round(value * 100);
  const exact = [near, near - 1, near + 1].find((cents) => cents / 100 === value);
  if (exact !== undefined) return exact;
  return isNoise(value - near / 100, value) ? near : undefined;
}

function bound(value: Column['min'], otherwise: number, dayEnd: number): number {
  if (value === undefined) return otherwise;
  return typeof value === 'number' ? value : Date.parse(`${value}T00:00:00Z`) + dayEnd;
}
