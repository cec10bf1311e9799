import { EntradaError, problemOf } from '../errors.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { findDrop, hasOutcome } from '../ledger/ledger.ts';
import type { Context } from './context.ts';
import { fileNameOf } from './folders.ts';

/** A file that was not received, or not moved, and why. */
export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/** What passes by itself, or somebody must mend, is not tried again in the same run. */
export function canWait(error: unknown): error is EntradaError {
  return error instanceof EntradaError && error.kind !== 'terminal';
}

/**
 * Tells the ledger that a drop was not received, and why, so that `status` says it: `failed` for a fault of ours,
 * `postponed` for what may pass or somebody must mend. The file stays where it is, and the next run tries it again.
 * Of a drop that another delivery took through there is nothing to tell.
 * Never throws: what broke may be the ledger's own database.
 */
export async function recordFailure(context: Context, drop: string, error: unknown): Promise<void> {
  const fileName = fileNameOf(drop.slice(0, drop.lastIndexOf('#')));
  await trying(context, fileName, async () => {
    const state = await findDrop(context.warehouse, drop);
    if (state && hasOutcome(state)) return undefined;
    return failureOf(context, { drop, fileName, fileHash: state?.fileHash ?? '' }, error);
  });
}

/** The same of what is no file: `name` stands in the place of a file's, and is the same whenever it fails again. */
export async function recordFailureOf(
  context: Context,
  name: string,
  error: unknown,
): Promise<void> {
  await trying(context, name, async () =>
    failureOf(context, { drop: name, fileName: name, fileHash: '' }, error),
  );
}

function failureOf(
  { now, runId }: Context,
  about: Pick<LedgerEvent, 'drop' | 'fileName' | 'fileHash'>,
  error: unknown,
): LedgerEvent {
  const { code, values: detail } = problemOf(error);
  return {
    ...about,
    runId,
    time: now(),
    event: canWait(error) ? 'postponed' : 'failed',
    code,
    detail,
  };
}

async function trying(
  { warehouse, log }: Context,
  file: string,
  work: () => Promise<LedgerEvent | undefined>,
): Promise<void> {
  try {
    const event = await work();
    if (event) await warehouse.record([event]);
  } catch (another) {
    log.error({ file, err: another }, 'failure not recorded');
  }
}
