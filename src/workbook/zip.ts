import { type Damage, UserError, type Values } from '../errors.ts';
import { sniff, sniffDocument } from './sniff.ts';

/** Bytes that can be read at any place, such as an open file. */
export interface ByteSource {
  readonly size: number;
  /** The bytes are the caller's, who may give their memory away. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** One part of the zip, as its central directory describes it. Sizes in bytes. */
export interface ZipEntry {
  readonly name: string;
  readonly deflated: boolean;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly headerOffset: number;
}

const END = 0x06054b50;
const END_SIZE = 22;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_LOCATOR_SIZE = 20;
const ZIP64_END = 0x06064b50;
const CENTRAL = 0x02014b50;
const CENTRAL_SIZE = 46;
const MAX_DIRECTORY = 64 * 2 ** 20;
/** As many as a zip had before zip64: each is a trip to the thread pool for who reads them all. */
const MAX_PARTS = 0xffff;

/**
 * The parts of a zip by name, lower-cased as the Open Packaging Conventions compare them.
 * Only the central directory is believed: it alone survives data descriptors, zip64, a comment and
 * bytes before the zip (APPNOTE.TXT 6.3.10). Throws UserError for what is no zip, or a broken one.
 */
export async function readDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const end = await findEnd(source);
  if (end === undefined) throw await sniff(source);
  const holder = end.shift > 0 ? await sniffDocument(source) : undefined;
  if (holder) throw holder;
  const { bytes, view } = await bytesOf(source, end.directoryStart, end.directorySize);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  let count = 0;
  // What follows the last entry is a signature of the directory, if anything.
  for (; at < bytes.length && count !== end.count; count++) {
    if (at + CENTRAL_SIZE > bytes.length || view.getUint32(at, true) !== CENTRAL) {
      throw broken('damage.list');
    }
    const next =
      at +
      CENTRAL_SIZE +
      view.getUint16(at + 28, true) +
      view.getUint16(at + 30, true) +
      view.getUint16(at + 32, true);
    if (next > bytes.length) throw broken('damage.list');
    const entry = readEntry(bytes, view, at, end.shift);
    if (entries.has(entry.name.toLowerCase()))
      throw new UserError('zip.duplicate', { part: entry.name });
    entries.set(entry.name.toLowerCase(), entry);
    at = next;
  }
  // A count that is too small would hide parts.
  const more = at + CENTRAL_SIZE <= bytes.length && view.getUint32(at, true) === CENTRAL;
  if (more || count !== end.count) throw broken('damage.list');
  return entries;
}

/** Whether the end of a zip's directory is there: what an upload brings last. */
export async function endsLikeZip(source: ByteSource): Promise<boolean> {
  return (await findEndRecord(source)) !== undefined;
}

/** Where a part's bytes begin: its local header repeats the name, with an extra field of another length. */
export async function dataOffset(source: ByteSource, entry: ZipEntry): Promise<number> {
  const { bytes, view } = await bytesOf(source, entry.headerOffset, 30);
  if (bytes.length < 30 || view.getUint32(0, true) !== 0x04034b50) {
    throw broken('damage.partElsewhere', { part: entry.name });
  }
  const start = entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (start + entry.compressedSize > source.size)
    throw broken('damage.partCut', { part: entry.name });
  return start;
}

function readEntry(bytes: Uint8Array, view: DataView, at: number, shift: number): ZipEntry {
  const flags = view.getUint16(at + 8, true);
  const method = view.getUint16(at + 10, true);
  const nameLength = view.getUint16(at + 28, true);
  const extraStart = at + CENTRAL_SIZE + nameLength;
  const nameBytes = bytes.subarray(at + CENTRAL_SIZE, extraStart);
  // Some Windows writers use back-slashes; part names themselves never hold one.
  const name = new TextDecoder(flags & 0x800 ? 'utf-8' : 'latin1')
    .decode(nameBytes)
    .replaceAll('\\', '/')
    .replace(/^\/+/, '');
  if (flags & 1) throw new UserError('zip.encrypted', { part: name });
  if (method !== 0 && method !== 8) throw new UserError('zip.method', { part: name, method });
  const sizes = [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ];
  const extra = new DataView(
    bytes.buffer,
    bytes.byteOffset + extraStart,
    view.getUint16(at + 30, true),
  );
  fillZip64(sizes, extra);
  const [size, compressedSize, offset] = sizes;
  return {
    name,
    deflated: method === 8,
    crc: view.getUint32(at + 16, true),
    compressedSize,
    size,
    headerOffset: offset + shift,
  };
}

