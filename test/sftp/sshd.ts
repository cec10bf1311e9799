import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeKeyPair } from '../../src/sftp/keys.ts';
import { noClient } from './rig.ts';

const SSHD = '/usr/sbin/sshd';

/** Why OpenSSH's own server cannot be had on this machine, if it cannot. */
export const noServer =
  noClient || (!existsSync(SSHD) && 'there is no /usr/sbin/sshd: install openssh-server');

export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** `user@host`, and OpenSSH's options to be that. */
  readonly target: string;
  readonly options: readonly string[];
}

/** What docs/sftp.md tells an operator to write, for this user and key instead, and without root's folders. */
async function documented(user: string, keys: string): Promise<string> {
  const text = await readFile(new URL('../../docs/sftp.md', import.meta.url), 'utf8');
  const [block] = /^Match User ana\n(?: {4}.*\n)+/m.exec(text) ?? [];
  if (block === undefined) throw new Error('docs/sftp.md has no settings for sshd');
  return block
    .replace('ana', user)
    .replace('/etc/ssh/inbox/%u', keys)
    .replace(/^ +ChrootDirectory .*\n/m, '');
}

/** OpenSSH's server on a free port, set as docs/sftp.md says, for whoever runs this: what a client names is a whole path. */
export async function startSshd(): Promise<Sshd> {
  const desk = await mkdtemp(join(tmpdir(), 'entrada-sshd-'));
  const at = (name: string) => join(desk, name);
  for (const name of ['host', 'user']) {
    const pair = makeKeyPair(name);
    await writeFile(at(name), pair.private, { mode: 0o600 });
    await writeFile(at(`${name}.pub`), pair.public);
  }
  const port = await freePort();
  const { username } = userInfo();
  await writeFile(
    at('sshd_config'),
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${at('host')}`,
      `PidFile ${at('pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'Subsystem sftp internal-sftp',
      await documented(username, at('user.pub')),
    ].join('\n'),
  );
  // Where it shuts itself in before a login; a service makes it at its start.
  if (process.getuid?.() === 0) {
    await mkdir('/run/sshd', { recursive: true });
    await chmod('/run/sshd', 0o755);
  }
  const child = spawn(SSHD, ['-D', '-e', '-f', at('sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  for await (const line of createInterface({ input: child.stderr })) {
    said += `${line}\n`;
    if (line.includes('Server listening')) break;
  }
  child.stderr.resume();
  if (!said.includes('Server listening')) throw new Error(`sshd did not start: ${said}`);
  const host = (await readFile(at('host.pub'), 'utf8')).trim();
  await writeFile(at('known_hosts'), `[127.0.0.1]:${port} ${host}\n`);
  return {
    port,
    target: `${username}@127.0.0.1`,
    options: [
      ...['-F', '/dev/null', '-o', `UserKnownHostsFile=${at('known_hosts')}`],
      ...['-o', 'IdentityAgent=none', '-o', 'BatchMode=yes', '-i', at('user')],
    ],
    async [Symbol.asyncDispose]() {
      const closed = once(child, 'close');
      child.kill();
      await closed;
      await rm(desk, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
