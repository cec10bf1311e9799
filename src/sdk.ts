import { readFile } from 'node:fs/promises';
import { UserError } from './errors.ts';

/**
 * Loads an SDK that only some settings need: whoever stays on one machine neither installs nor loads it.
 * Throws UserError `cloud.sdk`, which says how to install the version that Entrada is tested with.
 */
export async function loadSdk<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'ERR_MODULE_NOT_FOUND')
      throw cause;
    throw new UserError('cloud.sdk', { name, version: await wantedVersion(name) }, { cause });
  }
}

async function wantedVersion(name: string): Promise<string> {
  const { peerDependencies } = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  );
  return String(peerDependencies[name]);
}

/** What the client libraries say when no credentials can be found, or those found are no longer good. */
const NOBODY =
  /default credentials|invalid_grant|invalid_rapt|reauth|Unable to detect a Project Id/i;

/** UserError `cloud.credentials` where the failure, or an answer by HTTP, says that Google Cloud does not know who asks. */
export function credentialsProblem(cause: unknown): UserError | undefined {
  const detail = detailOf(cause);
  return NOBODY.test(detail) || statusOf(cause) === 401
    ? new UserError('cloud.credentials', { detail }, { cause })
    : undefined;
}

/** Of the network, not of an answer. */
const UNREACHED = /^(E[A-Z]+|UND_ERR_\w+|EAI_\w+)$|fetch failed/;

/** Whether Google Cloud was not reached, or says that it cannot answer now. */
export function isUnreachable(cause: unknown): boolean {
  const status = statusOf(cause);
  const isLater = status === 408 || status === 429 || status >= 500;
  return isLater || UNREACHED.test(codeOf(cause)) || UNREACHED.test(detailOf(cause));
}

/** The status of an answer by HTTP, 0 when there was none. */
export function statusOf(error: unknown): number {
  return Number(codeOf(error)) || 0;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && error.code !== undefined) return String(error.code);
  return 'cause' in error ? codeOf(error.cause) : '';
}

/** The first line of what a client library says, or its code: some say the rest of the answer after it. */
export function detailOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : cause.name;
  const [first] = cause.message.split('\n');
  return first.replace(/^request to .* reason: /, '') || code;
}
