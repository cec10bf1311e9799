import { mkdirSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { SALES_HEADER, salesRows } from '../src/samples/sales.ts';
import { writeWorkbook } from '../src/samples/workbook-writer.ts';
import { homeWith, median, runEntrada, say } from './bench.ts';

const FILES = 200;
const ROWS = 10_000;

/** What the 2nd file of 10,000 rows costs, and the 201st; each file brings a month of its own. */
export async function measureIncrement(cache: string): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const home = homeWith([]);
  const drop = async (n: number) => {
    const month = new Date(Date.UTC(2005, n, 1)).toISOString().slice(0, 10);
    const last = new Date(Date.UTC(2005, n + 1, 0)).toISOString().slice(0, 10);
    const path = join(home, 'entrada', `mes-${n}.xlsx`);
    const rows = function* () {
      yield SALES_HEADER;
      yield* salesRows({ rows: ROWS, from: month, to: last, seed: n });
    };
    await writeWorkbook(path, { rows });
    utimesSync(path, new Date(0), new Date(0));
  };
  const seconds: number[] = [];
  for (let n = 0; n <= FILES; n++) {
    await drop(n);
    seconds.push(runEntrada(home).seconds);
    if (n % 20 === 0) say(`  file ${n + 1}: ${seconds[n].toFixed(2)} s`);
  }
  rmSync(home, { recursive: true });
  // A single run is a few tenths of a second: the neighbours' median says more than one of them.
  const early = median(seconds.slice(1, 10));
  const late = median(seconds.slice(-9));
  return `Files 2 to 10: ${early.toFixed(2)} s each; files ${FILES - 7} to ${FILES + 1}: ${late.toFixed(2)} s each; ratio ${(late / early).toFixed(2)}`;
}
