import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import type { Lake } from '../../src/lake/lake.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { mount } from '../lake/mount.ts';
import { put, type Requests, type Rig, run, startRig } from './rig.ts';

const { OPEN_MODE } = ssh2.utils.sftp;
const WRITE = OPEN_MODE.WRITE | OPEN_MODE.CREAT;
const PIECE = 32_768;
const WHOLE = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, at) => (at * 31) % 251));

const arrived = (rig: Rig, name: string) => readFile(join(rig.home, 'entrada/ana', name));

/** Writes these bytes of the whole, in pieces, as an upload does. */
async function write(sftp: Requests, handle: Buffer, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += PIECE)
    await sftp.write(handle, WHOLE.subarray(at, Math.min(at + PIECE, to)), at);
}

/** The codes of what the log has for the operator to mend. */
const refusals = ({ log }: Rig) =>
  log.flatMap(({ level, msg, err }) =>
    level === 50 && msg === 'refused' ? (err as { code: string }).code : [],
  );

describe('an upload is seen under its name on CLOSE, and not before', () => {
  test('a new one, and one over an older file', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    const handle = await sftp.open('/entrada/a.xlsx', 'w');
    await write(sftp, handle, 0, WHOLE.length);
    assert.deepEqual([await rig.names('entrada/ana'), await sftp.names('/entrada')], [[], []]);
    await assert.rejects(sftp.stat('/entrada/a.xlsx'), { code: 2 });
    await sftp.close(handle);
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
    const second = await sftp.open('/entrada/a.xlsx', 'w');
    await sftp.write(second, Buffer.from('new'), 0);
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
    await sftp.close(second);
    assert.equal((await arrived(rig, 'a.xlsx')).toString(), 'new');
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });

  test('an empty file is one too', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    await put(connected.sftp, '/entrada/a.xlsx', Buffer.alloc(0));
    assert.equal((await connected.sftp.stat('/entrada/a.xlsx')).size, 0);
  });

  test('two accounts with one name, and two sessions of one account: nothing is mixed', async () => {
    await using rig = await startRig();
    await using ana = await rig.connect('ana');
    await using again = await rig.connect('ana');
    await using bia = await rig.connect('bia');
    const texts = ['of ana', 'of ana, again', 'of bia'];
    const sessions = [ana, again, bia];
    const handles = await Promise.all(
      sessions.map(({ sftp }) => sftp.open('/entrada/a.xlsx', 'w')),
    );
    for (const [i, { sftp }] of sessions.entries())
      await sftp.write(handles[i], Buffer.from(texts[i]), 0);
    for (const i of [1, 0, 2]) await sessions[i].sftp.close(handles[i]);
    assert.equal((await arrived(rig, 'a.xlsx')).toString(), 'of ana');
    const ofBia = await readFile(join(rig.home, 'entrada/bia/a.xlsx'), 'utf8');
    assert.equal(ofBia, 'of bia');
  });
});

