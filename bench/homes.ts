import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { installPackage } from '../scripts/packaged.ts';
import { openDuckDb } from '../src/warehouse/duckdb/duckdb.ts';
import { type Measured, measure } from './measure.ts';

/** A fresh home with these workbooks waiting. */
export function homeWith(paths: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'entrada-bench-'));
  mkdirSync(join(home, 'entrada'));
  paths.forEach((path, i) => {
    drop(home, path, `${i}-${basename(path)}`);
  });
  return home;
}

export function copyOf(home: string): string {
  const copy = mkdtempSync(join(tmpdir(), 'entrada-bench-'));
  cpSync(home, copy, { recursive: true });
  return copy;
}

/** Dropped long ago: a run would look twice at a young file, and sleep in between. */
export function drop(home: string, path: string, name = basename(path)): void {
  const target = join(home, 'entrada', name);
  copyFileSync(path, target);
  utimesSync(target, new Date(0), new Date(0));
}

let program: string | undefined;

/** Runs what people run: the package, not the checkout. It is made once, for the first who wants it. */
export function runEntrada(home: string): Measured {
  program ??= makePackage();
  return measure(process.execPath, [program, 'run', '--home', home]);
}

function makePackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'entrada-bench-'));
  process.once('exit', () => remove(folder));
  return installPackage(folder);
}

export function remove(home: string): void {
  rmSync(home, { recursive: true });
}

/** `entrada run` on a home made for it, and gone after it. */
export function runFresh(paths: readonly string[]): Measured {
  const home = homeWith(paths);
  try {
    return runEntrada(home);
  } finally {
    remove(home);
  }
}

const SUMMED = ['con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes'];

/** The rows and units of bases_vendas and the units of the four tables, as the peers' own jobs print theirs. */
export async function answerOf(home: string): Promise<string> {
  const warehouse = await openDuckDb({
    file: join(home, 'entrada.duckdb'),
    readOnly: true,
    waitMs: 0,
  });
  try {
    const units = SUMMED.map((name) => `(SELECT SUM(SUM_QTD_VENDA) FROM ${name})`);
    const { rows } = await warehouse.query(
      `SELECT COUNT(*), SUM(QTD_VENDA), ${units.join(', ')} FROM bases_vendas`,
    );
    return rows[0].map(Number).join(' ');
  } finally {
    await warehouse.close();
  }
}
