import { timingSafeEqual } from 'node:crypto';
import type { AuthContext, PublicKeyAuthContext } from 'ssh2';
import type { Account } from './accounts.ts';
import { type Guard, networkOf } from './guard.ts';
import { parsePublicKey } from './keys.ts';
import { isPassword } from './passwords.ts';

/** No name is longer; a longer one is counted by how it begins. */
const NAME_LENGTH = 64;

interface LoginEffects {
  /** The accounts as they are now. */
  accounts(): Promise<readonly Account[]>;
  sleep(ms: number): Promise<unknown>;
}

/**
 * Whether who asks is an account, and which. A wrong password is answered late, and to refuse an account that is
 * not there takes as long. Keys cannot be guessed, and are looked at also while passwords are blocked.
 */
export async function logIn(
  context: AuthContext,
  address: string,
  guard: Guard,
  { accounts, sleep }: LoginEffects,
): Promise<Account | undefined> {
  const wanted = context.username;
  const account = (await accounts()).find(({ name }) => name === wanted);
  if (context.method === 'publickey') return holdsKey(context, account) ? account : undefined;
  if (context.method !== 'password') return undefined;
  const name = wanted.slice(0, NAME_LENGTH);
  const network = networkOf(address);
  const delay = await guard.inTurn(network, async () => {
    if (guard.isBlocked(name, network)) return 0;
    if (!(await isPassword(context.password, account?.password)))
      return guard.failed(name, network);
    guard.passed(name, network);
    return undefined;
  });
  if (delay === undefined) return account;
  await sleep(delay);
  return undefined;
}

function holdsKey(
  { key, blob, signature, hashAlgo }: PublicKeyAuthContext,
  account: Account | undefined,
): boolean {
  // An RSA key without a hash of its own signs with SHA-1.
  if (key.algo === 'ssh-rsa' && hashAlgo === undefined) return false;
  for (const line of account?.keys ?? []) {
    const known = parsePublicKey(line);
    const bytes = known?.getPublicSSH();
    if (!known || bytes?.length !== key.data.length || !timingSafeEqual(bytes, key.data)) continue;
    // Without a signature a client only asks whether this key would do.
    if (!signature) return true;
    return blob !== undefined && known.verify(blob, signature, hashAlgo) === true;
  }
  return false;
}
