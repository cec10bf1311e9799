import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { statesOf } from '../../ingest/golden.ts';
import { newHome, sale, sales } from '../../ingest/home.ts';
import { run } from '../rig.ts';
import { noServer, type Sshd, startSshd } from '../sshd.ts';

const ROWS = 60_000;
/** Numbers without an order, so that the workbook is large enough to be broken off. */
const rows = (first: number) =>
  Array.from({ length: ROWS }, (_, n) => sale(((first + n) * 48_271) % 2_147_483_647));
const LARGE = sales(...rows(1));
const OTHER = sales(...rows(1_000_000));

/** What `sftp` is called with to go on from `folder`. */
function argsOf({ port, options, target }: Sshd, folder: string): string[] {
  return ['-b', '-', '-P', String(port), ...options, `${target}:${folder}`];
}

function sftp(behind: { readonly sshd: Sshd; readonly inbox: string }, command: string) {
  return run('sftp', argsOf(behind.sshd, behind.inbox), { stdin: `${command}\n` });
}

/** A home whose inbox has a folder for ana, where OpenSSH's server lets her in. */
async function homeBehindSshd() {
  const home = await newHome();
  const inbox = join(home.path, 'entrada/ana');
  await mkdir(inbox);
  const sshd = await startSshd();
  return {
    home,
    inbox,
    sshd,
    async [Symbol.asyncDispose]() {
      await sshd[Symbol.asyncDispose]();
      await home[Symbol.asyncDispose]();
    },
  };
}

/** Begins an upload at two megabits a second, and breaks it off once some of it has arrived. */
async function breakOff(
  program: 'sftp' | 'scp',
  args: readonly string[],
  stdin: string,
  hasBegun: () => Promise<boolean>,
): Promise<void> {
  const child = spawn(program, ['-l', '2000', ...args], { stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.write(stdin);
  while (!(await hasBegun().catch(() => false))) await sleep(20);
  child.kill('SIGINT');
  child.stdin.end();
  await once(child, 'close');
}

describe("OpenSSH's own server in front", { skip: noServer }, () => {
  test('what an account uploads into its folder is taken as its own', async () => {
    await using behind = await homeBehindSshd();
    const { home } = behind;
    await writeFile(join(home.path, 'bom.xlsx'), LARGE);
    const { code, stderr } = await sftp(behind, `put ${join(home.path, 'bom.xlsx')}`);
    assert.deepEqual([code, stderr], [0, '']);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ fileName, state, rowsLoaded }) => [fileName, state, rowsLoaded]),
      [['ana/bom.xlsx', 'loaded', ROWS]],
    );
  });

  test('the account has nothing but SFTP, and makes nothing but files', async () => {
    await using behind = await homeBehindSshd();
    const { port, options, target } = behind.sshd;
    const ssh = (...args: readonly string[]) =>
      run('ssh', ['-p', String(port), ...options, ...args]);
    const command = await ssh(target, 'touch', join(behind.inbox, 'made'));
    assert.notEqual(command.code, 0);
    const forward = await ssh('-W', '127.0.0.1:9', target);
    assert.match(forward.stderr, /administratively prohibited/);
    await writeFile(join(behind.inbox, 'a.txt'), '');
    for (const command of ['mkdir b', 'symlink a.txt b', 'ln a.txt b'])
      assert.notEqual((await sftp(behind, command)).code, 0, command);
    assert.deepEqual(await behind.home.names('entrada/ana'), ['a.txt']);
  });

  test('one that is broken off waits, and goes on with reput', async () => {
    await using behind = await homeBehindSshd();
    const { home, inbox, sshd } = behind;
    const path = join(home.path, 'a.xlsx');
    await writeFile(path, LARGE);
    const hasBegun = async () => (await stat(join(inbox, 'a.xlsx'))).size > 0;
    await breakOff('sftp', argsOf(sshd, inbox), `put ${path}\n`, hasBegun);
    assert.ok((await stat(join(inbox, 'a.xlsx'))).size < LARGE.length);
    const { waiting, files } = await home.run();
    assert.deepEqual(files, []);
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ['wait.incomplete'],
    );
    assert.equal((await sftp(behind, `reput ${path} a.xlsx`)).code, 0);
    assert.deepEqual(statesOf(await home.run()), ['loaded']);
  });

  test('scp writes over an older file in place: broken off, it is neither, and waits', async () => {
    await using behind = await homeBehindSshd();
    const { home, inbox, sshd } = behind;
    const path = join(home.path, 'a.xlsx');
    await writeFile(join(inbox, 'a.xlsx'), OTHER);
    await writeFile(path, LARGE);
    const args = ['-P', String(sshd.port), ...sshd.options, path, `${sshd.target}:${inbox}/a.xlsx`];
    const hasBegun = async () => !(await readFile(join(inbox, 'a.xlsx'))).equals(OTHER);
    await breakOff('scp', args, '', hasBegun);
    assert.equal((await stat(join(inbox, 'a.xlsx'))).size, OTHER.length);
    const { waiting, files } = await home.run();
    assert.deepEqual(files, []);
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ['wait.gaps'],
    );
    const again = await run('scp', args);
    assert.equal(again.code, 0, again.stderr);
    assert.deepEqual(statesOf(await home.run()), ['loaded']);
    assert.deepEqual(await home.query('SELECT COUNT(*)::INT FROM bases_vendas'), [[ROWS]]);
  });
});
