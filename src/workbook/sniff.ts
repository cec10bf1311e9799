import { UserError } from '../errors.ts';
import type { ByteSource } from './zip.ts';

const HEAD = 4096;

/** How files begin that no Excel opens. */
const DOCUMENTS = [
  ['%PDF', 'PDF'],
  ['\x89PNG', 'PNG'],
  ['\xff\xd8\xff', 'JPEG'],
  ['GIF8', 'GIF'],
  ['Rar!', 'RAR'],
  ['7z\xbc\xaf', '7z'],
  ['\x1f\x8b', 'gzip'],
  ['{\\rtf', 'RTF'],
] as const;

const OLDER = ['\x09\0\x04\0', '\x09\x02\x06\0', '\x09\x04\x06\0', '\x09\x08'];

/**
 * What a file is that begins as a document, as the error to throw. An old .xls, an e-mail, a PDF, or a zip that is cut
 * off may hold a workbook near its end, whose zip directory is not the file's own.
 */
export async function sniffDocument(source: ByteSource): Promise<UserError | undefined> {
  return documentOf(source, await headOf(source));
}

async function documentOf(source: ByteSource, head: Buffer): Promise<UserError | undefined> {
  const text = head.toString('latin1');
  if (text.startsWith('PK\x03\x04')) return new UserError('zip.truncated');
  if (text.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')) {
    // An encrypted .xlsx and an old .xls are both compound files; the names of their streams tell.
    const holds = (stream: string) => contains(source, Buffer.from(stream, 'utf16le'));
    if (await holds('EncryptedPackage')) return new UserError('workbook.encrypted');
    if (await holds('WordDocument')) return new UserError('workbook.document', { type: 'Word' });
    return new UserError('workbook.xls');
  }
  // Those of Excel 2 to 4 are no compound files: a record of type 9 comes first.
  if (OLDER.some((record) => text.startsWith(record))) return new UserError('workbook.xls');
  const document = DOCUMENTS.find(([magic]) => text.startsWith(magic))?.[1];
  return document && new UserError('workbook.document', { type: document });
}

/** What a file that has no zip directory really is, as the error to throw. */
export async function sniff(source: ByteSource): Promise<UserError> {
  const head = await headOf(source);
  const document = await documentOf(source, head);
  if (document) return document;
  const text = head.toString('latin1');
  if (head.length === 0) return new UserError('workbook.empty');
  // Excel's Unicode Text is UTF-16, and so may be others.
  const isUtf16 = text.startsWith('\xff\xfe');
  const start = head
    .toString(isUtf16 ? 'utf16le' : 'utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
    .toLowerCase();
  if (/^(<(!doctype html|html|head|body|table|meta|div)|mime-version:)/.test(start)) {
    return new UserError('workbook.otherType', { type: 'HTML' });
  }
  if (start.startsWith('<')) return new UserError('workbook.otherType', { type: 'XML' });
  if ((isUtf16 || !text.includes('\0')) && /[,;\t]/.test(firstLine(start))) {
    return new UserError('workbook.otherType', { type: 'CSV' });
  }
  return new UserError('workbook.unknownType', { start: printable(text.slice(0, 16)) });
}

async function headOf(source: ByteSource): Promise<Buffer> {
  return Buffer.from(await source.read(0, HEAD));
}

function firstLine(text: string): string {
  return text.split(/\r?\n/, 1)[0] ?? '';
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '.');
}

async function contains(source: ByteSource, needle: Buffer): Promise<boolean> {
  const step = 1 << 20;
  for (let at = 0; at < source.size; at += step) {
    if (Buffer.from(await source.read(at, step + needle.length)).includes(needle)) return true;
  }
  return false;
}
