import assert from 'node:assert/strict';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { EntradaError } from '../../src/errors.ts';
import type { Lake, LakeFile } from '../../src/lake/lake.ts';

/** What a test is given: an empty lake, and how to take it away. */
interface LakeUnderTest {
  readonly lake: Lake;
  cleanup(): Promise<void>;
}

/** Runs everything that src/lake/lake.ts promises on an adapter; `create` is called once for each promise. */
export function lakeContract(name: string, create: () => Promise<LakeUnderTest>): void {
  describe(`lake contract: ${name}`, () => {
    for (const [promise, keep] of Object.entries({
      ...reading,
      ...moving,
      ...writing,
      ...adopting,
      ...removing,
      ...naming,
    })) {
      test(promise, async () => {
        const { lake, cleanup } = await create();
        try {
          await keep(lake);
        } finally {
          await cleanup();
        }
      });
    }
  });
}

/** The promise is refused with a problem of this kind and code, about this file. */
export async function refuses(
  work: Promise<unknown>,
  kind: EntradaError['kind'],
  code: EntradaError['code'],
  file: string,
): Promise<void> {
  await assert.rejects(work, { kind, code, values: { file } });
}

/** The whole text of a file, read through the port. */
export async function textOf(lake: Lake, name: string): Promise<string> {
  await using open = await lake.open(name);
  return Buffer.from(await open.read(0, open.file.size)).toString();
}

/** Writes a file and returns it as a listing shows it. */
export async function put(lake: Lake, name: string, text: string): Promise<LakeFile> {
  await lake.write(name, Buffer.from(text));
  const files = await lake.list(name.slice(0, name.lastIndexOf('/')));
  const file = files.find((one) => one.name === name);
  assert.ok(file, `${name} is listed`);
  return file;
}

/** The names in a folder, sorted. */
export async function namesIn(lake: Lake, folder: string, deep?: 'deep'): Promise<string[]> {
  return (await lake.list(folder, deep)).map((file) => file.name).sort();
}

type Promises = Readonly<Record<string, (lake: Lake) => Promise<void>>>;

