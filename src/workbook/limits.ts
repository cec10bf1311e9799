import { UserError } from '../errors.ts';

/** How much of a workbook Entrada is willing to read: a hostile file must cost little, an honest one fits. */
export interface Limits {
  /** Bytes that may come out of inflate, over all parts of one workbook. */
  readonly inflatedBytes: number;
  /** Bytes out of inflate for each byte in; looked at once a part has given 64 MiB. */
  readonly ratio: number;
  /** Cells that hold a value, in one sheet. */
  readonly cells: number;
  readonly sheets: number;
  /** Distinct texts of one workbook: shared strings and texts in cells. */
  readonly texts: number;
  /** Bytes of those texts, in UTF-8. */
  readonly textBytes: number;
}

export const defaultLimits: Limits = {
  inflatedBytes: 4 * 2 ** 30,
  ratio: 500,
  cells: 100_000_000,
  sheets: 1_000,
  texts: 5_000_000,
  textBytes: 2 ** 28,
};

/** The environment variable that raises each limit; a message about a limit names it. */
export const limitSettings = {
  inflatedBytes: 'ENTRADA_MAX_INFLATED_BYTES',
  ratio: 'ENTRADA_MAX_RATIO',
  cells: 'ENTRADA_MAX_CELLS',
  sheets: 'ENTRADA_MAX_SHEETS',
  texts: 'ENTRADA_MAX_TEXTS',
  textBytes: 'ENTRADA_MAX_TEXT_BYTES',
} as const satisfies Record<keyof Limits, string>;

/** The error to throw where a workbook passes a limit. */
export function overLimit(limit: keyof Limits, limits: Limits): UserError {
  return new UserError(`limit.${limit}`, { limit: limits[limit], setting: limitSettings[limit] });
}
