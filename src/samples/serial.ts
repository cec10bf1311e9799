const DAY_MS = 86_400_000;
const UNIX_EPOCH = 25_569; // 1970-01-01 as a serial of the 1900 date system

/** The serial number of a day `YYYY-MM-DD`; right from 1 March 1900 on. */
export function serialOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / DAY_MS + UNIX_EPOCH;
}

/** The day `YYYY-MM-DD` of a whole serial number. */
export function dayOfSerial(serial: number): string {
  return new Date((serial - UNIX_EPOCH) * DAY_MS).toISOString().slice(0, 10);
}
