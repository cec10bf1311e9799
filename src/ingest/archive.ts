import { EntradaError } from '../errors.ts';
import type { FileState } from '../ledger/ledger.ts';
import type { Context } from './context.ts';
import { versionOf } from './drop.ts';
import { INBOX, restingPlace } from './folders.ts';
import { writeReason, writeRejections } from './reports.ts';

/**
 * Lets a file rest whose outcome is in the ledger: its reports first, so that they are there when it is gone,
 * then the move, then the event. Each step may be repeated.
 */
export async function archive(context: Context, state: FileState): Promise<void> {
  const { lake, warehouse, now, runId } = context;
  const { drop, fileName, fileHash } = state;
  const place = restingPlace(state);
  if (state.archived) return;
  if (state.state === 'rejected') await writeReason(context, state, place);
  else if (state.rowsRejected) await writeRejections(context, state);
  try {
    await lake.move({ name: `${INBOX}/${fileName}`, version: versionOf(drop) }, place);
  } catch (error) {
    // Moved already, before a crash; or another file has its name now, which is announced by itself.
    if (!(error instanceof EntradaError) || !['lake.missing', 'lake.changed'].includes(error.code))
      throw error;
  }
  await warehouse.record([
    { drop, fileName, fileHash, runId, time: now(), event: 'archived', detail: { place } },
  ]);
}
