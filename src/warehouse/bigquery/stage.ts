import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dataset } from '../../contract/dataset.ts';
import { monthsOf } from '../../ledger/ledger.ts';
import { landingTable } from '../dataset-sql.ts';
import { openDuckDb } from '../duckdb/duckdb.ts';
import type { Load, MonthRange } from '../warehouse.ts';
import type { BigQueryClient } from './client.ts';
import type { Upload } from './upload.ts';

/** What a crash leaves in staging goes by itself after a day. */
const STAGED_MS = 24 * 3_600_000;
const FIRST_LOAD = Date.UTC(2026, 0, 1);
const TICK_MS = 10;
const IN_A_TICK = 32;

/**
 * A load's number, higher for later loads: the time in ticks, and chance within a tick. A procedure may multiply it
 * by twice the rows of a sheet, 2^21, so it must stay below 2^42, which it does for 43 years. Two loads may draw the
 * same number: the second one to stage its rows, or to land them, is refused and may be tried again.
 */
export const newLoadId = (now: number) =>
  Math.floor((now - FIRST_LOAD) / TICK_MS) * IN_A_TICK + randomInt(IN_A_TICK);

export const stagingTable = (loadId: number | string, what: string) => `stage_${loadId}_${what}`;

/**
 * A table to load into that goes away by itself. Throws TransientError `warehouse.conflict` when there is one of that
 * name that somebody else made; one that we made ourselves and were not told of, because the answer was lost, is
 * taken.
 */
export async function stage(
  client: BigQueryClient,
  { table, file, format, fields }: Upload,
): Promise<void> {
  const { project: projectId, dataset: datasetId } = client;
  const maker = randomUUID();
  const json = {
    tableReference: { projectId, datasetId, tableId: table },
    schema: { fields },
    expirationTime: String(Date.now() + STAGED_MS),
    description: maker,
  };
  const tables = `/datasets/${datasetId}/tables`;
  await client.ask(tables, { method: 'POST', json }).catch(async (error) => {
    const there = await client.ask<{ description?: string }>(`${tables}/${table}`);
    if (there?.description !== maker) throw error;
  });
  await client.upload({ table, file, format, fields });
}

/** Best effort: what stays goes by itself. */
export async function unstage(client: BigQueryClient, tables: readonly string[]): Promise<void> {
  for (const table of tables)
    await client
      .ask(`/datasets/${client.dataset}/tables/${table}`, { method: 'DELETE' })
      .catch(() => {});
}

interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'entrada-stage-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Rows as a file of one JSON object a line. */
export async function writeNdjson(
  file: string,
  columns: readonly string[],
  rows: Iterable<readonly unknown[]>,
): Promise<void> {
  await writeFile(
    file,
    (function* lines() {
      for (const row of rows)
        yield `${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i]])))}\n`;
    })(),
  );
}

interface LocalLoad extends Pick<Load, 'write' | 'reject' | 'discard'> {
  /** Ends the writing: two Parquet files, and what is in them. */
  finish(): Promise<LocalRows>;
  close(): Promise<void>;
}

export interface LocalRows {
  readonly rowsFile: string;
  readonly rejectionsFile: string | undefined;
  readonly ranges: readonly MonthRange[];
}

/**
 * A load that DuckDB keeps in a temporary folder until it is whole: it takes rows as the port gives them, within
 * bounded memory, and writes the Parquet that BigQuery loads.
 */
export async function openLocalLoad(
  dataset: Dataset,
  sheet: string,
  fileHash: string,
): Promise<LocalLoad> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const file = join(folder.path, 'rows.duckdb');
  const warehouse = stack.adopt(await openDuckDb({ file, withFiles: true, waitMs: 0 }), (one) =>
    one.close(),
  );
  await warehouse.prepare([{ ...dataset, procedures: [] }]);
  const load = stack.adopt(await warehouse.beginLoad(dataset, sheet, fileHash), (one) =>
    one.abort(),
  );
  const { loadId, write, reject, discard, commit } = load;

  async function copy(sql: string, name: string): Promise<string> {
    const file = join(folder.path, name);
    await warehouse.query(
      `COPY (${sql}) TO '${file.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`,
    );
    return file;
  }

  async function finish(): Promise<LocalRows> {
    await commit([], []);
    const rejected = await warehouse.query('SELECT COUNT(*) FROM rejections');
    return {
      rowsFile: await copy(
        `SELECT * EXCLUDE (LOAD_ID) FROM ${landingTable(dataset)}`,
        'rows.parquet',
      ),
      rejectionsFile:
        Number(rejected.rows[0][0]) === 0
          ? undefined
          : await copy('SELECT * EXCLUDE (LOAD_ID) FROM rejections', 'rejections.parquet'),
      ranges: await monthsOf(warehouse, loadId),
    };
  }

  const opened = stack.move();
  return { write, reject, discard, finish, close: () => opened.disposeAsync() };
}
