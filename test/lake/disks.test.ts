import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { createFolderLake } from '../../src/lake/folder.ts';
import { namesIn, put, refuses, textOf } from '../contracts/lake.ts';
import { lastingCalls, skipWithoutStrace } from '../strace.ts';
import { mount } from './mount.ts';
import { temporaryFolder } from './temporary.ts';

/** The module, as a script of another process names it. */
const FACTORY = JSON.stringify(new URL('../../src/lake/folder.ts', import.meta.url).href);

describe('folder lake: a rename that the operating system refuses', () => {
  const refusals = {
    ENOSPC: 'lake.full',
    EDQUOT: 'lake.full',
    EMFILE: 'lake.busy',
    ENFILE: 'lake.busy',
    EROFS: 'lake.readonly',
    EACCES: 'lake.forbidden',
    EPERM: 'lake.forbidden',
    EIO: 'lake.failing',
    [`Unknown system error -${constants.errno.ESTALE}`]: 'lake.failing',
    ELOOP: 'ELOOP',
  };
  for (const [code, told] of Object.entries(refusals)) {
    test(`${code} is told as ${told}, and all stays as it was`, async () => {
      await using folder = await temporaryFolder();
      const refuse = () => Promise.reject(Object.assign(new Error('refused'), { code }));
      const file = await put(createFolderLake(folder.path), 'entrada/a.xlsx', 'old');
      const lake = createFolderLake(folder.path, { rename: refuse });
      await assert.rejects(lake.write('entrada/a.xlsx', Buffer.from('new')), { code: told });
      await assert.rejects(lake.move(file, 'backup/a.xlsx'), { code: told });
      assert.deepEqual(await fs.readdir(join(folder.path, 'entrada')), ['a.xlsx']);
      assert.deepEqual(await fs.readdir(join(folder.path, 'backup')), []);
      assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'old');
    });
  }
});

