import { totalmem } from 'node:os';

/**
 * What DuckDB may take before it goes to disk. It keeps what it has read or written until then: as much of a long
 * history as of a short one.
 */
export const MEMORY = '64MB';

/** The same while rows of so many columns land: a few row groups, and for each column of texts a few blocks. */
export function landingMemory(columns: number): string {
  return `${24 + columns}MB`;
}

/** Of DuckDB's own, while nothing lands. */
export const THREADS = 2;

/**
 * For the rare work that does not fit and cannot go to disk, such as merging millions of keys: half of the machine's.
 */
export function largeMemory(): string {
  const machine = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return `${Math.floor(machine / 2 / 2 ** 20)}MiB`;
}
