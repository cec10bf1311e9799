import { columnName, textElement } from '../src/samples/xml.ts';

/** What a cell needs from its workbook: a place for its text, an id for its format. */
export interface Book {
  readonly date1904: boolean;
  /** The rest of a cell that holds this text (`<t>…</t>` or runs), shared or inline. */
  text(inner: string): string;
  /** The `s` attribute of a number format: a code, or the id of a built-in one. */
  style(format: string | number): string;
}

/** Writes a cell's XML; `r` is its address as an attribute, or nothing where the sheet has none. */
export type Special = (r: string, book: Book) => string;
export type Value = number | string | boolean | null | Special;

/** XML as it is, in the place of a cell or of a whole row. */
export function raw(xml: string): Special {
  return () => xml;
}

/** A cell of any type with any content: `cell('e', '<v>#N/A</v>')`, `cell('n', '<f>1+1</f>')`. */
export function cell(type: string, inner: string): Special {
  return (r) => `<c${r} t="${type}">${inner}</c>`;
}

/** A string made of XML: `rich('<r><t>VU</t></r><r><t>LT</t></r><rPh sb="0" eb="1"><t>x</t></rPh>')`. */
export function rich(inner: string): Special {
  return (r, book) => `<c${r}${book.text(inner)}`;
}

/** A number under a number format: `formatted(43467, '[$-416]dd/mm/yyyy;@')`, `formatted(0.5, 18)`. */
export function formatted(value: number, format: string | number): Special {
  return (r, book) => `<c${r}${book.style(format)}><v>${value}</v></c>`;
}

type Moment = [
  year: number,
  month: number,
  day: number,
  h?: number,
  m?: number,
  s?: number,
  ms?: number,
];

/** A date as Excel stores it: a serial of the workbook's epoch, format 14, or 22 when it has a time. */
export function date(...moment: Moment): Special {
  return (r, book) => {
    const value = serial(...moment) - (book.date1904 ? 1462 : 0);
    return formatted(value, Number.isInteger(value) ? 14 : 22)(r, book);
  };
}

/** The serial number of a moment in the 1900 system, which has a 29 February 1900 that never was. */
export function serial(...[year, month, day, h = 0, m = 0, s = 0, ms = 0]: Moment): number {
  const value = Date.UTC(year, month - 1, day, h, m, s, ms) / 86_400_000 + 25_569;
  return value < 61 ? value - 1 : value;
}

/** A row that is not the next one. */
export interface PlacedRow {
  readonly row: number;
  readonly cells: readonly (Value | PlacedCell)[];
}

/** A cell that is not in the next column. */
export interface PlacedCell {
  readonly address: string;
  readonly value: Value;
}

export type Row = readonly (Value | PlacedCell)[] | PlacedRow | Special;

/** `row(5, [...])` out of order, after a gap, or twice. */
export function row(number: number, cells: PlacedRow['cells']): PlacedRow {
  return { row: number, cells };
}

/** `at('XFD1048576', 1)`: the address is written as it is, right or wrong. */
export function at(address: string, value: Value): PlacedCell {
  return { address, value };
}

export interface SheetCells {
  readonly rows: readonly Row[];
  /** `false`: rows have no `r`. */
  readonly rowRefs?: false;
  /** `false`: cells have no `r`. */
  readonly cellRefs?: false;
  readonly hiddenRows?: readonly number[];
}

/** The inside of `<sheetData>`. */
export function rowsXml(sheet: SheetCells, book: Book): string {
  let number = 0;
  return sheet.rows
    .map((entry) => {
      if (typeof entry === 'function') return entry('', book);
      number = 'row' in entry ? entry.row : number + 1;
      const cells = 'row' in entry ? entry.cells : entry;
      const r = sheet.rowRefs === false ? '' : ` r="${number}"`;
      const hidden = sheet.hiddenRows?.includes(number) ? ' hidden="1"' : '';
      return `<row${r}${hidden}>${cellsXml(cells, number, sheet, book)}</row>`;
    })
    .join('');
}

function cellsXml(
  cells: PlacedRow['cells'],
  number: number,
  sheet: SheetCells,
  book: Book,
): string {
  let column = 0;
  return cells
    .map((entry) => {
      const placed = typeof entry === 'object' && entry !== null;
      if (placed) column = columnIndex(entry.address);
      const address = placed ? entry.address : columnName(column) + number;
      column++;
      const r = sheet.cellRefs === false ? '' : ` r="${address}"`;
      return valueXml(placed ? entry.value : entry, r, book);
    })
    .join('');
}

function valueXml(value: Value, r: string, book: Book): string {
  if (value === null) return '';
  if (typeof value === 'function') return value(r, book);
  if (typeof value === 'string') return `<c${r}${book.text(textElement(value))}`;
  if (typeof value === 'boolean') return `<c${r} t="b"><v>${value ? 1 : 0}</v></c>`;
  return `<c${r}><v>${value}</v></c>`;
}

function columnIndex(address: string): number {
  const letters = address.replace(/[^A-Z]/g, '');
  return [...letters].reduce((index, c) => index * 26 + c.charCodeAt(0) - 64, 0) - 1;
}
