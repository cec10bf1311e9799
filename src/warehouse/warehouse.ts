import type { Dataset } from '../contract/dataset.ts';
import type { RowSink } from '../contract/load.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Overlap } from './overlap.ts';

/**
 * Where rows live. Whoever queries sees each change whole or not at all.
 * An adapter is one factory (duckdb/duckdb.ts, bigquery/bigquery.ts); test/contracts/warehouse.ts holds what all of
 * them promise.
 */
export interface Warehouse {
  /**
   * Makes the tables that are missing, the ledger's and each dataset's, and brings those of another version up to
   * date; says of which datasets it made them anew. Throws UserError `home.newer` when the ledger is of a version to
   * come. A rehearsal says the same and changes nothing: what is previewed or rehearsed after it finds the tables as
   * they would be, or, where they are only made by deploying, it throws UserError `deploy.missing` or `deploy.needed`.
   */
  prepare(
    datasets: readonly Dataset[],
    options?: { readonly rehearse?: boolean },
  ): Promise<readonly Dataset[]>;
  /** Runs one statement; `@name` in it stands for a parameter. */
  query(sql: string, parameters?: Readonly<Record<string, string | number>>): Promise<QueryResult>;
  /** The same, a piece at a time, so that an answer of any size fits. There is a piece even when there are no rows. */
  stream(sql: string): AsyncIterable<QueryResult>;
  /** Writes events down, and with them what they do to loads: all of it at once. */
  record(events: readonly LedgerEvent[], changes?: readonly LoadChange[]): Promise<void>;
  /** A load in progress: what its sink is given counts only once it is committed. One at a time. */
  beginLoad(dataset: Dataset, sheet: string, fileHash: string): Promise<Load>;
  /**
   * Calls the dataset's procedures for each range of months, then its checks, and publishes all of it at once.
   * Throws TerminalError `check.failed` when a check finds something; then nothing has changed.
   */
  consolidate(dataset: Dataset, ranges: readonly MonthRange[]): Promise<void>;
  /**
   * Makes the tables that the dataset's procedures keep anew and consolidates all months: all of it at once. Throws the
   * same.
   */
  rebuild(dataset: Dataset): Promise<void>;
  /**
   * Takes a load's rows out, consolidates the months they were of, and tells what changed in the consolidated
   * tables: all of it at once. A rehearsal tells the same and changes nothing.
   */
  retract(retraction: Retraction): Promise<readonly KeyChange[]>;
  /** Writes rows to tables that are there, all of it at once. One call at a time. */
  write(changes: readonly TableRows[]): Promise<void>;
  /** What its jobs have cost so far, where a warehouse is billed by them. */
  readonly usage?: Usage;
  close(): Promise<void>;
}

export interface Usage {
  readonly jobs: number;
  readonly bytesBilled: number;
  /** Milliseconds of one slot. */
  readonly slotMs: number;
}

/** Rows for one table, their values in the order of `columns`; what is not a number or a boolean as ISO text. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Value[])[];
  /** Whether they take the place of all rows that the table has, or come after those. */
  readonly replace: boolean;
}

/**
 * What events do to an earlier load. Where several processes write, TransientError `warehouse.conflict` when
 * something else has happened to that load since: what is to be done then is for its caller to find out again.
 */
export interface LoadChange {
  readonly loadId: number;
  /**
   * One more name holds it: it must be in force still. Or a name lets go of it, and its rows stay (`released`) or are
   * taken out when their months are consolidated (`withdrawn`): then no event of it may have been added.
   */
  readonly does: 'held' | 'released' | 'withdrawn';
  /** How many events of it were known when this was decided. */
  readonly events: number;
}

export interface Retraction {
  readonly dataset: Dataset;
  /** The load that is withdrawn. */
  readonly change: LoadChange;
  /** The months that the load touches. */
  readonly ranges: readonly MonthRange[];
  readonly events: readonly LedgerEvent[];
  readonly rehearse: boolean;
}

/** One key of a consolidated table and its sum before and after; null where there is no such key. */
export interface KeyChange {
  readonly table: string;
  readonly key: Readonly<Record<string, Value>>;
  readonly before: Value;
  readonly after: Value;
}

export interface Load extends RowSink {
  readonly loadId: number;
  /**
   * The rows, their rejections, the months they touch, these events, its own `loaded` among them, and what they do to
   * earlier loads: together.
   */
  commit(events: readonly LedgerEvent[], changes: readonly LoadChange[]): Promise<void>;
  /** Its rows with those of another load. */
  compare(loadId: number): Promise<Overlap>;
  /**
   * What committing it in the place of these loads would do: how many of its rows would count, and what would change in
   * the sums. Where that is cheap, as on one machine, it is also taken out again: UserError `dataset.notUndone` when
   * the dataset's procedures leave other sums than before.
   */
  preview(
    replaced: readonly number[],
  ): Promise<{ readonly newRows: number; readonly changes: readonly KeyChange[] }>;
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