const reading: Promises = {
  async 'an absent folder is an empty one'(lake) {
    assert.deepEqual(await lake.list('entrada'), []);
  },

  async 'lists the files directly in a folder, with their sizes'(lake) {
    await lake.write('entrada/a.xlsx', Buffer.from('12345'));
    await lake.write('entrada/empty.xlsx', new Uint8Array());
    await lake.write('entrada/deeper/b.xlsx', Buffer.from('1'));
    await lake.write('entrada2/c.xlsx', Buffer.from('1'));
    const sizes = (await lake.list('entrada')).map(({ name, size }) => ({ name, size }));
    assert.deepEqual(
      sizes.sort((a, b) => a.size - b.size),
      [
        { name: 'entrada/empty.xlsx', size: 0 },
        { name: 'entrada/a.xlsx', size: 5 },
      ],
    );
    assert.deepEqual(await namesIn(lake, 'entrada/deeper'), ['entrada/deeper/b.xlsx']);
  },

  async 'lists the files of its own folders too when asked to, one deep, and none that is hidden'(
    lake,
  ) {
    for (const name of ['a', 'ana/b', 'ana/x/c', '.ssh/d', '.e'])
      await lake.write(`entrada/${name}`, Buffer.from(name));
    const deep = (await lake.list('entrada', 'deep'))
      .filter(({ odd }) => odd === undefined)
      .map(({ name }) => name)
      .sort();
    assert.deepEqual(deep, ['entrada/.e', 'entrada/a', 'entrada/ana/b']);
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/.e', 'entrada/a']);
    assert.deepEqual(await lake.list('nowhere', 'deep'), []);
  },

  async 'opens the version that the listing named'(lake) {
    const listed = await put(lake, 'entrada/a.xlsx', 'abc');
    await using open = await lake.open('entrada/a.xlsx');
    assert.deepEqual(open.file, listed);
  },

  async 'reads at any place, and fewer bytes only at the end'(lake) {
    await put(lake, 'entrada/a.xlsx', '0123456789');
    await using open = await lake.open('entrada/a.xlsx');
    const read = async (offset: number, length: number) =>
      Buffer.from(await open.read(offset, length)).toString();
    assert.equal(await read(10, 1), '');
    assert.equal(await read(4, 3), '456');
    assert.equal(await read(0, 2), '01');
    assert.equal(await read(8, 100), '89');
    assert.equal(await read(10, 1), '');
    assert.equal(await read(99, 1), '');
    assert.equal(await read(3, 0), '');
    assert.deepEqual(await Promise.all([read(5, 5), read(0, 5)]), ['56789', '01234']);
  },

  async 'reads a large file whole'(lake) {
    const bytes = Uint8Array.from({ length: 3_000_001 }, (_, at) => (at * 31) % 251);
    await lake.write('entrada/large.xlsx', bytes);
    await using open = await lake.open('entrada/large.xlsx');
    assert.equal(Buffer.compare(await open.read(0, bytes.length), bytes), 0);
    assert.equal(Buffer.compare(await open.read(2_999_990, 50), bytes.subarray(2_999_990)), 0);
  },

  async 'open refuses what is not there'(lake) {
    await put(lake, 'entrada/deeper/a.xlsx', 'abc');
    for (const name of ['entrada/b.xlsx', 'nowhere/a.xlsx', 'entrada/deeper']) {
      await refuses(lake.open(name), 'user', 'lake.missing', name);
    }
  },

  async 'verify is content while the file stays as it was opened'(lake) {
    await put(lake, 'entrada/a.xlsx', 'abc');
    await using open = await lake.open('entrada/a.xlsx');
    await put(lake, 'entrada/b.xlsx', 'abc');
    await open.verify();
    await open.read(0, 3);
    await open.verify();
  },

  async 'verify tells of a file written anew, moved away, or replaced by a move'(lake) {
    const changed = (work: Promise<unknown>) =>
      refuses(work, 'transient', 'lake.changed', 'entrada/a.xlsx');
    await put(lake, 'entrada/a.xlsx', 'abc');
    await using first = await lake.open('entrada/a.xlsx');
    const again = await put(lake, 'entrada/a.xlsx', 'xyz');
    await changed(first.verify());

    await using second = await lake.open('entrada/a.xlsx');
    await second.verify();
    await lake.move(again, 'backup/a.xlsx');
    await changed(second.verify());

    await lake.move(await put(lake, 'other/a.xlsx', 'abc'), 'entrada/a.xlsx');
    await changed(second.verify());
  },
};