describe('folder lake: real disks', () => {
  test('a name too long for the disk', async () => {
    await using folder = await temporaryFolder();
    const lake = createFolderLake(folder.path);
    const name = `entrada/${'a'.repeat(256)}`;
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    const refused = (work: Promise<unknown>, about = name) =>
      refuses(work, 'user', 'lake.long', about);
    await refused(lake.write(name, new Uint8Array()));
    await refused(lake.open(name));
    await refused(lake.list(name));
    await refused(lake.move(file, name), `entrada/a.xlsx → ${name}`);
    assert.deepEqual(await fs.readdir(join(folder.path, 'entrada')), ['a.xlsx']);
  });

  test('a full disk keeps the old bytes and no temporary file', async (t) => {
    await using folder = await temporaryFolder();
    using disk = mount(t, folder.path);
    if (!disk) return;
    const lake = createFolderLake(folder.path);
    await put(lake, 'rejeitados/a.csv', 'old');
    const large = new Uint8Array(200_000);
    await refuses(
      lake.write('rejeitados/a.csv', large),
      'transient',
      'lake.full',
      'rejeitados/a.csv',
    );
    assert.deepEqual(await fs.readdir(join(folder.path, 'rejeitados')), ['a.csv']);
    assert.equal(await textOf(lake, 'rejeitados/a.csv'), 'old');
    await put(lake, 'rejeitados/b.csv', 'room for a small one');
  });

  test('a disk mounted to be read only', async (t) => {
    await using folder = await temporaryFolder();
    using disk = mount(t, folder.path);
    if (!disk) return;
    const lake = createFolderLake(folder.path);
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await fs.mkdir(join(folder.path, 'backup'));
    spawnSync('mount', ['-o', 'remount,ro', folder.path]);
    for (const name of ['entrada/a.xlsx', 'new/a.xlsx']) {
      await refuses(lake.write(name, new Uint8Array()), 'user', 'lake.readonly', name);
    }
    await assert.rejects(lake.move(file, 'backup/a.xlsx'), { kind: 'user', code: 'lake.readonly' });
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'abc');
  });

  test('two folders on two disks', async (t) => {
    await using folder = await temporaryFolder();
    const lake = createFolderLake(folder.path);
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await fs.mkdir(join(folder.path, 'backup'));
    using disk = mount(t, join(folder.path, 'backup'));
    if (!disk) return;
    await assert.rejects(lake.move(file, 'backup/a.xlsx'), { kind: 'user', code: 'lake.disks' });
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
    assert.deepEqual(await lake.list('backup'), []);
  });

  test('a file of another disk is taken in as a copy', async (t) => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    using disk = mount(t, other.path);
    if (!disk) return;
    const lake = createFolderLake(folder.path);
    const path = join(other.path, 'part');
    await fs.writeFile(path, 'abc');
    await lake.adopt(path, 'entrada/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'abc');
    assert.deepEqual(await fs.readdir(join(folder.path, 'entrada')), ['a.xlsx']);
    assert.deepEqual(await fs.readdir(other.path), []);
  });

  test('a folder and a file of somebody else', async (t) => {
    await using folder = await temporaryFolder();
    const lake = createFolderLake(folder.path);
    await put(lake, 'entrada/a.xlsx', 'abc');
    const at = (name: string) => join(folder.path, name);
    await fs.mkdir(at('secret'));
    await fs.mkdir(at('entrada/ana'));
    const modes = {
      ...{ '': 0o555, entrada: 0o555, 'entrada/a.xlsx': 0o000 },
      ...{ secret: 0o000, 'entrada/ana': 0o000 },
    };
    for (const [name, mode] of Object.entries(modes)) await fs.chmod(at(name), mode);
    const told = inChild(t, folder.path, '', [
      `lake.open('entrada/a.xlsx')`,
      `lake.write('entrada/a.xlsx', new Uint8Array())`,
      `lake.write('new/a.xlsx', new Uint8Array())`,
      `lake.list('secret')`,
      `lake.list('entrada').then(([file]) => lake.move(file, 'entrada/b.xlsx'))`,
      `lake.list('entrada', 'deep').then((all) => all.map(({ name, odd }) => name + ' ' + odd))`,
    ]);
    for (const [name] of Object.entries(modes)) await fs.chmod(at(name), 0o700);
    if (!told) return;
    const listed = told.pop();
    assert.deepEqual(
      told,
      Array.from({ length: 5 }, () => 'user lake.forbidden'),
    );
    assert.deepEqual([...(listed ?? [])].sort(), [
      'entrada/a.xlsx undefined',
      'entrada/ana closed',
    ]);
    assert.deepEqual((await fs.readdir(at('entrada'))).sort(), ['a.xlsx', 'ana']);
  });

  test('something else in the place of a folder is named, and what was to go there stays', async () => {
    await using folder = await temporaryFolder();
    const lake = createFolderLake(folder.path);
    const file = await put(lake, 'entrada/ana/a.xlsx', 'abc');
    for (const name of ['backup', 'rejeitados']) {
      await fs.mkdir(join(folder.path, name));
      await fs.writeFile(join(folder.path, name, 'ana'), '');
    }
    const about = join(folder.path, 'backup/ana');
    const refused = { kind: 'user', code: 'lake.noFolder', values: { folder: about } };
    await assert.rejects(lake.move(file, 'backup/ana/a.xlsx'), refused);
    await assert.rejects(lake.write('rejeitados/ana/a.csv', new Uint8Array()), {
      code: 'lake.noFolder',
    });
    assert.deepEqual(await namesIn(lake, 'entrada/ana'), ['entrada/ana/a.xlsx']);
    // A link to a folder is a folder.
    await fs.rm(join(folder.path, 'backup/ana'));
    await fs.symlink(join(folder.path, 'rejeitados'), join(folder.path, 'backup/ana'));
    await lake.move(file, 'backup/ana/a.xlsx');
    assert.equal(await textOf(lake, 'rejeitados/a.xlsx'), 'abc');
  });

  test('too many files open', async (t) => {
    await using folder = await temporaryFolder();
    await put(createFolderLake(folder.path), 'entrada/a.xlsx', 'abc');
    await fs.chmod(folder.path, 0o755);
    const all = `Promise.all(Array.from({ length: 200 }, () => lake.open('entrada/a.xlsx')))`;
    // What is no file is let go of.
    const folders = `(async () => {
      for (let n = 0; n < 200; n++)
        await lake.open('entrada').catch((error) => {
          if (error.code !== 'lake.missing') throw error;
        });
    })()`;
    const told = inChild(t, folder.path, 'ulimit -n 100;', [folders, all]);
    if (told) assert.deepEqual(told, ['done', 'transient lake.busy']);
  });
});

