import type { FileEntry } from 'ssh2';
import { UserError } from '../errors.ts';
import type { OpenFile } from '../lake/lake.ts';
import type { Upload } from './upload.ts';

/** What a client has opened. */
export type Handle =
  | { readonly kind: 'upload'; readonly upload: Upload; readonly append: boolean }
  | { readonly kind: 'file'; readonly opened: OpenFile }
  | { readonly kind: 'names'; readonly names: FileEntry[] };

/** What one session may have open at a time. */
const MOST_HANDLES = 100;

export type Handles = ReturnType<typeof createHandles>;

/** What one session has open, by the names that the client was given. */
export function createHandles() {
  const handles = new Map<number, Handle>();
  let made = 0;

  function find(name: Buffer): Handle {
    const handle = name.length === 4 ? handles.get(name.readUInt32BE()) : undefined;
    if (!handle) throw new UserError('sftp.handle', {});
    return handle;
  }

  /** Throws UserError `sftp.handle` unless the handle is of this kind. */
  function findA<Kind extends Handle['kind']>(kind: Kind, name: Buffer) {
    const handle = find(name);
    if (handle.kind !== kind) throw new UserError('sftp.handle', {});
    return handle as Extract<Handle, { kind: Kind }>;
  }

  return {
    find,
    findA,
    /** Throws UserError `sftp.handles` when there is no room for one more. */
    checkRoom(): void {
      if (handles.size >= MOST_HANDLES) throw new UserError('sftp.handles', { most: MOST_HANDLES });
    },
    keep(handle: Handle): Buffer {
      const name = Buffer.alloc(4);
      name.writeUInt32BE(++made);
      handles.set(made, handle);
      return name;
    },
    /** Finds it for the last time. */
    take(name: Buffer): Handle {
      const handle = find(name);
      handles.delete(name.readUInt32BE());
      return handle;
    },
    takeAll(): Handle[] {
      const all = [...handles.values()];
      handles.clear();
      return all;
    },
  };
}
