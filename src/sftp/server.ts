import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import ssh2, { type Algorithms } from 'ssh2';
import { UserError } from '../errors.ts';
import type { Lake } from '../lake/lake.ts';
import type { Language } from '../messages/messages.ts';
import { readAccounts } from './accounts.ts';
import { type Serving, serveConnection } from './connection.ts';
import { createGuard, type GuardLimits, guardLimits } from './guard.ts';
import { openInlet } from './inlet.ts';
import { hostKey } from './keys.ts';

/** None that anybody advises against today; a client of the last ten years knows some of each. */
const ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
  ],
  serverHostKey: ['ssh-ed25519'],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256'],
  compress: ['none'],
} satisfies Algorithms;

const LOGIN_MS = 60_000;
const MOST_CONNECTIONS = 200;

export interface SftpOptions {
  readonly lake: Lake;
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Read anew at each login. */
  readonly accountsFile: string;
  /** Made when it is not there. */
  readonly hostKeyFile: string;
  /** A folder of the server's own, for uploads that are not whole yet. */
  readonly partsFolder: string;
  readonly language: Language;
  readonly log: Logger;
  readonly guard?: GuardLimits;
  readonly now?: () => number;
}

interface SftpServer extends AsyncDisposable {
  readonly port: number;
  readonly fingerprint: string;
}

/**
 * Serves SFTP over a lake until it is disposed of. Throws UserError `sftp.listen` when the address cannot be had,
 * `sftp.accounts` or `sftp.hostKey` when a file is not right.
 */
export async function startSftp({
  lake,
  address,
  port,
  accountsFile,
  hostKeyFile,
  partsFolder,
  language,
  log,
  guard = guardLimits,
  now = Date.now,
}: SftpOptions): Promise<SftpServer> {
  const { privateKey, fingerprint } = await hostKey(hostKeyFile);
  await readAccounts(accountsFile);
  const ssh = new ssh2.Server({ hostKeys: [privateKey], algorithms: ALGORITHMS, ident: 'Entrada' });
  const opening = new Map<string, Socket>();
  const connections = new Map<Socket, { end(): Promise<void> }>();

  // Sockets are ours before they are ssh2's, which cannot make a client wait, nor hang up on one that says nothing.
  const listener = createServer({ noDelay: true }, (socket) => {
    const key = `${socket.remoteAddress} ${socket.remotePort}`;
    opening.set(key, socket);
    const late = setTimeout(() => socket.destroy(), LOGIN_MS);
    socket.once('logged in', () => clearTimeout(late));
    socket.once('close', async () => {
      clearTimeout(late);
      opening.delete(key);
      await connections.get(socket)?.end();
      connections.delete(socket);
    });
    ssh.injectSocket(socket);
  });
  listener.maxConnections = MOST_CONNECTIONS;
  await listen(listener, port, address);

  async function stop(): Promise<void> {
    const closed = once(listener, 'close');
    listener.close();
    for (const socket of opening.values()) if (!connections.has(socket)) socket.destroy();
    await Promise.all([...connections.values()].map(({ end }) => end()));
    await closed;
  }

  // After the address is ours: whoever has it may have the folder of parts too.
  const viewOf = await openInlet(lake, partsFolder).catch(async (error) => {
    await stop();
    throw error;
  });
  const serving: Serving = {
    accountsFile,
    guard: createGuard(guard, log, now),
    viewOf,
    language,
    log,
  };
  ssh.on('connection', (client, { ip, port: theirs }) => {
    const socket = opening.get(`${ip} ${theirs}`);
    if (!socket) return;
    client.once('ready', () => socket.emit('logged in'));
    connections.set(socket, serveConnection(client, socket, ip, serving));
  });
  return {
    port: (listener.address() as AddressInfo).port,
    fingerprint,
    [Symbol.asyncDispose]: stop,
  };
}

async function listen(listener: Server, port: number, address: string): Promise<void> {
  try {
    await once(listener.listen(port, address), 'listening');
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('sftp.listen', { address: `${address}:${port}`, detail }, { cause });
  }
}