describe('folder lake: a power cut', { skip: skipWithoutStrace }, () => {
  /** What a call does that lasts, in its order, on a lake with the file `entrada/a.xlsx`. */
  async function callsOf(root: string, call: string): Promise<string[]> {
    await put(createFolderLake(root), 'entrada/a.xlsx', 'abc');
    const calls = lastingCalls(
      root,
      `import * as fs from 'node:fs/promises';
      const { createFolderLake } = await import(${FACTORY});
      const root = ${JSON.stringify(root)};
      const lake = createFolderLake(root);
      const [file] = await lake.list('entrada');
      ${call}`,
    );
    return calls.map((one) => one.replaceAll(/\.entrada-[0-9a-f-]+\.tmp/g, 'temporary'));
  }

  for (const [what, call, lasting] of [
    [
      'a move',
      `await lake.move(file, 'backup/ana/a.xlsx')`,
      [
        ...['mkdir backup', 'sync .', 'mkdir backup/ana', 'sync backup'],
        ...['sync entrada/a.xlsx', 'rename entrada/a.xlsx backup/ana/a.xlsx', 'sync backup/ana'],
      ],
    ],
    [
      'a write',
      `await lake.write('entrada/a.xlsx', Buffer.from('abc'))`,
      ['sync entrada/temporary', 'rename entrada/temporary entrada/a.xlsx', 'sync entrada'],
    ],
    [
      'what is taken in',
      `await fs.writeFile(root + '/part', 'abc');
      await lake.adopt(root + '/part', 'entrada/b.xlsx')`,
      // Straight under its name: a kill in between would leave it under one that nobody looks for.
      ['sync part', 'rename part entrada/b.xlsx', 'sync entrada'],
    ],
    [
      'another version, put back',
      `const rename = async (from, to) => {
        if (from.endsWith('a.xlsx')) await fs.writeFile(from, 'another');
        await fs.rename(from, to);
      };
      await createFolderLake(root, { rename }).move(file, 'entrada/b.xlsx').catch(() => {})`,
      [
        ...['sync entrada/a.xlsx', 'rename entrada/a.xlsx entrada/b.xlsx'],
        ...['rename entrada/b.xlsx entrada/a.xlsx', 'sync entrada'],
      ],
    ],
    [
      'a folder that somebody else was faster to make',
      `await Promise.all(['a', 'b'].map((name) => lake.write('new/' + name, Buffer.of())))`,
      [
        ...[
          'mkdir new',
          'mkdir new',
          'sync .',
          'sync .',
          'sync new/temporary',
          'sync new/temporary',
        ],
        ...['rename new/temporary new/a', 'rename new/temporary new/b', 'sync new', 'sync new'],
      ],
    ],
  ] as const)
    test(`${what}: the bytes before their name, and each name before it is said to be there`, async () => {
      await using folder = await temporaryFolder();
      assert.deepEqual(await callsOf(folder.path, call), lasting);
    });

  test('a copy from another disk: the same', async (t) => {
    await using folder = await temporaryFolder();
    await using other = await temporaryFolder();
    using disk = mount(t, other.path);
    if (!disk) return;
    const path = JSON.stringify(join(other.path, 'part'));
    const calls = await callsOf(
      folder.path,
      `await fs.writeFile(${path}, 'abc');
      await lake.adopt(${path}, 'entrada/b.xlsx')`,
    );
    assert.deepEqual(calls.slice(1), [
      ...['sync entrada/temporary', 'rename entrada/temporary entrada/b.xlsx', 'sync entrada'],
    ]);
  });
});

/**
 * What became of each call on a folder lake, made by another process that is not root (root may do everything).
 * Where no such process can run this checkout, skips the test.
 */
function inChild(t: TestContext, root: string, setup: string, calls: string[]) {
  const user = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const run = (script: string) =>
    spawnSync(
      'sh',
      ['-c', `${setup} exec "$0" --input-type=module -e "$1"`, process.execPath, script],
      { cwd: '/', encoding: 'utf8', ...user },
    );
  const load = `const { createFolderLake } = await import(${FACTORY});`;
  if (run(load).status !== 0) {
    t.skip('another user cannot run this checkout');
    return undefined;
  }
  const { stdout, stderr } = run(`${load}
    const lake = createFolderLake(${JSON.stringify(root)});
    const told = [];
    for (const call of [${calls.map((call) => `() => ${call}`)}]) {
      told.push(await call().then((result) => result ?? 'done', (error) => error.kind + ' ' + error.code));
    }
    console.log(JSON.stringify(told));
    process.exit();`);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as (string | string[])[];
}
