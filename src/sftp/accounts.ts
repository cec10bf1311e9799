import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { namingFile } from '../lake/refusals.ts';
import { writeWhole } from '../lake/replace.ts';
import { parsePublicKey } from './keys.ts';
import { isPasswordHash } from './passwords.ts';

/** A name is a folder's too, on disks that do not tell capitals as well. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,31}$/;

const accountShape = z.strictObject({
  name: z.string().refine(isAccountName),
  keys: z.array(z.string().refine((line) => parsePublicKey(line) !== undefined)).default([]),
  password: z.string().refine(isPasswordHash).optional(),
  /** How many bytes may wait in the account's `entrada/` at one time. */
  quotaBytes: z.number().int().positive().optional(),
});
const fileShape = z.strictObject({ accounts: z.array(accountShape) });

/** Who may upload: with any of the keys, or with the password. */
export type Account = Readonly<z.infer<typeof accountShape>>;

export function isAccountName(name: string): boolean {
  return NAME.test(name) && name !== 'root';
}

/** The accounts of the file; none when there is no file. Throws UserError `sftp.accounts` for one that is not right. */
export async function readAccounts(file: string): Promise<Account[]> {
  const text = await namingFile(file, () => readFile(file, 'utf8')).catch((error) => {
    if (error.code === 'ENOENT') return '{"accounts":[]}';
    throw error;
  });
  const read = fileShape.safeParse(parseJson(text));
  if (read.success) return read.data.accounts;
  const [{ path }] = read.error.issues;
  throw new UserError('sftp.accounts', { file, place: path.join('.') || 'accounts' });
}

/** Writes all accounts, for nobody but the user that Entrada runs as to read. */
export async function writeAccounts(file: string, accounts: readonly Account[]): Promise<void> {
  const text = `${JSON.stringify({ accounts }, null, 2)}\n`;
  await namingFile(file, () => writeWhole(file, text, 0o600));
}
