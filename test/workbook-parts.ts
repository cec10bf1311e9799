import { posix } from 'node:path';
import { DECLARATION, escapeXml } from '../src/samples/xml.ts';
import type { Sheet, Spec } from './workbook-builder.ts';
import { type Book, rowsXml } from './workbook-cells.ts';

/* The text of each kind of part. `workbook` in workbook-builder.ts puts them together. */

/** A table over `ref`; `columns` are its header's texts. */
export interface Table {
  readonly ref: string;
  readonly columns: readonly string[];
  readonly totalsRowCount?: number;
}

interface Namespaces {
  readonly main: string;
  readonly relationships: string;
}

export function namespaces({ strict }: Spec): Namespaces {
  const [base, year] = strict
    ? ['http://purl.oclc.org/ooxml', '']
    : ['http://schemas.openxmlformats.org', '/2006'];
  return {
    main: `${base}/spreadsheetml${year}/main`,
    relationships: `${base}/officeDocument${year}/relationships`,
  };
}

/** `<row>` as `<x:row>`, in the cells that a test wrote as well. */
export function prefixed(xml: string, prefix: string | undefined): string {
  if (prefix === undefined) return xml;
  return xml
    .replace(/<(\/?)(?=[a-z]+[\s/>])/gi, `<$1${prefix}:`)
    .replaceAll('xmlns=', `xmlns:${prefix}=`);
}

/** Gathers texts and formats while the sheets are written; each has the index of its first use. */
export function newBook(spec: Spec) {
  const texts = new Map<string, number>();
  const formats = new Map<string | number, number>([0, 14, 22].map((id, style) => [id, style]));
  const indexIn = <K>(map: Map<K, number>, key: K): number => {
    const index = map.get(key) ?? map.size;
    map.set(key, index);
    return index;
  };
  const book: Book = {
    date1904: spec.date1904 === '1' || spec.date1904 === 'true',
    text: (inner) =>
      spec.sharedStrings === false
        ? ` t="inlineStr"><is>${inner}</is></c>`
        : ` t="s"><v>${indexIn(texts, inner)}</v></c>`,
    style: (format) => (spec.styles === false ? '' : ` s="${indexIn(formats, format)}"`),
  };
  // Live iterators: read after the sheets are written, they give all that was gathered.
  return { ...book, texts: texts.keys(), formats: formats.keys() };
}

export function workbookXml(spec: Spec): string {
  const { main, relationships } = namespaces(spec);
  const epoch = spec.date1904 === undefined ? '' : ` date1904="${spec.date1904}"`;
  const sheets = spec.sheets.map(({ name, state }, index) => {
    const id = index + 1;
    const shown = state === undefined ? '' : ` state="${state}"`;
    return `<sheet name="${escapeXml(name ?? `Planilha${id}`)}" sheetId="${id}"${shown} r:id="rId${id}"/>`;
  });
  return `<workbook xmlns="${main}" xmlns:r="${relationships}"><workbookPr${epoch}/><sheets>${sheets.join('')}</sheets></workbook>`;
}

export function sheetXml(sheet: Sheet, book: Book, { main, relationships }: Namespaces): string {
  const { dimension, autoFilter, hiddenColumns = [], merges = [], tables = [] } = sheet;
  const hidden = hiddenColumns.map((n) => `<col min="${n}" max="${n}" width="0" hidden="1"/>`);
  const merged = merges.map((ref) => `<mergeCell ref="${ref}"/>`);
  const tableParts = tables.map((_, index) => `<tablePart r:id="rId${index + 1}"/>`);
  return [
    `<worksheet xmlns="${main}" xmlns:r="${relationships}">`,
    dimension === undefined ? '' : `<dimension ref="${dimension}"/>`,
    hidden.length > 0 ? `<cols>${hidden.join('')}</cols>` : '',
    `<sheetData>${rowsXml(sheet, book)}</sheetData>`,
    autoFilter === undefined ? '' : `<autoFilter ref="${autoFilter}"/>`,
    list('mergeCells', merged),
    list('tableParts', tableParts),
    '</worksheet>',
  ].join('');
}

