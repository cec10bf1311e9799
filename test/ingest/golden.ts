import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunSummary } from '../../src/ingest/flow.ts';
import { newHome, type TestHome } from './home.ts';

/* The workbooks of the case, dropped in whatever order, and the tables that they must give. */

const shared =
  process.env.ENTRADA_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
export const caseFolder = join(shared, 'data/sales');

/** Why there is nothing to test, or false. */
export const noCase = existsSync(caseFolder) ? false : `the folder ${caseFolder} is not here`;

/** Each order of the three years, beginning with a different one from each to the next. */
export const ORDERS = [
  [2017, 2018, 2019],
  [2018, 2019, 2017],
  [2019, 2017, 2018],
  [2017, 2019, 2018],
  [2018, 2017, 2019],
  [2019, 2018, 2017],
] as const;
type Order = (typeof ORDERS)[number];

export function together(order: Order): void {
  test(`together as ${order.join(', ')}, then again under other names`, async () => {
    await using home = await newHome();
    for (const [i, year] of order.entries())
      await home.drop(`${i + 1} ${year}.xlsx`, await base(year));
    const summary = await home.run();
    assert.deepEqual(statesOf(summary), ['loaded', 'loaded', 'loaded']);
    await assertGolden(home);
    for (const year of order) await home.drop(`cópia de ${year}.XLSX`, await base(year));
    assert.deepEqual(statesOf(await home.run()), ['repeated', 'repeated', 'repeated']);
    await assertGolden(home);
    assert.equal((await home.names('backup')).length, 6);
  });
}

export function oneByOne(order: Order): void {
  test(`one by one as ${order.join(', ')}, the first one twice`, async () => {
    await using home = await newHome();
    for (const year of [...order, order[0]]) {
      await home.drop(`base_${year}.xlsx`, await base(year));
      await home.run();
      assert.deepEqual(await home.names('entrada'), []);
    }
    await assertGolden(home);
    assert.equal((await home.names('backup')).length, 4);
  });
}

async function base(year: number) {
  return readFile(join(caseFolder, `base_${year}.xlsx`));
}

async function assertGolden(home: TestHome): Promise<void> {
  const answers = await home.queryAll([
    'SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas',
    'SELECT COUNT(*), SUM(SUM_QTD_VENDA) FROM con_ano_mes',
    'SELECT COUNT(*), SUM(SUM_QTD_VENDA) FROM con_mar_lin',
    'SELECT SUM(SUM_QTD_VENDA) FROM con_mar_ano_mes',
    'SELECT SUM(SUM_QTD_VENDA) FROM con_lin_ano_mes',
    'SELECT ID_MARCA, MARCA, SUM(SUM_QTD_VENDA) FROM con_mar_lin GROUP BY ALL ORDER BY ID_MARCA',
  ]);
  assert.deepEqual(numbersOf(answers), [
    [[1993, 20883]],
    [[24, 20883]],
    [[25, 20883]],
    [[20883]],
    [[20883]],
    [
      [1, 'BOTICÁRIO', 4138],
      [2, 'EUDORA', 4063],
      [3, 'QUEM DISSE BERENICE', 4451],
      [4, 'VULT', 4388],
      [5, 'BELEZA NA WEB', 3843],
    ],
  ]);
}

export function statesOf({ files }: Pick<RunSummary, 'files'>): string[] {
  return files.map(({ state }) => state);
}

/** Sums of 64 bits come as numbers or as text; here they are compared as numbers. */
export function numbersOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, part) =>
    typeof part === 'string' && /^\d+$/.test(part) ? Number(part) : part,
  );
}
