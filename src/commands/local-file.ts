import { open } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import type { ByteSource } from '../workbook/zip.ts';

/** Opens a file anywhere on this machine as the workbook reader wants it. Throws UserError when it cannot be opened. */
export async function openFile(path: string): Promise<ByteSource & AsyncDisposable> {
  const handle = await open(path).catch(() => {
    throw new UserError('file.none', { file: path });
  });
  const stats = await handle.stat();
  if (!stats.isFile()) {
    await handle.close();
    throw new UserError('file.none', { file: path });
  }
  const { size } = stats;
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
