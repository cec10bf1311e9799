import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Connection, ServerChannel, Session, SFTPWrapper } from 'ssh2';
import { type Language, render } from '../messages/messages.ts';
import { type Account, readAccounts } from './accounts.ts';
import type { Guard } from './guard.ts';
import type { View } from './inlet.ts';
import { fingerprintOf } from './keys.ts';
import { logIn } from './login.ts';
import { serveSession } from './session.ts';

/** What one connection may try to log in with: some programs try every key that they have. */
const MOST_TRIES = 10;
const MOST_SESSIONS = 10;
/** When so many bytes wait for the disk, no more are read from the connection until half of them are written. */
const MOST_BACKLOG = 4 << 20;

/** Answers that wait for a client to read them, in bytes: who asks for more than that at once reads none of it. */
const MOST_UNREAD = 16 << 20;

/** What all connections of a server share. */
export interface Serving {
  readonly accountsFile: string;
  readonly guard: Guard;
  readonly viewOf: (account: Account) => View;
  readonly language: Language;
  readonly log: Logger;
}

/** Serves one connection; `end` closes it and waits until nothing of it is under way. */
export function serveConnection(
  client: Connection,
  socket: Socket,
  address: string,
  { accountsFile, guard, viewOf, language, log: serverLog }: Serving,
): { end(): Promise<void> } {
  const sessions = new Set<() => Promise<void>>();
  const effects = { accounts: () => readAccounts(accountsFile), sleep };
  let log = serverLog.child({ address });
  let account: Account | undefined;
  let tries = 0;
  let backlog = 0;

  function onBacklog(bytes: number): void {
    backlog += bytes;
    if (backlog > MOST_BACKLOG) socket.pause();
    else if (backlog < MOST_BACKLOG / 2) socket.resume();
  }

  client.on('authentication', async (context) => {
    const { method, username } = context;
    try {
      const found = await logIn(context, address, guard, effects);
      if (found) {
        // It hung up meanwhile: ssh2 would ask it for a minute whether it is there, and keep the process from its end.
        if (socket.destroyed) return;
        // A client that only asks whether a key would do comes again with its signature.
        if (context.method !== 'publickey' || context.signature) account = found;
        context.accept();
        return;
      }
    } catch (error) {
      log.error({ account: username, err: error }, 'login failed');
    }
    if (method === 'password') log.warn({ account: username }, 'password refused');
    // Many programs offer every key that they have: that one is not taken is no warning by itself.
    if (context.method === 'publickey')
      log.info({ account: username, fingerprint: fingerprintOf(context.key.data) }, 'key refused');
    context.reject(['publickey', 'password']);
    if (method !== 'none' && ++tries >= MOST_TRIES) client.end();
  });

  client.once('ready', () => {
    log = log.child({ account: account?.name });
    log.info('logged in');
  });

  client.on('session', (accept, reject) => {
    if (account) offerSftp(accept(), account);
    else reject();
  });

  function offerSftp(session: Session, to: Account): void {
    // Looked at here, since many channels may be open before the first of them asks.
    session.on('sftp', (accept, reject) => {
      if (sessions.size < MOST_SESSIONS) serve(accept(), to);
      else reject();
    });
    // There is no shell, and nothing is executed: all that these do is say so.
    for (const request of ['shell', 'exec'])
      session.on(request, (accept: () => ServerChannel) => sayWhatThisIs(accept()));
  }

  function serve(sftp: SFTPWrapper, to: Account): void {
    const end = serveSession(sftp, viewOf(to), to.name, {
      render: (problem) => render(problem, language),
      onFault: (error) => log.error({ err: error }, 'fault'),
      onRefusal: (error) => log.error({ err: error }, 'refused'),
      onUpload: ({ name: file, size }) => log.info({ file, size }, 'uploaded'),
      onBacklog,
      onAnswered: () => hangUpOnDeaf(sftp),
    });
    sessions.add(end);
    sftp.once('end', async () => {
      await end();
      sessions.delete(end);
      exitWell(sftp);
      sftp.end();
    });
  }

  /** ssh2 keeps what a client leaves no window for, without end. */
  function hangUpOnDeaf(sftp: SFTPWrapper): void {
    const { _buffer } = sftp as unknown as { readonly _buffer: readonly Uint8Array[] };
    const unread = _buffer.reduce((sum, { length }) => sum + length, socket.writableLength);
    if (unread <= MOST_UNREAD || socket.destroyed) return;
    log.warn({ bytes: unread }, 'answers not read');
    socket.destroy();
  }

  /** scp takes silence for a failure, and ssh2 gives a session no word of its own for how it ended. */
  function exitWell(sftp: SFTPWrapper): void {
    const { _protocol, outgoing } = sftp as unknown as {
      readonly _protocol: { exitStatus(channel: number, status: number): void };
      readonly outgoing: { readonly id: number; readonly state: string };
    };
    if (outgoing.state === 'open' && !socket.destroyed) _protocol.exitStatus(outgoing.id, 0);
  }

  function sayWhatThisIs(channel: ServerChannel): void {
    channel.stderr.write(`${render({ code: 'sftp.only', values: {} }, language)}\r\n`);
    channel.exit(1);
    channel.end();
  }

  client.on('error', (error) => log.debug({ err: error }, 'connection'));
  return {
    async end() {
      client.end();
      await Promise.all([...sessions].map((end) => end()));
      socket.destroy();
    },
  };
}
