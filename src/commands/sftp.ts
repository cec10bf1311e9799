import { once } from 'node:events';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import { createLog, openLake } from '../open.ts';
import type { Output } from '../output.ts';
import { readAccounts } from '../sftp/accounts.ts';
import { hostKey } from '../sftp/keys.ts';
import { startSftp } from '../sftp/server.ts';
import type { Run } from './commands.ts';
import { addUser, listUsers, removeUser } from './sftp-users.ts';
import { untilStopped } from './stopping.ts';

const USAGE = 'entrada sftp [fingerprint | user list | user add NAME | user remove NAME]';

/** Serves SFTP until a signal ends it, or does one of the things around it. */
export const sftp: Run = async (invocation) => {
  const { settings, output, values, positionals } = invocation;
  const [what, action, name] = positionals;
  if (what === 'user' && action === 'add' && name !== undefined) return addUser(invocation, name);
  const flag = ['key', 'password', 'quota'].find((one) => values[one] !== undefined);
  if (flag !== undefined)
    throw new UserError('usage.flagValue', { command: 'sftp', flag: `--${flag}` });
  if (what === undefined) return serveUntilSignal(settings, output);
  if (what === 'fingerprint' && action === undefined) return showFingerprint(settings, output);
  if (what === 'user' && action === 'list' && name === undefined)
    return listUsers(settings, output);
  if (what === 'user' && action === 'remove' && name !== undefined)
    return removeUser(settings, output, name);
  throw new UserError('usage.arguments', { command: 'sftp', usage: USAGE });
};

/** Starts the server and says where it listens; whoever asked for it disposes of it. */
export async function serve(settings: Settings, output: Output): Promise<AsyncDisposable> {
  const { address, accountsFile } = settings.sftp;
  const isNobody = (await readAccounts(accountsFile)).length === 0;
  const server = await startSftp({
    ...settings.sftp,
    lake: await openLake(settings),
    language: settings.language,
    log: createLog(settings, { inlet: 'sftp' }),
  });
  const { port, fingerprint } = server;
  const listen = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  output.say({ code: 'sftp.listening', values: { address: listen, fingerprint } });
  output.object({ type: 'listening', address, port, fingerprint });
  if (isNobody) output.say({ code: 'sftp.nobody', values: {} });
  return server;
}

async function serveUntilSignal(settings: Settings, output: Output): Promise<number> {
  await using _ = await serve(settings, output);
  await once(untilStopped(), 'abort');
  return 0;
}

async function showFingerprint(settings: Settings, output: Output): Promise<number> {
  const { fingerprint, line } = await hostKey(settings.sftp.hostKeyFile);
  output.object({ type: 'hostKey', fingerprint, line });
  output.line(fingerprint);
  output.line(line);
  return 0;
}
