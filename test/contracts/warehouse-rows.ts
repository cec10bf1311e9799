import assert from 'node:assert/strict';
import { BATCH_ROWS, createRowBatch, type RowBatch, setInt64 } from '../../src/contract/batch.ts';
import type { Dataset } from '../../src/contract/dataset.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import type { Load, LoadChange, Value, Warehouse } from '../../src/warehouse/warehouse.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createTexts, type TextStore } from '../../src/workbook/texts.ts';

/**
 * A row in the contract's order, each value as a query answers it: integers and numbers as numbers, money, dates
 * and date-times as text, null where an optional column has nothing.
 */
export type Row = readonly Value[];

/** Writes rows as a reader of workbooks would: batch by batch, texts by index. `firstRow` is their number in the sheet. */
export async function writeRows(
  load: Load,
  dataset: Dataset,
  rows: readonly Row[],
  { firstRow = 2, texts = createTexts(defaultLimits) } = {},
): Promise<void> {
  const batch = createRowBatch(dataset);
  for (let from = 0; from < rows.length; from += BATCH_ROWS) {
    const some = rows.slice(from, from + BATCH_ROWS);
    batch.count = some.length;
    some.forEach((row, at) => {
      batch.rows[at] = firstRow + from + at;
      put(batch, at, row, dataset, texts);
    });
    await load.write(batch, texts);
    // The next batch is written over this one, as the reader does.
    for (const { values } of batch.columns) values.fill(-1);
    batch.rows.fill(-1);
  }
}

function put(batch: RowBatch, at: number, row: Row, dataset: Dataset, texts: TextStore): void {
  dataset.columns.forEach(({ type, name }, slot) => {
    const { values, present } = batch.columns[slot];
    const value = row[slot];
    present[at] = value === null ? 0 : 1;
    if (value === null) return;
    switch (type) {
      case 'number':
        values[at] = Number(value);
        break;
      case 'integer':
        setInt64(values, at, Number(value));
        break;
      case 'money':
        setInt64(values, at, Number(String(value).replace('.', '')));
        break;
      case 'text':
        values[at] = texts.intern(String(value));
        break;
      case 'date':
        values[at] = Date.parse(`${value}T00:00:00Z`) / 86_400_000;
        break;
      case 'datetime':
        setInt64(values, at, Date.parse(`${value}Z`) * 1000);
        break;
      default:
        assert.fail(`${name} has no type`);
    }
  });
}

/** What the ledger is told of a load. */
export function loadedEvent(load: Load, dataset: Dataset, rows: number): LedgerEvent {
  return {
    drop: `entrada/${load.loadId}.xlsx#1`,
    fileName: `${load.loadId}.xlsx`,
    fileHash: `hash-${load.loadId}`,
    event: 'loaded',
    runId: 'run-1',
    time: Date.UTC(2026, 0, 5, 12, 0, 0, load.loadId),
    dataset: dataset.name,
    loadId: load.loadId,
    sheet: 'Vendas',
    rowsRead: rows,
    rowsAccepted: rows,
    rowsRejected: 0,
  };
}

/** Takes out the rows of a load of which nothing is known but that it was loaded. */
export function withdrawn(loadId: number): LoadChange {
  return { loadId, does: 'withdrawn', events: 1 };
}

/** Loads rows and commits them; gives the load's number. */
export async function loadRows(
  warehouse: Warehouse,
  dataset: Dataset,
  rows: readonly Row[],
  replaced: readonly number[] = [],
): Promise<number> {
  const load = await warehouse.beginLoad(dataset, 'Vendas', 'a hash');
  await writeRows(load, dataset, rows);
  await load.commit([loadedEvent(load, dataset, rows.length)], replaced.map(withdrawn));
  return load.loadId;
}

/** All rows of a query, in its order. */
export async function rowsOf(warehouse: Warehouse, sql: string): Promise<Row[]> {
  return [...(await warehouse.query(sql)).rows];
}

/** One number. */
export async function numberOf(warehouse: Warehouse, sql: string): Promise<number> {
  return Number((await rowsOf(warehouse, sql))[0][0]);
}
