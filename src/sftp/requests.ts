import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';
import { UserError } from '../errors.ts';
import { INBOX, REJECTED } from '../ingest/folders.ts';
import { entry, fileAttributes, folderAttributes } from './attributes.ts';
import type { Handle, Handles } from './handles.ts';
import type { View } from './inlet.ts';
import { type Place, placeOf, realPath } from './paths.ts';
import type { Upload } from './upload.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** How many names of a folder, and bytes of a file, one answer has. */
const NAMES_A_PAGE = 100;
const MOST_READ = 1 << 16;

const denied = (file: string) => new UserError('sftp.denied', { file });

/**
 * What a session answers to each request, by the request's name in SFTP 3. A request that is refused throws, and is
 * not answered; one that is not here is answered by ssh2 as unsupported.
 */
export function requestsOf(
  sftp: SFTPWrapper,
  view: View,
  account: string,
  handles: Handles,
  onUpload: (upload: Upload) => void,
) {
  const done = (id: number) => sftp.status(id, STATUS_CODE.OK);

  /** The name of a file in entrada/, where alone something may be changed. */
  function changeable(path: string): string {
    if (!realPath(path).startsWith(`/${INBOX}/`)) throw denied(path);
    const place = placeOf(path);
    if (place.kind !== 'file') throw denied(path);
    return place.name;
  }

  async function open(path: string, flags: number): Promise<Handle> {
    const has = (flag: number) => (flags & flag) !== 0;
    if (!has(OPEN_MODE.WRITE) && !has(OPEN_MODE.APPEND)) {
      const place = placeOf(path);
      if (place.kind !== 'file') throw denied(path);
      return { kind: 'file', opened: await view.open(place.folder, place.name) };
    }
    const upload = await view.upload(changeable(path), {
      create: has(OPEN_MODE.CREAT),
      exclusive: has(OPEN_MODE.EXCL),
      truncate: has(OPEN_MODE.TRUNC),
    });
    return { kind: 'upload', upload, append: has(OPEN_MODE.APPEND) };
  }

  async function attributesOf(place: Place): Promise<Attributes> {
    if (place.kind === 'root') return folderAttributes();
    if (place.kind === 'folder') return folderAttributes(place.folder);
    return fileAttributes(await view.stat(place.folder, place.name));
  }

  async function entriesOf(place: Place): Promise<FileEntry[]> {
    if (place.kind === 'file') throw new UserError('sftp.missing', { file: place.name });
    if (place.kind === 'root') {
      return ([INBOX, REJECTED] as const).map((folder) =>
        entry(folder, account, folderAttributes(folder)),
      );
    }
    const files = await view.list(place.folder);
    return files.map((file) =>
      entry(file.name.slice(file.name.lastIndexOf('/') + 1), account, fileAttributes(file)),
    );
  }

  async function stat(id: number, path: string): Promise<void> {
    sftp.attrs(id, await attributesOf(placeOf(path)));
  }

  async function refuse(_id: number, path: string): Promise<void> {
    throw denied(path);
  }

  return {
    async OPEN(id: number, path: string, flags: number) {
      handles.checkRoom();
      sftp.handle(id, handles.keep(await open(path, flags)));
    },
    async WRITE(id: number, name: Buffer, offset: number, bytes: Buffer) {
      const { upload, append } = handles.findA('upload', name);
      await upload.write(append ? upload.size : offset, bytes);
      done(id);
    },
    async READ(id: number, name: Buffer, offset: number, length: number) {
      const handle = handles.find(name);
      const source = handle.kind === 'upload' ? handle.upload : handles.findA('file', name).opened;
      const bytes = await source.read(offset, Math.min(length, MOST_READ));
      if (bytes.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    },
    async CLOSE(id: number, name: Buffer) {
      const handle = handles.take(name);
      if (handle.kind === 'file') await handle.opened[Symbol.asyncDispose]();
      if (handle.kind === 'upload') {
        await handle.upload.finish();
        onUpload(handle.upload);
      }
      done(id);
    },
    async FSTAT(id: number, name: Buffer) {
      const handle = handles.find(name);
      const file =
        handle.kind === 'upload'
          ? { size: handle.upload.size, modified: Date.now() }
          : handles.findA('file', name).opened.file;
      sftp.attrs(id, fileAttributes(file));
    },
    // Times and permissions are ours: a file must not look older than it is. A length is what scp sets at the end.
    async FSETSTAT(id: number, name: Buffer, { size }: Partial<Attributes>) {
      const { upload } = handles.findA('upload', name);
      if (size !== undefined) await upload.truncate(size);
      done(id);
    },
    async SETSTAT(id: number, path: string, { size }: Partial<Attributes>) {
      if (size !== undefined) throw denied(path);
      await view.stat(INBOX, changeable(path));
      done(id);
    },
    async OPENDIR(id: number, path: string) {
      handles.checkRoom();
      sftp.handle(id, handles.keep({ kind: 'names', names: await entriesOf(placeOf(path)) }));
    },
    async READDIR(id: number, name: Buffer) {
      const page = handles.findA('names', name).names.splice(0, NAMES_A_PAGE);
      if (page.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.name(id, page);
    },
    async REALPATH(id: number, path: string) {
      const filename = realPath(path);
      sftp.name(id, [{ filename, longname: filename, attrs: folderAttributes() }]);
    },
    async REMOVE(id: number, path: string) {
      await view.remove(changeable(path));
      done(id);
    },
    async RENAME(id: number, from: string, to: string) {
      await view.rename(changeable(from), changeable(to));
      done(id);
    },
    STAT: stat,
    LSTAT: stat,
    MKDIR: refuse,
    RMDIR: refuse,
    SYMLINK: refuse,
    READLINK: refuse,
  };
}
