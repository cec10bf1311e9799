import { EntradaError, TransientError, UserError } from '../errors.ts';
import { credentialsProblem, detailOf } from '../sdk.ts';

/** Codes of gRPC. */
export const [NOT_FOUND, ALREADY_EXISTS] = [5, 6];
const [PERMISSION_DENIED, UNAUTHENTICATED] = [7, 16];
/** Deadline exceeded, resource exhausted, aborted, internal, unavailable. */
const PASSING = [4, 8, 10, 13, 14];

/**
 * Does `work`; what Pub/Sub refuses and somebody can mend is thrown as a problem that names the topic:
 * UserError `bus.topic`, `bus.refused`, `cloud.credentials`, TransientError `bus.unreachable`.
 */
export async function asking<T>(topic: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw pubSubProblem(topic, cause);
  }
}

export function pubSubProblem(topic: string, cause: unknown): unknown {
  if (cause instanceof EntradaError) return cause;
  const detail = detailOf(cause);
  const code = codeOf(cause);
  const credentials = credentialsProblem(cause);
  if (credentials) return credentials;
  if (code === UNAUTHENTICATED) return new UserError('cloud.credentials', { detail }, { cause });
  if (code === PERMISSION_DENIED) return new UserError('bus.refused', { topic, detail }, { cause });
  if (code === NOT_FOUND) return new UserError('bus.topic', { topic }, { cause });
  if (PASSING.includes(code))
    return new TransientError('bus.unreachable', { topic, detail }, { cause });
  return cause;
}

export function codeOf(error: unknown): number {
  return error instanceof Error && 'code' in error ? Number(error.code) : 0;
}
