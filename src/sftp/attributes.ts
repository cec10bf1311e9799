import type { Attributes, FileEntry } from 'ssh2';
import { INBOX } from '../ingest/folders.ts';
import type { LakeFile } from '../lake/lake.ts';
import type { Folder } from './paths.ts';

/** Numbers of the system that a client reads: the kind of file, and who may do what. */
const FOLDER = 0o040000;
const FILE = 0o100000;

/** Of the root, or one of its folders: only in entrada/ may anything be changed. */
export function folderAttributes(folder?: Folder): Attributes {
  const time = Math.floor(Date.now() / 1000);
  const mode = FOLDER | (folder === INBOX ? 0o700 : 0o500);
  return { mode, uid: 0, gid: 0, size: 0, atime: time, mtime: time };
}

export function fileAttributes({
  size,
  modified,
}: Pick<LakeFile, 'size' | 'modified'>): Attributes {
  const time = Math.floor(modified / 1000);
  return { mode: FILE | 0o600, uid: 0, gid: 0, size, atime: time, mtime: time };
}

/** One line of a listing, as `ls -l` shows it. */
export function entry(filename: string, account: string, attrs: Attributes): FileEntry {
  const kind = attrs.mode & FOLDER ? 'd' : '-';
  const rights = `r${attrs.mode & 0o200 ? 'w' : '-'}${kind === 'd' ? 'x' : '-'}------`;
  const time = new Date(attrs.mtime * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const size = String(attrs.size).padStart(12);
  return {
    filename,
    longname: `${kind}${rights} 1 ${account} ${account} ${size} ${time} ${filename}`,
    attrs,
  };
}
