import type { Dataset } from '../contract/dataset.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { changesSince, rememberSums, withdrawLoad } from './duckdb-changes.ts';
import type { KeyChange, MonthRange, Retraction, Warehouse } from './warehouse.ts';

/** What a retraction needs of the warehouse that it belongs to. */
interface RetractContext {
  readonly run: (sql: string) => Promise<unknown>;
  readonly query: Warehouse['query'];
  readonly record: (events: readonly LedgerEvent[]) => Promise<void>;
  readonly consolidate: (dataset: Dataset, ranges: readonly MonthRange[]) => Promise<void>;
}

/** See Warehouse.retract: to be done in one transaction. */
export async function retractLoad(
  { run, query, record, consolidate }: RetractContext,
  { dataset, loadId, ranges, events }: Retraction,
): Promise<KeyChange[]> {
  await rememberSums(run, dataset);
  await withdrawLoad(run, loadId);
  await consolidate(dataset, ranges);
  await record(events);
  return changesSince(query, dataset);
}
