import { inflateRawSync } from 'node:zlib';
import { readDirectory } from '../../src/workbook/zip.ts';
import { type Entry, zip } from '../workbook-builder.ts';
import { sourceOf } from './reading.ts';

/** The entries of a zip, inflated; a directory has no entry. */
export async function entriesOf(bytes: Uint8Array): Promise<(Entry & { data: Buffer })[]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = await readDirectory(sourceOf(bytes));
  return [...directory.values()]
    .filter(({ name }) => !name.endsWith('/'))
    .map(({ name, headerOffset, compressedSize, deflated }) => {
      const nameAndExtra =
        view.getUint16(headerOffset + 26, true) + view.getUint16(headerOffset + 28, true);
      const start = headerOffset + 30 + nameAndExtra;
      const packed = bytes.subarray(start, start + compressedSize);
      return { name, data: deflated ? inflateRawSync(packed) : Buffer.from(packed) };
    });
}

/** The same zip with other bytes in some of its parts. */
export async function repacked(
  bytes: Uint8Array,
  change: (data: Buffer, name: string) => Uint8Array,
): Promise<Buffer> {
  const entries = await entriesOf(bytes);
  return zip(entries.map(({ name, data }) => ({ name, data: change(data, String(name)) })));
}
