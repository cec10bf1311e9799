import { DATE, MAX_COLUMN, NUMBER, TEXT } from './cells.ts';
import { serialToMs } from './dates.ts';
import { matches, textStart, word } from './literals.ts';
import { parseNumber } from './numbers.ts';
import { IN_DATA, IN_ROW, type SheetScan, startRow } from './scan.ts';
import { AS_DATE } from './styles.ts';
import { decodeEscapes } from './texts.ts';
import { enter, leave, nameHash, textValue } from './xml.ts';

const ROW = nameHash('row');

/* What is compared at once, as a view reads it. */
const ROW_OPEN = word('<row');
const REFERENCE = word(' r="');
const SPANS = word(' spa');
const SPANS_END = word('ns="');
const ROW_CLOSE = word('</ro');
const ROW_CLOSE_END = word('w>');
const CELL_OPEN = word('<c r');
const EQUALS_QUOTE = word('="');
const STYLE = word(' s="');
const TYPE = word(' t="');
const SHARED = word('s"');
const NUMERIC = word('n"');
const VALUE_OPEN = word('><v>');
const VALUE_CLOSE = word('</v>');
const CELL_CLOSE = word('</c>');

/* Which bits of two words the characters of a text are that has 0 to 8. */
const LOW_BITS = Int32Array.of(0, 0xff, 0xffff, 0xffffff, -1, -1, -1, -1, -1);
const HIGH_BITS = Int32Array.of(0, 0, 0, 0, 0, 0xff, 0xffff, 0xffffff, -1);

/**
 * The fast way through the forms that nearly every cell of nearly every workbook has:
 *
 *     <c r="B7" s="3"><v>42</v></c>      <c r="B7" t="n"><v>42</v></c>      <c r="C7" t="s"><v>5</v></c>
 *     <c r="D7" t="inlineStr"><is><t>a text</t></is></c>
 *
 * and through `<row r="7">`, `<row r="7" spans="1:6">` and `</row>`. Each is consumed whole or not at all:
 * at anything else, at a full batch, and behind the last cell that ends in the window it stops and the general scanner
 * goes on. It emits what the general scanner would; a test compares the two.
 * Four characters are compared at once, and single ones are spelt as their codes, because this loop is where the
 * time of reading goes.
 */
