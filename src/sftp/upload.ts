import { UserError } from '../errors.ts';
import { INBOX } from '../ingest/folders.ts';
import { openIfThere } from '../lake/if-there.ts';
import type { Lake } from '../lake/lake.ts';
import type { Turns } from '../turns.ts';
import { createPart } from './part.ts';

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
export interface Desk {
  /** Its folder in the inbox. */
  readonly folder: string;
  readonly uploads: Set<{ readonly size: number }>;
  /** Bytes that wait in the folder. */
  waiting: number;
  /** Changes of names are made one at a time. */
  readonly inTurn: Turns;
}

/** Where an upload comes from and goes to. */
interface UploadWay {
  readonly lake: Lake;
  /** A folder of this machine. */
  readonly parts: string;
  readonly desk: Desk;
  readonly quotaBytes: number | undefined;
}

const COPY_BYTES = 1 << 20;

/**
 * Begins an upload, whose bytes are kept among the parts. Throws UserError `lake.missing` or `lake.exists` where
 * `how` forbids it.
 */
export async function beginUpload(
  { lake, parts, desk, quotaBytes }: UploadWay,
  name: string,
  how: UploadMode,
): Promise<Upload> {
  const { folder, uploads } = desk;
  const target = `${folder}/${name}`;
  const file = `${INBOX}/${name}`;
  await using opened = await openIfThere(lake, target);
  if (opened && how.exclusive) throw new UserError('lake.exists', { file });
  if (!opened && !how.create) throw new UserError('lake.missing', { file });
  const replaced = opened?.file.size ?? 0;
  if (quotaBytes !== undefined)
    desk.waiting = (await lake.list(folder)).reduce((sum, { size }) => sum + size, 0);

  const part = await createPart(parts, file, (growth) => {
    // What waits and what is on its way, without the file that this one takes the place of.
    const used = [...uploads].reduce((sum, { size }) => sum + size, desk.waiting) - replaced;
    if (quotaBytes !== undefined && used + growth > quotaBytes)
      throw new UserError('sftp.quota', { file, quota: quotaBytes });
  });
  uploads.add(part);

  async function letGo(): Promise<void> {
    uploads.delete(part);
    await part.discard();
  }

  /** Ends the upload one way or another; nothing of it stays among the parts. */
  async function settle(work: () => Promise<void>): Promise<void> {
    try {
      await desk.inTurn(work);
    } finally {
      await letGo();
    }
  }

  async function publish(): Promise<void> {
    await lake.adopt(part.path, target);
    desk.waiting += part.size - replaced;
  }

  if (opened && !how.truncate) {
    try {
      for (let at = 0; at < replaced; at += COPY_BYTES)
        await part.write(at, await opened.read(at, COPY_BYTES));
    } catch (error) {
      await letGo();
      throw error;
    }
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
        await using taken = await openIfThere(lake, target);
        if (part.whole === 0 || taken) return;
        await part.sealWhole();
        await publish();
      }),
  };
}
