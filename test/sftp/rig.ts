import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import ssh2, { type Client, type ConnectConfig, type SFTPWrapper } from 'ssh2';
import { createFolderLake } from '../../src/lake/folder.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { type Account, writeAccounts } from '../../src/sftp/accounts.ts';
import { type GuardLimits, guardLimits } from '../../src/sftp/guard.ts';
import { hostKey, makeKeyPair } from '../../src/sftp/keys.ts';
import { hashPassword } from '../../src/sftp/passwords.ts';
import { type SftpOptions, startSftp } from '../../src/sftp/server.ts';

/** Whether this machine has OpenSSH's client; a reason to skip where it has not. */
export const noClient =
  spawnSync('sftp', ['-?']).error && 'there is no sftp: install openssh-client';

export const PASSWORD = 'uma senha comprida';
let hash: Promise<string> | undefined;

/** Quick enough for a test, and long enough to be told apart. */
const QUICK_GUARD: GuardLimits = { ...guardLimits, firstDelayMs: 1, longestDelayMs: 4 };

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, with nothing on stdin unless told; the test's own time-out ends it. */
export async function run(
  program: string,
  args: readonly string[],
  { stdin = '', env = {} }: { stdin?: string; env?: Record<string, string> } = {},
): Promise<Answer> {
  const child = spawn(program, args, { env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } });
  child.stdin.on('error', () => {}).end(stdin);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((done) => child.on('close', done)),
  ]);
  // The client ends its own messages as a terminal in raw mode wants it.
  return { code, stdout, stderr: stderr.replaceAll('\r\n', '\n') };
}

export interface Rig extends AsyncDisposable {
  /** The lake's folder, in which entrada/ and rejeitados/ are. */
  readonly home: string;
  /** A folder for what the clients have. */
  readonly desk: string;
  readonly port: number;
  readonly lake: Lake;
  /** What the server logged, each line an object. */
  readonly log: Record<string, unknown>[];
  /** OpenSSH's options to know the server, and no key of this machine's user. */
  readonly common: readonly string[];
  /** The same, and to be this account by its key. */
  options(account: string): string[];
  /** OpenSSH's sftp does these commands; a command that begins with `-` may fail. */
  sftp(account: string, ...commands: readonly string[]): Promise<Answer>;
  scp(account: string, ...args: readonly string[]): Promise<Answer>;
  /** ssh2's client, for the requests of programs that are not here. */
  connect(account: string, config?: ConnectConfig): Promise<Connected>;
  /** The names in a folder of the lake, parts that are hidden too. */
  names(folder: string): Promise<string[]>;
  /** Writes a file for the clients and gives its path. */
  file(name: string, bytes: Uint8Array | string): Promise<string>;
  stop(): Promise<void>;
}

interface Connected extends AsyncDisposable {
  readonly client: Client;
  readonly sftp: Requests;
}

/** ssh2's requests as promises. */
export type Requests = ReturnType<typeof promised>;

interface RigOptions
  extends Partial<Pick<SftpOptions, 'lake' | 'guard' | 'language' | 'partsFolder' | 'now'>> {
  /** Besides ana and bia: with a password, a quota. */
  readonly accounts?: readonly Partial<Account>[];
}

