import type { Dataset } from '../contract/dataset.ts';
import type { RowSink } from '../contract/load.ts';
import type { LedgerEvent } from '../ledger/events.ts';

/**
 * Where rows live. Whoever queries sees each change whole or not at all.
 * An adapter is one factory (duckdb.ts); test/contracts/warehouse.ts holds what all of them promise.
 */
export interface Warehouse {
  /** Makes the tables that are missing: the ledger's, and each dataset's. */
  prepare(datasets: readonly Dataset[]): Promise<void>;
  /** Runs one statement; `@name` in it stands for a parameter. */
  query(sql: string, parameters?: Readonly<Record<string, string | number>>): Promise<QueryResult>;
  record(events: readonly LedgerEvent[]): Promise<void>;
  /** A load in progress: what its sink is given counts only once it is committed. One at a time. */
  beginLoad(dataset: Dataset, sheet: string, fileHash: string): Promise<Load>;
  /**
   * Calls the dataset's procedures for each range of months, then its checks, and publishes all of it at once.
   * Throws TerminalError `check.failed` when a check finds something; then nothing has changed.
   */
  consolidate(dataset: Dataset, ranges: readonly MonthRange[]): Promise<void>;
  close(): Promise<void>;
}

export interface Load extends RowSink {
  readonly loadId: number;
  /** The rows, their rejections, the months they touch and these events: together. */
  commit(events: readonly LedgerEvent[]): Promise<void>;
  /** How many different rows of this load no other load has: what committing it would add. */
  preview(): Promise<{ readonly newRows: number }>;
  /** Leaves no trace. Does nothing after a commit. */
  abort(): Promise<void>;
}

export interface QueryResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
}

/** Dates and date-times come as ISO text without a zone; integers beyond 2^53 and decimals as text. */
export type Value = string | number | boolean | null;

/** Months from the first to before the last; both are first days of a month, `2019-03-01`. */
export interface MonthRange {
  readonly from: string;
  readonly to: string;
}