function list(tag: string, items: readonly string[]): string {
  return items.length > 0 ? `<${tag} count="${items.length}">${items.join('')}</${tag}>` : '';
}

export function tableXml(table: Table, id: number, main: string): string {
  const columns = table.columns.map(
    (name, index) => `<tableColumn id="${index + 1}" name="${escapeXml(name)}"/>`,
  );
  const totals = table.totalsRowCount ? ` totalsRowCount="${table.totalsRowCount}"` : '';
  return `<table xmlns="${main}" id="${id}" name="Tabela${id}" displayName="Tabela${id}" ref="${table.ref}"${totals}>${list('tableColumns', columns)}</table>`;
}

export function stringsXml(texts: Iterable<string>, main: string): string {
  const items = Array.from(texts, (inner) => `<si>${inner}</si>`);
  return `<sst xmlns="${main}">${items.join('')}</sst>`;
}

export function stylesXml(formats: Iterable<string | number>, main: string): string {
  const codes: string[] = [];
  const styles = Array.from(formats, (format) => {
    const id = typeof format === 'number' ? format : 164 + codes.length;
    if (typeof format === 'string')
      codes.push(`<numFmt numFmtId="${id}" formatCode="${escapeXml(format)}"/>`);
    return `<xf numFmtId="${id}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>`;
  });
  return [
    `<styleSheet xmlns="${main}">`,
    list('numFmts', codes),
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>',
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>',
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>',
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>',
    list('cellXfs', styles),
    '</styleSheet>',
  ].join('');
}

const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** By name without number: the type of the relationship that leads to a part, and of its content. */
const KINDS: Readonly<Record<string, readonly [link: string, content: string]>> = {
  workbook: ['officeDocument', 'sheet.main+xml'],
  sheet: ['worksheet', 'worksheet+xml'],
  table: ['table', 'table+xml'],
  styles: ['styles', 'styles+xml'],
  sharedStrings: ['sharedStrings', 'sharedStrings+xml'],
};

function kindOf(name: string): readonly [link: string, content: string] {
  return KINDS[posix.basename(name, '.xml').replace(/\d+$/, '')];
}

export function contentTypesXml(spec: Spec, names: readonly string[]): string {
  const overrides = names.map(
    (name) =>
      `<Override PartName="/${placed(name, spec)}" ContentType="${CONTENT}.${kindOf(name)[1]}"/>`,
  );
  return `${DECLARATION}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${overrides.join('')}</Types>`;
}

/** The part that holds the relationships of `source`; of the package itself when it is `''`. */
export function relationshipsName(source: string): string {
  return posix.join(posix.dirname(source), '_rels', `${posix.basename(source)}.rels`);
}

export function relationshipsXml(spec: Spec, source: string, targets: readonly string[]): string {
  const folder = posix.dirname(placed(source, spec));
  const links = targets.map((target, index) => {
    const name = placed(target, spec);
    const path = spec.absoluteTargets ? `/${name}` : posix.relative(folder, name);
    return `<Relationship Id="rId${index + 1}" Type="${namespaces(spec).relationships}/${kindOf(target)[0]}" Target="${escapeXml(path)}"/>`;
  });
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${links.join('')}</Relationships>`;
}

/** Where a part rests; its relationships follow it, and the package's own never move. */
export function placed(name: string, spec: Spec): string {
  const { place } = spec;
  if (place === undefined || name === '' || name === '[Content_Types].xml') return name;
  const relationships = /^(.*)_rels\/(.*)\.rels$/.exec(name);
  if (relationships === null) return place(name);
  const [, folder, file] = relationships;
  return relationshipsName(file === '' ? '' : place(folder + file));
}
