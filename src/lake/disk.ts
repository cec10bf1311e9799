import { type BigIntStats, constants } from 'node:fs';
import * as fs from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { TransientError, UserError } from '../errors.ts';
import type { LakeFile, OpenFile } from './lake.ts';
import { namingFile, saysAbsent } from './refusals.ts';

// A link is not followed, and a pipe in a file's place must not make us wait for its writer.
const readOnly = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What rests at the path (a link is not followed), or undefined. */
export async function look(path: string): Promise<BigIntStats | undefined> {
  try {
    return await fs.lstat(path, { bigint: true });
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}

/**
 * The regular file that `stats` speaks of, or undefined. A rename does not change its version. The time when it was
 * modified may be one that its sender gave it, but is not later than when it was given.
 */
export function fileOf(name: string, stats: BigIntStats | undefined): LakeFile | undefined {
  if (!stats?.isFile()) return undefined;
  const version = `${stats.ino}-${stats.size}-${stats.mtimeNs}`;
  const modified = Math.min(Number(stats.mtimeMs), Number(stats.ctimeMs));
  return { name, size: Number(stats.size), version, modified };
}

/** Opens the regular file at `path`. Throws UserError `lake.missing` when there is none. */
export async function openFile(path: string, name: string): Promise<OpenFile> {
  const handle = await fs.open(path, readOnly).catch((error) => {
    throw saysAbsent(error) ? new UserError('lake.missing', { file: name }) : error;
  });
  try {
    const file = fileOf(name, await handle.stat({ bigint: true }));
    if (!file) throw new UserError('lake.missing', { file: name });
    return readerOf(handle, path, file);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function readerOf(handle: fs.FileHandle, path: string, file: LakeFile): OpenFile {
  return {
    file,
    read: (offset, length) =>
      namingFile(file.name, async () => {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, file.size - offset)));
        let filled = 0;
        while (filled < bytes.length) {
          const rest = bytes.length - filled;
          const { bytesRead } = await handle.read(bytes, filled, rest, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return bytes.subarray(0, filled);
      }),
    verify: () =>
      namingFile(file.name, async () => {
        // While it is open no other file has its inode: what bears the name in this version is what was read.
        if (fileOf(file.name, await look(path))?.version !== file.version)
          throw new TransientError('lake.changed', { file: file.name });
      }),
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

/**
 * Makes the folder, with this mode, and those above it, to last through a power cut; says whether it was not there.
 * Not mkdir's `recursive`, which says ENOENT of a full disk or one that can only be read.
 * Throws UserError `lake.noFolder` where something else has its place.
 */
export async function makeFolder(path: string, mode = 0o777): Promise<boolean> {
  const found = await look(path);
  // A link to a folder is as good.
  if (found && !found.isDirectory() && !(await isFolder(path)))
    throw new UserError('lake.noFolder', { folder: path });
  if (found) return false;
  await makeFolder(dirname(path));
  try {
    await fs.mkdir(path, { mode });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // Somebody was faster: with a folder, or with something else.
    await sync(dirname(path));
    return makeFolder(path, mode);
  }
  await sync(dirname(path));
  return true;
}

/** Whether the path leads to a folder. */
async function isFolder(path: string): Promise<boolean> {
  return fs.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A file's bytes, or the names in a folder, last through a power cut from here on. */
export async function sync(path: string): Promise<void> {
  await using handle = await fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  await handle.sync();
}

/** `vendas.xlsx` -> `vendas (2).xlsx`, cut where the disk's 255 bytes ask for it. */
export function numbered(path: string, n: number): string {
  const extension = extname(path).slice(0, 32);
  const letters = [...basename(path, extension)];
  const name = () => `${letters.join('')} (${n})${extension}`;
  while (Buffer.byteLength(name()) > 255) letters.pop();
  return join(dirname(path), name());
}
