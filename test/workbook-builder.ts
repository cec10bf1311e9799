import { DECLARATION } from '../src/samples/xml.ts';
import type { SheetCells } from './workbook-cells.ts';
import {
  contentTypesXml,
  namespaces,
  newBook,
  placed,
  prefixed,
  relationshipsName,
  relationshipsXml,
  sheetXml,
  stringsXml,
  stylesXml,
  type Table,
  tableXml,
  workbookXml,
} from './workbook-parts.ts';
import { type Data, type Entry, repeated, type ZipOptions, zip } from './zip-builder.ts';

export * from './workbook-cells.ts';
export * from './zip-builder.ts';

export interface Sheet extends SheetCells {
  readonly name?: string;
  readonly state?: 'hidden' | 'veryHidden';
  readonly merges?: readonly string[];
  /** Numbers, from 1. */
  readonly hiddenColumns?: readonly number[];
  readonly autoFilter?: string;
  readonly tables?: readonly Table[];
  /** What `<dimension>` claims. */
  readonly dimension?: string;
}

/** A part instead of the one that the builder wrote, a change to it, or `null` for none. */
type Override = Data | null | ((xml: string) => Data);

export interface Spec {
  readonly sheets: readonly Sheet[];
  /** As written: `'1'`, `'true'`, `'0'`. */
  readonly date1904?: string;
  readonly strict?: boolean;
  /** `'x'` writes `<x:row>` in every part of the spreadsheet. */
  readonly prefix?: string;
  /** `false`: no such part; texts are inline. */
  readonly sharedStrings?: false;
  /** `false`: no such part; cells have no style. */
  readonly styles?: false;
  /** Where a part rests, from where it usually does: `(name) => name.replace('xl/', '')`. */
  readonly place?: (name: string) => string;
  readonly absoluteTargets?: boolean;
  /** By usual name: `{ [SHEET]: utf16, 'xl/vbaProject.bin': bytes, 'xl/styles.xml': null }`. */
  readonly parts?: Readonly<Record<string, Override>>;
  /** The last word on the zip's entries: their order, names, methods, lies. */
  readonly entries?: (entries: Entry[]) => Entry[];
  readonly zip?: ZipOptions;
}

export const SHEET = 'xl/worksheets/sheet1.xml';
export const SHARED_STRINGS = 'xl/sharedStrings.xml';
const WORKBOOK = 'xl/workbook.xml';
const STYLES = 'xl/styles.xml';

/** The bytes of a workbook: right, unless the spec says otherwise. */
export function workbook(spec: Spec): Buffer {
  const parts = new Map<string, Data>(standardParts(spec));
  for (const [name, override] of Object.entries(spec.parts ?? {})) {
    const part = parts.get(name);
    if (override === null) parts.delete(name);
    else if (typeof override !== 'function') parts.set(name, override);
    else if (typeof part === 'string') parts.set(name, override(part));
    else throw new Error(`No part ${name} to change; there are ${[...parts.keys()].join(', ')}`);
  }
  const entries = Array.from(parts, ([name, data]): Entry => ({ name: placed(name, spec), data }));
  return zip(spec.entries?.(entries) ?? entries, spec.zip);
}

/** For `parts`: the same text in UTF-16 with a byte order mark. */
export function utf16(xml: string): Uint8Array {
  return Buffer.from(`\ufeff${xml.replace('UTF-8', 'UTF-16')}`, 'utf16le');
}

/** For `parts`: as many megabytes of `filler` before a closing tag, for a few KB of zip each. */
export function bomb(filler: string, megabytes: number, before = '</sheetData>') {
  return (xml: string): Data => {
    const place = xml.indexOf(before);
    if (place < 0) throw new Error(`No ${before} to put a bomb before`);
    const block = filler.repeat(2 ** 20 / Buffer.byteLength(filler));
    return repeated(xml.slice(0, place), block, megabytes, xml.slice(place));
  };
}

function standardParts(spec: Spec): Map<string, string> {
  const main = namespaces(spec).main;
  const book = newBook(spec);
  const parts = new Map<string, string>();
  const links = new Map<string, string[]>([
    ['', [WORKBOOK]],
    [WORKBOOK, []],
  ]);
  const put = (source: string, name: string, xml: string): void => {
    parts.set(name, DECLARATION + prefixed(xml, spec.prefix));
    links.set(source, [...(links.get(source) ?? []), name]);
  };

  parts.set(WORKBOOK, DECLARATION + prefixed(workbookXml(spec), spec.prefix));
  let tables = 0;
  for (const [index, sheet] of spec.sheets.entries()) {
    const name = `xl/worksheets/sheet${index + 1}.xml`;
    put(WORKBOOK, name, sheetXml(sheet, book, namespaces(spec)));
    for (const table of sheet.tables ?? [])
      put(name, `xl/tables/table${++tables}.xml`, tableXml(table, tables, main));
  }
  if (spec.styles !== false) put(WORKBOOK, STYLES, stylesXml(book.formats, main));
  if (spec.sharedStrings !== false) put(WORKBOOK, SHARED_STRINGS, stringsXml(book.texts, main));

  const relationships = Array.from(links, ([source, targets]): [string, string] => [
    relationshipsName(source),
    relationshipsXml(spec, source, targets),
  ]);
  return new Map([
    ['[Content_Types].xml', contentTypesXml(spec, [...parts.keys()])],
    ...relationships,
    ...parts,
  ]);
}
