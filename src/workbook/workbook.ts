import { UserError } from '../errors.ts';
import { type CellBatch, MAX_ROW, parseRange, type Range } from './cells.ts';
import { defaultLimits, type Limits, overLimit } from './limits.ts';
import { eachElement, openPackage, type Package, type Relationship } from './package.ts';
import type { CellMeaning, SheetFacts } from './scan.ts';
import { readSharedStrings } from './shared-strings.ts';
import { readSheet } from './sheet.ts';
import { createSpellings } from './spellings.ts';
import { NO_STYLES, readDateStyles } from './styles.ts';
import { createTexts, type Texts } from './texts.ts';
import { attribute, isMain, isTrue, relationshipId } from './xml.ts';
import type { ByteSource } from './zip.ts';

/** An open workbook: its sheets, and the cells of each as batches of typed columns. Read one sheet at a time. */
export interface Workbook {
  readonly sheets: readonly Sheet[];
  /** What the cells' text indexes mean; it grows while sheets are read. */
  readonly texts: Texts;
  /**
   * A sheet's cells that hold a value, batch by batch. `facts` is whole once the last batch was read.
   * Throws UserError for a workbook that cannot be read rightly.
   */
  read(sheet: Sheet, facts?: SheetFacts): AsyncGenerator<CellBatch>;
  /** The tables (Insert > Table) of a sheet. */
  tables(sheet: Sheet): Promise<SheetTable[]>;
}

export interface Sheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly part: string;
}

export interface SheetTable {
  readonly range: Range;
  /** How many rows at the range's end are totals. */
  readonly totalsRows: number;
}

export function createFacts(): SheetFacts {
  return { hiddenRows: 0, hiddenColumns: [], merges: [], uncalculated: [] };
}

/**
 * Opens an .xlsx or .xlsm workbook.
 * Throws UserError for a file that is something else, encrypted, broken, or beyond a limit; each says what to do.
 */
export async function openWorkbook(
  source: ByteSource,
  limits: Limits = defaultLimits,
): Promise<Workbook> {
  const pack = await openPackage(source, limits);
  const main = await mainPart(pack);
  const relationships = await pack.relationships(main);
  const { sheets, date1904, isToCalculate } = await readWorkbookPart(pack, main, relationships);
  if (sheets.length > limits.sheets) throw overLimit('sheets', limits);

  const texts = createTexts(limits);
  const strings = partOfType(relationships, 'sharedStrings');
  if (strings) await readSharedStrings(pack.read(strings), strings, texts);
  const styles = partOfType(relationships, 'styles');
  const dateStyles = styles ? await readDateStyles(pack.readKept(styles), styles) : NO_STYLES;
  const sharedEmpties = texts.empties();
  const spellings = createSpellings(texts, limits);
  const meaning: CellMeaning = {
    texts,
    spellings,
    sharedEmpties,
    dateStyles,
    date1904,
    isToCalculate,
    limits,
  };

  return {
    sheets,
    texts,
    read: (sheet, facts = createFacts()) =>
      readSheet(pack.read(sheet.part), sheet.part, sheet.name, meaning, facts),
    tables: (sheet) => readTables(pack, sheet),
  };
}

async function mainPart(pack: Package): Promise<string> {
  const main = partOfType(await pack.relationships(''), 'officeDocument');
  if (main?.endsWith('.bin')) throw new UserError('workbook.xlsb');
  if (main && pack.has(main)) {
    if (/workbook[^/]*$/i.test(main) || (await isWorkbook(pack, main))) return main;
    throw otherOffice(main);
  }
  if (pack.has('content.xml') && pack.has('meta-inf/manifest.xml')) {
    throw new UserError('workbook.otherType', { type: 'OpenDocument' });
  }
  if (main) throw new UserError('workbook.partMissing', { part: main });
  if (pack.names.some((name) => /(^|\/)xl\/workbook\.xml$/.test(name)))
    throw new UserError('workbook.repacked');
  if (pack.names.some((name) => name.endsWith('.iwa')))
    throw new UserError('workbook.document', { type: 'Apple iWork' });
  throw new UserError('workbook.archive');
}

async function isWorkbook(pack: Package, part: string): Promise<boolean> {
  let found = false;
  await eachElement(pack.readKept(part), part, (xml) => {
    if (xml.depth <= 1 && isMain(xml, 'workbook')) found = true;
  });
  return found;
}

function otherOffice(part: string): UserError {
  if (part.startsWith('word/')) return new UserError('workbook.document', { type: 'Word' });
  if (part.startsWith('ppt/')) return new UserError('workbook.document', { type: 'PowerPoint' });
  return new UserError('workbook.archive');
}

function partOfType(relationships: Map<string, Relationship>, type: string): string | undefined {
  for (const relationship of relationships.values()) {
    if (relationship.type === type) return relationship.target;
  }
  return undefined;
}

async function readWorkbookPart(
  pack: Package,
  main: string,
  relationships: Map<string, Relationship>,
) {
  const sheets: Sheet[] = [];
  let date1904 = false;
  let isToCalculate = false;
  await eachElement(
    pack.readKept(main),
    main,
    (xml) => {
      if (isMain(xml, 'workbookPr')) date1904 = isTrue(attribute(xml, 'date1904'));
      if (isMain(xml, 'calcPr')) isToCalculate = isTrue(attribute(xml, 'fullCalcOnLoad'));
      if (!isMain(xml, 'sheet')) return;
      const name = attribute(xml, 'name') ?? '';
      const relationship = relationships.get(relationshipId(xml) ?? '');
      if (relationship === undefined) throw new UserError('workbook.sheetMissing', { sheet: name });
      // Chart sheets and dialogues hold no cells.
      if (relationship.type !== 'worksheet') return;
      if (!pack.has(relationship.target))
        throw new UserError('workbook.partMissing', { part: relationship.target });
      const state = attribute(xml, 'state') ?? 'visible';
      sheets.push({ name, hidden: state !== 'visible', part: relationship.target });
    },
    'workbook',
  );
  return { sheets, date1904, isToCalculate };
}

async function readTables(pack: Package, sheet: Sheet): Promise<SheetTable[]> {
  const tables: SheetTable[] = [];
  const relationships = [...(await pack.relationships(sheet.part)).values()];
  const parts = relationships.flatMap(({ type, target }) => (type === 'table' ? target : []));
  for (const target of new Set(parts)) {
    if (!pack.has(target)) continue;
    await eachElement(
      pack.readKept(target),
      target,
      (xml) => {
        if (xml.depth > 1 || !isMain(xml, 'table')) return;
        const range = parseRange(attribute(xml, 'ref') ?? '');
        if (range && range.bottom <= MAX_ROW)
          tables.push({ range, totalsRows: Number(attribute(xml, 'totalsRowCount') ?? 0) });
      },
      'table',
    );
  }
  return tables;
}
