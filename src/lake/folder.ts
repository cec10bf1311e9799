import type { BigIntStats, Dirent } from 'node:fs';
import * as fs from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { TransientError, UserError } from '../errors.ts';
import { fileOf, look, makeFolder, numbered, openFile, sync } from './disk.ts';
import type { FileVersion, Lake, LakeFile } from './lake.ts';
import { checkName } from './name.ts';
import { isOtherDisk, namingFile, saysAbsent, saysClosed } from './refusals.ts';
import { replace, temporaryIn, temporaryName, writeWhole } from './replace.ts';

/** What Node puts in the place of bytes that are not UTF-8; a file cannot be found by such a name. */
const UNREADABLE = '\uFFFD';

function oddFile(name: string, odd: LakeFile['odd'] & string): LakeFile {
  return { name, size: 0, version: odd, modified: 0, odd };
}

/** What nobody can take, if the entry is that. A file that is just gone is not. */
function oddIn(folder: string, entry: Dirent): LakeFile[] {
  const name = `${folder}/${entry.name}`;
  if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : [oddFile(name, 'folder')];
  if (!entry.isFile()) return [oddFile(name, 'kind')];
  return entry.name.includes(UNREADABLE) ? [oddFile(name, 'spelling')] : [];
}

/**
 * A lake in a folder of this machine. Besides the port's errors every call may throw what refusals.ts
 * makes of the operating system's: TransientError `lake.full`, `lake.busy`, UserError `lake.readonly` and so on.
 * One process at a time may move files: a target is kept free for a move only among those of this lake.
 */
export function createFolderLake(root: string, { rename }: Pick<typeof fs, 'rename'> = fs): Lake {
  const base = resolve(root);
  const place = (name: string) => join(base, checkName(name));
  const arriving = new Set<string>();

  async function putBack(from: string, home: string): Promise<void> {
    let free = home;
    for (let n = 2; await look(free); n++) free = numbered(home, n);
    await rename(from, free);
    await sync(dirname(free));
  }

  async function moveAlone(file: FileVersion, to: string): Promise<void> {
    const [source, target] = [place(file.name), place(to)];
    const missing = () => new UserError('lake.missing', { file: file.name });
    const changed = () => new TransientError('lake.changed', { file: file.name });
    const isWanted = (stats: BigIntStats | undefined) =>
      fileOf(file.name, stats)?.version === file.version;

    const found = await look(source);
    if (!found) throw missing();
    if (!isWanted(found)) throw changed();
    if (await look(target)) throw new UserError('lake.exists', { file: to });
    await makeFolder(dirname(target));
    try {
      // Whoever dropped the file may not have: its bytes must be on the disk before its name moves.
      await sync(source);
      await rename(source, target);
    } catch (error) {
      throw saysAbsent(error) && !(await look(source)) ? missing() : error;
    }
    // A rename takes whatever bears the name by then: only now is it certain which version came.
    if (!isWanted(await look(target))) {
      await putBack(target, source);
      throw changed();
    }
    await sync(dirname(target));
  }

  /** What is odd is told in a folder that is listed `deep`, and in its `own` ones. */
  async function list(folder: string, depth?: 'deep' | 'own'): Promise<LakeFile[]> {
    const path = place(folder);
    const entries = await fs.readdir(path, { withFileTypes: true }).catch((error) => {
      if (saysAbsent(error)) return [];
      throw error;
    });
    const found = await Promise.all(
      entries.map(async (entry) => {
        const name = `${folder}/${entry.name}`;
        if (depth === 'deep' && entry.isDirectory() && !entry.name.startsWith('.'))
          return listOwn(name);
        if (entry.isFile() && !temporaryName.test(entry.name)) {
          const file = fileOf(name, await look(join(path, entry.name)));
          if (file) return file;
        }
        return depth ? oddIn(folder, entry) : [];
      }),
    );
    return found.flat();
  }

  function listOwn(folder: string): Promise<LakeFile[]> {
    return namingFile(folder, () =>
      list(folder, 'own').catch((error) => {
        if (saysClosed(error)) return [oddFile(folder, 'closed')];
        throw error;
      }),
    );
  }

  return {
    list: (folder, deep) => namingFile(folder, () => list(folder, deep)),

    open: (name) => namingFile(name, async () => openFile(place(name), name)),

    move: (file, to) =>
      namingFile(`${file.name} → ${to}`, async () => {
        if (arriving.has(to)) throw new UserError('lake.exists', { file: to });
        arriving.add(to);
        try {
          await moveAlone(file, to);
        } finally {
          arriving.delete(to);
        }
      }),

    write: (name, bytes) =>
      namingFile(name, async () => writeWhole(place(name), bytes, undefined, rename)),

    adopt: (path, name) =>
      namingFile(name, async () => {
        try {
          const target = place(name);
          await sync(path);
          await makeFolder(dirname(target));
          try {
            // In one step: a kill leaves no file under a name that nobody looks for.
            await rename(path, target);
            await sync(dirname(target));
          } catch (error) {
            if (!isOtherDisk(error)) throw error;
            const copy = async (temporary: string) => {
              await fs.copyFile(path, temporary);
              await sync(temporary);
            };
            await replace(target, copy, rename);
          }
        } finally {
          await fs.rm(path, { force: true });
        }
      }),

    remove: (file) =>
      namingFile(file.name, async () => {
        // Under a name that nobody can put another version to.
        const aside = temporaryIn(dirname(checkName(file.name)));
        await moveAlone(file, aside);
        await fs.rm(place(aside));
      }),

    locate: place,
  };
}
