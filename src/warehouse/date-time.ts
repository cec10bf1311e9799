import type { Value } from './warehouse.ts';

/** A moment, in milliseconds since 1970, as a DATETIME column takes it: UTC, without a zone. */
export function dateTime(moment: number): string {
  return new Date(moment).toISOString().slice(0, -1);
}

/** The moment that a DATETIME column gives. */
export function momentOf(value: Value): number {
  return Date.parse(`${value}Z`);
}
