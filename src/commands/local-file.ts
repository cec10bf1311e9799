import { realpath } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { openFile } from '../lake/disk.ts';
import type { ByteSource } from '../workbook/zip.ts';

/** Opens a file anywhere on this machine for the workbook reader. Throws UserError `file.none` when it cannot be opened. */
export async function openLocalFile(path: string): Promise<ByteSource & AsyncDisposable> {
  try {
    // The lake follows no link. Whoever names a file here may mean what the link leads to.
    const { file, ...opened } = await openFile(await realpath(path), path);
    return { ...opened, size: file.size };
  } catch (cause) {
    throw new UserError('file.none', { file: path }, { cause });
  }
}
