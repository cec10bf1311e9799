import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SALES_HEADER, salesRows } from '../../src/samples/sales.ts';
import { writeWorkbook } from '../../src/samples/workbook-writer.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Value } from '../../src/warehouse/warehouse.ts';
import { newHome } from '../ingest/home.ts';
import { settle } from '../ingest/killing.ts';
import { PROGRAM } from '../program.ts';
import { skipWithoutStrace } from '../strace.ts';

/** So many that DuckDB writes them before they are committed, and tells of them in more than one block. */
const ROWS = 800_000;

const sums = ['con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes'];

test('killed whenever the database is synced to the disk, a large load is seen whole or not at all', {
  skip: skipWithoutStrace,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-commits-'));
  t.after(() => rm(folder, { recursive: true }));
  const rows = () => [SALES_HEADER, ...salesRows({ rows: ROWS })];
  await writeWorkbook(join(folder, 'large.xlsx'), { rows });
  const large = await readFile(join(folder, 'large.xlsx'));

  let expected: Awaited<ReturnType<typeof sumsIn>> | undefined;
  let kills = 0;
  for (let ended = false; !ended; ) {
    await using home = await newHome();
    await home.drop('large.xlsx', large);
    await settle(home.path);
    const signal = runKilledAtSync(home.path, kills + 1);
    ended = signal === null;
    if (!ended) kills++;
    const seen = await sumsIn(home.path);
    const { failed, postponed } = await home.run();
    assert.deepEqual([failed, postponed], [[], []]);
    const result = await sumsIn(home.path);
    expected ??= result;
    assert.deepEqual(result, expected, `killed at sync ${kills}`);
    const isSeen = seen.some(([count]) => Number(count) > 0);
    if (isSeen) assert.deepEqual(seen, result, `half is seen, killed at sync ${kills}`);
  }
  // The commit of the tables, of the file as received, of the load and of the consolidation at the least.
  assert.ok(kills >= 4, `${kills} kills`);
  t.diagnostic(`${kills} kills`);
});

/** Of each table a reader's count of rows and sum of units, and how many files the ledger has as loaded. */
async function sumsIn(home: string): Promise<(readonly Value[])[]> {
  const file = join(home, 'entrada.duckdb');
  const warehouse = await openDuckDb({ file, readOnly: true, waitMs: 0 });
  const answers: (readonly Value[])[] = [];
  try {
    const { rows } = await warehouse.query(
      "SELECT 1 FROM duckdb_tables() WHERE table_name = 'con_ano_mes'",
    );
    if (rows.length === 0) return [];
    for (const from of [
      'COUNT(*), SUM(QTD_VENDA) FROM bases_vendas',
      ...sums.map((table) => `COUNT(*), SUM(SUM_QTD_VENDA) FROM ${table}`),
      "COUNT(*) FROM ledger_files WHERE STATE = 'loaded' AND ROWS_LOADED IS NOT NULL",
    ])
      answers.push((await warehouse.query(`SELECT ${from}`)).rows[0]);
    return answers;
  } finally {
    await warehouse.close();
  }
}

/** Runs the program, and kills it before the database's n-th sync; gives the signal that ended it. */
function runKilledAtSync(home: string, n: number): NodeJS.Signals | null {
  const inject = `inject=fsync,fdatasync:signal=SIGKILL:when=${n}`;
  const database = join(home, 'entrada.duckdb');
  const { signal, status, stderr } = spawnSync(
    'strace',
    [
      ...['-f', '-qq', '-o', '/dev/null', '-P', database, '-e', 'trace=fsync,fdatasync'],
      ...['-e', inject, process.execPath, PROGRAM, 'run', '--home', home],
    ],
    // strace counts the syncs of each thread: all of them are to be one's.
    { encoding: 'utf8', env: { ...process.env, UV_THREADPOOL_SIZE: '1' } },
  );
  if (signal === null) assert.equal(status, 0, stderr);
  assert.equal(existsSync(`${database}.wal`), false, 'no log is beside the database');
  return signal;
}
