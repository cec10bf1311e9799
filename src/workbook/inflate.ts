import { Readable } from 'node:stream';
import { crc32, createGunzip, type Gunzip } from 'node:zlib';
import { UserError } from '../errors.ts';
import { giveBack } from './give-back.ts';
import { type Limits, overLimit } from './limits.ts';
import { type ByteSource, dataOffset, type ZipEntry } from './zip.ts';

const READ_BYTES = 1 << 20;
const READ_AHEAD_PIECES = 4;
// Each chunk costs a trip to the thread pool, about a quarter of a millisecond: fewer, larger ones win.
const CHUNK_BYTES = 1 << 20;
const RATIO_FLOOR = 64 * 2 ** 20;

/** Counts what came out of inflate over all parts of one workbook. */
export interface InflateBudget {
  readonly limits: Limits;
  inflated: number;
}

/**
 * The bytes of a part, in chunks, each valid until the next is asked for. zlib inflates the next chunk in the thread
 * pool while the caller works on this one. Declared sizes are not trusted: the budget bounds what comes out, and the
 * part ends in a UserError unless its length and CRC-32 are those that the directory promised.
 */
export async function* inflate(
  source: ByteSource,
  entry: ZipEntry,
  budget: InflateBudget,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const start = await dataOffset(source, entry);
  const stored = readRange(source, start, entry.compressedSize);
  let size = 0;
  for await (const chunk of entry.deflated ? inflated(stored, entry) : checked(stored, entry)) {
    size += chunk.length;
    budget.inflated += chunk.length;
    checkBudget(budget, entry, size);
    yield chunk;
    // Nothing behind it makes it right.
    if (size > entry.size) break;
  }
  if (size !== entry.size) throw corrupt(entry);
}

async function* readRange(source: ByteSource, start: number, length: number) {
  for (let at = 0; at < length; at += READ_BYTES) {
    yield await source.read(start + at, Math.min(READ_BYTES, length - at));
  }
}

async function* checked(stored: AsyncIterable<Uint8Array<ArrayBuffer>>, entry: ZipEntry) {
  let crc = 0;
  for await (const chunk of stored) {
    crc = crc32(chunk, crc);
    yield chunk;
    giveBack(chunk);
  }
  if (crc !== entry.crc) throw corrupt(entry);
}

/** A deflated part dressed as gzip: zlib then checks the CRC-32 in the thread pool, where time is free. */
async function* gzipped(stored: AsyncIterable<Uint8Array<ArrayBuffer>>, entry: ZipEntry) {
  yield new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  yield* stored;
  const trailer = new DataView(new ArrayBuffer(8));
  trailer.setUint32(0, entry.crc, true);
  trailer.setUint32(4, entry.size, true);
  yield new Uint8Array(trailer.buffer);
}

async function* inflated(
  stored: AsyncIterable<Uint8Array<ArrayBuffer>>,
  entry: ZipEntry,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  // The size that is declared may be far too small.
  const chunkSize = Math.min(CHUNK_BYTES, Math.max(1 << 16, entry.size));
  const zlib = createGunzip({ chunkSize });
  // Read ahead of what is inflated: whoever reads may be busy for as long as a few of them take.
  const input = Readable.from(gzipped(stored, entry), { highWaterMark: READ_AHEAD_PIECES });
  // What goes wrong must reach whoever waits on zlib; zlib alone would wait for ever.
  feed(zlib, input).catch((error) => zlib.destroy(error));
  try {
    for await (const chunk of zlib) {
      yield chunk;
      giveBackWhole(chunk);
    }
  } catch (error) {
    if (isZlibError(error)) throw corrupt(entry, error);
    throw error;
  } finally {
    input.destroy();
    zlib.destroy();
  }
}

async function feed(zlib: Gunzip, pieces: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<void> {
  for await (const piece of pieces) {
    await new Promise<void>((resolve, reject) => {
      zlib.write(piece, (error) => (error ? reject(error) : resolve()));
    });
    giveBack(piece);
  }
  zlib.end();
}

/** A chunk may come in several pieces of one memory; smaller ones may be of Node's pool. */
function giveBackWhole({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): void {
  if (buffer.byteLength === CHUNK_BYTES && byteOffset + byteLength === CHUNK_BYTES)
    buffer.transfer(0);
}

function corrupt(entry: ZipEntry, cause?: unknown): UserError {
  return new UserError('zip.corrupt', { part: entry.name }, { cause });
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && /^Z_/.test(String(error.code));
}

function checkBudget(
  { limits, inflated: total }: InflateBudget,
  entry: ZipEntry,
  size: number,
): void {
  if (total > limits.inflatedBytes) throw overLimit('inflatedBytes', limits);
  if (size > RATIO_FLOOR && size > limits.ratio * entry.compressedSize)
    throw overLimit('ratio', limits);
}
