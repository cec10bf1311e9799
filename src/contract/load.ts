import {
  BOOLEAN,
  columnName,
  DATE,
  ERROR,
  INVALID,
  MAX_COLUMN,
  NUMBER,
  type Range,
  rangeName,
  TEXT,
} from '../workbook/cells.ts';
import { msToIso } from '../workbook/dates.ts';
import type { Texts } from '../workbook/texts.ts';
import { createFacts, type SheetTable, type Workbook } from '../workbook/workbook.ts';
import { BATCH_ROWS, createRowBatch, type RowBatch } from './batch.ts';
import { createColumnCheck } from './check-column.ts';
import type { Choice } from './choose-sheet.ts';
import { createContentHash } from './content-hash.ts';
import type { Column } from './dataset.ts';
import { fold } from './fold.ts';
import type { Rejection } from './rejection.ts';
import {
  clearRowBlock,
  createRowBlock,
  keepAccepted,
  REJECTED,
  type RowBlock,
  SKIPPED,
} from './row-block.ts';

/** Where accepted rows and rejections go while a sheet is read. */
export interface RowSink {
  /** The batch and the texts behind it are valid until the promise resolves. */
  write(batch: RowBatch, texts: Texts): Promise<void>;
  reject(rejections: readonly Rejection[]): Promise<void>;
  /** Takes back what was written of these rows (both ends included); says which rows there were. */
  discard(fromRow: number, toRow: number): Promise<number[]>;
}

/** What was found in a sheet, besides its rows. */
export interface SheetReport {
  readonly sheet: string;
  readonly headerRow: number;
  /** Rows of data: accepted + rejected. */
  read: number;
  accepted: number;
  rejected: number;
  /** Rows that are no data: totals, and notes whose key columns are all blank. The first hundred are named. */
  totals: number;
  notes: number;
  readonly skippedRows: number[];
  readonly ignoredColumns: readonly string[];
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
  const totalsRows = rowsOfTotals(await workbook.tables(sheet));
  const checks = columns.map((column) => createColumnCheck(column, dataset, texts));
  const block = createRowBlock(columns.length);
  const out = createRowBatch(dataset);
  const report = createReport(choice);
  const content = createContentHash(columns.map(({ type }) => type === 'text'));

  async function finishBlock(): Promise<void> {
    markSkipped(block, columns, totalsRows, texts, report);
    const rejections: Rejection[] = [];
    checks.forEach((check, slot) => {
      check(block, slot, out.columns[slot], (row, code) => {
        block.fates[row] = REJECTED;
        rejections.push(rejectionOf(choice, block, slot, row, code, texts));
      });
    });
    keepAccepted(block, out);
    const rejected = block.fates.reduce((sum, fate) => sum + Number(fate === REJECTED), 0);
    report.read += out.count + rejected;
    report.accepted += out.count;
    report.rejected += rejected;
    content.add(out, texts);
    if (out.count > 0) await sink.write(out, texts);
    if (rejections.length > 0) await sink.reject(rejections.sort((a, b) => a.row - b.row));
    clearRowBlock(block);
  }

  const slots = new Int16Array(MAX_COLUMN + 1).fill(-1);
  header.columns.forEach((column, slot) => {
    if (column > 0) slots[column] = slot;
  });
  const { kinds, values, rows } = block;
  let row = 0;
  let at = -1;
  for await (const batch of workbook.read(sheet, facts)) {
    for (let i = 0; i < batch.count; i++) {
      if (batch.rows[i] <= header.row) continue;
      if (batch.rows[i] !== row) {
        row = batch.rows[i];
        if (block.count === BATCH_ROWS) await finishBlock();
        at = block.count++;
        rows[at] = row;
      }
      const slot = slots[batch.columns[i]];
      if (slot === -1) continue;
      kinds[slot][at] = batch.kinds[i];
      values[slot][at] = batch.values[i];
    }
  }
  await finishBlock();
  await rejectMerges(choice, facts.merges, sink, report);
  report.contentHash = content.digest();
  report.hiddenRows = facts.hiddenRows;
  // Only those that were loaded: a sheet often hides all that is right of its table.
  report.hiddenColumns = header.columns.filter((column) =>
    facts.hiddenColumns.some(({ from, to }) => column >= from && column <= to),
  ).length;
  return report;
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
    hiddenRows: 0,
    hiddenColumns: 0,
    contentHash: '',
  };
}

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
  const value = found(kinds[slot][row], values[slot][row], texts);
  return { code, row: rows[row], cell, column, value, values: { cell, column, value, min, max } };
}

