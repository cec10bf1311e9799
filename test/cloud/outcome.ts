import type { Lake } from '../../src/lake/lake.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { namesIn, textOf } from '../contracts/lake.ts';
import { numbersOf } from '../ingest/golden.ts';

const QUESTIONS = [
  'SELECT * FROM bases_vendas',
  'SELECT * FROM con_ano_mes',
  'SELECT * FROM con_mar_lin',
  'SELECT * FROM con_mar_ano_mes',
  'SELECT * FROM con_lin_ano_mes',
  'SELECT SHEET, CELL, VALUE_FOUND, CODE FROM rejections',
  "SELECT FILE_NAME, EVENT FROM ledger_events WHERE EVENT IN ('loaded', 'rejected', 'repeated')",
  'SELECT FILE_NAME, STATE, ROWS_READ, ROWS_LOADED, ROWS_REJECTED, CODE, IS_ARCHIVED FROM ledger_files',
];

/** What must be the same wherever it came to be, and whatever happened on the way: rows, ledger and files. */
export async function outcomeOf(lake: Lake, { query }: Pick<Warehouse, 'query'>) {
  const answers: string[][] = [];
  for (const question of QUESTIONS) {
    const { rows } = await query(question);
    answers.push(rows.map((row) => JSON.stringify(numbersOf(row))).sort());
  }
  const reports: Record<string, string> = {};
  const kept: string[] = [];
  for (const folder of ['backup', 'rejeitados']) {
    for (const name of await namesIn(lake, folder, 'deep')) {
      // The time within is of the day.
      const plain = name.replace(/\.\d{8}T\d{9}\./, '.TIME.');
      kept.push(plain);
      if (/\.(csv|txt)$/.test(name)) reports[plain] = await textOf(lake, name);
    }
  }
  return { answers, inbox: await namesIn(lake, 'entrada', 'deep'), kept: kept.sort(), reports };
}
