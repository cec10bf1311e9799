import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createFolderLake } from '../../src/lake/folder.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { namesIn, put, refuses, textOf } from '../contracts/lake.ts';
import { temporaryFolder } from './temporary.ts';

type Rename = typeof fs.rename;

/** A test with a folder lake of its own, whose renames go through `rename`. */
function folderTest(
  promise: string,
  keep: (lake: Lake, root: string) => Promise<void>,
  rename: Rename = fs.rename,
): void {
  test(promise, async () => {
    await using folder = await temporaryFolder();
    await keep(createFolderLake(folder.path, { rename }), folder.path);
  });
}

/** The first rename out of entrada/ meets what `before` does just before it and `after` just after. */
function raced(
  before: (from: string) => Promise<void>,
  after = async (_from: string) => {},
): Rename {
  let done = false;
  return async (from, to) => {
    const first = !done && dirnameOf(from) === 'entrada' && dirnameOf(to) === 'backup';
    done ||= first;
    if (first) await before(String(from));
    await fs.rename(from, to);
    if (first) await after(String(from));
  };
}

const dirnameOf = (path: unknown) => String(path).split('/').at(-2);

/** As a careful client does: written aside, then put in place in one step. */
async function replace(path: string, text: string): Promise<void> {
  await fs.writeFile(`${path}.part`, text);
  await fs.rename(`${path}.part`, path);
}

describe('folder lake: what is a file', () => {
  folderTest('only regular files are listed', async (lake, root) => {
    await put(lake, 'entrada/a.xlsx', 'abc');
    const at = (name: string) => join(root, 'entrada', name);
    await fs.symlink(at('a.xlsx'), at('link.xlsx'));
    await fs.symlink(at('nothing'), at('dangling.xlsx'));
    await fs.mkdir(at('folder.xlsx'));
    await fs.symlink(at('folder.xlsx'), at('link to a folder'));
    spawnSync('mkfifo', [at('pipe.xlsx')]);
    await fs.writeFile(at('.entrada-00000000-0000-0000-0000-000000000000.tmp'), 'left by a crash');
    await fs.writeFile(at('.hidden.xlsx'), 'x');
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/.hidden.xlsx', 'entrada/a.xlsx']);
    for (const name of ['link.xlsx', 'dangling.xlsx', 'folder.xlsx', 'pipe.xlsx', 'a.xlsx/b']) {
      await refuses(lake.open(`entrada/${name}`), 'user', 'lake.missing', `entrada/${name}`);
    }
    assert.deepEqual(await lake.list('entrada/a.xlsx'), []);
    const all = await lake.list('entrada', 'deep');
    assert.deepEqual(all.map(({ name, odd }) => [name.slice('entrada/'.length), odd]).sort(), [
      ['.hidden.xlsx', undefined],
      ['a.xlsx', undefined],
      ['dangling.xlsx', 'kind'],
      ['link to a folder', 'kind'],
      ['link.xlsx', 'kind'],
      ['pipe.xlsx', 'kind'],
    ]);
  });

  folderTest('a link or a folder where the file was is another version', async (lake, root) => {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await using open = await lake.open('entrada/a.xlsx');
    await fs.rename(join(root, file.name), join(root, 'elsewhere'));
    await fs.symlink(join(root, 'elsewhere'), join(root, file.name));
    await refuses(open.verify(), 'transient', 'lake.changed', file.name);
    await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
    await fs.rm(join(root, file.name));
    await fs.mkdir(join(root, file.name));
    await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
  });

  folderTest('a link or a folder takes the name of a target', async (lake, root) => {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await fs.mkdir(join(root, 'backup', 'folder'), { recursive: true });
    await fs.symlink(join(root, 'nothing'), join(root, 'backup', 'link'));
    for (const to of ['backup/folder', 'backup/link']) {
      await refuses(lake.move(file, to), 'user', 'lake.exists', to);
    }
    assert.equal(await textOf(lake, file.name), 'abc');
  });

  folderTest('files that leave while they are listed are skipped', async (lake) => {
    const names = Array.from({ length: 40 }, (_, n) => `entrada/${n}`);
    const files = await Promise.all(names.map((name) => put(lake, name, name)));
    const moves = files.map((file, n) => lake.move(file, `backup/${n}`));
    const lists = files.map(() => lake.list('entrada'));
    await Promise.all(moves);
    for (const list of await Promise.all(lists)) assert.ok(list.length <= files.length);
    assert.deepEqual(await lake.list('entrada'), []);
  });

  folderTest('a name that is not UTF-8 does not hide the other files', async (lake, root) => {
    await put(lake, 'entrada/a.xlsx', 'abc');
    const latin1 = Buffer.concat([Buffer.from(join(root, 'entrada/')), Buffer.from([0xe7])]);
    await fs.writeFile(latin1, 'x');
    assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
  });
});

describe('folder lake: the time of a file', () => {
  folderTest('is what its sender gave it, but not later than when it came', async (lake, root) => {
    await put(lake, 'entrada/a.xlsx', 'abc');
    const timeOf = async (given: number) => {
      await fs.utimes(join(root, 'entrada/a.xlsx'), given, given);
      return (await lake.list('entrada'))[0].modified;
    };
    assert.equal(await timeOf(1), 1000);
    assert.ok((await timeOf(4e9)) < 4e12);
  });
});

