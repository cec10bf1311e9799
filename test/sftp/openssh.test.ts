import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { noClient, type Rig, run, startRig } from './rig.ts';

/** Bytes that are alike nowhere, so that a piece in the wrong place is noticed. */
function bytes(length: number): Buffer {
  let seed = 7;
  return Buffer.from(
    Uint8Array.from({ length }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed >> 16;
    }),
  );
}

const arrived = (rig: Rig, name: string) => readFile(join(rig.home, 'entrada', name));

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(20);
}

describe("OpenSSH's own client", { skip: noClient }, () => {
  test('puts, lists, renames and removes what is not taken yet', async () => {
    await using rig = await startRig();
    const sent = bytes(300_000);
    const path = await rig.file('vendas de março.xlsx', sent);
    const { code, stdout, stderr } = await rig.sftp(
      'ana',
      'ls -1',
      'cd entrada',
      `put "${path}"`,
      'ls -l',
      'rename "vendas de março.xlsx" março.xlsx',
      'ls -1',
    );
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.split('\n').filter((line) => !line.startsWith('sftp>'));
    assert.deepEqual(lines.slice(0, 2), ['entrada', 'rejeitados']);
    assert.match(lines[2], /^-rw------- +1 ana +ana +300000 .* vendas de março\.xlsx$/);
    assert.equal(lines[3].trim(), 'março.xlsx');
    assert.deepEqual(await rig.names('entrada'), ['ana']);
    assert.deepEqual(await arrived(rig, 'ana/março.xlsx'), sent);
    const removed = await rig.sftp('ana', 'rm entrada/março.xlsx', 'ls entrada');
    assert.deepEqual([removed.code, removed.stderr], [0, '']);
    assert.deepEqual(await rig.names('entrada/ana'), []);
  });

  test('scp puts a file, also over the one that is there, and says that it did', async () => {
    await using rig = await startRig();
    for (const sent of [bytes(70_000), bytes(20_000), bytes(90_000)]) {
      const path = await rig.file('a.xlsx', sent);
      const { code, stderr } = await rig.scp('ana', path, 'ana@127.0.0.1:entrada/');
      assert.deepEqual([code, stderr], [0, '']);
      assert.deepEqual(await arrived(rig, 'ana/a.xlsx'), sent);
    }
    const back = join(rig.desk, 'back.xlsx');
    const { code } = await rig.scp('ana', 'ana@127.0.0.1:entrada/a.xlsx', back);
    assert.equal(code, 0);
    assert.deepEqual(await readFile(back), bytes(90_000));
  });

  test('each account sees its own two folders and nothing else', async () => {
    await using rig = await startRig();
    await mkdir(join(rig.home, 'rejeitados/ana'), { recursive: true });
    await writeFile(join(rig.home, 'rejeitados/ana/maio.xlsx.rejections.csv'), 'sheet;cell\r\n');
    await mkdir(join(rig.home, 'backup'));
    const path = await rig.file('a.xlsx', 'of ana');
    await rig.sftp('ana', `put ${path} entrada/`);
    const got = join(rig.desk, 'got.csv');
    const ana = await rig.sftp('ana', 'ls -1', 'ls -1 entrada', `get rejeitados/*.csv ${got}`);
    assert.deepEqual([ana.code, ana.stderr], [0, '']);
    assert.match(ana.stdout, /^entrada *\nrejeitados *$/m);
    assert.equal(await readFile(got, 'utf8'), 'sheet;cell\r\n');
    const bia = await rig.sftp(
      'bia',
      'ls -1 entrada',
      'ls -1 rejeitados',
      `-get entrada/a.xlsx ${got}`,
      '-get rejeitados/maio.xlsx.rejections.csv',
      '-ls backup',
      `put ${path} entrada/`,
    );
    assert.deepEqual(
      bia.stderr.trim().split('\n'),
      [
        'File "/entrada/a.xlsx" not found.',
        'File "/rejeitados/maio.xlsx.rejections.csv" not found.',
        'Can\'t ls: "/backup" not found',
      ],
      'what the client sees',
    );
    assert.doesNotMatch(bia.stdout, /^[^s].*\.(xlsx|csv)/m);
    assert.deepEqual(await rig.names('entrada'), ['ana', 'bia']);
  });

  test('rejeitados/ can be read only, and folders and links cannot be made', async () => {
    await using rig = await startRig();
    await mkdir(join(rig.home, 'rejeitados/ana'), { recursive: true });
    await writeFile(join(rig.home, 'rejeitados/ana/a.csv'), 'x');
    const path = await rig.file('a.xlsx', 'abc');
    const { stderr } = await rig.sftp(
      'ana',
      `put ${path} entrada/`,
      `-put ${path} rejeitados/`,
      `-put ${path} /`,
      '-rm rejeitados/a.csv',
      '-rename rejeitados/a.csv rejeitados/b.csv',
      '-rename entrada/a.xlsx rejeitados/a.xlsx',
      '-mkdir entrada/nova',
      '-rmdir entrada',
      '-symlink /etc/passwd entrada/link.xlsx',
      '-ln entrada/a.xlsx entrada/hard.xlsx',
    );
    assert.deepEqual(stderr.trim().split('\n'), [
      'dest open "/rejeitados/a.xlsx": Permission denied',
      'dest open "/a.xlsx": Permission denied',
      'remote delete /rejeitados/a.csv: Permission denied',
      'remote rename "/rejeitados/a.csv" to "/rejeitados/b.csv": Permission denied',
      'remote rename "/entrada/a.xlsx" to "/rejeitados/a.xlsx": Permission denied',
      'remote mkdir "/entrada/nova": Permission denied',
      'remote rmdir "/entrada": Permission denied',
      'remote symlink file "/etc/passwd" to "/entrada/link.xlsx": Permission denied',
      'Server does not support hardlink@openssh.com extension',
    ]);
    assert.deepEqual(await rig.names('entrada/ana'), ['a.xlsx']);
    assert.deepEqual(await rig.names('rejeitados/ana'), ['a.csv']);
  });

  test('no path leads out, and a link that lies in the inbox leads nowhere', async () => {
    await using rig = await startRig();
    await writeFile(join(rig.home, 'secret'), 'secret');
    await mkdir(join(rig.home, 'entrada/ana'), { recursive: true });
    await mkdir(join(rig.home, 'entrada/bia'), { recursive: true });
    await writeFile(join(rig.home, 'entrada/bia/b.xlsx'), 'of bia');
    await symlink(join(rig.home, 'secret'), join(rig.home, 'entrada/ana/link.xlsx'));
    await symlink(rig.home, join(rig.home, 'entrada/ana/up'));
    const path = await rig.file('a.xlsx', 'abc');
    const { stdout, stderr } = await rig.sftp(
      'ana',
      '-get ../../../etc/passwd',
      '-get entrada/../../secret',
      '-get entrada/../../bia/b.xlsx',
      '-get entrada/link.xlsx',
      '-ls entrada/up',
      '-get entrada/up/secret',
      `-put ${path} entrada/up/x.xlsx`,
      `-put ${path} ../../../../tmp/entrada-out.xlsx`,
      '-ls -1 entrada',
      'pwd',
    );
    assert.equal(stderr.match(/not found|No such file/g)?.length, 7, stderr);
    assert.match(stderr, /entrada-out\.xlsx": Permission denied/);
    assert.match(stdout, /Remote working directory: \/$/m);
    assert.doesNotMatch(stdout, /^(link\.xlsx|up)$/m);
    assert.equal(await readFile(join(rig.home, 'secret'), 'utf8'), 'secret');
  });

  test('names of every kind arrive as they are spelt; one that no file can have is refused', async () => {
    await using rig = await startRig();
    const names = [
      'ação'.normalize('NFC'),
      'ação'.normalize('NFD'),
      '日本 📈.xlsx',
      '100% #1 &;$(id).xlsx',
      '-rf.xlsx',
      `${'ã'.repeat(125)}.xlsx`,
    ];
    assert.equal(Buffer.byteLength(names.at(-1) ?? ''), 255);
    const path = await rig.file('a.xlsx', 'abc');
    const put = (name: string) => `put ${path} "entrada/${name}"`;
    const good = await rig.sftp('ana', ...names.map(put));
    assert.deepEqual([good.code, good.stderr], [0, '']);
    assert.deepEqual(await rig.names('entrada/ana'), [...names].sort());
    const bad = await rig.sftp('ana', `-${put('a'.repeat(256))}`, `-${put('..\\\\..\\\\x.xlsx')}`);
    assert.deepEqual(
      bad.stderr
        .trim()
        .split('\n')
        .map((line) => line.replace(/^.*: /, '')),
      ['Failure', 'Failure'],
    );
    assert.equal((await rig.names('entrada/ana')).length, names.length);
  });

  test('put -p and a time long past: the file is as young as it is', async () => {
    await using rig = await startRig();
    const path = await rig.file('a.xlsx', 'abc');
    await utimes(path, 1e9, 1e9);
    const { code, stderr } = await rig.sftp(
      'ana',
      `put -p ${path} entrada/`,
      'chmod 777 entrada/a.xlsx',
    );
    assert.deepEqual([code, stderr], [0, '']);
    const { mtimeMs } = await stat(join(rig.home, 'entrada/ana/a.xlsx'));
    assert.ok(mtimeMs > 1.7e12);
  });

  test('reput goes on where a put that was broken off with Ctrl-C has come to', async () => {
    await using rig = await startRig();
    const sent = bytes(2_000_000);
    const path = await rig.file('a.xlsx', sent);
    // Slow enough to be in its midst when it is interrupted: 2 megabits a second.
    const child = spawn(
      'sftp',
      ['-l', '2000', '-b', '-', '-P', String(rig.port), ...rig.options('ana'), 'ana@127.0.0.1'],
      { stdio: ['pipe', 'ignore', 'ignore'] },
    );
    child.stdin.write(`put ${path} entrada/\n`);
    const part = async () => (await rig.names('sftp/uploads')).at(0);
    await until(async () => {
      const name = await part();
      return (
        name !== undefined && (await stat(join(rig.home, 'sftp/uploads', name))).size > 100_000
      );
    });
    assert.deepEqual(await rig.names('entrada/ana'), [], 'nothing before CLOSE');
    child.kill('SIGINT');
    child.stdin.end();
    await once(child, 'close');
    await until(async () => (await rig.names('entrada/ana')).length > 0);
    const begun = await arrived(rig, 'ana/a.xlsx');
    assert.ok(begun.length > 0 && begun.length < sent.length);
    assert.deepEqual(begun, sent.subarray(0, begun.length));
    const { code, stderr } = await rig.sftp('ana', `reput ${path} entrada/a.xlsx`);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(await arrived(rig, 'ana/a.xlsx'), sent);
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });
});

describe('what does not exist', { skip: noClient }, () => {
  const ssh = (rig: Rig, ...args: readonly string[]) =>
    run('ssh', ['-p', String(rig.port), ...rig.options('ana'), ...args]);

  test('a shell, a command and the old scp are told what there is instead', async () => {
    await using rig = await startRig();
    const path = await rig.file('a.xlsx', 'abc');
    const said = /^This server speaks SFTP only\. Use sftp, or scp without -O\.\r?$/m;
    for (const { code, stdout, stderr } of [
      await ssh(rig, 'ana@127.0.0.1'),
      await ssh(rig, 'ana@127.0.0.1', 'touch', join(rig.home, 'made')),
      await rig.scp('ana', '-O', path, 'ana@127.0.0.1:entrada/'),
    ]) {
      assert.equal(code, 1);
      assert.equal(stdout, '');
      assert.match(stderr, said);
    }
    assert.deepEqual(await rig.names('entrada/ana'), []);
    assert.deepEqual(await rig.names(''), ['sftp']);
  });

  test('forwarding is refused in both directions', async () => {
    await using rig = await startRig();
    const remote = await ssh(
      rig,
      '-N',
      '-o',
      'ExitOnForwardFailure=yes',
      '-R',
      '0:127.0.0.1:9',
      'ana@127.0.0.1',
    );
    assert.equal(remote.code, 255);
    assert.match(remote.stderr, /remote port forwarding failed/);
    const local = await ssh(rig, '-W', '127.0.0.1:9', 'ana@127.0.0.1');
    assert.equal(local.code, 255);
    assert.match(local.stderr, /administratively prohibited/);
  });

  test('old algorithms find no partner', async () => {
    await using rig = await startRig();
    const old: [string[], RegExp][] = [
      [['KexAlgorithms=diffie-hellman-group14-sha1'], /no matching key exchange method/],
      [['HostKeyAlgorithms=ecdsa-sha2-nistp256'], /no matching host key type/],
      [['Ciphers=aes128-cbc'], /no matching cipher/],
      [['Ciphers=aes128-ctr', 'MACs=hmac-sha1'], /no matching MAC/],
    ];
    for (const [settings, said] of old) {
      const options = settings.flatMap((setting) => ['-o', setting]);
      const { code, stderr } = await ssh(rig, ...options, 'ana@127.0.0.1');
      assert.equal(code, 255);
      assert.match(stderr, said);
    }
  });

  test('nobody is root', async () => {
    await using rig = await startRig();
    const { code, stderr } = await run('ssh', [
      '-p',
      String(rig.port),
      ...rig.options('ana'),
      'root@127.0.0.1',
    ]);
    assert.equal(code, 255);
    assert.match(stderr, /Permission denied \(publickey,password\)/);
  });
});
