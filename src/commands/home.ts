import { randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { destination, pino } from 'pino';
import type { Settings } from '../config.ts';
import { type Dataset, readDatasets } from '../contract/dataset.ts';
import { UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { BACKUP, INBOX, REJECTED } from '../ingest/folders.ts';
import { createFolderLake } from '../lake/folder.ts';
import { naming } from '../lake/refusals.ts';
import type { Output } from '../output.ts';
import { openDuckDb } from '../warehouse/duckdb.ts';

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
  const { home, database, waitMs } = settings;
  for (const folder of [INBOX, BACKUP, REJECTED]) await makeFolder(home, folder);
  const onWait = (holder: string) => output.say({ code: 'warehouse.waiting', values: { holder } });
  const warehouse = await openDuckDb({ file: database, waitMs, onWait });
  const runId = newRunId();
  return {
    context: {
      lake: createFolderLake(home),
      warehouse,
      datasets: await allDatasets(settings),
      limits: settings.limits,
      language: settings.language,
      replaceSameName,
      runId,
      log: pino(
        { level: settings.logLevel, base: { runId } },
        destination({ dest: 2, sync: true }),
      ),
      now: Date.now,
      onProgress: (name, fraction) => output.progress(name, fraction),
    },
    [Symbol.asyncDispose]: () => warehouse.close(),
  };
}

async function makeFolder(home: string, folder: string): Promise<void> {
  const path = `${home}/${folder}`;
  await naming(path, () => mkdir(path, { recursive: true })).catch((error) => {
    // A file stands where the home, or a folder of it, would be.
    if (['ENOTDIR', 'EEXIST'].includes(error.code)) throw new UserError('home.taken', { home });
    throw error;
  });
}

/** Opens the database of a home that exists, to read only. Throws UserError `home.missing` when there is none. */
export async function openForReading({ home, database, waitMs }: Settings) {
  try {
    await access(database);
  } catch {
    throw new UserError('home.missing', { home });
  }
  return openDuckDb({ file: database, readOnly: true, waitMs });
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
