import { BATCH_CELLS, DATE, MAX_COLUMN, NUMBER, TEXT } from './cells.ts';
import { serialToMs } from './dates.ts';
import { parseNumber } from './numbers.ts';
import { IN_DATA, IN_ROW, type SheetScan, startRow } from './scan.ts';
import { enter, leave, nameHash } from './xml.ts';

const ROW = nameHash('row');

/**
 * The fast way through the forms that nearly every cell of nearly every workbook has:
 *
 *     <c r="B7" s="3"><v>42</v></c>      <c r="C7" t="s"><v>5</v></c>
 *     <c r="D7" t="inlineStr"><is><t>a text that stood in a cell before</t></is></c>
 *
 * and through `<row r="7">`, `<row r="7" spans="1:6">` and `</row>`. Each is consumed whole or not at all:
 * at anything else, at a full batch, and at the end of the window (whose closing 0 matches nothing) it stops
 * and the general scanner goes on. It emits what the general scanner would; a test compares the two.
 * The characters are spelt as their codes because this loop is where the time of reading goes.
 */
export function scanPlainCells(scan: SheetScan): void {
  const { xml, meaning, batch, lastRowOf } = scan;
  if (!xml.mainByDefault || scan.skipping > 0) return;
  const { bytes } = xml;
  const { rows, columns, kinds, values } = batch;
  const { dateStyles, date1904, sharedCount, texts } = meaning;
  const before = batch.count;
  const full = Math.min(BATCH_CELLS, before + meaning.limits.cells - scan.cells);
  let count = before;
  let p = xml.pos;
  let row = scan.row;
  let inRow = scan.place === IN_ROW;
  while (bytes[p] === 60) {
    if (!inRow) {
      const cellsAt = plainRow(bytes, p);
      if (cellsAt === 0) break;
      xml.pos = p;
      startRow(scan, digitsAt(bytes, p + 8));
      enter(xml, ROW);
      row = scan.row;
      inRow = true;
      p = cellsAt;
      continue;
    }
    if (bytes[p + 1] === 47) {
      // </row>
      if (
        bytes[p + 2] !== 114 ||
        bytes[p + 3] !== 111 ||
        bytes[p + 4] !== 119 ||
        bytes[p + 5] !== 62
      )
        break;
      leave(xml);
      inRow = false;
      p += 6;
      continue;
    }
    // <c r="
    if (bytes[p + 1] !== 99 || bytes[p + 2] !== 32 || bytes[p + 3] !== 114) break;
    if (bytes[p + 4] !== 61 || bytes[p + 5] !== 34) break;
    let q = p + 6;
    let column = 0;
    let byte = bytes[q];
    for (; byte >= 65 && byte <= 90; byte = bytes[++q]) column = column * 26 + byte - 64;
    let cellRow = 0;
    for (; byte >= 48 && byte <= 57; byte = bytes[++q]) cellRow = cellRow * 10 + byte - 48;
    // A wrong or repeated address is an error, which the general scanner raises.
    if (byte !== 34 || cellRow !== row || column === 0 || column > MAX_COLUMN) break;
    if (lastRowOf[column] === row) break;
    byte = bytes[++q];
    let style = 0;
    if (byte === 32 && bytes[q + 1] === 115 && bytes[q + 2] === 61 && bytes[q + 3] === 34) {
      q += 4;
      for (byte = bytes[q]; byte >= 48 && byte <= 57; byte = bytes[++q])
        style = style * 10 + byte - 48;
      if (byte !== 34) break;
      byte = bytes[++q];
    }
    let kind = NUMBER;
    let value = 0;
    let inline = false;
    if (byte === 32) {
      // t="s"
      if (bytes[q + 1] !== 116 || bytes[q + 2] !== 61 || bytes[q + 3] !== 34) break;
      if (bytes[q + 4] === 105) {
        const textAt = inlineTextAt(bytes, q + 4);
        const end = textAt === 0 ? 0 : plainTextEnd(bytes, textAt);
        if (end === 0 || !matches(bytes, end, INLINE_END)) break;
        value = texts.find(bytes, textAt, end);
        if (value === -1) break;
        inline = true;
        q = end + INLINE_END.length;
      } else {
        if (bytes[q + 4] !== 115 || bytes[q + 5] !== 34) break;
        q += 6;
        byte = bytes[q];
      }
      kind = TEXT;
    }
    if (!inline) {
      // ><v>
      if (byte !== 62 || bytes[q + 1] !== 60 || bytes[q + 2] !== 118 || bytes[q + 3] !== 62) break;
      q += 4;
      const valueAt = q;
      for (byte = bytes[q]; byte >= 48 && byte <= 57; byte = bytes[++q])
        value = value * 10 + byte - 48;
      if (byte !== 60 || q === valueAt || q - valueAt > 15) {
        // A sign, a fraction, an exponent, or more digits than a double counts in.
        while (byte !== 60 && byte !== 0) byte = bytes[++q];
        value = byte === 0 ? Number.NaN : parseNumber(bytes, valueAt, q);
      }
      // </v></c>
      if (bytes[q + 1] !== 47 || bytes[q + 2] !== 118 || bytes[q + 3] !== 62 || bytes[q + 4] !== 60)
        break;
      if (bytes[q + 5] !== 47 || bytes[q + 6] !== 99 || bytes[q + 7] !== 62) break;
      if (kind === TEXT) {
        if (!(value >= 0 && value < sharedCount && Number.isInteger(value)) || texts.isEmpty(value))
          break;
      } else if (dateStyles[style] === 1) {
        value = serialToMs(value, date1904);
        kind = DATE;
      }
      q += 8;
    }
    if (Number.isNaN(value) || count === full) break;
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
function plainRow(bytes: Uint8Array, p: number): number {
  // <row r="
  if (bytes[p + 1] !== 114 || bytes[p + 2] !== 111 || bytes[p + 3] !== 119 || bytes[p + 4] !== 32)
    return 0;
  if (bytes[p + 5] !== 114 || bytes[p + 6] !== 61 || bytes[p + 7] !== 34) return 0;
  let q = p + 8;
  while (bytes[q] >= 48 && bytes[q] <= 57) q++;
  if (q === p + 8 || q > p + 15 || bytes[q] !== 34) return 0;
  if (bytes[q + 1] === 62) return q + 2;
  //  spans="
  if (bytes[q + 1] !== 32 || bytes[q + 2] !== 115 || bytes[q + 3] !== 112 || bytes[q + 4] !== 97)
    return 0;
  if (bytes[q + 5] !== 110 || bytes[q + 6] !== 115 || bytes[q + 7] !== 61 || bytes[q + 8] !== 34)
    return 0;
  q += 9;
  while ((bytes[q] >= 48 && bytes[q] <= 58) || bytes[q] === 32) q++;
  return bytes[q] === 34 && bytes[q + 1] === 62 ? q + 2 : 0;
}

function digitsAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let q = at; bytes[q] >= 48 && bytes[q] <= 57; q++) value = value * 10 + bytes[q] - 48;
  return value;
}

const INLINE = Buffer.from('inlineStr"><is><t');
const PRESERVE = Buffer.from(' xml:space="preserve"');
const INLINE_END = Buffer.from('</t></is></c>');

function matches(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

/** Where the text begins after `inlineStr"><is><t>` or `inlineStr"><is><t xml:space="preserve">`; 0 for any other form. */
function inlineTextAt(bytes: Uint8Array, p: number): number {
  if (!matches(bytes, p, INLINE)) return 0;
  let q = p + INLINE.length;
  if (matches(bytes, q, PRESERVE)) q += PRESERVE.length;
  return bytes[q] === 62 ? q + 1 : 0;
}

/** Where a text ends whose bytes are what it says: no entity, escape, or white space at an end; 0 for any other. */
function plainTextEnd(bytes: Uint8Array, from: number): number {
  let q = from;
  for (let byte = bytes[q]; byte !== 60; byte = bytes[++q]) {
    // The window's end, a line break that XML makes another, an entity, and _x000D_.
    if (byte === 0 || byte === 13 || byte === 38 || (byte === 95 && bytes[q + 1] === 120)) return 0;
  }
  return q > from && bytes[from] > 32 && bytes[q - 1] > 32 ? q : 0;
}
