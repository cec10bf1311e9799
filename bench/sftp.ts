import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeKeyPair } from '../src/sftp/keys.ts';
import { noServer, startSshd } from '../test/sftp/sshd.ts';
import { inTurns, root, say } from './measure.ts';
import { type Section, table } from './report.ts';

const MEGABYTES = 100;
const TURNS = 5;
/** What the client chooses by itself, and one that both servers have. */
const CIPHERS = { 'as the client chooses': [], 'aes128-gcm': ['-c', 'aes128-gcm@openssh.com'] };

const HEADING = `## SFTP: ${MEGABYTES} MB over loopback`;

/** A file put by OpenSSH's client, from login to the end of CLOSE, to Entrada and to OpenSSH's own server in turns. */
export async function sftp(): Promise<Section[]> {
  if (noServer) return [{ lines: [HEADING, '', `Not measured: ${noServer}.`], targets: [] }];
  say(`putting ${MEGABYTES} MB over SFTP`);
  const home = await mkdtemp(join(tmpdir(), 'entrada-bench-sftp-'));
  await using cleaning = new AsyncDisposableStack();
  cleaning.defer(() => rm(home, { recursive: true }));
  const { options, file } = await prepare(home);
  const ours = spawn(
    process.execPath,
    [join(root, 'bin/entrada.js'), 'sftp', '--json', '--home', home],
    {
      env: { ...process.env, ENTRADA_SFTP_LISTEN: '127.0.0.1:0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  cleaning.defer(async () => {
    const closed = once(ours, 'close');
    ours.kill();
    await closed;
  });
  const [line] = await once(createInterface({ input: ours.stdout }), 'line');
  const port = String(JSON.parse(line).port);
  const sshd = cleaning.use(await startSshd());

  const outcomes = inTurns(
    Object.entries(CIPHERS).flatMap(([cipher, flags]) => [
      contender(`Entrada, ${cipher}`, file, [
        ...flags,
        '-P',
        port,
        ...options,
        'ana@127.0.0.1:/entrada/',
      ]),
      contender(`OpenSSH, ${cipher}`, file, [
        ...flags,
        '-P',
        String(sshd.port),
        ...sshd.options,
        `${sshd.target}:${join(home, 'theirs')}/`,
      ]),
    ]),
  );
  const rows = outcomes.map(({ name, seconds, failure }) =>
    failure
      ? [name, failure, '']
      : [name, `${(seconds * 1000).toFixed(0)} ms`, `${(MEGABYTES / seconds).toFixed(0)} MB/s`],
  );
  const lines = [
    HEADING,
    '',
    `From login to the end of CLOSE, ${TURNS} turns each. Entrada syncs the file to the disk before it answers CLOSE,`,
    `OpenSSH's server does not. Entrada's server took ${await peakOf(ours)} MB at its peak.`,
    ...table(['server', 'median', 'throughput'], rows),
  ];
  return [{ lines, targets: [] }];
}

/** A home with an account, and the file to put. */
async function prepare(home: string) {
  const at = (name: string) => join(home, name);
  await mkdir(at('theirs'));
  await mkdir(at('sftp'));
  await writeFile(at('large.xlsx'), Buffer.alloc(MEGABYTES * 1_000_000, 'entrada 0123456789 '));
  const pair = makeKeyPair('ana');
  await writeFile(at('key'), pair.private, { mode: 0o600 });
  const accounts = [{ name: 'ana', keys: [pair.public] }];
  await writeFile(at('sftp/accounts.json'), JSON.stringify({ accounts }));
  const set = [
    'StrictHostKeyChecking=no',
    'LogLevel=ERROR',
    `UserKnownHostsFile=${at('known')}`,
    'IdentityAgent=none',
  ];
  const options = ['-F', '/dev/null', '-i', at('key'), ...set.flatMap((one) => ['-o', one])];
  return { options, file: at('large.xlsx') };
}

function contender(name: string, file: string, args: readonly string[]) {
  return {
    name,
    turns: TURNS,
    run() {
      const start = performance.now();
      const input = `put ${file}\n`;
      const { status, stderr } = spawnSync('sftp', ['-b', '-', ...args], {
        input,
        encoding: 'utf8',
      });
      const seconds = (performance.now() - start) / 1000;
      if (status !== 0) throw new Error(stderr);
      return { seconds, megabytes: Number.NaN };
    },
  };
}

/** In MB; read while it still runs. */
async function peakOf({ pid }: ChildProcess): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  return (Number(peak) / 1024).toFixed(0);
}
