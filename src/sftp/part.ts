import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { namingFile } from '../lake/refusals.ts';

/** The bytes of an upload as they come, in any order, in a file of this machine that nobody else sees. */
interface Part {
  readonly path: string;
  readonly size: number;
  /** How many bytes from the first on have come without a gap. */
  readonly whole: number;
  /** Keeps the bytes, which must not change; that they cannot be written may be told by a later call. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** At most `length` bytes, fewer only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
  truncate(size: number): Promise<void>;
  /** Nothing comes any more, and what came lasts. Throws UserError `sftp.gaps` when some of it is missing. */
  seal(): Promise<void>;
  /** The same for what came from the first byte to the first gap. */
  sealWhole(): Promise<void>;
  discard(): Promise<void>;
}

/** Bytes from one offset to before another. */
interface Piece {
  readonly from: number;
  readonly to: number;
}

/** A client's pieces are small, and each write is a trip to the thread pool: so many bytes go at once. */
const WRITE_BYTES = 1 << 18;

/** More pieces apart from one another are not kept in mind: no program uploads like that. */
const MOST_PIECES = 1_000;

/**
 * Begins a part in the folder; errors name the upload as `name`. `onGrow` is told how many bytes it is about to become
 * longer, and may throw. A write that fails fails the upload.
 */
export async function createPart(
  folder: string,
  name: string,
  onGrow: (bytes: number) => void,
): Promise<Part> {
  const path = join(folder, `${randomUUID()}.part`);
  const file = await namingFile(name, () => fs.open(path, 'wx+'));
  let size = 0;
  /** What has come, in pieces that do not touch: a single one as long as all comes in order. */
  let pieces: readonly Piece[] = [];
  let broken: unknown;
  /** What has come and is not written yet: bytes that follow one another, from an offset on. */
  let held: Uint8Array[] = [];
  let heldFrom = 0;
  let heldTo = 0;
  const whole = () => pieces.find(({ from }) => from === 0)?.to ?? 0;
  const gap = () => new UserError('sftp.gaps', { file: name, offset: whole() });

  function arrived(piece: Piece): void {
    const touches = ({ from, to }: Piece) => from <= piece.to && to >= piece.from;
    const one = [...pieces.filter(touches), piece].reduce((a, b) => ({
      from: Math.min(a.from, b.from),
      to: Math.max(a.to, b.to),
    }));
    pieces = [...pieces.filter((other) => !touches(other)), one];
    size = Math.max(size, piece.to);
    if (pieces.length > MOST_PIECES) throw gap();
  }

  /** Does `work`, unless some failed before: what came of the upload is then of no use. */
  async function unbroken(work: () => Promise<void>): Promise<void> {
    if (broken) throw broken;
    try {
      await namingFile(name, work);
    } catch (error) {
      broken = error;
      throw error;
    }
  }

  async function flush(): Promise<void> {
    const bytes = Buffer.concat(held);
    held = [];
    for (let at = 0; at < bytes.length; )
      at += (await file.write(bytes, at, bytes.length - at, heldFrom + at)).bytesWritten;
  }

  async function hold(offset: number, bytes: Uint8Array): Promise<void> {
    if (held.length > 0 && offset !== heldTo) await flush();
    if (held.length === 0) heldFrom = offset;
    held.push(bytes);
    heldTo = offset + bytes.length;
    if (heldTo - heldFrom >= WRITE_BYTES) await flush();
  }

  async function close(): Promise<void> {
    await flush();
    await file.sync();
    await file.close();
  }

  return {
    path,
    get size() {
      return size;
    },
    get whole() {
      return whole();
    },
    write: (offset, bytes) =>
      unbroken(async () => {
        onGrow(Math.max(0, offset + bytes.length - size));
        await hold(offset, bytes);
        arrived({ from: offset, to: offset + bytes.length });
      }),
    async read(offset, length) {
      await unbroken(flush);
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
      return bytes.subarray(0, bytesRead);
    },
    truncate: (wanted) =>
      unbroken(async () => {
        onGrow(Math.max(0, wanted - size));
        await flush();
        await file.truncate(wanted);
        size = wanted;
        pieces = pieces
          .filter(({ from }) => from < wanted)
          .map(({ from, to }) => ({ from, to: Math.min(to, wanted) }));
      }),
    seal: () =>
      unbroken(async () => {
        if (whole() < size) throw gap();
        await close();
      }),
    sealWhole: () =>
      unbroken(async () => {
        await flush();
        size = whole();
        await file.truncate(size);
        await close();
      }),
    async discard() {
      await file.close();
      await fs.rm(path, { force: true });
    },
  };
}
