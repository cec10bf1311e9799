export const DAY_MS = 86_400_000;
/** Serial of 1 January 1970 in each of the two systems (ECMA-376 18.17.4.1). */
const EPOCH_1900 = 25_569;
const EPOCH_1904 = 24_107;
/** 31 December 9999, the last day that Excel knows. */
const LAST_1900 = 2_958_465;

/**
 * A date's serial as local milliseconds since 1970, in whole milliseconds: no time zone takes part.
 * NaN for what is no date: a negative serial, one past the year 9999, and serial 60 of the 1900 system,
 * the 29 February 1900 that never was.
 */
export function serialToMs(serial: number, date1904: boolean): number {
  // Rounding comes first, so that 23:59:59.9999 ends in the day that Excel shows.
  const ms = Math.round(serial * DAY_MS);
  const day = Math.floor(ms / DAY_MS);
  const last = date1904 ? LAST_1900 - (EPOCH_1900 - EPOCH_1904) : LAST_1900;
  if (!(day >= 0 && day <= last)) return Number.NaN;
  if (date1904) return ms - EPOCH_1904 * DAY_MS;
  if (day === 60) return Number.NaN;
  return ms - (day < 60 ? EPOCH_1900 - 1 : EPOCH_1900) * DAY_MS;
}

/** 1 January 1900, the first day that the 1900 system has, as local milliseconds since 1970. */
export const DAY_ONE = Date.UTC(1900, 0, 1);

/**
 * Whether this is of the 1900 system's day 0, which is no date: a time alone, or the 0 that a formula makes of an empty
 * cell.
 */
export function isDayZero(ms: number): boolean {
  return ms < DAY_ONE && ms >= DAY_ONE - DAY_MS;
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z?)?$/;

/**
 * An ISO 8601 date, date-time or time (`t="d"`) as local milliseconds since 1970; NaN for anything else.
 * Workbooks know no time zones, so a `Z` is only a way of writing; a time alone is of the serial's day 0.
 */
export function isoToMs(text: string, date1904: boolean): number {
  const dayZero = msToIso(serialToMs(0, date1904)).slice(0, 10);
  const match = ISO.exec(/^T?\d\d:/.test(text) ? `${dayZero}T${text.replace('T', '')}` : text);
  if (!match) return Number.NaN;
  const [year, month, day, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  const date = dayToMs(year, month, day);
  const fraction = Math.round(Number(`0.${match[7] ?? 0}`) * 1000);
  return date + ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
}

/** A day of the calendar as milliseconds since 1970; NaN when the calendar has no such day, as it has no year 0. */
export function dayToMs(year: number, month: number, day: number): number {
  const ms = new Date(0).setUTCFullYear(year, month - 1, day);
  const date = new Date(ms);
  const isThere = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isThere ? ms : Number.NaN;
}

/** Local milliseconds as ISO text without a zone: `2019-03-14T15:09:26`, with `.535` only when there is some. */
export function msToIso(ms: number): string {
  return new Date(ms).toISOString().replace(/(\.000)?Z$/, '');
}
