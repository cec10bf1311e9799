import { realpath } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { openFile as openRegular } from '../lake/disk.ts';
import type { ByteSource } from '../workbook/zip.ts';

/** Opens a file anywhere on this machine as the workbook reader wants it. Throws UserError when it cannot be opened. */
export async function openFile(path: string): Promise<ByteSource & AsyncDisposable> {
  // The lake follows no link. Whoever names a file here may mean what the link leads to.
  const opened = await realpath(path)
    .then((found) => openRegular(found, path))
    .catch(() => {
      throw new UserError('file.none', { file: path });
    });
  return {
    size: opened.file.size,
    read: opened.read,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}
