import { createHash } from 'node:crypto';
import { TransientError } from '../../errors.ts';
import type { BigQueryPlace } from './client.ts';

/** Far more than a file fails or comes back. */
const ATTEMPTS = 100;

/** A key for what is done once in a dataset of BigQuery. */
export function keyOf({ project, dataset }: BigQueryPlace, ...what: readonly unknown[]): string {
  const text = [project, dataset, ...what].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

/**
 * Does what a key stands for once, whoever asks for it, however often and at the same time: the job's name is made of
 * the key, and BigQuery lets no two jobs have one name, so that everybody waits for the same job. A job that failed has
 * used up its name; the next try has the next one, again for everybody. `isDone` says whether a job that went well is
 * still what counts: it may be from before a retraction, or from a dataset that was deleted.
 */
export async function onceDone(
  key: string,
  runAs: (jobId: string, onKnown: () => void) => Promise<void>,
  isDone: () => Promise<boolean>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    let isKnown = false;
    const onKnown = () => {
      isKnown = true;
    };
    const failure = await runAs(`entrada_once_${key}_${attempt}`, onKnown).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    if (!failure && (!isKnown || (await isDone()))) return;
    if (failure && !isKnown) throw failure.error;
  }
  throw new TransientError('warehouse.conflict', { place: key });
}
