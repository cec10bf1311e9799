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

/** UserError `cloud.credentials` where the failure says that Google Cloud does not know who asks. */
export function credentialsProblem(cause: unknown): UserError | undefined {
  const detail = detailOf(cause);
  return NOBODY.test(detail)
    ? new UserError('cloud.credentials', { detail }, { cause })
    : undefined;
}

/** The first line of what a client library says, or its code: some say the rest of the answer after it. */
export function detailOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? String(cause.code) : cause.name;
  const [first] = cause.message.split('\n');
  return first.replace(/^request to .* reason: /, '') || code;
}
