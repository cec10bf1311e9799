import { UserError } from '../errors.ts';
import {
  BATCH_CELLS,
  BOOLEAN,
  type CellBatch,
  DATE,
  ERROR,
  INVALID,
  MAX_COLUMN,
  MAX_ROW,
  NUMBER,
  parseRange,
  TEXT,
  UNCALCULATED,
} from './cells.ts';
import { isoToMs, serialToMs } from './dates.ts';
import { scanPlainCells } from './fast-cells.ts';
import { giveBackAll } from './give-back.ts';
import { numberOf } from './numbers.ts';
import { readRichText, startRichText } from './rich-text.ts';
import {
  type CellMeaning,
  createScan,
  emit,
  IN_CELL,
  IN_DATA,
  IN_INLINE,
  IN_ROW,
  IN_VALUE,
  OUTSIDE,
  type SheetFacts,
  type SheetScan,
  startCell,
  startRow,
} from './scan.ts';
import { AS_NUMBER } from './styles.ts';
import { decodeEscapes, MOST_CHARACTERS } from './texts.ts';
import {
  attribute,
  CLOSE,
  END,
  feed,
  isMain,
  isTrue,
  MAX_WINDOW,
  MORE,
  malformed,
  next,
  OPEN,
  preservesSpace,
  TEXT as TEXT_TOKEN,
  textValue,
  tooLong,
  trimSpace,
  type Xml,
} from './xml.ts';

/**
 * Reads a worksheet part (ECMA-376 18.3.1) as batches of cells that hold a value, and fills `facts`.
 * Throws UserError for XML that is none, a row or a cell that comes twice, an address that no sheet has,
 * and a limit that is passed; whoever consumes it must drop what it was given before.
 */
export async function* readSheet(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
  sheet: string,
  meaning: CellMeaning,
  facts: SheetFacts,
): AsyncGenerator<CellBatch> {
  const scan = createScan(part, sheet, meaning, facts);
  const { batch } = scan;
  try {
    for await (const chunk of chunks) {
      feed(scan.xml, chunk);
      scan.lastEnd = lastCellEnd(scan.xml);
      yield* batches(scan);
    }
    feed(scan.xml, undefined);
    yield* batches(scan);
    if (batch.count > 0) yield batch;
  } finally {
    giveBackAll([scan.xml.bytes, batch, scan.rowsSeen, scan.lastRowOf]);
  }
}

const CELL_END = '</c>';

function lastCellEnd({ bytes, pos, end }: Xml): number {
  const at = Buffer.from(bytes.buffer, pos, end - pos).lastIndexOf(CELL_END, undefined, 'latin1');
  return at === -1 ? 0 : pos + at + CELL_END.length;
}

/**
 * The batches that the window fills. The first ones are small: who looks for a header need not wait for more, and the
 * compiler has seen each loop come to its end before it compiles them.
 */
function* batches(scan: SheetScan): Generator<CellBatch> {
  while (advance(scan)) {
    yield scan.batch;
    scan.batch.count = 0;
    scan.batchCells = Math.min(2 * scan.batchCells, BATCH_CELLS);
  }
}

/** Scans on: true when the batch is full, false when the window is used up. */
function advance(scan: SheetScan): boolean {
  const { xml, batch, batchCells } = scan;
  for (;;) {
    if (scan.place === IN_ROW || scan.place === IN_DATA) scanPlainCells(scan);
    if (batch.count === batchCells) return true;
    if (scan.place === IN_INLINE) {
      if (!readRichText(scan.rich, xml)) return false;
      scan.inline = decodeEscapes(scan.rich.text);
      scan.place = IN_CELL;
    }
    const token = next(xml);
    if (token === MORE || token === END) return false;
    if (token === OPEN) opened(scan);
    else if (token === CLOSE) closed(scan);
    else if (token === TEXT_TOKEN && scan.place === IN_VALUE && scan.skipping === 0) {
      scan.value = (scan.value ?? '') + textValue(xml);
      if (scan.value.length > MAX_WINDOW) throw tooLong(xml);
    }
  }
}

function opened(scan: SheetScan): void {
  const { xml } = scan;
  if (scan.skipping > 0) return;
  if (scan.place === OUTSIDE) openedOutside(scan);
  else if (scan.place === IN_DATA && isMain(xml, 'row')) openRow(scan);
  else if (scan.place === IN_ROW && isMain(xml, 'c')) openCell(scan);
  else if (scan.place === IN_CELL && isMain(xml, 'v')) {
    if (scan.value !== undefined) throw malformed(xml, 'damage.twoValues');
    scan.value = '';
    scan.preserve = preservesSpace(xml);
    if (!xml.selfClosing) scan.place = IN_VALUE;
  } else if (scan.place === IN_CELL && isMain(xml, 'is')) {
    scan.inline = '';
    if (!xml.selfClosing) {
      startRichText(scan.rich, xml);
      scan.place = IN_INLINE;
    }
  } else {
    if (scan.place === IN_CELL && isMain(xml, 'f')) openFormula(scan);
    if (!xml.selfClosing) scan.skipping = xml.depth;
  }
}

function openFormula(scan: SheetScan): void {
  scan.formula = true;
  const type = attribute(scan.xml, 't');
  if (type !== 'array' && type !== 'dataTable') return;
  const range = parseRange(attribute(scan.xml, 'ref') ?? '');
  if (range && (range.top < range.bottom || range.left < range.right)) scan.spill = range;
}

