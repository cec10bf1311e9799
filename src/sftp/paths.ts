import { posix } from 'node:path';
import { UserError } from '../errors.ts';
import { INBOX, REJECTED } from '../ingest/folders.ts';

/** What a client's path means: its root, one of its two folders, or a file of one. */
export type Place =
  | { readonly kind: 'root' }
  | { readonly kind: 'folder'; readonly folder: Folder }
  | { readonly kind: 'file'; readonly folder: Folder; readonly name: string };

export type Folder = typeof INBOX | typeof REJECTED;

/** The longest name that disks take, in bytes of UTF-8. */
const NAME_BYTES = 255;

/** One spelling for a path: absolute, without `.` and `..`, which end at the root. */
export function realPath(path: string): string {
  return posix.resolve('/', path);
}

/**
 * The place that a path stands for. Throws UserError `sftp.missing` for what no client has, `sftp.name` and
 * `lake.long` for a name that no file can have.
 */
export function placeOf(path: string): Place {
  const [folder, name, ...deeper] = realPath(path).slice(1).split('/');
  if (folder === '') return { kind: 'root' };
  if ((folder !== INBOX && folder !== REJECTED) || deeper.length > 0)
    throw new UserError('sftp.missing', { file: path });
  if (name === undefined) return { kind: 'folder', folder };
  checkFileName(name);
  return { kind: 'file', folder, name };
}

function checkFileName(name: string): void {
  // U+FFFD is what bytes become that are not UTF-8; a back-slash is a folder's end on some disks.
  if (/[\p{Cc}\\\uFFFD]/u.test(name)) throw new UserError('sftp.name', { file: name });
  if (Buffer.byteLength(name) > NAME_BYTES) throw new UserError('lake.long', { file: name });
}
