import type { LedgerEvent } from '../ledger/events.ts';
import type { Holder, LoadInForce } from '../ledger/in-force.ts';
import { momentOf } from '../warehouse/date-time.ts';
import type { LoadChange } from '../warehouse/warehouse.ts';

/** What is to be done for some names to stop holding a load. */
interface Release {
  readonly events: readonly LedgerEvent[];
  readonly change: LoadChange;
  /** The names that hold it still, if any: then its rows stay. */
  readonly stillAs: readonly string[];
}

/** When and why, as the ledger is to say it. */
type Because = Pick<LedgerEvent, 'runId' | 'time' | 'code' | 'detail'>;

/**
 * Lets some of its holders go of a load. Its rows stay while the same bytes are held under another name; where they
 * were loaded by one that goes, the oldest that stays takes over.
 */
export function release(load: LoadInForce, going: readonly Holder[], because: Because): Release {
  const { loadId, dataset, fileHash, holders, loadedBy } = load;
  const staying = holders.filter((holder) => !going.includes(holder));
  const events = going.map(
    ({ drop, fileName }): LedgerEvent => ({
      ...because,
      event: 'retracted',
      drop,
      fileName,
      fileHash,
      dataset,
      loadId,
    }),
  );
  const heir = staying.at(0);
  const isLoaderGoing = going.some(({ drop }) => drop === loadedBy.drop);
  if (heir && isLoaderGoing) events.push(takeOver(load, heir, because.runId));
  const does = heir ? 'released' : 'withdrawn';
  return {
    events,
    change: { loadId, does, events: load.events },
    stillAs: staying.map(({ fileName }) => fileName),
  };
}

/** A drop that repeated a load is its own from now on, as if it had been there alone. */
function takeOver(load: LoadInForce, { drop, fileName, time }: Holder, runId: string): LedgerEvent {
  const { loadId, dataset, fileHash, contentHash, sheet } = load;
  const { rowsRead, rowsAccepted, rowsRejected } = load;
  return {
    event: 'loaded',
    drop,
    fileName,
    runId,
    time: momentOf(time),
    fileHash,
    dataset,
    loadId,
    sheet,
    rowsRead,
    rowsAccepted,
    rowsRejected,
    contentHash,
    code: 'file.tookOver',
    detail: { file: load.loadedBy.fileName },
  };
}
