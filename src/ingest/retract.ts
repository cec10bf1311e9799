import { UserError } from '../errors.ts';
import { findMeant, isHeldAs, type LoadInForce, otherNames } from '../ledger/in-force.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { KeyChange, MonthRange } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { carryOut, release } from './release.ts';

export interface RetractionReport {
  readonly fileName: string;
  readonly fileHash: string;
  readonly months: readonly MonthRange[];
  readonly changes: readonly KeyChange[];
  /** Other names under which the same bytes were dropped and still count: then nothing changes. */
  readonly keptAs: readonly string[];
  /** Other names under which they do not count any more, since the content itself was named. */
  readonly alsoAs: readonly string[];
}

/**
 * Takes a file out of the tables, as if it had never been dropped; its bytes stay in backup/. `wanted` is its name, or the
 * beginning of its hash, which stands for that content under every name. A rehearsal tells what would change and changes
 * nothing. Throws UserError when no content in force is meant, or more than one.
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
): Promise<RetractionReport> {
  const load = theOnly(await findMeant(warehouse, wanted), wanted);
  const name = isHeldAs(load, wanted) ? wanted : undefined;
  const fileName = name ?? load.fileName;
  const dataset = datasets.find((candidate) => candidate.name === load.dataset);
  if (dataset === undefined && broken.length > 0) throw broken[0].error;
  if (dataset === undefined)
    throw new UserError('retract.noDataset', { file: fileName, dataset: load.dataset });
  const released = release(load, name, { runId, time: now() });
  const { months, changes } = await carryOut(warehouse, dataset, released, rehearse);
  const alsoAs = name === undefined ? otherNames(load, fileName) : [];
  return { fileName, fileHash: load.fileHash, months, changes, keptAs: released.keptAs, alsoAs };
}

function theOnly(found: readonly LoadInForce[], wanted: string): LoadInForce {
  if (found.length === 0) throw new UserError('retract.unknown', { file: wanted });
  if (found.length > 1) {
    const hashes = found
      .map(
        ({ fileHash, time, rowsRead }) =>
          `${shortHash(fileHash)} (${time.slice(0, 19)}, ${rowsRead})`,
      )
      .join(', ');
    throw new UserError('retract.ambiguous', { file: wanted, hashes });
  }
  return found[0];
}
