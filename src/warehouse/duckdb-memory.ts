import { totalmem } from 'node:os';

/*
 * What DuckDB may take before it goes to disk. A landing keeps a few row groups, and a workbook is read beside
 * it, which needs memory of its own; the procedures keep what their keys need.
 */
export const LANDING_MEMORY = '64MB';
export const MEMORY = '160MB';

/** Of DuckDB's own, while nothing lands. */
export const THREADS = 2;

/** For the rare work that does not fit and cannot go to disk, such as merging millions of keys: half of the machine's. */
export function largeMemory(): string {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return `${Math.floor(machine / 2 / 2 ** 20)}MiB`;
}
