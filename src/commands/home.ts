import { randomBytes } from 'node:crypto';
import { access, constants, readdir } from 'node:fs/promises';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { BACKUP, INBOX, REJECTED } from '../ingest/folders.ts';
import { makeFolder } from '../lake/disk.ts';
import { namingFile } from '../lake/refusals.ts';
import { recordCost } from '../ledger/costs.ts';
import { openContext } from '../open.ts';
import type { Output } from '../output.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { sayError } from './summary.ts';

/** Everything a command works with, opened; closing it frees the database for others. */
interface Home extends AsyncDisposable {
  readonly context: Context;
}

/** Opens a home for work, and makes it when it is new. `receives`: what waits in the inbox will be read. */
export async function openHome(
  settings: Settings,
  output: Output,
  { replaceSameName = false, receives = false } = {},
): Promise<Home> {
  const { home, database, lake, bigquery } = settings;
  if (!bigquery) await makeOwn(home);
  // A bucket has no folders to make.
  if (lake.kind === 'folder') {
    const made: boolean[] = [];
    for (const folder of [INBOX, BACKUP, REJECTED])
      made.push(await makeOwn(`${lake.folder}/${folder}`));
    if (made[0] && receives) output.say({ code: 'home.made', values: { home: lake.folder } });
    const backup = `${lake.folder}/${BACKUP}`;
    const kept =
      bigquery || (await isThere(database)) ? [] : await namingFile(backup, () => readdir(backup));
    if (kept.length > 0) sayError(output, new UserError('home.lost', { database }));
  }
  const context = await openContext(settings, {
    runId: newRunId(),
    replaceSameName,
    receives,
    onWait: (holder) => output.sayOnce({ code: 'warehouse.waiting', values: { holder } }),
    onProgress: (name, fraction) => output.progress(name, fraction),
  });
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.incoming[Symbol.asyncDispose]();
      await recordCost(context);
      await context.warehouse.close();
    },
  };
}

/** What a person calls the lake: its folder, or the address of its bucket. */
export function lakeName({ lake }: Settings): string {
  return lake.kind === 'folder' ? lake.folder : `gs://${lake.bucket}`;
}

/** Whether it was not there. */
async function makeOwn(path: string): Promise<boolean> {
  const taken = new UserError('home.taken', { folder: path });
  return namingFile(path, () => makeFolder(path)).catch((error) => {
    // What stands where it would be, or above it, is no folder, or no place for one.
    throw ['lake.noFolder', 'ENOENT', 'ELOOP'].includes(error.code) ? taken : error;
  });
}

/** Whether the file is there, and as much as `mode` says may be done with it. */
export function isThere(path: string, mode = constants.F_OK): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Whether a home was made, and is there. */
export async function hasHome({ database, bigquery }: Settings): Promise<boolean> {
  return bigquery !== undefined || (await isThere(database));
}

/** Throws UserError `home.missing` where no home has been made yet. */
export async function requireHome(settings: Settings): Promise<void> {
  if (!(await hasHome(settings))) throw new UserError('home.missing', { home: settings.home });
}

/** Opens the database of a home that exists, to read only. Throws UserError `home.missing` when there is none. */
export async function openForReading(settings: Settings) {
  await requireHome(settings);
  return openWarehouse(settings, { readOnly: true });
}

/** Sorts by time and is told from its neighbours at a glance. */
function newRunId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace(/\..*$/, '');
  return `${time}-${randomBytes(2).toString('hex')}`;
}