/**
 * A merge over data columns leaves it open which rows its value means, so all its rows are rejected.
 * Merges come after the rows in a sheet's XML: what was written of them is taken back.
 */
async function rejectMerges(
  { dataset, header }: Choice,
  merges: readonly Range[],
  sink: RowSink,
  report: SheetReport,
): Promise<void> {
  for (const merge of merges) {
    const slot = header.columns.findIndex(
      (column) => column >= merge.left && column <= merge.right,
    );
    if (slot === -1 || merge.bottom <= header.row) continue;
    const discarded = await sink.discard(Math.max(merge.top, header.row + 1), merge.bottom);
    report.accepted -= discarded.length;
    const cell = rangeName(merge);
    const column = dataset.columns[slot].name;
    await sink.reject(
      discarded.map((row) => ({
        code: 'cell.merged',
        row,
        cell,
        column,
        value: '',
        values: { cell, column },
      })),
    );
    report.rejected += discarded.length;
  }
}

/** Finds the rows that are no data: totals, and notes. Only a row that lacks a key can be one. */
function markSkipped(
  block: RowBlock,
  columns: readonly Column[],
  totalsRows: ReadonlySet<number>,
  texts: Texts,
  report: SheetReport,
): void {
  const keys = columns.flatMap(({ key }, slot) => (key ? [slot] : []));
  const skip = (row: number, kind: 'totals' | 'notes') => {
    block.fates[row] = SKIPPED;
    report[kind]++;
    if (report.skippedRows.length < NAMED_ROWS) report.skippedRows.push(block.rows[row]);
  };
  for (let row = 0; row < block.count; row++) {
    if (totalsRows.size > 0 && totalsRows.has(block.rows[row])) {
      skip(row, 'totals');
      continue;
    }
    for (const slot of keys) {
      if (block.kinds[slot][row] !== 0) continue;
      const kind = partialRow(block, row, keys, texts);
      if (kind) skip(row, kind);
      break;
    }
  }
}

/** What a row without all its keys is: a total, a note, or (undefined) a row of data that lacks something. */
function partialRow(
  { kinds, values }: RowBlock,
  row: number,
  keys: readonly number[],
  texts: Texts,
): 'totals' | 'notes' | undefined {
  // A brand may well be called Total: the word counts only where another key is blank.
  const isTotal = (slot: number) =>
    kinds[slot][row] === TEXT && TOTAL.test(fold(texts.get(values[slot][row])));
  if (keys.some(isTotal)) return 'totals';
  if (keys.every((slot) => kinds[slot][row] === 0)) return 'notes';
  const cells = kinds.filter((column) => column[row] !== 0);
  return cells.length === 1 && cells[0][row] === TEXT ? 'notes' : undefined;
}

const TOTAL = /^(sub ?|grand )?total\b/;

function rowsOfTotals(tables: readonly SheetTable[]): Set<number> {
  const rows = new Set<number>();
  for (const { range, totalsRows } of tables) {
    const first = Math.max(range.top, range.bottom - totalsRows + 1);
    for (let row = first; row <= range.bottom; row++) rows.add(row);
  }
  return rows;
}

/** A cell's value as text for a person. */
function found(kind: number, value: number, texts: Texts): string {
  switch (kind) {
    case NUMBER:
      return String(value);
    case DATE:
      return msToIso(value);
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
