import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Output } from '../output.ts';
import { type Account, isAccountName, readAccounts, writeAccounts } from '../sftp/accounts.ts';
import { fingerprintOf, parsePublicKey, publicKeysOf } from '../sftp/keys.ts';
import { hashPassword } from '../sftp/passwords.ts';
import type { Invocation } from './commands.ts';

const LEAST_CHARACTERS = 12;
const MEGABYTE = 1_000_000;

/** Makes an account, or gives one that is there more keys, another password, another quota. */
export async function addUser(
  { settings, output, values }: Invocation,
  name: string,
): Promise<number> {
  if (!isAccountName(name)) throw new UserError('sftp.userName', { name });
  const { accountsFile } = settings.sftp;
  const accounts = await readAccounts(accountsFile);
  const before = accounts.find((one) => one.name === name);
  const keys = [...(before?.keys ?? [])];
  for (const file of values.key === undefined ? [] : [values.key].flat())
    keys.push(...(await readKeys(String(file))));
  const password =
    values.password === true
      ? await hashPassword(await askPassword(output, name))
      : before?.password;
  const quotaBytes =
    values.quota === undefined ? before?.quotaBytes : bytesOf(String(values.quota));
  if (keys.length === 0 && password === undefined) throw new UserError('sftp.userLocked', { name });
  const account: Account = {
    name,
    keys: [...new Set(keys)],
    ...(password !== undefined && { password }),
    ...(quotaBytes !== undefined && { quotaBytes }),
  };
  await writeAccounts(accountsFile, [...accounts.filter((one) => one !== before), account]);
  output.object(shown(account));
  output.say({
    code: 'sftp.userAdded',
    values: { name, keys: account.keys.length, passwords: password === undefined ? 0 : 1 },
  });
  return 0;
}

export async function listUsers(settings: Settings, output: Output): Promise<number> {
  const accounts = (await readAccounts(settings.sftp.accountsFile)).map(shown);
  for (const account of accounts) output.object(account);
  output.table(
    output.columns({ code: 'sftp.userColumns', values: {} }),
    accounts.map(({ name, keys, password, quotaBytes }) => [
      name,
      keys.join(' '),
      password,
      quotaBytes === null ? null : quotaBytes / MEGABYTE,
    ]),
  );
  return 0;
}

export async function removeUser(
  settings: Settings,
  output: Output,
  name: string,
): Promise<number> {
  const { accountsFile } = settings.sftp;
  const accounts = await readAccounts(accountsFile);
  const others = accounts.filter((one) => one.name !== name);
  if (others.length === accounts.length) throw new UserError('sftp.userUnknown', { name });
  await writeAccounts(accountsFile, others);
  output.object({ type: 'removed', name });
  output.say({ code: 'sftp.userRemoved', values: { name } });
  return 0;
}

/** What may be seen of an account: keys by their fingerprints, and whether there is a password. */
function shown({ name, keys, password, quotaBytes }: Account) {
  const fingerprints = keys.flatMap((line) => {
    const key = parsePublicKey(line);
    return key ? fingerprintOf(key.getPublicSSH()) : [];
  });
  return {
    type: 'account',
    name,
    keys: fingerprints,
    password: password !== undefined,
    quotaBytes: quotaBytes ?? null,
  };
}

async function readKeys(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new UserError('file.none', { file }, { cause });
  });
  return publicKeysOf(text, file);
}

function bytesOf(quota: string): number {
  if (!/^[1-9]\d{0,8}$/.test(quota)) throw new UserError('sftp.quotaValue', { quota });
  return Number(quota) * MEGABYTE;
}

/** Typed unseen at a terminal, or the first line of stdin. Never an argument: those are seen by others. */
async function askPassword(output: Output, name: string): Promise<string> {
  if (process.stdin.isTTY)
    process.stderr.write(`${output.render({ code: 'sftp.passwordPrompt', values: { name } })} `);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: unseen,
    terminal: process.stdin.isTTY === true,
  });
  try {
    let password = '';
    for await (const line of lines) {
      password = line;
      break;
    }
    if (process.stdin.isTTY) process.stderr.write('\n');
    const found = [...password].length;
    if (found < LEAST_CHARACTERS)
      throw new UserError('sftp.passwordShort', { least: LEAST_CHARACTERS, found });
    return password;
  } finally {
    lines.close();
  }
}
