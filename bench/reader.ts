/**
 * Times inflate alone and the reader in this process, in turns, and prints a JSON line with both in milliseconds.
 * usage: node bench/reader.ts FILE TURNS
 */
import { openFile } from '../src/commands/local-file.ts';
import { chooseSheet } from '../src/contract/choose-sheet.ts';
import { readDatasets } from '../src/contract/dataset.ts';
import { loadSheet } from '../src/contract/load.ts';
import { inflate } from '../src/workbook/inflate.ts';
import { defaultLimits } from '../src/workbook/limits.ts';
import { openWorkbook } from '../src/workbook/workbook.ts';
import { readDirectory } from '../src/workbook/zip.ts';

const [file, turns] = process.argv.slice(2);
const datasets = await readDatasets(new URL('../datasets', import.meta.url).pathname);
await using source = await openFile(file);

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
process.stdout.write(`${JSON.stringify({ inflates, reads })}\n`);
