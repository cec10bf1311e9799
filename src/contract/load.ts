import { BOOLEAN, columnName, DATE, ERROR, INVALID, NUMBER, TEXT } from '../workbook/cells.ts';
import { isDayZero, msToIso } from '../workbook/dates.ts';
import { giveBackAll } from '../workbook/give-back.ts';
import type { SheetFacts } from '../workbook/scan.ts';
import type { Texts } from '../workbook/texts.ts';
import { createFacts, type Workbook } from '../workbook/workbook.ts';
import { createRowBatch, type RowBatch } from './batch.ts';
import { createColumnCheck } from './check-column.ts';
import type { Choice } from './choose-sheet.ts';
import { createContentHash } from './content-hash.ts';
import type { Dataset } from './dataset.ts';
import type { Rejection } from './rejection.ts';
import {
  blankOut,
  clearRowBlock,
  createPlaces,
  createRowBlock,
  gather,
  KEPT,
  keepAccepted,
  REJECTED,
  type RowBlock,
} from './row-block.ts';
import { createSkipRows } from './skipped-rows.ts';
import { wrongAt, wrongRows } from './wrong-rows.ts';

/** Rows from the first to the last, both included. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** Where accepted rows and rejections go while a sheet is read. */
export interface RowSink {
  /** The batch and the texts behind it are valid until the promise resolves. */
  write(batch: RowBatch, texts: Texts): Promise<void>;
  reject(rejections: readonly Rejection[]): Promise<void>;
  /** Takes back what was written of these rows; says which rows there were, in their order. */
  discard(rows: readonly RowRange[]): Promise<number[]>;
}

/** What was found in a sheet, besides its rows. */
export interface SheetReport {
  readonly sheet: string;
  readonly headerRow: number;
  /** Rows of data: accepted + rejected. */
  read: number;
  accepted: number;
  rejected: number;
  /** Rows that are no data: totals, and notes. The first hundred are named. */
  totals: number;
  notes: number;
  skippedRows: readonly number[];
  readonly ignoredColumns: readonly string[];
  /** Filled rows above the header that may be another table. */
  readonly rowsAbove: readonly number[];
  hiddenRows: number;
  hiddenColumns: number;
  /** What the accepted rows say, in whatever order and bytes. */
  contentHash: string;
}

const NAMED_ROWS = 100;

/** Reads the chosen sheet against its contract, in one pass, into the sink. Throws what the workbook reader throws. */
export async function loadSheet(
  workbook: Workbook,
  choice: Choice,
  sink: RowSink,
): Promise<SheetReport> {
  const { dataset, sheet, header } = choice;
  const { texts } = workbook;
  const { columns } = dataset;
  const facts = createFacts();
  const skipRows = createSkipRows(dataset, await workbook.tables(sheet), header, texts);
  const checks = columns.map((column) => createColumnCheck(column, dataset, texts));
  const block = createRowBlock(columns.length);
  const out = createRowBatch(dataset);
  const report = createReport(choice);
  const content = createContentHash(columns);
  const skippedRows: number[] = [];
  const notes: number[] = [];

  async function finishBlock(): Promise<void> {
    blankOut(block, texts);
    skipRows(block, (row, kind) => {
      report[kind]++;
      if (kind === 'notes') notes.push(row);
      if (skippedRows.length < NAMED_ROWS) skippedRows.push(row);
    });
    const rejections: Rejection[] = [];
    checks.forEach((check, slot) => {
      check(block, slot, out.columns[slot], (row, code) => {
        if (block.fates[row] === KEPT) block.rejected++;
        block.fates[row] = REJECTED;
        rejections.push(rejectionOf(choice, block, slot, row, code, texts));
      });
    });
    keepAccepted(block, out);
    report.read += out.count + block.rejected;
    report.accepted += out.count;
    report.rejected += block.rejected;
    content.add(out, texts);
    if (out.count > 0) await sink.write(out, texts);
    if (rejections.length > 0) await sink.reject(rejections.sort((a, b) => a.row - b.row));
    clearRowBlock(block);
  }

  const places = createPlaces(header.columns);
  for await (const cells of workbook.read(sheet, facts)) {
    let from = gather(block, cells, 0, places, header.row);
    while (from < cells.count) {
      await finishBlock();
      from = gather(block, cells, from, places, header.row);
    }
  }
  await finishBlock();
  giveBackAll([block.all, block.rows, out]);
  const scanned = report.accepted;
  report.skippedRows = skippedRows;
  await rejectLate(choice, facts, notes, sink, report);
  const { accepted } = report;
  // What was taken back is in the digest still: without the mark it would be that of a sheet that has it. Merges were
  // the first reason, and ledgers hold the word.
  report.contentHash = content.digest() + (accepted < scanned ? `-merged-${accepted}` : '');
  report.hiddenRows = facts.hiddenRows;
  // Only those that were loaded: a sheet often hides all that is right of its table.
  report.hiddenColumns = header.columns.filter((column) =>
    facts.hiddenColumns.some(({ from, to }) => column >= from && column <= to),
  ).length;
  return report;
}

