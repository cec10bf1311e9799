import type { Dataset } from '../../contract/dataset.ts';
import type { KeyChange, MonthRange, Retraction, Warehouse } from '../warehouse.ts';
import { changesSince, rememberSums } from './changes.ts';

/** What a retraction needs of the warehouse that it belongs to. */
interface RetractContext {
  readonly run: (sql: string) => Promise<unknown>;
  readonly query: Warehouse['query'];
  readonly record: Warehouse['record'];
  readonly consolidate: (dataset: Dataset, ranges: readonly MonthRange[]) => Promise<void>;
}

/** See Warehouse.retract: to be done in one transaction. */
export async function retractLoad(
  { run, query, record, consolidate }: RetractContext,
  { dataset, change, ranges, events }: Retraction,
): Promise<KeyChange[]> {
  await rememberSums(run, dataset);
  await record(events, [change]);
  await consolidate(dataset, ranges);
  return changesSince(query, dataset);
}