// These programs are not on every machine; the requests are those that they send.
describe('the ways of programs, simulated', () => {
  test('WinSCP: .filepart, its times, then a rename; resumed after the connection was lost', async () => {
    await using rig = await startRig();
    {
      await using connected = await rig.connect('ana');
      const { sftp } = connected;
      const handle = await sftp.open('/entrada/a.xlsx.filepart', WRITE | OPEN_MODE.TRUNC);
      await write(sftp, handle, 0, 100_000);
      // What comes behind a gap is sent anew.
      await write(sftp, handle, 150_000, 160_000);
    }
    while ((await rig.names('entrada/ana')).length === 0) await sleep(10);
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    const { size } = await sftp.stat('/entrada/a.xlsx.filepart');
    assert.equal(size, 100_000);
    const handle = await sftp.open('/entrada/a.xlsx.filepart', OPEN_MODE.WRITE);
    await write(sftp, handle, size, WHOLE.length);
    await sftp.close(handle);
    await sftp.setstat('/entrada/a.xlsx.filepart', { mtime: 1e9, atime: 1e9 });
    await sftp.rename('/entrada/a.xlsx.filepart', '/entrada/a.xlsx');
    assert.deepEqual(await rig.names('entrada/ana'), ['a.xlsx']);
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
  });

  test('WinSCP over a file that is there: it removes the old one before it renames', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/a.xlsx', Buffer.from('old'));
    await put(sftp, '/entrada/a.xlsx.filepart', Buffer.from('new'));
    await assert.rejects(sftp.rename('/entrada/a.xlsx.filepart', '/entrada/a.xlsx'), {
      message:
        'entrada/a.xlsx is there already and was not overwritten. Use another name, or move the older file away first.',
    });
    await sftp.remove('/entrada/a.xlsx');
    await sftp.rename('/entrada/a.xlsx.filepart', '/entrada/a.xlsx');
    assert.equal((await arrived(rig, 'a.xlsx')).toString(), 'new');
  });

  test('a refusal names files and folders as the client sees them', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await assert.rejects(sftp.stat('/entrada/a.xlsx'), /^Error: entrada\/a\.xlsx is not there/);
    assert.ok(!rig.log.some(({ level }) => Number(level) > 30));
    await assert.rejects(sftp.read('/rejeitados/a.txt'), /^Error: rejeitados\/a\.txt is not there/);
    await mkdir(join(rig.home, 'entrada'));
    await writeFile(join(rig.home, 'entrada/ana'), '');
    await assert.rejects(
      put(sftp, '/entrada/a.xlsx', WHOLE.subarray(0, 10)),
      /^Error: entrada is to be a folder, and something else stands/,
    );
    assert.deepEqual(refusals(rig), ['lake.noFolder']);
  });

  test('a full disk is in the log once, however many requests it refuses', async (t) => {
    const parts = await mkdtemp(join(tmpdir(), 'entrada-parts-'));
    using disk = mount(t, parts);
    if (!disk) return;
    await using rig = await startRig({ partsFolder: parts });
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    const handle = await sftp.open('/entrada/a.xlsx', 'w');
    await write(sftp, handle, 0, 150_000);
    for (const work of [sftp.fsetstat(handle, { size: 150_000 }), sftp.close(handle)])
      await assert.rejects(work, /^Error: No space is left on the disk for entrada\/a\.xlsx/);
    assert.deepEqual(refusals(rig), ['lake.full']);
  });

  test('FileZilla: resumes at the length it finds, and sets the time afterwards', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/a.xlsx', WHOLE.subarray(0, 50_000));
    const { size } = await sftp.stat('/entrada/a.xlsx');
    const handle = await sftp.open('/entrada/a.xlsx', OPEN_MODE.WRITE);
    await write(sftp, handle, size, WHOLE.length);
    await sftp.close(handle);
    await sftp.setstat('/entrada/a.xlsx', { mtime: 1e9, atime: 1e9 });
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
    assert.ok((await stat(join(rig.home, 'entrada/ana/a.xlsx'))).mtimeMs > 1.7e12);
  });

  test('rsync and its like: a hidden temporary name, then a rename', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/.a.xlsx.Xy12Zw', WHOLE.subarray(0, PIECE));
    await sftp.rename('/entrada/.a.xlsx.Xy12Zw', '/entrada/a.xlsx');
    assert.deepEqual(await rig.names('entrada/ana'), ['a.xlsx']);
  });

  test('pieces in any order and more than once make the file; one that is missing is told', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    const offsets = Array.from({ length: Math.ceil(WHOLE.length / PIECE) }, (_, n) => n * PIECE);
    const piece = (at: number) => WHOLE.subarray(at, at + PIECE);
    const handle = await sftp.open('/entrada/a.xlsx', 'w');
    for (const at of [...offsets].reverse()) await sftp.write(handle, piece(at), at);
    await sftp.write(handle, piece(PIECE), PIECE);
    await sftp.close(handle);
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
    const gap = await sftp.open('/entrada/b.xlsx', 'w');
    for (const at of offsets.filter((at) => at !== 2 * PIECE)) await sftp.write(gap, piece(at), at);
    await assert.rejects(sftp.close(gap), {
      code: 4,
      message:
        'entrada/b.xlsx is incomplete: its bytes are missing from 65536 on, so it was not taken. Upload it again.',
    });
    // What was cut off again has not come.
    const cut = await sftp.open('/entrada/b.xlsx', 'w');
    await sftp.write(cut, piece(0), 0);
    await sftp.fsetstat(cut, { size: 4 });
    await sftp.write(cut, Buffer.from('x'), 8);
    await assert.rejects(sftp.close(cut), { code: 4, message: /missing from 4 on/ });
    // More pieces apart from one another than a program has are not kept in mind.
    const dots = await sftp.open('/entrada/b.xlsx', 'w');
    const dot = (n: number) => sftp.write(dots, Buffer.from('.'), 2 * n);
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => dot(n)));
    await assert.rejects(dot(1_000), { code: 4, message: /missing from 1 on/ });
    await assert.rejects(sftp.close(dots), { code: 4 });
    assert.deepEqual(await rig.names('entrada/ana'), ['a.xlsx']);
    assert.deepEqual(await rig.names('sftp/uploads'), []);
  });

  test('appending, reading while it is written, a length set at the end, opening only what is new', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/a.xlsx', Buffer.from('abc'));
    const appended = await sftp.open('/entrada/a.xlsx', 'a');
    await sftp.write(appended, Buffer.from('def'), 0);
    await sftp.close(appended);
    assert.equal((await sftp.read('/entrada/a.xlsx')).toString(), 'abcdef');
    const both = await sftp.open('/entrada/a.xlsx', OPEN_MODE.READ | OPEN_MODE.WRITE);
    await sftp.write(both, Buffer.from('DE'), 3);
    const read = Buffer.alloc(10);
    const length = await new Promise((resolve) =>
      sftp.raw.read(both, read, 0, 10, 2, (_, bytes) => resolve(bytes)),
    );
    assert.deepEqual([length, read.subarray(0, 4).toString()], [4, 'cDEf']);
    await sftp.close(both);
    const cut = await sftp.open('/entrada/a.xlsx', WRITE);
    await sftp.write(cut, Buffer.from('xy'), 0);
    await sftp.fsetstat(cut, { size: 2 });
    await sftp.close(cut);
    assert.equal((await sftp.read('/entrada/a.xlsx')).toString(), 'xy');
    // Without opening it: times are taken and left alone, a length is not.
    await assert.rejects(sftp.setstat('/entrada/a.xlsx', { size: 1 }), { code: 3 });
    await assert.rejects(sftp.open('/entrada/a.xlsx', 'wx'), { code: 4, message: /there already/ });
    await assert.rejects(sftp.open('/entrada/b.xlsx', OPEN_MODE.WRITE), { code: 2 });
  });

  test('a connection that is lost over a file that is there leaves the old one', async () => {
    await using rig = await startRig();
    {
      await using connected = await rig.connect('ana');
      const { sftp } = connected;
      await put(sftp, '/entrada/a.xlsx', Buffer.from('old'));
      const handle = await sftp.open('/entrada/a.xlsx', 'w');
      await write(sftp, handle, 0, WHOLE.length);
    }
    while ((await rig.names('sftp/uploads')).length > 0) await sleep(10);
    assert.equal((await arrived(rig, 'a.xlsx')).toString(), 'old');
  });

  test('a connection that is lost before the first byte leaves no file', async () => {
    await using rig = await startRig();
    {
      await using connected = await rig.connect('ana');
      await connected.sftp.open('/entrada/a.xlsx', 'w');
    }
    while ((await rig.names('sftp/uploads')).length > 0) await sleep(10);
    assert.deepEqual(await rig.names('entrada/ana'), []);
  });

  test('names that are no UTF-8, or would steer a terminal, are refused in words', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    for (const name of ['a\u001b[2J.xlsx', 'a\nb.xlsx', 'a\\b.xlsx', 'a\ufffd.xlsx'])
      await assert.rejects(sftp.open(`/entrada/${name}`, 'w'), { code: 4, message: /^The name/ });
    await assert.rejects(sftp.open(`/entrada/${'á'.repeat(128)}`, 'w'), {
      message: /too long for this disk/,
    });
    assert.deepEqual(await rig.names('entrada/ana'), []);
  });

  test('refusals in Portuguese, where that is set', async () => {
    await using rig = await startRig({ language: 'pt-BR' });
    await using connected = await rig.connect('ana');
    await assert.rejects(connected.sftp.mkdir('/entrada/nova'), {
      code: 3,
      message: /^\/entrada\/nova não pode ser alterado\./,
    });
  });

  test('more than a hundred files are not opened at a time, and what is not open is refused', async () => {
    await using rig = await startRig();
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/a.xlsx', Buffer.from('abc'));
    const opened = await Promise.allSettled(
      Array.from({ length: 150 }, () => sftp.open('/entrada/a.xlsx', 'r')),
    );
    const refused = opened.filter((one) => one.status === 'rejected');
    assert.equal(refused.length, 50);
    assert.match(String(refused[0].reason), /More than 100 files are open/);
    await assert.rejects(sftp.names('/entrada'), /More than 100 files are open/);
    await assert.rejects(sftp.close(Buffer.from('none')), { code: 4, message: /not open/ });
  });
});

