import type { Problem } from '../errors.ts';
import type { Code } from '../messages/en.ts';

/** Why a cell, and with it its row, was not loaded. */
export interface Rejection extends Problem {
  readonly code: RejectionCode;
  readonly row: number;
  /** The cell's address, such as `F7`, or the range of a merge. */
  readonly cell: string;
  /** The contract's column. */
  readonly column: string;
  /** The value as it was found, as text; empty for a blank cell. */
  readonly value: string;
}

export type RejectionCode = Extract<Code, `cell.${string}`>;
