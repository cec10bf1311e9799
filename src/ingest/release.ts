import type { Dataset } from '../contract/dataset.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { type Holder, type LoadInForce, otherNames } from '../ledger/in-force.ts';
import { monthsOf } from '../ledger/ledger.ts';
import type { KeyChange, MonthRange, Warehouse } from '../warehouse/warehouse.ts';

/** What it takes that a load does not count under a name any more. */
export interface Release {
  readonly load: LoadInForce;
  readonly events: readonly LedgerEvent[];
  /** Names under which its content still counts. Where there are none its rows are to be taken out. */
  readonly keptAs: readonly string[];
}

/** When and why, as the ledger is to say it. */
export type Because = Pick<LedgerEvent, 'runId' | 'time' | 'code' | 'detail'>;

/**
 * Ends that a load counts under this name, or under every name where none is given. Where the same bytes were dropped
 * under another name too its rows stay, and a drop of those takes the place of the one that brought them.
 */
export function release(load: LoadInForce, name: string | undefined, because: Because): Release {
  const { fileHash, dataset, loadId, holders } = load;
  const keptAs = name === undefined ? [] : otherNames(load, name);
  const isKept = ({ fileName }: Holder) => keptAs.includes(fileName);
  const events = holders
    .filter((holder) => !isKept(holder))
    .map(
      (holder): LedgerEvent => ({
        ...{ ...holder, fileHash, dataset, loadId, ...because },
        event: 'retracted',
      }),
    );
  const heir = isKept(load) ? undefined : holders.find(isKept);
  if (heir) events.push(inherited(load, heir, because));
  return { load, events, keptAs };
}

/** Says of a drop of the same bytes what was said of the one that brought the rows. */
function inherited(load: LoadInForce, heir: Holder, { runId, time }: Because): LedgerEvent {
  const { fileHash, dataset, loadId, sheet, rowsRead, rowsAccepted, rowsRejected } = load;
  return {
    ...{ ...heir, fileHash, dataset, loadId, runId, time },
    ...{ sheet, rowsRead, rowsAccepted, rowsRejected, contentHash: load.contentHash },
    event: 'loaded',
    code: 'file.inherited',
    detail: { file: load.fileName },
  };
}

/** Takes the rows out if no name is left, and tells the ledger. A rehearsal tells what would change, and changes nothing. */
export async function carryOut(
  warehouse: Warehouse,
  dataset: Dataset,
  { load: { loadId }, events, keptAs }: Release,
  rehearse: boolean,
): Promise<{ readonly months: readonly MonthRange[]; readonly changes: readonly KeyChange[] }> {
  if (keptAs.length > 0) {
    if (!rehearse) await warehouse.record(events);
    return { months: [], changes: [] };
  }
  const months = await monthsOf(warehouse, loadId);
  const changes = await warehouse.retract({ dataset, loadId, ranges: months, rehearse, events });
  return { months, changes };
}
