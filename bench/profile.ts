import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { openLocalFile } from '../src/commands/local-file.ts';
import { chooseSheet } from '../src/contract/choose-sheet.ts';
import { type Dataset, readDatasets } from '../src/contract/dataset.ts';
import { loadSheet } from '../src/contract/load.ts';
import { monthsDue } from '../src/ledger/ledger.ts';
import { statements, withMonths } from '../src/warehouse/dataset-sql.ts';
import { openDuckDb } from '../src/warehouse/duckdb/duckdb.ts';
import type { MonthRange } from '../src/warehouse/warehouse.ts';
import { openWorkbook } from '../src/workbook/workbook.ts';
import { table } from './report.ts';

/** What DuckDB says that it did with one table. */
interface Traffic {
  /** Rows that its scans gave, after the filters that they were given. */
  read: number;
  /** Rows of the row groups that its scans looked into. */
  scanned: number;
  written: number;
}

type Stage = 'procedures' | 'checks' | 'warnings';

/** An operator in DuckDB's JSON profile. */
interface Operator {
  readonly operator_rows_scanned?: number;
  readonly operator_cardinality?: number;
  readonly extra_info?: { readonly Table?: string };
  readonly children: readonly Operator[];
}

/**
 * Lands a workbook in a home that has loaded others, as a run does, then runs the statements of its consolidation
 * one by one under DuckDB's profiler. The home is of no use after it: nothing is committed.
 */
export async function profileOf(home: string, workbookPath: string): Promise<string[]> {
  const datasets = await readDatasets(new URL('../datasets', import.meta.url).pathname);
  const file = join(home, 'entrada.duckdb');
  const { dataset, months } = await land(file, workbookPath, datasets);
  const instance = await DuckDBInstance.create(file);
  const connection = await instance.connect();
  try {
    return await profile(connection, dataset, months);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function land(
  file: string,
  path: string,
  datasets: readonly Dataset[],
): Promise<{ dataset: Dataset; months: readonly MonthRange[] }> {
  const warehouse = await openDuckDb({ file, waitMs: 0 });
  try {
    await using source = await openLocalFile(path);
    const workbook = await openWorkbook(source);
    const choice = await chooseSheet(workbook, datasets);
    const load = await warehouse.beginLoad(choice.dataset, choice.sheet.name, 'profiled');
    await loadSheet(workbook, choice, load);
    await load.commit([], []);
    return { dataset: choice.dataset, months: await monthsDue(warehouse, choice.dataset) };
  } finally {
    await warehouse.close();
  }
}

async function profile(
  connection: DuckDBConnection,
  dataset: Dataset,
  months: readonly MonthRange[],
): Promise<string[]> {
  const held = await rowsHeld(connection);
  const traffic = new Map<string, Record<Stage, Traffic>>();
  const at = (name: string, stage: Stage): Traffic => {
    const empty = (): Traffic => ({ read: 0, scanned: 0, written: 0 });
    const stages = traffic.get(name) ?? {
      procedures: empty(),
      checks: empty(),
      warnings: empty(),
    };
    traffic.set(name, stages);
    return stages[stage];
  };
  const walk = (operator: Operator, stage: Stage): void => {
    const name = operator.extra_info?.Table?.split('.').at(-1);
    if (name !== undefined && operator.children.length === 0) {
      at(name, stage).read += operator.operator_cardinality ?? 0;
      at(name, stage).scanned += operator.operator_rows_scanned ?? 0;
    }
    for (const child of operator.children) walk(child, stage);
  };

  const scratch = mkdtempSync(join(tmpdir(), 'entrada-bench-profile-'));
  const output = join(scratch, 'profile.json');
  async function run(sql: string, stage: Stage): Promise<void> {
    const { rowsChanged } = await connection.run(sql);
    walk(JSON.parse(readFileSync(output, 'utf8')), stage);
    const target = /^(?:INSERT INTO|DELETE FROM|MERGE INTO|UPDATE)\s+(\w+)/i.exec(sql)?.[1];
    if (target !== undefined) at(target, stage).written += rowsChanged;
  }
  try {
    await connection.run('BEGIN');
    await connection.run("PRAGMA enable_profiling = 'json'");
    await connection.run(`SET profiling_output = '${output}'`);
    for (const range of months) {
      for (const procedure of dataset.procedures.flat())
        for (const { sql } of await statements(dataset, `${procedure}.sql`))
          await run(withMonths(sql, range), 'procedures');
      for (const { sql } of await statements(dataset, 'checks.sql'))
        await run(withMonths(sql, range), 'checks');
    }
    for (const { sql } of await statements(dataset, 'warnings.sql')) await run(sql, 'warnings');
    await connection.run('PRAGMA disable_profiling');
    await connection.run('ROLLBACK');
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return table(
    [
      'table',
      'rows it holds',
      'procedures read',
      'of row groups with',
      'procedures wrote',
      'checks read',
      'warnings read',
    ],
    [...traffic]
      .filter(([name]) => held.has(name))
      .map(([name, { procedures, checks, warnings }]) => [
        `\`${name}\``,
        ...[
          held.get(name) ?? 0,
          procedures.read,
          procedures.scanned,
          procedures.written,
          checks.read,
          warnings.read,
        ].map((value) => value.toLocaleString('en')),
      ]),
  );
}

async function rowsHeld(connection: DuckDBConnection): Promise<Map<string, number>> {
  const names = await connection.runAndReadAll(
    `SELECT table_name FROM duckdb_tables()
     WHERE schema_name = 'main' AND NOT temporary AND NOT STARTS_WITH(table_name, 'spotify')`,
  );
  const held = new Map<string, number>();
  for (const [name] of names.getRows()) {
    const count = await connection.runAndReadAll(`SELECT COUNT(*) FROM ${name}`);
    held.set(String(name), Number(count.getRows()[0][0]));
  }
  return held;
}
