/**
 * Times inflate alone and the reader in this process, in turns, and prints a JSON line with both in milliseconds.
 * usage: node bench/reader.ts FILE TURNS
 */
import { open } from 'node:fs/promises';
import { chooseSheet } from '../src/contract/choose-sheet.ts';
import { readDatasets } from '../src/contract/dataset.ts';
import { loadSheet } from '../src/contract/load.ts';
import { inflate } from '../src/workbook/inflate.ts';
import { defaultLimits } from '../src/workbook/limits.ts';
import { openWorkbook } from '../src/workbook/workbook.ts';
import { type ByteSource, readDirectory } from '../src/workbook/zip.ts';

const [file, turns] = process.argv.slice(2);
const datasets = await readDatasets(new URL('../datasets', import.meta.url).pathname);
const handle = await open(file);
const { size } = await handle.stat();
const source: ByteSource = {
  size,
  async read(offset, length) {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  },
};

async function inflateAlone(): Promise<void> {
  const entries = await readDirectory(source);
  const budget = { limits: defaultLimits, inflated: 0 };
  for (const entry of entries.values()) for await (const _ of inflate(source, entry, budget));
}

/** To typed, checked columns, which nobody takes. */
async function readAll(): Promise<void> {
  const workbook = await openWorkbook(source);
  const choice = await chooseSheet(workbook, datasets);
  await loadSheet(workbook, choice, {
    write: async () => {},
    reject: async () => {},
    discard: async () => [],
  });
}

async function time(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const inflates: number[] = [];
const reads: number[] = [];
for (let turn = 0; turn < Number(turns); turn++) {
  inflates.push(await time(inflateAlone));
  reads.push(await time(readAll));
}
await handle.close();
process.stdout.write(`${JSON.stringify({ inflates, reads })}\n`);
