import { totalmem } from 'node:os';

/*
 * What DuckDB may take before it goes to disk: the first for rows on their way, in a landing, the first procedures and
 * the checks, which need a few row groups or a part of their groups; the second for merging keys, which must have them all.
 */
export const ROWS_MEMORY = '96MB';
export const MEMORY = '160MB';

/** Of DuckDB's own, while nothing lands. */
export const THREADS = 2;

/** For the rare work that does not fit and cannot go to disk, such as merging millions of keys: half of the machine's. */
export function largeMemory(): string {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return `${Math.floor(machine / 2 / 2 ** 20)}MiB`;
}