describe('folder lake: what is removed', () => {
  folderTest('is gone, under any name', async (lake, root) => {
    await lake.remove(await put(lake, 'entrada/a.xlsx', 'abc'));
    assert.deepEqual(await fs.readdir(join(root, 'entrada')), []);
  });
});

describe('folder lake: versions', () => {
  folderTest('bytes written in place are another version', async (lake, root) => {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await using open = await lake.open(file.name);
    await fs.writeFile(join(root, file.name), 'xyz');
    // A set time: two writes within one tick of the disk's clock would bear the same.
    await fs.utimes(join(root, file.name), 1, 1);
    await refuses(open.verify(), 'transient', 'lake.changed', file.name);
    await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
    assert.equal(await textOf(lake, file.name), 'xyz');
    // Nor does it matter which of size, time and place tells one from the other.
    const path = join(root, file.name);
    for (const [text, seconds, change] of [
      ['longer', 1, fs.writeFile],
      ['LONGER', 1, replace],
      ['Longer', 1.0001, fs.writeFile],
    ] as const) {
      const [before] = await lake.list('entrada');
      await change(path, text);
      await fs.utimes(path, seconds, seconds);
      const move = lake.move(before, 'backup/a.xlsx');
      await refuses(move, 'transient', 'lake.changed', file.name);
    }
  });

  folderTest(
    'a file cut short while it is read ends there, and verify tells',
    async (lake, root) => {
      const file = await put(lake, 'entrada/a.xlsx', '0123456789');
      await using open = await lake.open(file.name);
      await fs.truncate(join(root, file.name), 4);
      assert.equal(Buffer.from(await open.read(2, 8)).toString(), '23');
      await refuses(open.verify(), 'transient', 'lake.changed', file.name);
    },
  );

  folderTest(
    'a version known to be another is left untouched',
    async (lake, root) => {
      await fs.mkdir(join(root, 'entrada'));
      await fs.writeFile(join(root, 'entrada', 'a.xlsx'), 'abc');
      const [file] = await lake.list('entrada');
      const stale = { ...file, version: 'another' };
      await refuses(lake.move(stale, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
    },
    async () => assert.fail('nothing is renamed'),
  );

  folderTest('a rename keeps the version', async (lake) => {
    const file = await put(lake, 'entrada/a.xlsx', 'abc');
    await lake.move(file, 'backup/a.xlsx');
    assert.deepEqual(await lake.list('backup'), [{ ...file, name: 'backup/a.xlsx' }]);
  });
});

describe('folder lake: a version that comes in the midst of a move', () => {
  folderTest(
    'goes back to where it was',
    async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'first');
      await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
      assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
      assert.deepEqual(await lake.list('backup'), []);
      assert.equal(await textOf(lake, file.name), 'second');
    },
    raced((from) => replace(from, 'second')),
  );

  folderTest(
    'goes back beside what took its name meanwhile',
    async (lake) => {
      const file = await put(lake, 'entrada/a.b.xlsx', 'first');
      await put(lake, 'entrada/a.b (2).xlsx', 'old');
      await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
      assert.deepEqual(await lake.list('backup'), []);
      assert.equal(await textOf(lake, 'entrada/a.b.xlsx'), 'third');
      assert.equal(await textOf(lake, 'entrada/a.b (2).xlsx'), 'old');
      assert.equal(await textOf(lake, 'entrada/a.b (3).xlsx'), 'second');
    },
    raced(
      (from) => replace(from, 'second'),
      (from) => replace(from, 'third'),
    ),
  );

  for (const name of [`${'ã'.repeat(125)}.xlsx`, `a.${'x'.repeat(253)}`]) {
    folderTest(
      `goes back even where a name has all the bytes there are (${name.slice(0, 3)}…)`,
      async (lake) => {
        const file = await put(lake, `entrada/${name}`, 'first');
        await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
        const names = await namesIn(lake, 'entrada');
        assert.deepEqual((await Promise.all(names.map((one) => textOf(lake, one)))).sort(), [
          'second',
          'third',
        ]);
      },
      raced(
        (from) => fs.utimes(from, 1, 1).then(() => fs.writeFile(from, 'second')),
        (from) => fs.writeFile(from, 'third'),
      ),
    );
  }

  folderTest(
    'a file gone in the midst of a move is missing',
    async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'first');
      await refuses(lake.move(file, 'backup/a.xlsx'), 'user', 'lake.missing', file.name);
    },
    raced((from) => fs.rm(from)),
  );

  folderTest(
    'a folder gone in the midst of a move is not taken for the file',
    async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'first');
      await assert.rejects(lake.move(file, 'backup/a.xlsx'), { code: 'ENOENT' });
      assert.equal(await textOf(lake, file.name), 'first');
    },
    raced((from) => fs.rmdir(join(from, '../../backup'))),
  );

  folderTest(
    'a disk that fails in the midst of a move is told, though the file is gone',
    async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'first');
      await assert.rejects(lake.move(file, 'backup/a.xlsx'), { code: 'lake.failing' });
    },
    raced(async (from) => {
      await fs.rm(from);
      throw Object.assign(new Error('refused'), { code: 'EIO' });
    }),
  );
});
