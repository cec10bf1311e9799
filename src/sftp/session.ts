import ssh2, { type Attributes, type FileEntry, type SFTPWrapper } from 'ssh2';
import { EntradaError, UserError } from '../errors.ts';
import { INBOX, REJECTED } from '../ingest/folders.ts';
import type { OpenFile } from '../lake/lake.ts';
import type { Code } from '../messages/en.ts';
import { entry, fileAttributes, folderAttributes } from './attributes.ts';
import type { Upload, View } from './inlet.ts';
import { type Place, placeOf, realPath } from './paths.ts';

const { OPEN_MODE, STATUS_CODE } = ssh2.utils.sftp;

/** What one session may have open at a time, names of a folder in one answer, and bytes of a file in one. */
const MOST_HANDLES = 100;
const NAMES_A_PAGE = 100;
const MOST_READ = 1 << 16;

type Handle =
  | { readonly kind: 'upload'; readonly upload: Upload; readonly append: boolean }
  | { readonly kind: 'file'; readonly opened: OpenFile }
  | { readonly kind: 'names'; readonly names: FileEntry[] };

export interface SessionEffects {
  /** A refusal in the words of the client. */
  render(problem: EntradaError): string;
  /** A fault of ours. */
  onFault(error: unknown): void;
  onUpload(upload: Pick<Upload, 'name' | 'size'>): void;
  /** Bytes that came and are not dealt with yet: more by this many, or fewer. */
  onBacklog(bytes: number): void;
}

const denied = (file: string) => new UserError('sftp.denied', { file });
const missing = (file: string) => new UserError('sftp.missing', { file });

/**
 * Answers the requests of one SFTP session, one after the other, with what the view allows. The function it gives
 * waits for those that have come and lets go of what is open; the session has then ended.
 */
