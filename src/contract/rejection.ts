import type { Problem } from '../errors.ts';

/** Why a cell, and with it its row, was not loaded. */
export interface Rejection extends Problem {
  // Every code of a cell has its words in the catalogue.
  readonly code: RejectionCode;
  readonly row: number;
  /** The cell's address, such as `F7`, or the range of a merge. */
  readonly cell: string;
  /** The contract's column. */
  readonly column: string;
  /** The value as it was found, as text; empty for a blank cell. */
  readonly value: string;
}

export const rejectionCodes = [
  'cell.blank',
  'cell.notNumber',
  'cell.notInteger',
  'cell.notMoney',
  'cell.notDate',
  'cell.hasTime',
  'cell.notText',
  'cell.ambiguous',
  'cell.error',
  'cell.boolean',
  'cell.uncalculated',
  'cell.invalid',
  'cell.tooLarge',
  'cell.tooSmall',
  'cell.tooBig',
  'cell.noSuchDate',
  'cell.merged',
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];