const moving: Promises = {
  async 'moves a file into a folder that was not there'(lake) {
    await lake.move(await put(lake, 'entrada/a.xlsx', 'abc'), 'backup/2024/05/a (1).xlsx');
    assert.deepEqual(await lake.list('entrada'), []);
    assert.equal(await textOf(lake, 'backup/2024/05/a (1).xlsx'), 'abc');
    const [moved] = await lake.list('backup/2024/05');
    assert.equal(moved?.size, 3);
    await refuses(lake.open('entrada/a.xlsx'), 'user', 'lake.missing', 'entrada/a.xlsx');
  },

  async 'moves a file back and forth, as it is listed each time'(lake) {
    await lake.move(await put(lake, 'entrada/a.xlsx', 'abc'), 'backup/a.xlsx');
    const [moved] = await lake.list('backup');
    assert.ok(moved);
    await lake.move(moved, 'entrada/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'abc');
    assert.deepEqual(await lake.list('backup'), []);
  },

  async 'a move never overwrites, not even with the same bytes'(lake) {
    await put(lake, 'backup/a.xlsx', 'old');
    for (const text of ['new', 'old']) {
      const file = await put(lake, 'entrada/a.xlsx', text);
      await refuses(lake.move(file, 'backup/a.xlsx'), 'user', 'lake.exists', 'backup/a.xlsx');
      await refuses(lake.move(file, 'entrada/a.xlsx'), 'user', 'lake.exists', 'entrada/a.xlsx');
      assert.equal(await textOf(lake, 'backup/a.xlsx'), 'old');
      assert.equal(await textOf(lake, 'entrada/a.xlsx'), text);
    }
  },

  async 'a version that came later stays where it is'(lake) {
    const file = await put(lake, 'entrada/a.xlsx', 'first');
    const later = await put(lake, 'entrada/a.xlsx', 'later');
    assert.notEqual(file.version, later.version);
    await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', 'entrada/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'later');
    assert.deepEqual(await lake.list('backup'), []);
    await lake.move(later, 'backup/a.xlsx');
    assert.equal(await textOf(lake, 'backup/a.xlsx'), 'later');
  },

  async 'a move done already finds the file missing, wherever it is to go'(lake) {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await lake.move(file, 'backup/a.xlsx');
    for (const to of ['backup/a.xlsx', 'backup/b.xlsx']) {
      await refuses(lake.move(file, to), 'user', 'lake.missing', 'entrada/a.xlsx');
    }
    assert.deepEqual(await namesIn(lake, 'backup'), ['backup/a.xlsx']);
  },

  async 'of many files moved to one name at once, one arrives and none is lost'(lake) {
    const texts = Array.from({ length: 12 }, (_, n) => `text ${n}`);
    const files = await Promise.all(texts.map((text, n) => put(lake, `entrada/${n}.xlsx`, text)));
    const moves = await Promise.allSettled(files.map((file) => lake.move(file, 'backup/a.xlsx')));
    const refused = moves.filter((move) => move.status === 'rejected');
    assert.deepEqual(
      refused.map(({ reason }) => reason.code),
      Array.from({ length: 11 }, () => 'lake.exists'),
    );
    const left = [...(await namesIn(lake, 'entrada')), 'backup/a.xlsx'];
    const found = await Promise.all(left.map((name) => textOf(lake, name)));
    assert.deepEqual(found.sort(), texts.sort());
  },

  async 'a file moved to many names at once arrives under one'(lake) {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    const targets = Array.from({ length: 12 }, (_, n) => `backup/${n}.xlsx`);
    const moves = await Promise.allSettled(targets.map((to) => lake.move(file, to)));
    assert.equal(moves.filter((move) => move.status === 'fulfilled').length, 1);
    assert.equal((await lake.list('backup')).length, 1);
    assert.deepEqual(await lake.list('entrada'), []);
  },
};

const writing: Promises = {
  async 'writes over an older file, as another version'(lake) {
    const before = await put(lake, 'rejeitados/a.csv', 'before');
    const after = await put(lake, 'rejeitados/a.csv', 'behind');
    assert.notEqual(after.version, before.version);
    assert.equal(await textOf(lake, 'rejeitados/a.csv'), 'behind');
    assert.deepEqual(await namesIn(lake, 'rejeitados'), ['rejeitados/a.csv']);
  },

  async 'of many writes to one name at once, one is there whole, and nothing else'(lake) {
    const texts = Array.from({ length: 8 }, (_, n) => String(n).repeat(100_000 + n));
    await Promise.all(texts.map((text) => lake.write('rejeitados/a.csv', Buffer.from(text))));
    assert.ok(texts.includes(await textOf(lake, 'rejeitados/a.csv')));
    assert.deepEqual(await namesIn(lake, 'rejeitados'), ['rejeitados/a.csv']);
  },

  async 'the bytes written and read are the caller’s own'(lake) {
    const bytes = Buffer.from('abc');
    await lake.write('entrada/a.xlsx', bytes);
    bytes.fill(0);
    await using open = await lake.open('entrada/a.xlsx');
    (await open.read(0, 3)).fill(0);
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'abc');
  },
};

/** A file of this machine with this text, which the test gives away. */
async function localFile(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'entrada-adopt-')), 'part');
  await writeFile(path, text);
  return path;
}

async function isGone(path: string): Promise<boolean> {
  const there = await access(path).then(
    () => true,
    () => false,
  );
  await rm(join(path, '..'), { recursive: true });
  return !there;
}

