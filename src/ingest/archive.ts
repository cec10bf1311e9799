import { ifThere } from '../lake/if-there.ts';
import type { FileState } from '../ledger/ledger.ts';
import type { Context } from './context.ts';
import { fileVersionOf } from './drop.ts';
import { INBOX, restingPlace } from './folders.ts';
import { keepRejections, writeReason } from './reports.ts';

/**
 * Lets a file rest whose outcome is in the ledger: its reports first, so that they are right when it is gone,
 * then the move, then the event. Each step may be repeated.
 */
export async function archive(context: Context, state: FileState): Promise<void> {
  const { lake, warehouse, now, runId } = context;
  const { drop, fileName, fileHash } = state;
  const place = restingPlace(state);
  if (state.archived) return;
  if (state.state === 'rejected') await writeReason(context, state, place);
  else if (state.state !== 'retracted') await keepRejections(context, state);
  // It may have moved before a crash; or another file has its name now, which is announced by itself.
  await ifThere(lake.move({ name: `${INBOX}/${fileName}`, version: fileVersionOf(drop) }, place));
  await warehouse.record([
    { drop, fileName, fileHash, runId, time: now(), event: 'archived', detail: { place } },
  ]);
}
