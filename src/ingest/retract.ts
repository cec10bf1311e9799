import { UserError } from '../errors.ts';
import { findMeant, heldAs, type LoadInForce } from '../ledger/in-force.ts';
import { monthsOf } from '../ledger/ledger.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { KeyChange, MonthRange } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { toSecond } from './known.ts';
import { release } from './release.ts';

export interface RetractionReport {
  readonly fileName: string;
  readonly fileHash: string;
  readonly months: readonly MonthRange[];
  readonly changes: readonly KeyChange[];
  /** Other names that hold the same bytes still: then nothing changes. */
  readonly stillAs: readonly string[];
  /** Other names that held them, and do not any more, since the content itself was named. */
  readonly alsoAs: readonly string[];
}

/**
 * Takes a file out of the tables, as if it had never been dropped; its bytes stay in backup/. `wanted` is its name,
 * or the beginning of its hash, which stands for that content under every name; `hash` tells files of one name apart.
 * A rehearsal tells what would change and changes nothing. Throws UserError when no content in force is meant, or
 * more than one.
 */
export async function retractFile(
  {
    warehouse,
    datasets,
    broken,
    runId,
    now,
  }: Pick<Context, 'warehouse' | 'datasets' | 'broken' | 'runId' | 'now'>,
  wanted: string,
  rehearse: boolean,
  hash = '',
): Promise<RetractionReport> {
  const found = await findMeant(warehouse, wanted);
  const meant = found.filter(({ fileHash }) => fileHash.startsWith(hash.toLowerCase()));
  const load = theOnly(meant, wanted);
  const named = heldAs(load, wanted);
  const { fileName } = named ?? load.loadedBy;
  const dataset = datasets.find((candidate) => candidate.name === load.dataset);
  if (dataset === undefined && broken.length > 0) throw broken[0].error;
  if (dataset === undefined)
    throw new UserError('retract.noDataset', { file: fileName, dataset: load.dataset });
  const going = named ? [named] : load.holders;
  const { events, change, stillAs } = release(load, going, { runId, time: now() });
  const report = {
    fileName,
    fileHash: load.fileHash,
    stillAs,
    alsoAs: going.flatMap((holder) => (holder.fileName === fileName ? [] : holder.fileName)),
  };
  if (change.does === 'released') {
    if (!rehearse) await warehouse.record(events, [change]);
    return { ...report, months: [], changes: [] };
  }
  const months = await monthsOf(warehouse, load.loadId);
  const changes = await warehouse.retract({ dataset, change, ranges: months, events, rehearse });
  return { ...report, months, changes };
}

function theOnly(found: readonly LoadInForce[], wanted: string): LoadInForce {
  if (found.length === 0) throw new UserError('retract.unknown', { file: wanted });
  if (found.length > 1) {
    const hashes = found
      .map(
        ({ fileHash, loadedBy, rowsRead }) =>
          `${shortHash(fileHash)} (${toSecond(loadedBy)}, ${rowsRead})`,
      )
      .join(', ');
    throw new UserError('retract.ambiguous', { file: wanted, hashes });
  }
  return found[0];
}