/** The zip64 extra field holds, in this order, only those of the three that did not fit in 32 bits. */
function fillZip64(sizes: number[], extra: DataView): void {
  for (let at = 0; at + 4 <= extra.byteLength; at += 4 + extra.getUint16(at + 2, true)) {
    if (extra.getUint16(at, true) !== 1) continue;
    let field = at + 4;
    const fieldEnd = Math.min(field + extra.getUint16(at + 2, true), extra.byteLength);
    for (let i = 0; i < sizes.length; i++) {
      if (sizes[i] !== 0xffffffff || field + 8 > fieldEnd) continue;
      sizes[i] = Number(extra.getBigUint64(field, true));
      field += 8;
    }
  }
}

interface Directory {
  readonly count: number;
  readonly directoryStart: number;
  readonly directorySize: number;
  /** Bytes that stand before the zip: every offset in it is short by them. */
  readonly shift: number;
}

async function findEnd(source: ByteSource): Promise<Directory | undefined> {
  const end = await findEndRecord(source);
  if (end === undefined) return undefined;
  const { view, endsAt } = end;
  const directory = (await readZip64End(source, endsAt)) ?? {
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
    endsAt,
  };
  const directoryStart = directory.endsAt - directory.size;
  const shift = directoryStart - directory.offset;
  if (directoryStart < 0 || shift < 0) throw broken('damage.listCut');
  if (directory.size > MAX_DIRECTORY || directory.count > MAX_PARTS)
    throw broken('damage.listLong');
  return { count: directory.count, directoryStart, directorySize: directory.size, shift };
}

/** The last record that can be the end of the directory, with only its comment behind it. */
async function findEndRecord(
  source: ByteSource,
): Promise<{ view: DataView; endsAt: number } | undefined> {
  const tailStart = Math.max(0, source.size - END_SIZE - 0xffff);
  const { bytes, view } = await bytesOf(source, tailStart, source.size - tailStart);
  for (let at = bytes.length - END_SIZE; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_SIZE + view.getUint16(at + 20, true) > bytes.length) continue;
    return { view: new DataView(view.buffer, view.byteOffset + at), endsAt: tailStart + at };
  }
  return undefined;
}

async function readZip64End(source: ByteSource, endAt: number) {
  const locatorAt = endAt - ZIP64_LOCATOR_SIZE;
  if (locatorAt < 0) return undefined;
  const locator = (await bytesOf(source, locatorAt, ZIP64_LOCATOR_SIZE)).view;
  if (locator.getUint32(0, true) !== ZIP64_LOCATOR) return undefined;
  // The record stands right before its locator, whatever was put before the zip.
  const { view } = await bytesOf(source, Math.max(0, locatorAt - 56), 56);
  if (view.byteLength < 56 || view.getUint32(0, true) !== ZIP64_END) {
    throw broken('damage.list');
  }
  return {
    count: Number(view.getBigUint64(32, true)),
    size: Number(view.getBigUint64(40, true)),
    offset: Number(view.getBigUint64(48, true)),
    endsAt: locatorAt - 56,
  };
}

async function bytesOf(source: ByteSource, offset: number, length: number) {
  const bytes = await source.read(offset, length);
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

function broken(detail: Damage, values: Values = {}): UserError {
  return new UserError('zip.broken', { ...values, detail });
}