const adopting: Promises = {
  async 'takes in a file of this machine, which is then gone from where it was'(lake) {
    const path = await localFile('abc');
    await lake.adopt(path, 'entrada/ana/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/ana/a.xlsx'), 'abc');
    assert.deepEqual(await namesIn(lake, 'entrada/ana'), ['entrada/ana/a.xlsx']);
    assert.ok(await isGone(path));
  },

  async 'a file that is taken in over an older one is another version'(lake) {
    const before = await put(lake, 'entrada/a.xlsx', 'before');
    await using open = await lake.open('entrada/a.xlsx');
    const path = await localFile('behind');
    await lake.adopt(path, 'entrada/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'behind');
    await refuses(open.verify(), 'transient', 'lake.changed', 'entrada/a.xlsx');
    const late = lake.move(before, 'backup/a.xlsx');
    await refuses(late, 'transient', 'lake.changed', 'entrada/a.xlsx');
    assert.ok(await isGone(path));
  },

  async 'a file that cannot be taken in is gone as well, and nothing has changed'(lake) {
    const path = await localFile('abc');
    await refuses(lake.adopt(path, 'entrada/../a'), 'user', 'lake.name', 'entrada/../a');
    assert.deepEqual(await lake.list('entrada'), []);
    assert.ok(await isGone(path));
  },
};

const removing: Promises = {
  async 'removes a file'(lake) {
    await put(lake, 'entrada/b.xlsx', 'abc');
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await lake.remove(file);
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/b.xlsx']);
    await refuses(lake.remove(file), 'user', 'lake.missing', 'entrada/a.xlsx');
  },

  async 'does not remove a version that came later'(lake) {
    const file = await put(lake, 'entrada/a.xlsx', 'first');
    await put(lake, 'entrada/a.xlsx', 'later');
    await refuses(lake.remove(file), 'transient', 'lake.changed', 'entrada/a.xlsx');
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'later');
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
  },
};

const naming: Promises = {
  async 'keeps every name as it is spelt'(lake) {
    const names = [
      'vendas de março (2ª cópia).xlsx',
      'ação'.normalize('NFC'),
      'ação'.normalize('NFD'),
      `"aspas" e 'apóstrofo'.xlsx`,
      'Vendas.xlsx',
      'vendas.xlsx',
      '100% #1 & [a]*? ~ a+b=c;d,e.xlsx',
      '-rf.xlsx',
      '..vendas..xlsx',
      ' em branco ',
      '日本 📈.xlsx',
      `${'ã'.repeat(125)}.xlsx`,
    ];
    assert.equal(Buffer.byteLength(names.at(-1) ?? ''), 255);
    for (const name of names) await lake.write(`entrada/${name}`, Buffer.from(name));
    const sorted = (folder: string) => names.map((name) => `${folder}/${name}`).sort();
    assert.deepEqual(await namesIn(lake, 'entrada'), sorted('entrada'));
    for (const file of await lake.list('entrada')) {
      await lake.move(file, file.name.replace('entrada/', 'backup/'));
    }
    assert.deepEqual(await namesIn(lake, 'backup'), sorted('backup'));
    for (const name of names) assert.equal(await textOf(lake, `backup/${name}`), name);
  },

  async 'a name stays within the lake and has one spelling'(lake) {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    const names = [
      '..',
      '../a',
      'entrada/../../a',
      '/etc/passwd',
      'a\0b',
      '',
      '.',
      './a',
      'a//b',
      'a/',
    ];
    for (const name of [...names, 'a\ud800']) {
      const refused = (work: Promise<unknown>) => refuses(work, 'user', 'lake.name', name);
      await refused(lake.list(name));
      await refused(lake.open(name));
      await refused(lake.write(name, new Uint8Array()));
      await refused(lake.move(file, name));
      await refused(lake.move({ ...file, name }, 'backup/a'));
      await refused(lake.remove({ ...file, name }));
      assert.throws(() => lake.locate(name), { code: 'lake.name' });
    }
    assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'abc');
  },

  async 'locates each file in its own place, there or not'(lake) {
    assert.notEqual(lake.locate('entrada/a.xlsx'), lake.locate('backup/a.xlsx'));
    assert.ok(lake.locate('entrada/a.xlsx').includes('entrada/a.xlsx'));
  },
};
