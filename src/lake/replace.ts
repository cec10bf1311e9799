import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, sync } from './disk.ts';

/** A name that nobody else gives, and that a list leaves out: without the file's own, which may have all 255 bytes. */
export function temporaryIn(folder: string): string {
  return join(folder, `.entrada-${randomUUID()}.tmp`);
}

export const temporaryName = /^\.entrada-[0-9a-f-]{36}\.tmp$/;

/**
 * Fills a file that bears no name yet, and gives it the one that is wanted, whatever bears that now; makes its folder.
 * When this is done, it lasts; when it fails, nothing of it is left.
 */
export async function replace(
  target: string,
  fill: (temporary: string) => Promise<unknown>,
  rename: (from: string, to: string) => Promise<unknown> = fs.rename,
): Promise<void> {
  const folder = dirname(target);
  await makeFolder(folder);
  const temporary = temporaryIn(folder);
  try {
    await fill(temporary);
    await rename(temporary, target);
  } finally {
    await fs.rm(temporary, { force: true });
  }
  await sync(folder);
}

/** Writes a file in that way. */
export function writeWhole(
  path: string,
  bytes: string | Uint8Array,
  mode = 0o666,
  rename?: (from: string, to: string) => Promise<unknown>,
): Promise<void> {
  const write = (temporary: string) =>
    fs.writeFile(temporary, bytes, { mode, flag: 'wx', flush: true });
  return replace(path, write, rename);
}
