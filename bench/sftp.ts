import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeKeyPair } from '../src/sftp/keys.ts';
import { noServer, startSshd } from '../test/sftp/sshd.ts';
import { inTurns, root } from './measure.ts';

/**
 * `node bench/sftp.ts`: 100 MB put over loopback by OpenSSH's client, from login to the end of CLOSE, to Entrada and to
 * OpenSSH's own server in turns. Prints the medians as a table.
 */
const MEGABYTES = 100;
const TURNS = 5;
/** What the client chooses by itself, and one that both servers have. */
const CIPHERS = { 'as the client chooses': [], 'aes128-gcm': ['-c', 'aes128-gcm@openssh.com'] };

if (noServer) throw new Error(noServer);
const home = await mkdtemp(join(tmpdir(), 'entrada-bench-sftp-'));
const at = (name: string) => join(home, name);
await mkdir(at('theirs'));
await mkdir(at('sftp'));
await writeFile(at('large.xlsx'), Buffer.alloc(MEGABYTES * 1_000_000, 'entrada 0123456789 '));
const pair = makeKeyPair('ana');
await writeFile(at('key'), pair.private, { mode: 0o600 });
await writeFile(
  at('sftp/accounts.json'),
  JSON.stringify({ accounts: [{ name: 'ana', keys: [pair.public] }] }),
);

const ours = spawn(
  process.execPath,
  [join(root, 'bin/entrada.js'), 'sftp', '--json', '--home', home],
  {
    env: { ...process.env, ENTRADA_SFTP_LISTEN: '127.0.0.1:0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const [line] = await once(createInterface({ input: ours.stdout }), 'line');
const { port } = JSON.parse(line);
const sshd = await startSshd(at('theirs'));

function contender(name: string, args: readonly string[], target: string) {
  return {
    name,
    turns: TURNS,
    run() {
      const start = performance.now();
      const { status, stderr } = spawnSync('sftp', [...args, '-b', '-', target], {
        input: `put ${at('large.xlsx')}\n`,
        encoding: 'utf8',
      });
      const seconds = (performance.now() - start) / 1000;
      if (status !== 0) throw new Error(stderr);
      return { seconds, megabytes: Number.NaN };
    },
  };
}

const options = ['-F', '/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'LogLevel=ERROR'];
options.push(
  '-o',
  `UserKnownHostsFile=${at('known')}`,
  '-o',
  'IdentityAgent=none',
  '-i',
  at('key'),
);
const contenders = Object.entries(CIPHERS).flatMap(([cipher, flags]) => [
  contender(
    `Entrada, ${cipher}`,
    [...flags, '-P', String(port), ...options],
    'ana@127.0.0.1:/entrada/',
  ),
  contender(
    `OpenSSH, ${cipher}`,
    [...flags, '-P', String(sshd.port), ...sshd.options],
    sshd.target,
  ),
]);
try {
  const outcomes = inTurns(contenders);
  const rows = outcomes.map(({ name, seconds, failure }) =>
    failure
      ? `| ${name} | ${failure} |  |`
      : `| ${name} | ${(seconds * 1000).toFixed(0)} ms | ${(MEGABYTES / seconds).toFixed(0)} MB/s |`,
  );
  const status = await readFile(`/proc/${ours.pid}/status`, 'utf8').catch(() => '');
  const [, peak] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
  const { type } = await statfs(home);
  process.stdout.write(
    [
      `${MEGABYTES} MB put over loopback, ${TURNS} turns, ${cpus().length} cores, file system ${type.toString(16)}`,
      '',
      '| server | from login to CLOSE | throughput |',
      '| --- | --- | --- |',
      ...rows,
      '',
      `Entrada's server at its peak: ${Math.round(Number(peak) / 1024)} MB`,
      '',
    ].join('\n'),
  );
} finally {
  const closed = once(ours, 'close');
  ours.kill();
  await closed;
  await sshd[Symbol.asyncDispose]();
  await rm(home, { recursive: true });
}