test('a file that is read has its time, and is let go of on CLOSE, and with the connection', async () => {
  const lake = createMemoryLake({ now: () => 1_700_000_000_999 });
  await lake.write('entrada/ana/a.xlsx', Buffer.from('abc'));
  let open = 0;
  const counting: Lake = {
    ...lake,
    async open(name) {
      const opened = await lake.open(name);
      open += 1;
      return {
        ...opened,
        async [Symbol.asyncDispose]() {
          open -= 1;
          await opened[Symbol.asyncDispose]();
        },
      };
    },
  };
  await using rig = await startRig({ lake: counting });
  await using connected = await rig.connect('ana');
  const { sftp } = connected;
  const [one] = [await sftp.open('/entrada/a.xlsx', 'r'), await sftp.open('/entrada/a.xlsx', 'r')];
  assert.equal(open, 2);
  assert.equal((await sftp.stat('/entrada/a.xlsx')).mtime, 1_700_000_000);
  await sftp.close(one);
  assert.equal(open, 1);
  await rig.stop();
  assert.equal(open, 0);
});

describe('a quota', () => {
  test('holds over all that waits and all that is on its way; what does not fit is not taken', async () => {
    await using rig = await startRig({ accounts: [{ name: 'ana', quotaBytes: 100_000 }] });
    await using connected = await rig.connect('ana');
    const { sftp } = connected;
    await put(sftp, '/entrada/a.xlsx', WHOLE.subarray(0, 30_000));
    const one = await sftp.open('/entrada/b.xlsx', 'w');
    const other = await sftp.open('/entrada/c.xlsx', 'w');
    await using again = await rig.connect('ana');
    const third = await again.sftp.open('/entrada/d.xlsx', 'w');
    await sftp.write(one, WHOLE.subarray(0, 30_000), 0);
    await sftp.write(other, WHOLE.subarray(0, 30_000), 0);
    const message =
      'entrada/c.xlsx does not fit in the quota of 100000 bytes, so it was not taken. Wait until the files in entrada/ are taken, or remove some.';
    await assert.rejects(sftp.write(other, WHOLE.subarray(0, 30_000), 30_000), { message });
    await assert.rejects(sftp.close(other), { message });
    await sftp.close(one);
    // What was on its way waits now, also for another session.
    const tooMuch = again.sftp.write(third, WHOLE.subarray(0, 50_000), 0);
    await assert.rejects(tooMuch, { message: /quota/ });
    await assert.rejects(again.sftp.close(third), { message: /quota/ });
    assert.deepEqual(await rig.names('entrada/ana'), ['a.xlsx', 'b.xlsx']);
    // One over itself takes no more room, and what is removed makes some.
    await put(sftp, '/entrada/a.xlsx', WHOLE.subarray(0, 60_000));
    await sftp.remove('/entrada/b.xlsx');
    await put(sftp, '/entrada/d.xlsx', WHOLE.subarray(0, 40_000));
    const nothing = await sftp.open('/entrada/e.xlsx', 'w');
    await assert.rejects(sftp.fsetstat(nothing, { size: 2 ** 40 }), { message: /quota/ });
  });
});

