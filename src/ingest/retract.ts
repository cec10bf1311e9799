import { UserError } from '../errors.ts';
import { findCopies, isSameName } from '../ledger/in-force.ts';
import { allFiles, type FileState, monthsOf } from '../ledger/ledger.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { KeyChange, MonthRange } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';

export interface RetractionReport {
  readonly fileName: string;
  readonly fileHash: string;
  readonly months: readonly MonthRange[];
  readonly changes: readonly KeyChange[];
  /** Other names under which the same bytes came: they do not count under those either. */
  readonly copies: readonly string[];
}

/** Fewer characters of a hash would name a file by accident. */
const HASH_CHARACTERS = 6;

/**
 * Takes a loaded file out of the tables, as if it had never been dropped; its bytes stay in backup/.
 * `wanted` is its name, or the beginning of its hash. A rehearsal tells what would change and changes nothing.
 * Throws UserError when no file in force is meant, or more than one.
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
  const {
    drop,
    fileName,
    fileHash,
    loadId,
    dataset: name,
  } = findLoaded(await allFiles(warehouse), wanted);
  const dataset = datasets.find((candidate) => candidate.name === name);
  if (dataset === undefined && broken.length > 0) throw broken[0].error;
  if (dataset === undefined || loadId === null)
    throw new UserError('retract.noDataset', { file: fileName, dataset: name ?? '' });
  const months = await monthsOf(warehouse, loadId);
  const event = {
    drop,
    fileName,
    fileHash,
    runId,
    time: now(),
    event: 'retracted',
    dataset: dataset.name,
    loadId,
  } as const;
  const changes = await warehouse.retract({
    dataset,
    loadId,
    ranges: months,
    rehearse,
    events: [event],
  });
  const copies = await findCopies(warehouse, { fileHash, fileName });
  return { fileName, fileHash, months, changes, copies };
}

function findLoaded(files: readonly FileState[], wanted: string): FileState {
  const found = files.filter(
    ({ state, fileName, fileHash }) =>
      state === 'loaded' &&
      (isSameName(fileName, wanted) ||
        (wanted.length >= HASH_CHARACTERS && fileHash.startsWith(wanted.toLowerCase()))),
  );
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