function openedOutside(scan: SheetScan): void {
  const { xml, facts } = scan;
  if (isMain(xml, 'sheetData')) {
    if (!xml.selfClosing) scan.place = IN_DATA;
  } else if (isMain(xml, 'col')) {
    if (!isTrue(attribute(xml, 'hidden'))) return;
    note(xml, facts.hiddenColumns, MAX_COLUMN, {
      from: Number(attribute(xml, 'min')),
      to: Number(attribute(xml, 'max')),
    });
  } else if (isMain(xml, 'mergeCell')) {
    const range = parseRange(attribute(xml, 'ref') ?? '');
    if (range) note(xml, facts.merges, MAX_ROW, range);
  }
}

/** Keeps a fact of the sheet: of no honest one there are more than `most`, and a hostile one would fill the memory. */
function note<T>(xml: Xml, known: T[], most: number, fact: T): void {
  if (known.length === most) throw malformed(xml, 'damage.ranges');
  known.push(fact);
}

function closed(scan: SheetScan): void {
  const { xml } = scan;
  if (scan.skipping > 0) {
    if (xml.depth < scan.skipping) scan.skipping = 0;
    return;
  }
  switch (scan.place) {
    case IN_VALUE:
      scan.place = IN_CELL;
      return;
    case IN_CELL:
      finishCell(scan);
      scan.place = IN_ROW;
      return;
    case IN_ROW:
      scan.place = IN_DATA;
      return;
    case IN_DATA:
      scan.place = OUTSIDE;
  }
}

function openRow(scan: SheetScan): void {
  const { xml } = scan;
  const reference = attribute(xml, 'r');
  startRow(scan, reference === undefined ? scan.row + 1 : Number(reference));
  if (isTrue(attribute(xml, 'hidden'))) scan.facts.hiddenRows++;
  if (!xml.selfClosing) scan.place = IN_ROW;
}

function openCell(scan: SheetScan): void {
  const { xml } = scan;
  const reference = attribute(xml, 'r');
  let column = scan.column + 1;
  if (reference !== undefined) {
    const range = parseRange(reference);
    const found = { sheet: scan.sheet, address: reference };
    if (range === undefined) throw new UserError('sheet.address', found);
    if (range.top !== scan.row) throw new UserError('sheet.otherRow', { ...found, row: scan.row });
    column = range.left;
  }
  startCell(scan, column);
  scan.type = attribute(xml, 't') ?? 'n';
  scan.style = Number(attribute(xml, 's') ?? 0);
  scan.value = undefined;
  scan.inline = undefined;
  scan.formula = false;
  scan.spill = undefined;
  if (!xml.selfClosing) scan.place = IN_CELL;
}

function finishCell(scan: SheetScan): void {
  const held = interpret(scan);
  // Whoever does not calculate leaves out the other cells of such a formula, or writes 0 there too.
  if (held?.kind === UNCALCULATED && scan.spill)
    note(scan.xml, scan.facts.uncalculated, MAX_ROW, scan.spill);
  if (held) emit(scan, held.kind, held.value);
}

interface Held {
  readonly kind: number;
  readonly value: number;
}

/** What the open cell holds by its type (ECMA-376 18.18.11); undefined when it is blank. */
function interpret(scan: SheetScan): Held | undefined {
  const { type, value, inline, meaning } = scan;
  if (inline !== undefined) return textOf(scan, inline);
  if (value === undefined || (value === '' && type !== 'str')) {
    // Without a value a cell is blank, unless a formula says that it should have one.
    return scan.formula ? { kind: UNCALCULATED, value: 0 } : undefined;
  }
  if (scan.formula && meaning.isToCalculate && type === 'n' && numberOf(value) === 0)
    return { kind: UNCALCULATED, value: 0 };
  switch (type) {
    case 'n':
      return numberHeld(scan, value);
    case 's': {
      const index = numberOf(value);
      const isEmpty = meaning.sharedEmpties[index];
      if (isEmpty === undefined) return invalid(scan, value);
      return isEmpty ? undefined : { kind: TEXT, value: index };
    }
    case 'str':
    case 'inlineStr':
      return textOf(scan, decodeEscapes(scan.preserve ? value : trimSpace(value)));
    case 'b': {
      const known = ['0', 'false', '1', 'true'].indexOf(value.trim());
      return known === -1 ? invalid(scan, value) : { kind: BOOLEAN, value: known >> 1 };
    }
    case 'e':
      return { kind: ERROR, value: meaning.texts.intern(value) };
    case 'd': {
      const ms = isoToMs(value.trim(), meaning.date1904);
      return Number.isNaN(ms) ? invalid(scan, value) : { kind: DATE, value: ms };
    }
    default:
      return invalid(scan, value);
  }
}

function numberHeld(scan: SheetScan, text: string): Held {
  const { dateStyles, date1904 } = scan.meaning;
  const number = numberOf(text);
  if (Number.isNaN(number)) return invalid(scan, text);
  if (dateStyles.of(scan.style, number) === AS_NUMBER) return { kind: NUMBER, value: number };
  const ms = serialToMs(number, date1904);
  return Number.isNaN(ms) ? invalid(scan, text) : { kind: DATE, value: ms };
}

function textOf(scan: SheetScan, text: string): Held | undefined {
  return text === '' ? undefined : { kind: TEXT, value: scan.meaning.texts.intern(text) };
}

function invalid(scan: SheetScan, text: string): Held {
  return { kind: INVALID, value: scan.meaning.texts.intern(text.slice(0, MOST_CHARACTERS)) };
}
