import {
  EntradaError,
  TerminalError,
  TransientError,
  UserError,
  type Values,
} from '../../errors.ts';
import { credentialsProblem, detailOf, isUnreachable, statusOf } from '../../sdk.ts';
import type { BigQueryPlace } from './client.ts';

const PASSING = ['backendError', 'internalError', 'rateLimitExceeded', 'jobRateLimitExceeded'];
/** A script says so of itself; scripts.ts makes it say so. */
const CHECK = /entrada\.check:(\w+):(\[(?:"(?:[^"\\]|\\.)*",?)*\])/;

/** What BigQuery refused, as an error that says what to do. */
export function bigQueryProblem(cause: unknown, { project, dataset }: BigQueryPlace): EntradaError {
  if (cause instanceof EntradaError) return cause;
  const place = `${project}.${dataset}`;
  const options = { cause };
  const message = messageOf(cause);
  const detail = message.split('\n', 1)[0];
  const reason = reasonOf(cause);
  const status = statusOf(cause);
  const check = CHECK.exec(message);
  if (check) {
    const [compared, expected, found] = JSON.parse(check[2]).map(String);
    const values = { dataset: check[1], compared, expected, found };
    return new TerminalError('check.failed', values, options);
  }
  const credentials = credentialsProblem(cause);
  if (credentials) return credentials;
  if (
    status === 409 ||
    /entrada\.taken|aborted due to concurrent|could not serialize/i.test(message)
  )
    return new TransientError('warehouse.conflict', { place }, options);
  if (reason === 'bytesBilledLimitExceeded')
    return new UserError('warehouse.tooManyBytes', { detail }, options);
  if (reason === 'quotaExceeded')
    return new TransientError('warehouse.quota', { place, detail }, options);
  if (status === 403 && !PASSING.includes(reason))
    return new UserError('warehouse.refused', { place, detail }, options);
  if (PASSING.includes(reason) || isUnreachable(cause))
    return new TransientError('warehouse.unreachable', { place, detail }, options);
  if (
    ['invalidQuery', 'notFound', 'accessDenied', 'invalid'].includes(reason) ||
    status === 400 ||
    status === 404
  )
    return new UserError('query.invalid', { detail, ...placeIn(message) }, options);
  return new TerminalError('warehouse.failed', { detail }, options);
}

/** Where a statement is wrong: its line, and that of a procedure counts from BEGIN on. */
function placeIn(message: string): Values {
  const [, procedure, line] = / at \[(?:[^\]]*\.(\w+):)?(\d+):\d+\]/.exec(message) ?? [];
  return { ...(procedure && { procedure }), ...(line && { line: Number(line) }) };
}

/** A job's own error is no Error but `{ reason, message }`; those of the client library hold a list of them. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('reason' in error) return String(error.reason);
  return 'errors' in error && Array.isArray(error.errors) ? reasonOf(error.errors[0]) : '';
}

function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || detailOf(error);
  if (typeof error === 'object' && error !== null && 'message' in error)
    return String(error.message);
  return String(error);
}