export function scanPlainCells(scan: SheetScan): void {
  const { xml, meaning, batch, lastRowOf } = scan;
  if (!xml.mainByDefault || scan.skipping > 0 || xml.passing > 0) return;
  const { bytes, view } = xml;
  const { rows, columns, kinds, values } = batch;
  const { date1904, sharedEmpties, spellings } = meaning;
  const { shownAs } = meaning.dateStyles;
  const before = batch.count;
  const full = Math.min(scan.batchCells, before + meaning.limits.cells - scan.cells);
  let count = before;
  // What the window's end cuts off waits for more.
  const { lastEnd } = scan;
  let p = xml.pos;
  let row = scan.row;
  let inRow = scan.place === IN_ROW;
  // The row's number as the addresses of its cells end: its digits are two words, of which not all may count.
  let digits = 0;
  let low = 0;
  let high = 0;
  if (inRow) {
    const text = String(row);
    digits = text.length;
    low = word(text.slice(0, 4));
    high = word(text.slice(4));
  }
  while (p < lastEnd && bytes[p] === 60) {
    const head = view.getInt32(p, true);
    if (!inRow) {
      const cellsAt = head === ROW_OPEN ? plainRow(bytes, view, p) : 0;
      if (cellsAt === 0) break;
      xml.pos = p;
      startRow(scan, numberAt(bytes, p + 8));
      enter(xml, ROW);
      row = scan.row;
      digits = 0;
      while (bytes[p + 8 + digits] !== 34) digits++;
      low = view.getInt32(p + 8, true) & LOW_BITS[digits];
      high = view.getInt32(p + 12, true) & HIGH_BITS[digits];
      inRow = true;
      p = cellsAt;
      continue;
    }
    if (head !== CELL_OPEN) {
      if (head !== ROW_CLOSE || view.getUint16(p + 4, true) !== ROW_CLOSE_END) break;
      leave(xml);
      inRow = false;
      p += 6;
      continue;
    }
    if (view.getUint16(p + 4, true) !== EQUALS_QUOTE) break;
    let q = p + 6;
    let column = 0;
    let byte = bytes[q];
    for (; byte >= 65 && byte <= 90; byte = bytes[++q]) column = column * 26 + byte - 64;
    // A wrong or repeated address is an error, which the general scanner raises.
    if ((view.getInt32(q, true) & LOW_BITS[digits]) !== low) break;
    if ((view.getInt32(q + 4, true) & HIGH_BITS[digits]) !== high) break;
    q += digits;
    if (bytes[q] !== 34 || column === 0 || column > MAX_COLUMN) break;
    if (lastRowOf[column] === row) break;
    q++;
    let style = 0;
    if (view.getInt32(q, true) === STYLE) {
      q += 4;
      for (byte = bytes[q]; byte >= 48 && byte <= 57; byte = bytes[++q])
        style = style * 10 + byte - 48;
      if (byte !== 34) break;
      q++;
    }
    let kind = NUMBER;
    let value = 0;
    let inline = false;
    if (view.getInt32(q, true) === TYPE) {
      q += 4;
      kind = TEXT;
      const type = view.getUint16(q, true);
      if (type === SHARED) q += 2;
      else if (type === NUMERIC) {
        kind = NUMBER;
        q += 2;
      } else {
        const textAt = matches(bytes, q, INLINE) ? textStart(bytes, q + INLINE.length) : 0;
        const end = textAt === 0 ? 0 : spellingEnd(bytes, textAt);
        if (end === 0 || !matches(bytes, end, INLINE_END)) break;
        value = spellings.find(bytes, textAt, end);
        if (value === -1) value = newSpelling(scan, textAt, end);
        if (value === -1) break;
        inline = true;
        q = end + INLINE_END.length;
      }
    }
    if (!inline) {
      if (view.getInt32(q, true) !== VALUE_OPEN) break;
      q += 4;
      const valueAt = q;
      let whole = 0;
      for (byte = bytes[q]; byte >= 48 && byte <= 57; byte = bytes[++q])
        whole = (whole * 10 + byte - 48) | 0;
      value = whole;
      if (byte !== 60 || q === valueAt || q - valueAt > 9) {
        // A sign, a fraction, an exponent, or more digits than a word counts in.
        while (bytes[q] !== 60) q++;
        value = parseNumber(bytes, valueAt, q);
        if (Number.isNaN(value)) break;
      }
      if (view.getInt32(q, true) !== VALUE_CLOSE || view.getInt32(q + 4, true) !== CELL_CLOSE)
        break;
      if (kind === TEXT) {
        if (sharedEmpties[value] !== 0) break;
      } else if (shownAs[style] > AS_DATE) break;
      else if (shownAs[style] === AS_DATE) {
        value = serialToMs(value, date1904);
        if (Number.isNaN(value)) break;
        kind = DATE;
      }
      q += 8;
    }
    if (count === full) break;
    rows[count] = row;
    columns[count] = column;
    kinds[count] = kind;
    values[count] = value;
    count++;
    lastRowOf[column] = row;
    scan.column = column;
    p = q;
  }
  xml.pos = p;
  batch.count = count;
  scan.cells += count - before;
  scan.place = inRow ? IN_ROW : IN_DATA;
}

/** Where the cells begin after `<row r="7">` or `<row r="7" spans="1:6">`; 0 for any other form. */
function plainRow(bytes: Uint8Array, view: DataView, p: number): number {
  if (view.getInt32(p + 4, true) !== REFERENCE) return 0;
  let q = p + 8;
  while (bytes[q] >= 48 && bytes[q] <= 57) q++;
  if (q === p + 8 || q > p + 15 || bytes[q] !== 34) return 0;
  if (bytes[q + 1] === 62) return q + 2;
  if (view.getInt32(q + 1, true) !== SPANS || view.getInt32(q + 5, true) !== SPANS_END) return 0;
  q += 9;
  while ((bytes[q] >= 48 && bytes[q] <= 58) || bytes[q] === 32) q++;
  return bytes[q] === 34 && bytes[q + 1] === 62 ? q + 2 : 0;
}

function numberAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let q = at; bytes[q] >= 48 && bytes[q] <= 57; q++) value = value * 10 + bytes[q] - 48;
  return value;
}

const INLINE = Buffer.from('inlineStr"><is><t');
const INLINE_END = Buffer.from('</t></is></c>');

/** Where a text ends whose first and last bytes are no white space, which may count or not; 0 for any other. */
function spellingEnd(bytes: Uint8Array, from: number): number {
  let q = from;
  while (bytes[q] !== 60 && bytes[q] !== 0) q++;
  return bytes[q] === 60 && q > from && bytes[from] > 32 && bytes[q - 1] > 32 ? q : 0;
}

/** The index of a text that is spelt in a new way; -1 where entities make white space of its ends. */
function newSpelling({ xml, meaning }: SheetScan, from: number, to: number): number {
  xml.textStart = from;
  xml.textEnd = to;
  xml.cdata = false;
  const text = textValue(xml);
  if (!(text.charCodeAt(0) > 32 && text.charCodeAt(text.length - 1) > 32)) return -1;
  return meaning.spellings.add(xml.bytes, from, to, decodeEscapes(text));
}
