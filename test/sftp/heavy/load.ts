import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { createFolderLake } from '../../../src/lake/folder.ts';
import { guardLimits } from '../../../src/sftp/guard.ts';
import { noClient, startRig } from '../rig.ts';

describe('many at once', { skip: noClient }, () => {
  test('a thousand files in one session', async () => {
    await using rig = await startRig();
    const folder = join(rig.desk, 'many');
    await mkdir(folder);
    const names = Array.from({ length: 1_000 }, (_, n) => `vendas ${n}.xlsx`);
    for (const name of names) await writeFile(join(folder, name), name);
    const put = await rig.sftp('ana', `put ${folder}/* entrada/`, 'ls -1 entrada');
    assert.deepEqual([put.code, put.stderr], [0, '']);
    assert.equal(put.stdout.match(/^entrada\/vendas \d+\.xlsx *$/gm)?.length, 1_000);
    assert.deepEqual(await rig.names('entrada/ana'), [...names].sort());
    for (const name of names)
      assert.equal(await readFile(join(rig.home, 'entrada/ana', name), 'utf8'), name);
    const removed = await rig.sftp('ana', 'rm entrada/*');
    assert.deepEqual([removed.code, removed.stderr], [0, '']);
    assert.deepEqual(await rig.names('entrada/ana'), []);
  });

  test('fifty sessions', async () => {
    await using rig = await startRig();
    const bytes = Buffer.alloc(300_000, 'entrada ');
    const path = await rig.file('a.xlsx', bytes);
    const sessions = Array.from({ length: 50 }, (_, n) =>
      rig.sftp(
        n % 2 ? 'ana' : 'bia',
        `put ${path} entrada/${n}.xlsx`,
        `put ${path} entrada/shared.xlsx`,
      ),
    );
    for (const { code, stderr } of await Promise.all(sessions))
      assert.deepEqual([code, stderr], [0, '']);
    for (const account of ['ana', 'bia']) {
      const names = await rig.names(`entrada/${account}`);
      assert.equal(names.length, 26);
      for (const name of names)
        assert.ok((await readFile(join(rig.home, 'entrada', account, name))).equals(bytes));
    }
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });

  test('a program that waits for no answer is made to wait, and all it sends arrives', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    const piece = 200_000;
    const whole = Buffer.from(Uint8Array.from({ length: piece }, (_, at) => (at * 7) % 253));
    const handle = await sftp.open('/entrada/a.xlsx', 'w');
    await Promise.all(Array.from({ length: 250 }, (_, n) => sftp.write(handle, whole, n * piece)));
    await sftp.close(handle);
    const arrived = await readFile(join(rig.home, 'entrada/ana/a.xlsx'));
    assert.equal(arrived.length, 250 * piece);
    for (let n = 0; n < 250; n++)
      assert.ok(arrived.subarray(n * piece, (n + 1) * piece).equals(whole), `piece ${n}`);
  });
});

describe('clients that vanish', () => {
  test('at any moment, with requests unanswered: the server goes on, and lets go of all they had', async () => {
    await using rig = await startRig({ guard: { ...guardLimits, firstDelayMs: 50 } });
    const bytes = Buffer.alloc(200_000, 'entrada ');
    for (let n = 0; n < 40; n++) {
      const { client, sftp } = await rig.connect('ana');
      const handle = await sftp.open(`/entrada/${n}.xlsx`, 'w');
      const answers = Array.from({ length: 30 }, (_, i) =>
        sftp.write(handle, bytes, i * bytes.length),
      );
      answers.push(sftp.close(handle));
      // Nobody waits for them.
      for (const answer of answers) answer.catch(() => {});
      await sleep(n % 20);
      client.destroy();
    }
    for (let n = 0; n < 10; n++) {
      const client = new ssh2.Client().on('error', () => {});
      client.connect({ host: '127.0.0.1', port: rig.port, username: 'bia', password: 'errada' });
      await sleep(20 * n);
      client.destroy();
    }
    await using connected = await rig.connect('bia');
    assert.deepEqual(await connected.sftp.names('/'), ['entrada', 'rejeitados']);
    while ((await rig.names('sftp/uploads')).length > 0) await sleep(20);
    for (const name of await rig.names('entrada/ana')) {
      const kept = await readFile(join(rig.home, 'entrada/ana', name));
      assert.ok(kept.equals(Buffer.alloc(kept.length, 'entrada ')));
    }
    assert.deepEqual(
      rig.log.filter(({ level }) => Number(level) >= 50),
      [],
    );
  });
});

describe('a disk that fills up', { skip: noClient }, () => {
  test('the client is told, what was there stays, and a smaller file still goes in', async (t) => {
    await using rig = await startRig();
    const disk = join(rig.home, 'disk');
    await mkdir(disk);
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk]).status !== 0) {
      t.skip('this user cannot mount a disk');
      return;
    }
    try {
      await using full = await startRig({
        lake: createFolderLake(disk),
        partsFolder: join(disk, 'sftp/uploads'),
      });
      const small = await full.file('small.xlsx', Buffer.alloc(500_000, 1));
      const large = await full.file('large.xlsx', Buffer.alloc(3_000_000, 2));
      const put = (path: string, name: string) => full.sftp('ana', `put ${path} entrada/${name}`);
      assert.equal((await put(small, 'a.xlsx')).code, 0);
      for (const name of ['a.xlsx', 'b.xlsx']) {
        const { code, stderr } = await put(large, name);
        assert.equal(code, 1);
        assert.match(stderr, /^write remote "\/entrada\/[ab]\.xlsx": Failure$/m);
        assert.match(stderr, /^close remote: Failure$/m);
      }
      await using connected = await full.connect('ana');
      const handle = await connected.sftp.open('/entrada/c.xlsx', 'w');
      await assert.rejects(connected.sftp.write(handle, Buffer.alloc(2_500_000), 0), {
        message: /^No space is left on the disk for entrada\/c\.xlsx\./,
      });
      await assert.rejects(connected.sftp.close(handle), { message: /^No space is left/ });
      assert.deepEqual(await readdir(join(disk, 'entrada/ana')), ['a.xlsx']);
      assert.deepEqual(await readdir(join(disk, 'sftp/uploads')), []);
      const kept = await readFile(join(disk, 'entrada/ana/a.xlsx'));
      assert.ok(kept.equals(Buffer.alloc(500_000, 1)));
      assert.equal((await put(small, 'd.xlsx')).code, 0);
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});
