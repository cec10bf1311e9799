import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Bytes deflated elsewhere: see `repeated`. */
interface Packed {
  readonly packed: Uint8Array;
  readonly size: number;
  readonly crc: number;
}

export type Data = string | Uint8Array | Packed;

/** One entry of a zip. Whatever is not said is right; what is said is written, true or not. */
export interface Entry {
  /** A string is written in UTF-8 and flagged so; bytes are written as they are, without the flag. */
  readonly name: string | Uint8Array;
  readonly data: Data;
  /** 0 stored, 8 deflated (which is the default); any other is declared over deflated bytes. */
  readonly method?: number;
  /** Sizes and CRC after the data, zeros in the local header, as a streaming writer does. */
  readonly descriptor?: boolean;
  /** Only the flag: the data are as they were. */
  readonly encrypted?: boolean;
  /** Declared in place of the true ones, in both headers. */
  readonly crc?: number;
  readonly size?: number;
  readonly packedSize?: number;
}

export interface ZipOptions {
  /** Every size and offset in zip64 records, however small. */
  readonly zip64?: boolean;
  readonly comment?: string;
  /** Bytes before the first entry that the offsets count. For ones that they do not: `Buffer.concat`. */
  readonly prefix?: Uint8Array;
}

/** The bytes of a zip, always the same for the same entries. To truncate it: `.subarray(0, n)`. */
export function zip(entries: readonly Entry[], options: ZipOptions = {}): Buffer {
  const { zip64 = false, comment = '', prefix = Buffer.alloc(0) } = options;
  const locals: Uint8Array[] = [prefix];
  const centrals: Uint8Array[] = [];
  let offset = prefix.length;
  for (const entry of entries) {
    const { local, central } = records(entry, offset, zip64);
    locals.push(local);
    centrals.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = endRecords(entries.length, directory.length, offset, zip64);
  return Buffer.concat([
    ...locals,
    directory,
    end,
    u16(Buffer.byteLength(comment)),
    Buffer.from(comment),
  ]);
}

/** `head`, `block` `times` over, and `tail`, deflated in the time of one block: a bomb for a few KB. */
export function repeated(head: string, block: string, times: number, tail: string): Packed {
  const bytes = Buffer.from(block);
  let crc = crc32(head);
  for (let i = 0; i < times; i++) crc = crc32(bytes, crc);
  // A full flush ends on a byte and refers to nothing before it, so the blocks can be joined.
  const flush = { finishFlush: constants.Z_FULL_FLUSH };
  const packedBlock = deflateRawSync(bytes, flush);
  return {
    packed: Buffer.concat([
      deflateRawSync(head, flush),
      ...new Array<Buffer>(times).fill(packedBlock),
      deflateRawSync(tail),
    ]),
    size: Buffer.byteLength(head) + bytes.length * times + Buffer.byteLength(tail),
    crc: crc32(tail, crc),
  };
}

const DOS_EPOCH = [0, 0x21] as const; // 1980-01-01 00:00
const UNKNOWN32 = 0xffff_ffff;

function records(entry: Entry, offset: number, zip64: boolean) {
  const content = pack(entry);
  const { packed } = content;
  const crc = entry.crc ?? content.crc;
  const size = entry.size ?? content.size;
  const packedSize = entry.packedSize ?? packed.length;
  const name = Buffer.from(entry.name);

  const isText = typeof entry.name === 'string';
  const flags = (entry.encrypted ? 1 : 0) | (entry.descriptor ? 8 : 0) | (isText ? 0x800 : 0);
  const version = zip64 ? 45 : 20;
  const header = u16(version, flags, entry.method ?? 8, ...DOS_EPOCH);
  const sizes = zip64 ? u32(crc, UNKNOWN32, UNKNOWN32) : u32(crc, packedSize, size);

  const known = !entry.descriptor;
  const localExtra = zip64 ? [u16(1, 16), known ? u64(size, packedSize) : u64(0, 0)] : [];
  const local = Buffer.concat([
    u32(0x04034b50),
    header,
    known ? sizes : zip64 ? u32(0, UNKNOWN32, UNKNOWN32) : u32(0, 0, 0),
    u16(name.length, zip64 ? 20 : 0),
    name,
    ...localExtra,
    packed,
    ...(known ? [] : [u32(0x08074b50, crc), zip64 ? u64(packedSize, size) : u32(packedSize, size)]),
  ]);
  const central = Buffer.concat([
    u32(0x02014b50),
    u16(version),
    header,
    sizes,
    u16(name.length, zip64 ? 64 : 0, 0, 0, 0),
    u32(0, zip64 ? UNKNOWN32 : offset),
    name,
    // Behind the times that NTFS keeps, as programs for Windows write both.
    ...(zip64 ? [u16(10, 32), Buffer.alloc(32), u16(1, 24), u64(size, packedSize, offset)] : []),
  ]);
  return { local, central };
}

function pack({ data, method }: Entry): Packed {
  if (typeof data === 'object' && 'packed' in data) return data;
  const bytes = Buffer.from(data);
  return {
    packed: method === 0 ? bytes : deflateRawSync(bytes),
    size: bytes.length,
    crc: crc32(bytes),
  };
}

function endRecords(count: number, length: number, offset: number, zip64: boolean): Buffer {
  if (!zip64) return Buffer.concat([u32(0x06054b50), u16(0, 0, count, count), u32(length, offset)]);
  return Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(45, 45),
    u32(0, 0),
    u64(count, count, length, offset),
    u32(0x07064b50, 0),
    u64(offset + length),
    u32(1),
    u32(0x06054b50),
    u16(0, 0, 0xffff, 0xffff),
    u32(UNKNOWN32, UNKNOWN32),
  ]);
}

const u16 = (...values: number[]) => Buffer.from(Uint16Array.from(values).buffer);
const u32 = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
const u64 = (...values: number[]) => Buffer.from(BigUint64Array.from(values, BigInt).buffer);
