import { mkdir, rm } from 'node:fs/promises';
import { UserError } from '../errors.ts';
import { INBOX } from '../ingest/folders.ts';
import type { Lake, LakeFile, OpenFile } from '../lake/lake.ts';
import { naming } from '../lake/refusals.ts';
import type { Account } from './accounts.ts';
import { createPart } from './part.ts';
import type { Folder } from './paths.ts';

/** What one account sees and may do: its own folder in entrada/, and its own in rejeitados/ to read. */
export interface View {
  list(folder: Folder): Promise<LakeFile[]>;
  /** Throws UserError `lake.missing` when there is no such file. */
  stat(folder: Folder, name: string): Promise<LakeFile>;
  open(folder: Folder, name: string): Promise<OpenFile>;
  /** Begins an upload to entrada/. Throws UserError `lake.missing` or `lake.exists` where `how` forbids it. */
  upload(name: string, how: UploadMode): Promise<Upload>;
  remove(name: string): Promise<void>;
  /** Never overwrites: throws UserError `lake.exists`. */
  rename(from: string, to: string): Promise<void>;
}

export interface UploadMode {
  /** Whether a file that is not there may be made. */
  readonly create: boolean;
  /** Whether it may be there already. */
  readonly exclusive: boolean;
  /** Whether what is there is thrown away, or gone on from. */
  readonly truncate: boolean;
}

/** A file on its way: under its name it is only once `finish` has done its work. */
export interface Upload {
  readonly name: string;
  readonly size: number;
  /** Throws UserError `sftp.quota` beyond the account's quota; then, as after any failure, the upload is lost. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  read(offset: number, length: number): Promise<Uint8Array>;
  truncate(size: number): Promise<void>;
  /** Puts it under its name, over what is there. When this is done, it lasts. */
  finish(): Promise<void>;
  /** The connection is gone: what came whole is put under the name if it is free, to be gone on from. */
  abandon(): Promise<void>;
}

/** What is under way for one account, over all its sessions. */
interface Desk {
  readonly uploads: Set<{ readonly size: number }>;
  /** Bytes that wait in entrada/. */
  waiting: number;
  /** One change of names at a time. */
  turn: Promise<unknown>;
}

const COPY_BYTES = 1 << 20;

/**
 * Opens the inlet to a lake for uploads, whose bytes are kept in the folder `parts` until they are whole. The folder is
 * the inlet's own: what an earlier one, killed, has left there was never acknowledged, and is removed.
 */
export async function openInlet(
  lake: Lake,
  parts: string,
): Promise<(account: Pick<Account, 'name' | 'quotaBytes'>) => View> {
  await naming(parts, async () => {
    await rm(parts, { recursive: true, force: true });
    await mkdir(parts, { recursive: true, mode: 0o700 });
  });
  const desks = new Map<string, Desk>();

  function deskOf(name: string): Desk {
    const desk = desks.get(name) ?? { uploads: new Set(), waiting: 0, turn: Promise.resolve() };
    desks.set(name, desk);
    return desk;
  }

  return ({ name: account, quotaBytes }) => {
    const desk = deskOf(account);
    const folderOf = (folder: Folder) => `${folder}/${account}`;
    const place = (folder: Folder, name: string) => `${folderOf(folder)}/${name}`;

    function inTurn<T>(work: () => Promise<T>): Promise<T> {
      const done = desk.turn.then(work);
      desk.turn = done.catch(() => {});
      return done;
    }

    async function find(folder: Folder, name: string): Promise<LakeFile> {
      await using opened = await lake.open(place(folder, name));
      return opened.file;
    }

    async function findIfThere(name: string): Promise<LakeFile | undefined> {
      try {
        return await find(INBOX, name);
      } catch (error) {
        if (error instanceof UserError && error.code === 'lake.missing') return undefined;
        throw error;
      }
    }

    async function upload(name: string, how: UploadMode): Promise<Upload> {
      const file = `${INBOX}/${name}`;
      const there = await findIfThere(name);
      if (there && how.exclusive) throw new UserError('lake.exists', { file });
      if (!there && !how.create) throw new UserError('lake.missing', { file });
      if (quotaBytes !== undefined) {
        const files = await lake.list(folderOf(INBOX));
        desk.waiting = files.reduce((sum, { size }) => sum + size, 0);
      }
      const part = await createPart(parts, file, (growth) => {
        // What waits and what is on its way; the file that this one takes the place of does not count.
        const used = [...desk.uploads].reduce((sum, { size }) => sum + size, desk.waiting);
        if (quotaBytes !== undefined && used - (there?.size ?? 0) + growth > quotaBytes)
          throw new UserError('sftp.quota', { file, quota: quotaBytes });
      });
      desk.uploads.add(part);

      async function copyWhatIsThere(): Promise<void> {
        await using opened = await lake.open(place(INBOX, name));
        for (let at = 0; at < opened.file.size; at += COPY_BYTES)
          await part.write(at, await opened.read(at, COPY_BYTES));
      }

      /** Ends the upload one way or another; nothing of it is left in the folder of parts. */
      async function settle(work: () => Promise<void>): Promise<void> {
        try {
          await inTurn(work);
        } finally {
          desk.uploads.delete(part);
          await part.discard();
        }
      }

      async function publish(): Promise<void> {
        await lake.adopt(part.path, place(INBOX, name));
        desk.waiting += part.size - (there?.size ?? 0);
      }

      if (there && !how.truncate) {
        await copyWhatIsThere().catch((error) =>
          settle(async () => {
            throw error;
          }),
        );
      }
      return {
        name,
        get size() {
          return part.size;
        },
        write: part.write,
        read: part.read,
        truncate: part.truncate,
        finish: () =>
          settle(async () => {
            await part.seal();
            await publish();
          }),
        abandon: () =>
          settle(async () => {
            if (part.whole === 0 || (await findIfThere(name))) return;
            await part.sealWhole();
            await publish();
          }),
      };
    }

    return {
      list: (folder) => lake.list(folderOf(folder)),
      stat: find,
      open: (folder, name) => lake.open(place(folder, name)),
      upload,
      remove: (name) => inTurn(async () => lake.remove(await find(INBOX, name))),
      rename: (from, to) =>
        inTurn(async () => lake.move(await find(INBOX, from), place(INBOX, to))),
    };
  };
}
