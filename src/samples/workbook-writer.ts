import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { contentTypes, ROOT_RELS, STYLES, workbookRels, workbookXml } from './parts.ts';
import { columnName, DECLARATION, escapeXml, textElement } from './xml.ts';

/** A date (its serial number), an error such as `#N/A`, or a formula with the number it last gave. */
type SpecialCell =
  | { readonly serial: number }
  | { readonly error: string }
  | { readonly formula: string; readonly value: number };

export type Cell = string | number | boolean | null | SpecialCell;

export interface WorkbookContent {
  readonly sheetName?: string;
  /** A function, because shared strings that come before the sheet take a walk of their own. */
  readonly rows: () => Iterable<readonly Cell[]>;
  /** Where the texts are: in a part after the sheet as Excel does, in one before it, or in the cells. */
  readonly strings?: 'after' | 'before' | 'inline';
}

/** Writes a one-sheet workbook as Excel would. The same content gives the same bytes; memory is bounded. */
export async function writeWorkbook(path: string, content: WorkbookContent): Promise<void> {
  const { sheetName = 'Planilha1', rows, strings = 'after' } = content;
  const shared = strings !== 'inline';
  const table: StringTable = { indexes: new Map(), uses: 0 };
  const text = shared ? (value: string) => sharedText(value, table) : inlineText;
  if (strings === 'before') for (const _ of sheetXml(rows, text)); // only to fill the table

  const file = createWriteStream(path);
  const zip = new ZipFile();
  const add = (name: string, xml: () => Iterable<string>): void =>
    zip.addReadStreamLazy(name, ZIP_ENTRY, (give) => {
      const source = Readable.from(xml());
      // yazl does not listen to its sources: without this a failing row would never end the pipeline.
      source.once('error', (error) => file.destroy(error));
      give(null, source);
    });
  const addStrings = () => add('xl/sharedStrings.xml', () => stringsXml(table));

  add('[Content_Types].xml', () => [contentTypes(shared)]);
  add('_rels/.rels', () => [ROOT_RELS]);
  add('xl/workbook.xml', () => [workbookXml(sheetName)]);
  add('xl/_rels/workbook.xml.rels', () => [workbookRels(shared)]);
  add('xl/styles.xml', () => [STYLES]);
  if (strings === 'before') addStrings();
  add('xl/worksheets/sheet1.xml', () => sheetXml(rows, text));
  if (strings === 'after') addStrings();
  zip.end();
  await pipeline(zip.outputStream, file);
}

// The zip format's first day, in the local time that yazl writes: the same bytes in every zone.
const ZIP_ENTRY = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true };
const CHUNK = 128 * 1024;

interface StringTable {
  readonly indexes: Map<string, number>;
  uses: number;
}

function sharedText(value: string, table: StringTable): string {
  table.uses++;
  let index = table.indexes.get(value);
  if (index === undefined) {
    index = table.indexes.size;
    table.indexes.set(value, index);
  }
  return ` t="s"><v>${index}</v></c>`;
}

function inlineText(value: string): string {
  return ` t="inlineStr"><is>${textElement(value)}</is></c>`;
}

type TextWriter = (value: string) => string;

function* sheetXml(rows: WorkbookContent['rows'], text: TextWriter): Generator<string> {
  const columns: string[] = [];
  let number = 0;
  let chunk = `${DECLARATION}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultColWidth="16" defaultRowHeight="15"/><sheetData>`;
  for (const row of rows()) {
    number++;
    if (row.length === 0) continue;
    chunk += `<row r="${number}" spans="1:${row.length}">`;
    for (let column = 0; column < row.length; column++) {
      const value = row[column];
      if (value === null) continue;
      columns[column] ??= columnName(column);
      chunk += `<c r="${columns[column]}${number}"${cellRest(value, text)}`;
    }
    chunk += '</row>';
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = '';
    }
  }
  yield `${chunk}</sheetData><pageMargins left="0.5" right="0.5" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`;
}

/** What follows a cell's address: style, type and value. */
function cellRest(value: NonNullable<Cell>, text: TextWriter): string {
  if (typeof value === 'number') return `><v>${value}</v></c>`;
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return ` t="b"><v>${value ? 1 : 0}</v></c>`;
  if ('serial' in value) {
    const style = Number.isInteger(value.serial) ? 1 : 2;
    return ` s="${style}"><v>${value.serial}</v></c>`;
  }
  if ('error' in value) return ` t="e"><v>${escapeXml(value.error)}</v></c>`;
  return `><f>${escapeXml(value.formula)}</f><v>${value.value}</v></c>`;
}

function* stringsXml({ indexes, uses }: StringTable): Generator<string> {
  let chunk = `${DECLARATION}<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="${uses}" uniqueCount="${indexes.size}">`;
  for (const value of indexes.keys()) {
    chunk += `<si>${textElement(value)}</si>`;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = '';
    }
  }
  yield `${chunk}</sst>`;
}
