import { UserError } from '../errors.ts';
import {
  type CellBatch,
  columnName,
  createBatch,
  MAX_COLUMN,
  MAX_ROW,
  type Range,
} from './cells.ts';
import { type Limits, overLimit } from './limits.ts';
import { createRichText, type RichText } from './rich-text.ts';
import type { Spellings } from './spellings.ts';
import type { DateStyles } from './styles.ts';
import type { TextStore } from './texts.ts';
import { createXml, type Xml } from './xml.ts';

/** What a sheet says besides its cells; complete once the last batch was read. */
export interface SheetFacts {
  hiddenRows: number;
  readonly hiddenColumns: { readonly from: number; readonly to: number }[];
  readonly merges: Range[];
  /** Of formulas that were never calculated and fill more cells than their own. */
  readonly uncalculated: Range[];
}

/** What the cells of a workbook mean, common to all its sheets. */
export interface CellMeaning {
  readonly texts: TextStore;
  /** Of the texts that stand in cells. */
  readonly spellings: Spellings;
  /** For each of the texts that are shared strings 1 where it is empty: a cell may name no other. */
  readonly sharedEmpties: Uint8Array;
  readonly dateStyles: DateStyles;
  readonly date1904: boolean;
  /**
   * Whether whoever opens the workbook is to calculate its formulas first. A library that cannot calculate says so,
   * and writes 0 for what they give.
   */
  readonly isToCalculate: boolean;
  readonly limits: Limits;
}

/** Where the scanner stands, between two chunks too. */
export interface SheetScan {
  readonly xml: Xml;
  readonly meaning: CellMeaning;
  readonly batch: CellBatch;
  /** Behind the last cell that ends in the window. */
  lastEnd: number;
  /** How many cells the batch is to have. */
  batchCells: number;
  readonly facts: SheetFacts;
  readonly sheet: string;
  place:
    | typeof OUTSIDE
    | typeof IN_DATA
    | typeof IN_ROW
    | typeof IN_CELL
    | typeof IN_VALUE
    | typeof IN_INLINE;
  /** Depth of the element being passed over, or 0. */
  skipping: number;
  row: number;
  column: number;
  cells: number;
  /** One bit a row: a row may come out of order, but not twice. */
  readonly rowsSeen: Uint8Array;
  /** For each column, the last row that had a cell in it. */
  readonly lastRowOf: Int32Array;
  /** Of the open cell. */
  type: string;
  style: number;
  value: string | undefined;
  /** Whether white space at the ends of `value` counts. */
  preserve: boolean;
  inline: string | undefined;
  formula: boolean;
  /** What its formula fills, where that may be more than the cell. */
  spill: Range | undefined;
  readonly rich: RichText;
}

export const OUTSIDE = 0;
export const IN_DATA = 1;
export const IN_ROW = 2;
export const IN_CELL = 3;
export const IN_VALUE = 4;
export const IN_INLINE = 5;

const FIRST_BATCH_CELLS = 1 << 6;

export function createScan(
  part: string,
  sheet: string,
  meaning: CellMeaning,
  facts: SheetFacts,
): SheetScan {
  return {
    xml: createXml(part, 'worksheet'),
    meaning,
    batch: createBatch(),
    lastEnd: 0,
    batchCells: FIRST_BATCH_CELLS,
    facts,
    sheet,
    place: OUTSIDE,
    skipping: 0,
    row: 0,
    column: 0,
    cells: 0,
    rowsSeen: new Uint8Array(MAX_ROW / 8 + 1),
    lastRowOf: new Int32Array(MAX_COLUMN + 1),
    type: '',
    style: 0,
    value: undefined,
    preserve: false,
    inline: undefined,
    formula: false,
    spill: undefined,
    rich: createRichText(),
  };
}

/** Notes that a row begins. Throws when no sheet has such a row, or this one had it already. */
export function startRow(scan: SheetScan, row: number): void {
  if (row > MAX_ROW)
    throw new UserError('sheet.tooLong', { sheet: scan.sheet, row, last: MAX_ROW });
  if (!(Number.isInteger(row) && row >= 1)) {
    throw new UserError('sheet.rowNumber', { sheet: scan.sheet, row });
  }
  const bit = 1 << (row & 7);
  if (scan.rowsSeen[row >> 3] & bit)
    throw new UserError('sheet.rowTwice', { sheet: scan.sheet, row });
  scan.rowsSeen[row >> 3] |= bit;
  scan.row = row;
  scan.column = 0;
}

/** Notes that a cell begins. Throws when no sheet has such a column, or its row had it already. */
export function startCell(scan: SheetScan, column: number): void {
  if (column > MAX_COLUMN) {
    throw new UserError('sheet.address', {
      sheet: scan.sheet,
      address: `${columnName(column)}${scan.row}`,
    });
  }
  if (scan.lastRowOf[column] === scan.row) {
    throw new UserError('sheet.cellTwice', {
      sheet: scan.sheet,
      cell: `${columnName(column)}${scan.row}`,
    });
  }
  scan.lastRowOf[column] = scan.row;
  scan.column = column;
}

/** Puts a cell that holds a value into the batch. */
export function emit(scan: SheetScan, kind: number, value: number): void {
  const { batch, meaning } = scan;
  if (++scan.cells > meaning.limits.cells) throw overLimit('cells', meaning.limits);
  const i = batch.count++;
  batch.rows[i] = scan.row;
  batch.columns[i] = scan.column;
  batch.kinds[i] = kind;
  batch.values[i] = value;
}
