import { ifThere, openIfThere } from '../lake/if-there.ts';
import type { FileVersion } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { type FileState, unarchivedFiles } from '../ledger/ledger.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { fileVersionOf } from './drop.ts';
import { canWait, type Failure } from './failure.ts';
import { INBOX, restingPlace } from './folders.ts';
import { hashOf } from './incoming.ts';
import { keepRejections, writeReason } from './reports.ts';

/**
 * Lets a file rest whose outcome is in the ledger: its reports first, so that they are right when it is gone,
 * then the move. Each step may be repeated. Gives the event that the ledger is then to be told, of one file or of many
 * together: where that is not done, all of this is done again and finds the file at rest.
 */
export async function archive(context: Context, state: FileState): Promise<LedgerEvent[]> {
  const { lake, now, runId } = context;
  const { drop, fileName, fileHash } = state;
  const place = restingPlace(state);
  if (state.archived) return [];
  if (state.state === 'rejected') await writeReason(context, state, place);
  else if (state.state !== 'retracted') await keepRejections(context, state);
  // It may have moved before a crash; or another file has its name now, which is announced by itself.
  const file = { name: `${INBOX}/${fileName}`, version: fileVersionOf(drop) };
  if (!(await ifThere(lake.move(file, place)))) await putBack(context, file, fileHash, place);
  return [{ drop, fileName, fileHash, runId, time: now(), event: 'archived', detail: { place } }];
}

/**
 * Of a file that is not where it was dropped: what took its name meanwhile may be in its place, where a move was killed
 * before it had put that back.
 */
async function putBack(
  { lake }: Context,
  { name, version }: FileVersion,
  fileHash: string,
  place: string,
): Promise<void> {
  await using rested = await openIfThere(lake, place);
  // A rename keeps the version, and a copy the bytes.
  if (rested === undefined || rested.file.version === version) return;
  const { file, read } = rested;
  if ((await hashOf({ size: file.size, read })) !== fileHash) await lake.move(file, name);
}

/** So that a statement stays small: each value of an event is a parameter. */
const EVENTS_AT_ONCE = 500;

/**
 * Tells the ledger which files rest: together, since a commit for each would take a small file a seventh of its
 * time.
 */
export async function recordRested(
  { record }: Pick<Warehouse, 'record'>,
  rested: readonly LedgerEvent[],
): Promise<void> {
  for (let from = 0; from < rested.length; from += EVENTS_AT_ONCE)
    await record(rested.slice(from, from + EVENTS_AT_ONCE));
}

/** The same for a run, which goes on: gives the files that the ledger cannot be told of now. */
export async function tellRested(
  { warehouse, log }: Context,
  rested: readonly LedgerEvent[],
): Promise<Failure[]> {
  try {
    await recordRested(warehouse, rested);
    return [];
  } catch (error) {
    log.error({ err: error }, 'rest not recorded');
    return rested.map(({ fileName }) => ({ name: `${INBOX}/${fileName}`, error }));
  }
}

/**
 * Lets all files rest that a crash left between an outcome and that. Gives those that cannot be moved, or told of, now
 * either.
 */
export async function archiveLeft(context: Context): Promise<Failure[]> {
  const { warehouse, log } = context;
  const unmoved: Failure[] = [];
  const rested: LedgerEvent[] = [];
  for (const state of await unarchivedFiles(warehouse))
    try {
      rested.push(...(await archive(context, state)));
    } catch (error) {
      const name = `${INBOX}/${state.fileName}`;
      if (!canWait(error)) log.error({ file: name, err: error }, 'failed');
      unmoved.push({ name, error });
    }
  return [...unmoved, ...(await tellRested(context, rested))];
}
