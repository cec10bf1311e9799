import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Bus } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { readDatasets } from '../../src/contract/dataset.ts';
import type { ArrivalEffects } from '../../src/ingest/arrivals.ts';
import type { Context } from '../../src/ingest/context.ts';
import { type RunSummary, runOnce } from '../../src/ingest/flow.ts';
import { createIncoming } from '../../src/ingest/incoming.ts';
import { type IsEnough, receiveHere } from '../../src/ingest/receivers.ts';
import { createFolderLake } from '../../src/lake/folder.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Value as Answer, Warehouse } from '../../src/warehouse/warehouse.ts';
import { defaultLimits, type Limits } from '../../src/workbook/limits.ts';
import { date, type Value, workbook } from '../workbook-builder.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a test may put in the place of a part of the run. */
export interface Parts
  extends Partial<Pick<Context, 'datasets' | 'broken' | 'language' | 'now' | 'replaceSameName'>> {
  readonly limits?: Limits;
  readonly lake?: (lake: Lake) => Lake;
  readonly warehouse?: (warehouse: Warehouse) => Warehouse;
  readonly bus?: (bus: Bus) => Bus;
  readonly effects?: Partial<ArrivalEffects>;
  readonly isEnough?: IsEnough;
  readonly refused?: RunSummary['broken'];
}

export interface TestHome extends AsyncDisposable {
  readonly path: string;
  drop(name: string, bytes: Uint8Array): Promise<void>;
  /** One run of the flow on a folder lake, a DuckDB file and the memory bus, all opened for it alone. */
  run(parts?: Parts): Promise<RunSummary>;
  query(sql: string): Promise<Answer[][]>;
  /** The answers to several questions, all asked at one time. */
  queryAll(sql: readonly string[]): Promise<Answer[][][]>;
  /** The names in one of its folders. */
  names(folder: string): Promise<string[]>;
}

// Far enough for the files of a test to have settled, near enough for one without its end to be still arriving.
const LATER_MS = 60_000;

export async function newHome(): Promise<TestHome> {
  const path = await mkdtemp(join(tmpdir(), 'entrada-home-'));
  for (const folder of ['entrada', 'backup', 'rejeitados']) await mkdir(join(path, folder));
  let clock = Date.UTC(2026, 0, 5, 12);

  async function withWarehouse<T>(work: (warehouse: Warehouse) => Promise<T>): Promise<T> {
    const warehouse = await openDuckDb({ file: join(path, 'entrada.duckdb'), waitMs: 0 });
    try {
      return await work(warehouse);
    } finally {
      await warehouse.close();
    }
  }

  async function queryAll(sql: readonly string[]): Promise<Answer[][][]> {
    return withWarehouse(async (warehouse) => {
      const answers: Answer[][][] = [];
      for (const question of sql)
        answers.push((await warehouse.query(question)).rows.map((row) => [...row]));
      return answers;
    });
  }

  return {
    path,
    drop: (name, bytes) => writeFile(join(path, 'entrada', name), bytes),
    run: async ({
      effects,
      isEnough,
      refused = [],
      limits = defaultLimits,
      lake: wrapLake,
      warehouse: wrap,
      bus: wrapBus,
      ...parts
    } = {}) => {
      const folder = createFolderLake(path);
      const lake = wrapLake?.(folder) ?? folder;
      await using incoming = createIncoming({ lake, limits });
      const bus = createMemoryBus();
      const datasets = parts.datasets ?? (await shippedDatasets());
      return await withWarehouse((warehouse) =>
        runOnce(
          {
            lake,
            warehouse: wrap?.(warehouse) ?? warehouse,
            datasets,
            broken: [],
            incoming,
            language: 'en',
            replaceSameName: false,
            runId: `run-${clock}`,
            log: pino({ level: 'silent' }),
            now: () => clock++,
            ...parts,
          },
          wrapBus?.(bus) ?? bus,
          { now: () => Date.now() + LATER_MS, sleep: async () => {}, limits, ...effects },
          receiveHere(isEnough),
          { refused },
        ),
      );
    },
    query: async (sql) => (await queryAll([sql]))[0],
    queryAll,
    names: async (folder) => (await readdir(join(path, folder))).sort(),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

export function shippedDatasets() {
  return readDatasets(join(root, 'datasets'));
}

/** A copy of the shipped dataset with one of its SQL files changed, as the only dataset of a run. */
export async function changedDataset(home: TestHome, file: string, sql: string) {
  const [shipped] = await shippedDatasets();
  const folder = join(home.path, 'datasets', shipped.name);
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(shipped.folder))
    await copyFile(join(shipped.folder, name), join(folder, name));
  await writeFile(join(folder, file), sql);
  return readDatasets(join(home.path, 'datasets'));
}

export type Sale = readonly [
  brand: Value,
  brandName: Value,
  line: Value,
  lineName: Value,
  day: Value,
  units: Value,
];

export const HEADER = ['ID_MARCA', 'MARCA', 'ID_LINHA', 'LINHA', 'DATA_VENDA', 'QTD_VENDA'];

/** A sale that is right, unless told otherwise. */
export function sale(
  units: Value,
  day: Value = date(2019, 3, 14),
  brandName = 'VULT',
  line = 'PERFUMARIA',
): Sale {
  return [4, brandName, 2, line, day, units];
}

/** A workbook of sales; the first one is in row 2 of the sheet "Vendas". */
export function sales(...rows: readonly Sale[]): Buffer {
  return workbook({ sheets: [{ name: 'Vendas', rows: [HEADER, ...rows] }] });
}

/** The bytes of every file in backup/ and rejeitados/ that somebody dropped, as their hashes. */
export async function keptFiles(path: string): Promise<string[]> {
  const kept: string[] = [];
  for (const folder of ['backup', 'rejeitados']) {
    for (const name of await readdir(join(path, folder))) {
      if (/\.(csv|txt|tmp)$/.test(name)) continue;
      kept.push(hashOf(await readFile(join(path, folder, name))));
    }
  }
  return kept.sort();
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
