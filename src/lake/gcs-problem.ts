import { EntradaError, TransientError, UserError } from '../errors.ts';
import { credentialsProblem, detailOf, isUnreachable, statusOf } from '../sdk.ts';

/**
 * Does `work`; what Cloud Storage refuses and somebody can mend is thrown as a problem that names `file`:
 * UserError `lake.refused`, `lake.bucket`, `cloud.credentials`, TransientError `lake.unreachable`.
 */
export async function asking<T>(file: string, bucket: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw gcsProblem(cause, file, bucket) ?? cause;
  }
}

function gcsProblem(cause: unknown, file: string, bucket: string): EntradaError | undefined {
  if (cause instanceof EntradaError) return undefined;
  const status = statusOf(cause);
  const detail = detailOf(cause);
  const credentials = credentialsProblem(cause);
  if (credentials) return credentials;
  if (status === 403) return new UserError('lake.refused', { file, detail }, { cause });
  if (status === 404) return new UserError('lake.bucket', { bucket }, { cause });
  if (isUnreachable(cause))
    return new TransientError('lake.unreachable', { file, detail }, { cause });
  return undefined;
}

/** Whether the bucket has no such object, or none of that generation any more; not that there is no bucket. */
export function saysAbsent(error: unknown): boolean {
  return statusOf(error) === 404 && !/bucket does not exist/i.test(String(error));
}
