import { EntradaError, problemOf } from '../errors.ts';
import type { LakeFile } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import type { Context } from './context.ts';
import { deliveryOf } from './drop.ts';
import { INBOX } from './folders.ts';

/**
 * Tells the ledger that a file was not received, and why, so that `status` says it: `failed` for a fault of ours,
 * `postponed` for what may pass or somebody must mend. The file stays where it is, and the next run tries it again.
 * Never throws: what broke may be the ledger's own database.
 */
export async function recordFailure(
  context: Context,
  file: Pick<LakeFile, 'name' | 'version'>,
  error: unknown,
): Promise<void> {
  await trying(context, file.name, async () => {
    const { drop, state } = await deliveryOf(context.warehouse, file);
    const fileName = file.name.slice(INBOX.length + 1);
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
  const passes = error instanceof EntradaError && error.kind !== 'terminal';
  const { code, values: detail } = problemOf(error);
  return { ...about, runId, time: now(), event: passes ? 'postponed' : 'failed', code, detail };
}

async function trying(
  { warehouse, log }: Context,
  file: string,
  work: () => Promise<LedgerEvent>,
): Promise<void> {
  try {
    await warehouse.record([await work()]);
  } catch (another) {
    log.error({ file, err: another }, 'failure not recorded');
  }
}