/** A server in this process on a free port of the loopback, with the accounts ana and bia, each with a key. */
export async function startRig({ accounts = [], ...options }: RigOptions = {}): Promise<Rig> {
  const home = await mkdtemp(join(tmpdir(), 'entrada-sftp-'));
  const desk = await mkdtemp(join(tmpdir(), 'entrada-desk-'));
  const at = (name: string) => join(desk, name);
  const accountsFile = join(home, 'sftp/accounts.json');
  const hostKeyFile = join(home, 'sftp/host_key');
  const all: Account[] = [];
  hash ??= hashPassword(PASSWORD);
  const password = await hash;
  for (const name of ['ana', 'bia']) {
    const pair = makeKeyPair(name);
    await writeFile(at(`${name}.key`), pair.private, { mode: 0o600 });
    const more = accounts.find((account) => account.name === name);
    all.push({ name, keys: [pair.public], password, ...more });
  }
  await writeAccounts(accountsFile, all);
  const log: Record<string, unknown>[] = [];
  const lake = options.lake ?? createFolderLake(home);
  const server = await startSftp({
    address: '127.0.0.1',
    port: 0,
    accountsFile,
    hostKeyFile,
    partsFolder: join(home, 'sftp/uploads'),
    language: 'en',
    guard: QUICK_GUARD,
    ...options,
    lake,
    log: pino({ level: 'debug' }, { write: (line: string) => log.push(JSON.parse(line)) }),
  });
  const { port } = server;
  const { line } = await hostKey(hostKeyFile);
  await writeFile(at('known_hosts'), `[127.0.0.1]:${port} ${line}\n`);
  const common = ['-F', '/dev/null', '-o', `UserKnownHostsFile=${at('known_hosts')}`];
  common.push('-o', 'IdentityAgent=none', '-o', 'IdentitiesOnly=yes');
  const optionsOf = (account: string) => [
    ...common,
    ...['-o', 'BatchMode=yes', '-i', at(`${account}.key`)],
  ];
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= Promise.resolve(server[Symbol.asyncDispose]());
    return stopped;
  };
  return {
    home,
    desk,
    port,
    lake,
    log,
    common,
    options: optionsOf,
    sftp: (account, ...commands) =>
      run('sftp', ['-b', '-', '-P', String(port), ...optionsOf(account), `${account}@127.0.0.1`], {
        stdin: `${commands.join('\n')}\n`,
      }),
    scp: (account, ...args) => run('scp', ['-P', String(port), ...optionsOf(account), ...args]),
    connect: async (username, config = {}) => {
      const privateKey = await readFile(at(`${username}.key`));
      return connect({ port, username, privateKey, ...config });
    },
    names: async (folder) => (await readdir(join(home, folder)).catch(() => [])).sort(),
    async file(name, bytes) {
      await writeFile(at(name), bytes);
      return at(name);
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      for (const folder of [home, desk]) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Logs in with ssh2's client. */
export async function connect(config: ConnectConfig): Promise<Connected> {
  const client = new ssh2.Client();
  const ready = once(client, 'ready');
  client.connect({ host: '127.0.0.1', ...config });
  // As every program does: else each small request waits for an acknowledgement that is late.
  client.setNoDelay(true);
  await ready;
  // A connection that is lost is what some tests are about.
  client.on('error', () => {});
  const sftp = await new Promise<SFTPWrapper>((resolve, reject) => {
    client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper)));
  });
  return {
    client,
    sftp: promised(sftp),
    async [Symbol.asyncDispose]() {
      client.end();
    },
  };
}

/** An upload of a small file. */
export async function put(sftp: Requests, path: string, bytes: Uint8Array): Promise<void> {
  const handle = await sftp.open(path, 'w');
  if (bytes.length > 0) await sftp.write(handle, bytes, 0);
  await sftp.close(handle);
}

function promised(sftp: SFTPWrapper) {
  type Callback<T> = (error: Error | null | undefined, value: T) => void;
  const call = <T = void>(work: (done: Callback<T>) => void) =>
    new Promise<T>((resolve, reject) => {
      work((error, value) => (error ? reject(error) : resolve(value)));
    });
  return {
    raw: sftp,
    open: (path: string, flags: string | number) =>
      call<Buffer>((done) => sftp.open(path, flags as 'w', done)),
    write: (handle: Buffer, bytes: Uint8Array, offset: number) =>
      call((done) =>
        sftp.write(handle, Buffer.from(bytes), 0, bytes.length, offset, done as never),
      ),
    close: (handle: Buffer) => call((done) => sftp.close(handle, done as never)),
    stat: (path: string) => call<{ size: number; mtime: number }>((done) => sftp.stat(path, done)),
    fsetstat: (handle: Buffer, attributes: object) =>
      call((done) => sftp.fsetstat(handle, attributes as never, done as never)),
    setstat: (path: string, attributes: object) =>
      call((done) => sftp.setstat(path, attributes as never, done as never)),
    names: async (path: string) =>
      (await call<{ filename: string }[]>((done) => sftp.readdir(path, done)))
        .map(({ filename }) => filename)
        .sort(),
    read: (path: string) => call<Buffer>((done) => sftp.readFile(path, done as never)),
    rename: (from: string, to: string) => call((done) => sftp.rename(from, to, done as never)),
    remove: (path: string) => call((done) => sftp.unlink(path, done as never)),
    mkdir: (path: string) => call((done) => sftp.mkdir(path, done as never)),
    symlink: (target: string, path: string) =>
      call((done) => sftp.symlink(target, path, done as never)),
    readlink: (path: string) => call<string>((done) => sftp.readlink(path, done)),
    realpath: (path: string) => call<string>((done) => sftp.realpath(path, done)),
  };
}