export function serveSession(
  sftp: SFTPWrapper,
  view: View,
  account: string,
  { render, onFault, onUpload, onBacklog }: SessionEffects,
): () => Promise<void> {
  const handles = new Map<number, Handle>();
  let handlesMade = 0;
  let turn: Promise<void> = Promise.resolve();

  /** In the order of arrival: a CLOSE comes after the bytes before it. */
  function take(id: number, work: () => Promise<void>, bytes = 1_000): void {
    onBacklog(bytes);
    turn = turn
      .then(work)
      .catch((error) => refuse(id, error))
      // The connection may be gone by now, and with it whoever would hear.
      .catch(onFault)
      .then(() => onBacklog(-bytes));
  }

  function refuse(id: number, error: unknown): void {
    if (error instanceof EntradaError) {
      sftp.status(id, statusOf(error.code), render(error));
      return;
    }
    onFault(error);
    sftp.status(id, STATUS_CODE.FAILURE);
  }

  const done = (id: number) => sftp.status(id, STATUS_CODE.OK);

  function keep(id: number, handle: Handle): void {
    const key = ++handlesMade;
    handles.set(key, handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(key);
    sftp.handle(id, name);
  }

  function find(name: Buffer): Handle {
    const handle = name.length === 4 ? handles.get(name.readUInt32BE()) : undefined;
    if (!handle) throw new UserError('sftp.handle', {});
    return handle;
  }

  function findUpload(name: Buffer) {
    const handle = find(name);
    if (handle.kind !== 'upload') throw new UserError('sftp.handle', {});
    return handle;
  }

  /** The name of a file in entrada/, where alone something may be changed. */
  function changeable(path: string): string {
    if (!realPath(path).startsWith(`/${INBOX}/`)) throw denied(path);
    const place = placeOf(path);
    if (place.kind !== 'file') throw denied(path);
    return place.name;
  }

  async function attributesOf(place: Place): Promise<Attributes> {
    if (place.kind === 'root') return folderAttributes();
    if (place.kind === 'folder') return folderAttributes(place.folder);
    return fileAttributes(await view.stat(place.folder, place.name));
  }

  async function open(path: string, flags: number): Promise<Handle> {
    if (handles.size >= MOST_HANDLES) throw new UserError('sftp.handles', { most: MOST_HANDLES });
    if ((flags & (OPEN_MODE.WRITE | OPEN_MODE.APPEND)) === 0) {
      const place = placeOf(path);
      if (place.kind !== 'file') throw denied(path);
      return { kind: 'file', opened: await view.open(place.folder, place.name) };
    }
    const upload = await view.upload(changeable(path), {
      create: (flags & OPEN_MODE.CREAT) !== 0,
      exclusive: (flags & OPEN_MODE.EXCL) !== 0,
      truncate: (flags & OPEN_MODE.TRUNC) !== 0,
    });
    return { kind: 'upload', upload, append: (flags & OPEN_MODE.APPEND) !== 0 };
  }

  async function entriesOf(place: Place): Promise<FileEntry[]> {
    if (place.kind === 'file') throw missing(place.name);
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

  sftp.on('OPEN', (id, path, flags) => take(id, async () => keep(id, await open(path, flags))));
  sftp.on('WRITE', (id, name, offset, bytes) =>
    take(
      id,
      async () => {
        const { upload, append } = findUpload(name);
        await upload.write(append ? upload.size : offset, bytes);
        done(id);
      },
      bytes.length,
    ),
  );
  sftp.on('READ', (id, name, offset, length) =>
    take(id, async () => {
      const handle = find(name);
      if (handle.kind === 'names') throw new UserError('sftp.handle', {});
      const source = handle.kind === 'file' ? handle.opened : handle.upload;
      const bytes = await source.read(offset, Math.min(length, MOST_READ));
      if (bytes.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.data(id, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
    }),
  );
  sftp.on('CLOSE', (id, name) =>
    take(id, async () => {
      const handle = find(name);
      handles.delete(name.readUInt32BE());
      if (handle.kind === 'file') await handle.opened[Symbol.asyncDispose]();
      if (handle.kind === 'upload') {
        await handle.upload.finish();
        onUpload(handle.upload);
      }
      done(id);
    }),
  );
  sftp.on('FSTAT', (id, name) =>
    take(id, async () => {
      const handle = find(name);
      if (handle.kind === 'names') throw new UserError('sftp.handle', {});
      const now = { size: handle.kind === 'upload' ? handle.upload.size : 0, modified: Date.now() };
      sftp.attrs(id, fileAttributes(handle.kind === 'file' ? handle.opened.file : now));
    }),
  );
  // Times and permissions are ours: a file must not look older than it is. A length is what scp sets at the end.
  sftp.on('FSETSTAT', (id, name, { size }) =>
    take(id, async () => {
      const { upload } = findUpload(name);
      if (size !== undefined) await upload.truncate(size);
      done(id);
    }),
  );
  sftp.on('SETSTAT', (id, path, { size }) =>
    take(id, async () => {
      if (size !== undefined) throw denied(path);
      await view.stat(INBOX, changeable(path));
      done(id);
    }),
  );
  sftp.on('OPENDIR', (id, path) =>
    take(id, async () => {
      if (handles.size >= MOST_HANDLES) throw new UserError('sftp.handles', { most: MOST_HANDLES });
      keep(id, { kind: 'names', names: await entriesOf(placeOf(path)) });
    }),
  );
  sftp.on('READDIR', (id, name) =>
    take(id, async () => {
      const handle = find(name);
      if (handle.kind !== 'names') throw new UserError('sftp.handle', {});
      const page = handle.names.splice(0, NAMES_A_PAGE);
      if (page.length === 0) sftp.status(id, STATUS_CODE.EOF);
      else sftp.name(id, page);
    }),
  );
  for (const request of ['STAT', 'LSTAT'] as const) {
    sftp.on(request, (id: number, path: string) =>
      take(id, async () => sftp.attrs(id, await attributesOf(placeOf(path)))),
    );
  }
  sftp.on('REALPATH', (id, path) =>
    take(id, async () => {
      const filename = realPath(path);
      sftp.name(id, [{ filename, longname: filename, attrs: folderAttributes() }]);
    }),
  );
  sftp.on('REMOVE', (id, path) =>
    take(id, async () => {
      await view.remove(changeable(path));
      done(id);
    }),
  );
  sftp.on('RENAME', (id, from, to) =>
    take(id, async () => {
      await view.rename(changeable(from), changeable(to));
      done(id);
    }),
  );
  for (const request of ['MKDIR', 'RMDIR', 'SYMLINK', 'READLINK'] as const) {
    sftp.on(request, (id: number, path: string) =>
      take(id, async () => {
        throw denied(path);
      }),
    );
  }

  let ending: Promise<void> | undefined;
  async function end(): Promise<void> {
    await turn;
    for (const handle of handles.values()) {
      try {
        if (handle.kind === 'file') await handle.opened[Symbol.asyncDispose]();
        if (handle.kind === 'upload') await handle.upload.abandon();
      } catch (error) {
        onFault(error);
      }
    }
    handles.clear();
  }
  return () => {
    ending ??= end();
    return ending;
  };
}

function statusOf(code: Code): number {
  if (code === 'sftp.missing' || code === 'lake.missing') return STATUS_CODE.NO_SUCH_FILE;
  return code === 'sftp.denied' ? STATUS_CODE.PERMISSION_DENIED : STATUS_CODE.FAILURE;
}
