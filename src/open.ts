import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { destination, type Logger, pino } from 'pino';
import type { Bus } from './bus/bus.ts';
import { createMemoryBus } from './bus/memory.ts';
import type { Settings } from './config.ts';
import { type BrokenDataset, type OnBroken, orBroken } from './contract/broken.ts';
import { type Dataset, readDatasets } from './contract/dataset.ts';
import { UserError } from './errors.ts';
import { likelyFirst } from './ingest/arrivals.ts';
import type { Context } from './ingest/context.ts';
import { createIncoming } from './ingest/incoming.ts';
import { prepareDatasets } from './ingest/prepare.ts';
import { createFolderLake } from './lake/folder.ts';
import type { Lake } from './lake/lake.ts';
import { RUNS_TABLE } from './spotify/runs.ts';
import { TABLES } from './spotify/tables.ts';
import { checkFiles, ownersOf } from './warehouse/dataset-files.ts';
import { nameMade } from './warehouse/dataset-sql.ts';
import { openTrial, openWarehouse } from './warehouse/open.ts';
import type { Warehouse } from './warehouse/warehouse.ts';

interface ContextOptions extends Partial<Pick<Context, 'runId' | 'replaceSameName'>> {
  /** What waits in the inbox will be read. */
  readonly receives?: boolean;
  /** How much of a file's bytes has been read, 0 to 1. */
  readonly onProgress?: (fileName: string, fraction: number) => void;
  /** Told when another process has the database. */
  readonly onWait?: (holder: string) => void;
}

/**
 * What the settings name, opened for the command line or for a function. What is incoming and its warehouse must be
 * closed.
 */
export async function openContext(
  settings: Settings,
  {
    runId = '',
    replaceSameName = false,
    receives = false,
    onProgress,
    onWait,
  }: ContextOptions = {},
): Promise<Context> {
  const log = createLog(settings, runId === '' ? {} : { runId });
  const lake = await openLake(settings);
  const { datasets, broken } = await allDatasets(settings);
  const incoming = createIncoming({ lake, limits: settings.limits, onProgress });
  // Reading begins while the database is opened. What is found out then may make it be given up.
  if (receives)
    incoming.expect(await likelyFirst(lake, { now: Date.now, limits: settings.limits }), datasets);
  const warehouse = await openWarehouse(settings, { onWait }).catch(async (error) => {
    await incoming[Symbol.asyncDispose]();
    throw error;
  });
  return {
    lake,
    warehouse,
    isShared: settings.bigquery !== undefined,
    datasets,
    broken,
    incoming,
    language: settings.language,
    replaceSameName,
    runId,
    log,
    now: Date.now,
  };
}

/** The log of the settings, on stderr; each line bears `base`. */
export function createLog({ logLevel }: Settings, base: object): Logger {
  return pino({ level: logLevel, base }, destination({ dest: 2, sync: true }));
}

/** The lake of the settings; the SDK of Google Cloud is loaded for a bucket alone. */
export async function openLake({ lake, project, storageUrl }: Settings): Promise<Lake> {
  if (lake.kind === 'folder') return createFolderLake(lake.folder);
  const { openGcsLake } = await import('./lake/gcs.ts');
  return openGcsLake({ bucket: lake.bucket, project, endpoint: storageUrl });
}

/** The bus of the settings, to be closed. */
export async function openBus({ bus, project }: Settings): Promise<Bus> {
  if (bus === 'memory') return createMemoryBus();
  const { openPubSubBus } = await import('./bus/pubsub.ts');
  return openPubSubBus({ project });
}

/**
 * The datasets that come with Entrada, and those of the home. Of two with one name neither can be used, and of two that
 * make one table not the later one. Among those that are wrong is the home's own Spotify dataset.
 */
export async function allDatasets({ datasetFolders }: Settings) {
  const broken: BrokenDataset[] = [];
  const onBroken: OnBroken = (one) => broken.push(one);
  const all: Dataset[] = [];
  for (const folder of datasetFolders) all.push(...(await readDatasets(folder, onBroken)));
  const owners = ownersOf(all);
  for (const table of [...TABLES, nameMade(RUNS_TABLE)]) owners.set(table, 'spotify');
  const datasets: Dataset[] = [];
  for (const dataset of all) {
    const { name, folder } = dataset;
    const right = await orBroken(folder, onBroken, async () => {
      const other = all.find((one) => one.name === name && one.folder !== folder);
      if (other) throw new UserError('dataset.twice', { name, folder: other.folder });
      await checkFiles(dataset, owners);
      return dataset;
    });
    if (right) datasets.push(right);
  }
  const [, ...own] = datasetFolders;
  // Loaded for those alone who may have one.
  if (own.some(existsSync)) {
    const { readSpotifyDataset } = await import('./spotify/dataset.ts');
    await readSpotifyDataset(own).catch((error) => {
      if (!(error instanceof UserError)) throw error;
      const folder = dirname(String(error.values.file));
      // What is wrong for a dataset of any kind has been told.
      if (!broken.some((one) => one.folder === folder)) onBroken({ folder, error });
    });
  }
  return { datasets, broken };
}

/**
 * The same as a run would find them: their tables are tried in a database that is gone afterwards, and their contracts
 * compared with what the home has. What BigQuery has is tried by `deploy`.
 */
export async function triedDatasets(settings: Settings, home: Pick<Warehouse, 'query'>) {
  const known = await allDatasets(settings);
  if (settings.bigquery) return { ...known, anew: [] };
  const trial = await openTrial(settings, home);
  try {
    return await prepareDatasets({ warehouse: trial, ...known });
  } finally {
    await trial.close();
  }
}