const noLftp = spawnSync('lftp', ['--version']).error && 'there is no lftp on this machine';

describe('lftp itself', { skip: noLftp }, () => {
  test('puts, goes on with a put, moves', async () => {
    await using rig = await startRig();
    const local = join(rig.desk, 'a.xlsx');
    await writeFile(local, WHOLE);
    const ssh = `ssh -a -x ${rig.options('ana').join(' ')}`;
    const lftp = (...commands: readonly string[]) =>
      run('lftp', [
        '-c',
        [
          `set sftp:connect-program "${ssh}"`,
          `open -u ana, -p ${rig.port} sftp://127.0.0.1`,
          ...commands,
        ].join('; '),
      ]);
    await using connected = await rig.connect('ana');
    await put(connected.sftp, '/entrada/a.xlsx', WHOLE.subarray(0, 50_000));
    const { code, stderr } = await lftp(
      'cd entrada',
      `put -c ${local}`,
      `put ${local} -o b.xlsx`,
      'mv b.xlsx c.xlsx',
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(await arrived(rig, 'a.xlsx'), WHOLE);
    assert.deepEqual(await arrived(rig, 'c.xlsx'), WHOLE);
  });
});

test('who asks for much and reads none of it is hung up on, before it fills the memory', async () => {
  await using rig = await startRig();
  await using connected = await rig.connect('ana');
  const { client, sftp } = connected;
  await put(sftp, '/entrada/a.bin', WHOLE);
  const handle = await sftp.open('/entrada/a.bin', 'r');
  const closed = new Promise<void>((done) => {
    client.once('close', () => done());
  });
  const { _sock: socket } = client as unknown as { readonly _sock: Socket };
  socket.pause();
  const { raw } = sftp;
  for (let i = 0; i < 600; i++) raw.read(handle, Buffer.alloc(65_536), 0, 65_536, 0, () => {});
  while (!rig.log.some(({ msg }) => msg === 'answers not read')) await sleep(10);
  socket.resume();
  await closed;
  await using other = await rig.connect('ana');
  assert.deepEqual(await other.sftp.names('/entrada'), ['a.bin']);
});
