import { randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { destination, type Logger, pino } from 'pino';
import type { Bus } from '../bus/bus.ts';
import { createMemoryBus } from '../bus/memory.ts';
import type { Settings } from '../config.ts';
import { type Dataset, readDatasets } from '../contract/dataset.ts';
import { UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { BACKUP, INBOX, REJECTED } from '../ingest/folders.ts';
import { createFolderLake } from '../lake/folder.ts';
import type { Lake } from '../lake/lake.ts';
import { naming } from '../lake/refusals.ts';
import type { Output } from '../output.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { refuseOtherVersions } from '../warehouse/schema.ts';

/** Everything a command works with, opened; closing it frees the database for others. */
export interface Home extends AsyncDisposable {
  readonly context: Context;
}

/** Opens a home for work, and makes it when it is new. */
export async function openHome(
  settings: Settings,
  output: Output,
  { replaceSameName = false } = {},
): Promise<Home> {
  const { home, lake, bigquery } = settings;
  if (!bigquery) await makeFolder(home, home);
  // A bucket has no folders to make.
  if (lake.kind === 'folder') {
    for (const folder of [INBOX, BACKUP, REJECTED])
      await makeFolder(lake.folder, `${lake.folder}/${folder}`);
  }
  const onWait = (holder: string) => output.say({ code: 'warehouse.waiting', values: { holder } });
  const runId = newRunId();
  const log = createLog(settings, { runId });
  const warehouse = await openWarehouse(settings, {
    onWait,
    onUsage: (usage) => log.info(usage, 'bigquery'),
  });
  return {
    context: {
      lake: await openLake(settings),
      warehouse,
      datasets: await allDatasets(settings),
      limits: settings.limits,
      language: settings.language,
      replaceSameName,
      runId,
      log,
      now: Date.now,
      onProgress: (name, fraction) => output.progress(name, fraction),
    },
    [Symbol.asyncDispose]: () => warehouse.close(),
  };
}

/** The log of the settings, on stderr; each line bears `base`. */
export function createLog({ logLevel }: Settings, base: object): Logger {
  return pino({ level: logLevel, base }, destination({ dest: 2, sync: true }));
}

/** The lake of the settings; the SDK of Google Cloud is loaded for a bucket alone. */
export async function openLake({ lake, project, storageUrl }: Settings): Promise<Lake> {
  if (lake.kind === 'folder') return createFolderLake(lake.folder);
  const { openGcsLake } = await import('../lake/gcs.ts');
  return openGcsLake({ bucket: lake.bucket, project, endpoint: storageUrl });
}

/** The bus of the settings, to be closed. */
export async function openBus({ bus, project }: Settings): Promise<Bus> {
  if (bus === 'memory') return createMemoryBus();
  const { openPubSubBus } = await import('../bus/pubsub.ts');
  return openPubSubBus({ project });
}

/** What a person calls the lake: its folder, or the address of its bucket. */
export function lakeName({ lake }: Settings): string {
  return lake.kind === 'folder' ? lake.folder : `gs://${lake.bucket}`;
}

async function makeFolder(home: string, path: string): Promise<void> {
  await naming(path, () => mkdir(path, { recursive: true })).catch((error) => {
    // A file stands where the home, or a folder of it, would be.
    if (['ENOTDIR', 'EEXIST'].includes(error.code)) throw new UserError('home.taken', { home });
    throw error;
  });
}

/**
 * Opens the database of a home that exists, to read only. Throws UserError `home.missing` when there is none,
 * `home.older` or `home.newer` when another version made its tables.
 */
export async function openForReading(settings: Settings) {
  const { home, database, bigquery } = settings;
  // What is deployed in BigQuery is checked as it is opened.
  if (bigquery) return openWarehouse(settings, { readOnly: true });
  try {
    await access(database);
  } catch {
    throw new UserError('home.missing', { home });
  }
  const warehouse = await openWarehouse(settings, { readOnly: true });
  try {
    await refuseOtherVersions(warehouse);
    return warehouse;
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

/** The datasets that come with Entrada, and those of the home. A name may be used once. */
export async function allDatasets({ datasetFolders }: Settings): Promise<Dataset[]> {
  const all = (await Promise.all(datasetFolders.map(readDatasets))).flat();
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (twice) throw new UserError('dataset.twice', { name: twice.name, folder: twice.folder });
  return all;
}

/** Sorts by time and is told from its neighbours at a glance. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*$/, '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}
