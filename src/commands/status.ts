import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../config.ts';
import { awaitedBy, nameOf } from '../contract/broken.ts';
import type { UserError } from '../errors.ts';
import { findArrivals } from '../ingest/arrivals.ts';
import type { Context } from '../ingest/context.ts';
import { fileVersionOf } from '../ingest/drop.ts';
import { fileNameOf, INBOX, senderOf } from '../ingest/folders.ts';
import { createIncoming, type Incoming } from '../ingest/incoming.ts';
import type { Lake, LakeFile } from '../lake/lake.ts';
import { allFiles, type FileState, hasOutcome, monthsDue } from '../ledger/ledger.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import { asWritten } from '../messages/local.ts';
import { openLake, triedDatasets } from '../open.ts';
import type { Output } from '../output.ts';
import { allRuns } from '../spotify/runs.ts';
import { monthsText } from '../warehouse/months.ts';
import type { Run } from './commands.ts';
import { openForReading } from './home.ts';
import { sayRuns } from './spotify-summary.ts';
import { sayBroken, sayWaiting, textOf } from './summary.ts';

/** A file that was overwritten or taken away before it could be taken in. */
type Gone = Omit<FileState, 'state'> & { readonly state: 'gone' };

export const status: Run = async ({ settings, output }) => {
  const lake = await openLake(settings);
  const datasets = await sayKnown(settings, output, lake);
  await sayInbox(settings, output, lake, datasets);
  return 0;
};

/** What the ledger knows, and what the next run will find of datasets. Gives the datasets. */
async function sayKnown(settings: Settings, output: Output, lake: Lake) {
  const warehouse = await openForReading(settings);
  try {
    // That it cannot be listed is told below. Listed first: whoever takes a file from there has told the ledger before.
    const inbox = await lake
      .list(INBOX, 'deep')
      .then((listed) => new Map(listed.map(({ name, version }) => [name, version])))
      .catch(() => undefined);
    const files = (await allFiles(warehouse)).map((file) => asItIs(file, inbox));
    for (const file of files)
      output.object({ type: 'file', ...file, sender: senderOf(file.fileName) });
    output.table(
      output.columns({ code: 'status.columns', values: {} }),
      files.map((file) => [
        file.fileName,
        output.render({ code: `state.${file.state}`, values: {} }),
        file.rowsRead,
        file.rowsLoaded,
        file.rowsRejected,
        file.rowsRepeated,
        asWritten(file.time.slice(0, 19), output.language),
        shortHash(file.fileHash),
        whyOf(output, file),
      ]),
    );
    sayRuns(output, await allRuns(warehouse));
    const tried = await triedDatasets(settings, warehouse);
    sayBroken(output, tried.broken);
    for (const dataset of datasetsGone(files, tried)) {
      output.say({ code: 'status.noDataset', values: { dataset } });
      output.object({ type: 'noDataset', dataset });
    }
    for (const { name, version } of tried.anew) {
      output.say({ code: 'status.outdated', values: { dataset: name, version } });
      output.object({ type: 'outdated', dataset: name, version });
    }
    for (const dataset of tried.datasets) {
      // The run that loaded them ended before it consolidated them, or could not.
      const months = await monthsDue(warehouse, dataset);
      if (months.length === 0) continue;
      const values = { dataset: dataset.name, ranges: monthsText(months) };
      output.say({ code: 'status.due', values });
      output.object({ type: 'due', dataset: dataset.name, months });
    }
    return tried;
  } finally {
    await warehouse.close();
  }
}

/** What was not taken and is not in the inbox any more, as it was, never will be. */
function asItIs(file: FileState, inbox: ReadonlyMap<string, string> | undefined): FileState | Gone {
  const { drop, fileName } = file;
  // A message that could not be read stands under its own name.
  if (hasOutcome(file) || inbox === undefined || drop === fileName) return file;
  const isThere = inbox.get(`${INBOX}/${fileName}`) === fileVersionOf(drop);
  return isThere ? file : { ...file, state: 'gone', code: 'file.gone', detail: {} };
}

/** Datasets that files in force were loaded into, and that are not there any more. */
function datasetsGone(
  files: readonly (FileState | Gone)[],
  { datasets, broken }: Pick<Context, 'datasets' | 'broken'>,
): Set<string> {
  const gone = new Set(
    files.flatMap(({ state, dataset }) => (state === 'loaded' && dataset ? dataset : [])),
  );
  for (const { name } of datasets) gone.delete(name);
  for (const one of broken) gone.delete(nameOf(one));
  return gone;
}

/** What waits in the inbox, and whether the next run will take it. */
async function sayInbox(
  { limits }: Settings,
  output: Output,
  lake: Lake,
  datasets: Pick<Context, 'datasets' | 'broken'>,
): Promise<void> {
  await using incoming = createIncoming({ lake, limits });
  const { ready, waiting } = await findArrivals(lake, { now: Date.now, sleep, limits });
  for (const one of ready) {
    const file = fileNameOf(one.name);
    const awaited = await awaitedOf(incoming, one, datasets);
    if (awaited)
      output.say({ code: 'file.later', values: { file, reason: output.render(awaited) } });
    else output.say({ code: 'wait.ready', values: { file } });
    output.object({ type: 'waiting', fileName: file, reason: awaited?.code ?? 'wait.ready' });
  }
  sayWaiting(output, waiting);
}

/** For what a workbook that is ready waits all the same: a dataset that somebody must mend, as a run finds out. */
async function awaitedOf(
  incoming: Incoming,
  file: LakeFile,
  { datasets, broken }: Pick<Context, 'datasets' | 'broken'>,
): Promise<UserError | undefined> {
  if (broken.length === 0) return undefined;
  await using taken = await incoming.take(file, datasets);
  try {
    await taken?.reading.choice();
    return undefined;
  } catch (error) {
    return awaitedBy(error, broken);
  }
}

/** Why a file is in its state, or why it added nothing. */
function whyOf(output: Output, file: FileState | Gone): string {
  const { sameContent } = file.detail;
  if (!sameContent) return textOf(output, file);
  return output.render({ code: 'file.sameContent', values: { file: sameContent } }).trim();
}
