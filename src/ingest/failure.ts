import { problemOf } from '../errors.ts';
import type { LakeFile } from '../lake/lake.ts';
import type { Context } from './context.ts';
import { deliveryOf } from './drop.ts';
import { INBOX } from './folders.ts';

/**
 * Tells the ledger that a file was given up, and why, so that `status` says it. The file stays where it is, and the
 * next run tries it again. Never throws: what broke may be the ledger's own database.
 */
export async function recordFailure(
  { warehouse, now, runId, log }: Context,
  file: Pick<LakeFile, 'name' | 'version'>,
  error: unknown,
): Promise<void> {
  try {
    const { drop, state } = await deliveryOf(warehouse, file);
    const fileName = file.name.slice(INBOX.length + 1);
    const { code, values: detail } = problemOf(error);
    const fileHash = state?.fileHash ?? '';
    await warehouse.record([
      { drop, fileName, fileHash, runId, time: now(), event: 'failed', code, detail },
    ]);
  } catch (another) {
    log.error({ file: file.name, err: another }, 'failure not recorded');
  }
}
