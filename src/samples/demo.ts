import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SALES_HEADER, type SalesRow, salesRows } from './sales.ts';
import { dayOfSerial } from './serial.ts';
import { type Cell, writeWorkbook } from './workbook-writer.ts';

const CLEAN = 'vendas janeiro e fevereiro.xlsx';
const COPY = 'vendas janeiro e fevereiro (cópia).xlsx';
const REPORT = 'relatório de março.xlsx';
const TWO_BAD_CELLS = 'vendas abril.xlsx';
const RENAMED_CSV = 'vendas maio.xlsx';

/** What the names of the demo's files begin with, wherever they rest. */
export const SAMPLE_STEMS = [CLEAN, COPY, REPORT, TWO_BAD_CELLS, RENAMED_CSV].map((name) =>
  name.slice(0, -'.xlsx'.length),
);

/** Writes the demo's five files, each with something that real inboxes hold; gives their names. */
export async function writeDemoWorkbooks(folder: string): Promise<string[]> {
  await writeSheet(join(folder, CLEAN), [
    SALES_HEADER,
    ...salesBetween('2024-01-01', '2024-02-29', 300),
  ]);
  await copyFile(join(folder, CLEAN), join(folder, COPY));
  await writeSheet(join(folder, REPORT), report(salesBetween('2024-03-01', '2024-03-31', 150)));
  await writeSheet(
    join(folder, TWO_BAD_CELLS),
    twoBadCells(salesBetween('2024-04-01', '2024-04-30', 150)),
  );
  await writeFile(join(folder, RENAMED_CSV), csv(salesBetween('2024-05-01', '2024-05-31', 150)));
  return [CLEAN, COPY, REPORT, TWO_BAD_CELLS, RENAMED_CSV];
}

type Rows = readonly (readonly Cell[])[];

async function writeSheet(path: string, rows: Rows): Promise<void> {
  await writeWorkbook(path, { sheetName: 'Vendas', rows: () => rows });
}

/** Days in order, as a person's own records have them. The seeds are ones that repeat no sale. */
function salesBetween(from: string, to: string, rows: number): SalesRow[] {
  return [...salesRows({ rows, from, to, seed: Number(from.slice(5, 7)) })].sort(
    (a, b) => a[4].serial - b[4].serial,
  );
}

function report(sales: readonly SalesRow[]): Rows {
  const above: Rows = [['Relatório de vendas'], ['Março de 2024'], [], SALES_HEADER];
  const formula = `SUM(F${above.length + 1}:F${above.length + sales.length})`;
  const value = sales.reduce((sum, sale) => sum + sale[5], 0);
  return [...above, ...sales, ['Total', null, null, null, null, { formula, value }]];
}

function twoBadCells(sales: readonly SalesRow[]): Rows {
  const rows: Cell[][] = sales.map((sale) => [...sale]);
  rows[11][5] = 'doze'; // F13
  rows[40][4] = { error: '#N/A' }; // E42
  return [SALES_HEADER, ...rows];
}

function csv(sales: readonly SalesRow[]): string {
  const lines = sales.map((sale) => sale.with(4, brazilianDay(sale[4].serial)).join(';'));
  return [SALES_HEADER.join(';'), ...lines, ''].join('\r\n');
}

function brazilianDay(serial: number): string {
  return dayOfSerial(serial).split('-').reverse().join('/');
}
