import {
  BOOLEAN,
  columnName,
  DATE,
  ERROR,
  INVALID,
  NUMBER,
  type Range,
  rangeName,
  TEXT,
} from '../workbook/cells.ts';
import { msToIso } from '../workbook/dates.ts';
import type { Texts } from '../workbook/texts.ts';
import { createFacts, type SheetTable, type Workbook } from '../workbook/workbook.ts';
import { BATCH_ROWS, createRowBatch, type RowBatch, setInt64 } from './batch.ts';
import { createCellCheck } from './check-cell.ts';
import type { Choice } from './choose-sheet.ts';
import type { Column } from './dataset.ts';
import { fold } from './fold.ts';
import type { Rejection } from './rejection.ts';

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
}

const NAMED_ROWS = 100;
const REJECTIONS = 4_096;

/** Reads the chosen sheet against its contract, in one pass, into the sink. Throws what the workbook reader throws. */
export async function loadSheet(
  workbook: Workbook,
  choice: Choice,
  sink: RowSink,
): Promise<SheetReport> {
  const { dataset, sheet, header } = choice;
  const facts = createFacts();
  const totalsRows = rowsOfTotals(await workbook.tables(sheet));
  const { texts } = workbook;
  const { columns } = dataset;
  const checks = columns.map((column) => createCellCheck(column, dataset, texts));
  const slots = new Int16Array(16_385).fill(-1);
  header.columns.forEach((column, slot) => {
    if (column > 0) slots[column] = slot;
  });
  const out = createRowBatch(dataset);
  const rejections: Rejection[] = [];
  const rejectedRows = new Set<number>();
  const report: SheetReport = {
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
  };
  // The row being gathered: for each column of the contract the kind and value of its cell; kind 0 is blank.
  const kinds = new Uint8Array(columns.length);
  const values = new Float64Array(columns.length);
  let row = 0;

  function finishRow(): void {
    if (row <= header.row) return;
    const skipped = totalsRows.has(row)
      ? 'totals'
      : keyBlank() && partialRow(columns, kinds, values, texts);
    if (skipped) {
      report[skipped]++;
      if (report.skippedRows.length < NAMED_ROWS) report.skippedRows.push(row);
      return;
    }
    report.read++;
    const before = rejections.length;
    const at = out.count;
    for (let slot = 0; slot < checks.length; slot++) {
      const { type, optional } = columns[slot];
      const column = out.columns[slot];
      if (kinds[slot] === 0 && optional) {
        column.present[at] = 0;
        continue;
      }
      const checked = checks[slot](kinds[slot], values[slot]);
      if (typeof checked === 'string') rejections.push(rejection(slot, checked));
      else {
        column.present[at] = 1;
        if (type === 'integer' || type === 'datetime' || type === 'money')
          setInt64(column.values, at, checked);
        else column.values[at] = checked;
      }
    }
    if (rejections.length > before) rejectedRows.add(row);
    else {
      out.rows[at] = row;
      out.count++;
    }
  }

  function keyBlank(): boolean {
    for (let slot = 0; slot < kinds.length; slot++)
      if (kinds[slot] === 0 && columns[slot].key) return true;
    return false;
  }

  function rejection(slot: number, code: Rejection['code']): Rejection {
    const cell = `${columnName(header.columns[slot])}${row}`;
    const { name: column, min = '', max = '' } = columns[slot];
    const value = found(kinds[slot], values[slot], texts);
    return { code, row, cell, column, value, values: { cell, column, value, min, max } };
  }

  async function flush(): Promise<void> {
    if (out.count > 0) await sink.write(out, texts);
    report.accepted += out.count;
    out.count = 0;
    if (rejections.length > 0) await sink.reject(rejections);
    rejections.length = 0;
  }

  for await (const batch of workbook.read(sheet, facts)) {
    for (let i = 0; i < batch.count; i++) {
      if (batch.rows[i] !== row) {
        if (row > 0) finishRow();
        if (out.count === BATCH_ROWS || rejections.length > REJECTIONS) await flush();
        row = batch.rows[i];
        kinds.fill(0);
      }
      const slot = slots[batch.columns[i]];
      if (slot === -1) continue;
      kinds[slot] = batch.kinds[i];
      values[slot] = batch.values[i];
    }
  }
  if (row > 0) finishRow();
  await flush();
  await rejectMerges(choice, facts.merges, sink, report, rejectedRows);
  report.rejected = rejectedRows.size;
  report.hiddenRows = facts.hiddenRows;
  report.hiddenColumns = facts.hiddenColumns.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return report;
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
  rejectedRows: Set<number>,
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
    for (const row of discarded) rejectedRows.add(row);
  }
}

/** What a row without all its keys is: a total, a note, or (undefined) a row of data that lacks something. */
function partialRow(
  columns: readonly Column[],
  kinds: Uint8Array,
  values: Float64Array,
  texts: Texts,
): 'totals' | 'notes' | undefined {
  const keys = columns.flatMap(({ key }, slot) => (key ? [slot] : []));
  const filled = keys.filter((slot) => kinds[slot] !== 0);
  if (filled.length === keys.length) return undefined;
  // A brand may well be called Total: the word counts only where another key is blank.
  const isTotal = (slot: number) =>
    kinds[slot] === TEXT && TOTAL.test(fold(texts.get(values[slot])));
  if (filled.some(isTotal)) return 'totals';
  if (filled.length === 0) return 'notes';
  const cells = columns.flatMap((_, slot) => (kinds[slot] === 0 ? [] : [slot]));
  return cells.length === 1 && kinds[cells[0]] === TEXT ? 'notes' : undefined;
}

const TOTAL = /^(sub ?|grand )?total\b/;

function rowsOfTotals(tables: readonly SheetTable[]): Set<number> {
  const rows = new Set<number>();
  for (const { range, totalsRows } of tables) {
    for (let row = range.bottom - totalsRows + 1; row <= range.bottom; row++) rows.add(row);
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
