/**
 * The reader in a process of its own. usage: node bench/reader.ts FILE [TURNS]
 * With TURNS it times inflate alone and the reader, in turns, and prints a JSON line with both in milliseconds;
 * without, it reads once and prints the number of rows, for who measures the whole process.
 */
import { createReadStream } from 'node:fs';
import { createInflateRaw } from 'node:zlib';
import { openLocalFile } from '../src/commands/local-file.ts';
import { chooseSheet } from '../src/contract/choose-sheet.ts';
import { readDatasets } from '../src/contract/dataset.ts';
import { loadSheet } from '../src/contract/load.ts';
import { openWorkbook } from '../src/workbook/workbook.ts';
import { dataOffset, readDirectory } from '../src/workbook/zip.ts';

const [file, turns] = process.argv.slice(2);
const datasets = await readDatasets(new URL('../datasets', import.meta.url).pathname);
await using source = await openLocalFile(file);

/** Plain node:zlib in the thread pool, in large chunks, with nobody who looks at what comes out: the floor. */
async function inflateAlone(): Promise<void> {
  const entries = await readDirectory(source);
  for (const entry of entries.values()) {
    const start = await dataOffset(source, entry);
    const end = start + entry.compressedSize - 1;
    const stored = createReadStream(file, { start, end, highWaterMark: 1 << 18 });
    for await (const _ of stored.pipe(createInflateRaw({ chunkSize: 1 << 20 })));
  }
}

/** To typed, checked columns, which nobody takes. Gives the number of rows. */
async function readAll(): Promise<number> {
  const workbook = await openWorkbook(source);
  const choice = await chooseSheet(workbook, datasets);
  const { accepted } = await loadSheet(workbook, choice, {
    write: async () => {},
    reject: async () => {},
    discard: async () => [],
  });
  return accepted;
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

if (turns === undefined) process.stdout.write(`${await readAll()}\n`);
else {
  const inflates: number[] = [];
  const reads: number[] = [];
  for (let turn = 0; turn < Number(turns); turn++) {
    inflates.push(await time(inflateAlone));
    reads.push(await time(readAll));
  }
  process.stdout.write(`${JSON.stringify({ inflates, reads })}\n`);
}