/** What the sheet held besides its rows of data; only what there is. */
export function skippedDetail(report: SheetReport): Record<string, string | number> {
  const { totals, notes, skippedRows, ignoredColumns, rowsAbove } = report;
  const { hiddenRows, hiddenColumns } = report;
  const all = {
    totals,
    notes,
    skippedRows: skippedRows.join(' '),
    ignoredColumns: ignoredColumns.join(', '),
    rowsAbove: rowsAbove.join(' '),
    hiddenRows,
    hiddenColumns,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0 && value !== ''));
}

function createReport({ sheet, header }: Choice): SheetReport {
  return {
    sheet: sheet.name,
    headerRow: header.row,
    read: 0,
    accepted: 0,
    rejected: 0,
    totals: 0,
    notes: 0,
    skippedRows: [],
    ignoredColumns: header.ignored,
    rowsAbove: header.above,
    hiddenRows: 0,
    hiddenColumns: 0,
    contentHash: '',
  };
}

/** A day as a contract's texts write it, which cannot be taken for another. */
const A_DATE: Readonly<Record<Dataset['dates'], string>> = {
  'dd/mm/yyyy': '31/12/2025',
  'mm/dd/yyyy': '12/31/2025',
  'yyyy-mm-dd': '2025-12-31',
};

/** What a cell holds that people write as their language has it. */
const HOLDS: Readonly<Record<number, string>> = {
  [NUMBER]: 'number',
  [DATE]: 'date',
  [BOOLEAN]: 'boolean',
  [ERROR]: 'error',
};

function rejectionOf(
  { dataset, header }: Choice,
  { rows, kinds, values }: RowBlock,
  slot: number,
  row: number,
  code: Rejection['code'],
  texts: Texts,
): Rejection {
  const cell = `${columnName(header.columns[slot])}${rows[row]}`;
  const { name: column, min = '', max = '' } = dataset.columns[slot];
  const kind = kinds[slot][row];
  const value = shortened(found(kind, values[slot][row], texts));
  const holds = HOLDS[kind];
  const date = A_DATE[dataset.dates];
  return {
    code,
    row: rows[row],
    cell,
    column,
    value,
    values: { cell, column, value, ...(holds && { holds }), min, max, date },
  };
}

/**
 * Rejects the rows of which it is known behind them that a cell is wrong, also those that look like notes because of
 * it. What was written of them is taken back.
 */
async function rejectLate(
  choice: Choice,
  facts: SheetFacts,
  notes: readonly number[],
  sink: RowSink,
  report: SheetReport,
): Promise<void> {
  const late = wrongRows(choice, facts);
  if (late.length === 0) return;
  const taken = await sink.discard(late);
  const wrong = [...taken, ...notes.filter((row) => wrongAt(late, row))].sort((a, b) => a - b);
  const rejections = wrong.flatMap((row): Rejection[] => {
    const rows = wrongAt(late, row);
    if (rows === undefined) return [];
    const { code, cell, column } = rows;
    return [{ code, row, cell, column, value: '', values: { cell, column } }];
  });
  report.accepted -= taken.length;
  report.notes -= wrong.length - taken.length;
  report.read += wrong.length - taken.length;
  report.rejected += wrong.length;
  const rejected = new Set(wrong);
  report.skippedRows = report.skippedRows.filter((row) => !rejected.has(row));
  if (rejections.length > 0) await sink.reject(rejections);
}

/** As much of a value as tells a person which one it is, in characters: a sheet may repeat a long one in every row. */
const SHOWN = 255;

function shortened(value: string): string {
  if (value.length <= SHOWN) return value;
  // By way of bytes, since a piece of a text keeps all of it in the memory.
  const start = value.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, '');
  return `${Buffer.from(start)}…`;
}

/** A cell's value as text for a person. */
function found(kind: number, value: number, texts: Texts): string {
  switch (kind) {
    case NUMBER:
      return String(value);
    case DATE:
      // Of a day that is none, a sheet shows the time.
      return isDayZero(value) ? msToIso(value).slice('1899-12-31T'.length) : msToIso(value);
    case TEXT:
    case ERROR:
    case INVALID:
      return texts.get(value);
    case BOOLEAN:
      return value === 1 ? 'TRUE' : 'FALSE';
    default:
      return '';
  }
}
