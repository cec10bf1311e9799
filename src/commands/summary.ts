import { type BrokenDataset, nameOf } from '../contract/broken.ts';
import type { Dataset } from '../contract/dataset.ts';
import { type EntradaError, problemOf, UserError, type Values } from '../errors.ts';
import type { Arrivals } from '../ingest/arrivals.ts';
import type { Failure } from '../ingest/failure.ts';
import type { RunSummary } from '../ingest/flow.ts';
import { fileNameOf, rejectionsPlace, restingPlace } from '../ingest/folders.ts';
import { type FileState, hasOutcome } from '../ledger/ledger.ts';
import { type LoadedFile, shortHash } from '../ledger/loaded-files.ts';
import type { Code } from '../messages/en.ts';
import type { Output } from '../output.ts';
import { monthsText } from '../warehouse/months.ts';
import type { KeyChange, Usage } from '../warehouse/warehouse.ts';
import { LATER, OURS, REJECTED, USAGE } from './exit-codes.ts';

/** What BigQuery told of a run's jobs. */
interface Cost {
  readonly usage: Usage | undefined;
}

export function exitCodeOf({
  failed,
  postponed,
  unpublished,
  unwarned,
  broken,
  files,
  waiting,
}: RunSummary): number {
  const hasFailed = (kind: EntradaError['kind']) =>
    [...unpublished, ...unwarned].some(({ error }) => error.kind === kind);
  if (failed.length > 0 || hasFailed('terminal')) return OURS;
  const mustMend = postponed.some(({ error }) => error instanceof UserError);
  const isClosed = waiting.some(({ reason }) => reason === 'odd.closed');
  if (hasFailed('user') || broken.length > 0 || mustMend || isClosed) return USAGE;
  if (files.some(({ state, rowsRejected }) => state === 'rejected' || (rowsRejected ?? 0) > 0))
    return REJECTED;
  return postponed.length > 0 || hasFailed('transient') ? LATER : 0;
}

/** What hinders a command that goes on all the same. */
export function sayError(output: Output, error: EntradaError): void {
  const { code, values } = error;
  output.say(error);
  output.object({ error: code, message: output.render(error), values });
}

/** Datasets that are left out until somebody mends them. */
export function sayBroken(output: Output, broken: readonly BrokenDataset[]): void {
  for (const one of broken) {
    const dataset = nameOf(one);
    const { code, values } = one.error;
    output.say({ code: 'dataset.broken', values: { dataset, reason: output.render(one.error) } });
    output.object({ type: 'broken', dataset, folder: one.folder, error: code, values });
  }
}

/**
 * Datasets whose tables a command that is no run has made anew, or has rehearsed to: a run says so as it tells what it
 * consolidated.
 */
export function sayAnew(
  output: Output,
  anew: readonly Dataset[],
  { rehearse }: { readonly rehearse: boolean },
): void {
  for (const { name, version } of anew) {
    const code = rehearse ? 'dataset.wouldAnew' : 'dataset.anew';
    output.say({ code, values: { dataset: name, version } });
    output.object({ type: rehearse ? 'outdated' : 'anew', dataset: name, version });
  }
}

/** What became of each file of a run, and the datasets that had no part in it. */
export function sayFiles(
  output: Output,
  { files, waiting, postponed, failed, broken, runId }: RunSummary,
): void {
  sayBroken(output, broken);
  for (const file of files) {
    sayFile(output, file);
    // Without an outcome it is where it was dropped.
    output.object({
      type: 'file',
      ...file,
      ...(hasOutcome(file) && { place: restingPlace(file) }),
    });
  }
  sayWaiting(output, waiting, { runId });
  for (const failure of postponed) sayFailure(output, failure, runId, 'postponed');
  for (const failure of failed) sayFailure(output, failure, runId, 'failed');
}

/** What stays in the inbox, and why. */
export function sayWaiting(output: Output, waiting: Arrivals['waiting'], run: object = {}): void {
  for (const { file, reason } of waiting) {
    const fileName = fileNameOf(file.name);
    output.say({ code: reason, values: { file: fileName } });
    output.object({ type: 'waiting', ...run, fileName, reason });
  }
}

function sayFile(output: Output, file: FileState): void {
  const values = {
    file: file.fileName,
    read: file.rowsRead ?? 0,
    loaded: file.rowsLoaded ?? 0,
    repeated: file.rowsRepeated ?? 0,
    rejected: file.rowsRejected ?? 0,
  };
  if (file.state === 'loaded')
    output.say({ code: file.rowsLoaded === null ? 'file.notCounted' : 'file.loaded', values });
  // One without an outcome is told with the files that stay.
  else if (file.code && hasOutcome(file)) {
    output.say({ code: file.state === 'repeated' ? 'file.isRepeated' : 'file.isRejected', values });
    output.line(`  ${textOf(output, file)}`);
  }
  if (file.state !== 'rejected' && values.rejected > 0) {
    output.say({ code: 'file.rejections', values: { place: rejectionsPlace(file.fileName) } });
  }
  const {
    sameContent,
    replacedTime,
    replacedStill,
    keptTime,
    namesakeHash = '',
    namesakeTime,
    namesakeCommon = 0,
    namesakeFresh = 0,
  } = file.detail;
  if (sameContent) output.say({ code: 'file.sameContent', values: { file: sameContent } });
  if (replacedTime) output.say({ code: 'file.replaces', values: { time: replacedTime } });
  if (replacedStill) output.say({ code: 'file.replacesStill', values: { files: replacedStill } });
  if (keptTime) output.say({ code: 'file.replacesNot', values: { time: keptTime } });
  if (namesakeTime) {
    const values = {
      file: file.fileName,
      hash: namesakeHash,
      time: namesakeTime,
      common: namesakeCommon,
      fresh: namesakeFresh,
    };
    output.say({ code: 'file.namesake', values });
  }
  saySkipped(output, file.detail);
}

/** What a sheet held besides its rows of data; only what there is. Rows have spaces between them, columns commas. */
export function saySkipped(
  output: Output,
  {
    totals = 0,
    notes = 0,
    skippedRows = '',
    ignoredColumns,
    rowsAbove,
    hiddenRows = 0,
    hiddenColumns = 0,
  }: Values,
): void {
  const skipped = Number(totals) + Number(notes);
  if (skipped > 0) {
    const named = String(skippedRows);
    const listed = named.replaceAll(' ', ', ');
    const rows = skipped > named.split(' ').length ? `${listed}, ...` : listed;
    output.say({ code: 'file.skipped', values: { totals, notes, count: skipped, rows } });
  }
  if (ignoredColumns)
    output.say({ code: 'file.ignoredColumns', values: { columns: ignoredColumns } });
  if (rowsAbove)
    output.say({
      code: 'file.rowsAbove',
      values: { rows: String(rowsAbove).replaceAll(' ', ', ') },
    });
  if (hiddenRows || hiddenColumns)
    output.say({ code: 'file.hidden', values: { rows: hiddenRows, columns: hiddenColumns } });
}

/** What a person calls a loaded file: its name, and which of that name where there was more than one. */
export function nameOfLoaded(
  output: Output,
  { file, fileHash, loadedAt, hasNamesake }: LoadedFile,
): string {
  if (!hasNamesake) return file;
  const values = { file, hash: shortHash(fileHash), time: loadedAt.slice(0, 19) };
  return output.render({ code: 'file.which', values });
}

/** The message that the ledger keeps of a file, in the person's language. */
export function textOf(
  output: Output,
  { code, detail }: Pick<FileState, 'code' | 'detail'>,
): string {
  return code === null ? '' : output.render({ code: code as Code, values: detail });
}

function sayFailure(output: Output, { name, error }: Failure, runId: string, type: string): void {
  const problem = problemOf(error);
  output.say({ code: 'file.later', values: { file: name, reason: output.render(problem) } });
  output.object({
    type,
    runId,
    fileName: name,
    code: problem.code,
    values: problem.values,
  });
}

/** What a run came to: the months that changed, what looks wrong, and what it has cost. */
export function saySummary(
  output: Output,
  {
    runId,
    files,
    consolidated,
    unpublished,
    warnings,
    moreWarnings,
    unwarned,
    usage,
  }: RunSummary & Cost,
): void {
  function sayFailed(
    type: 'unpublished' | 'unwarned',
    { name: dataset }: Dataset,
    error: EntradaError,
  ): void {
    const { code, values } = error;
    output.say({ code: `run.${type}`, values: { dataset, reason: output.render(error) } });
    output.object({ type, runId, dataset, error: code, values });
  }
  for (const { keyColumn, key, column, one, other } of warnings) {
    const values = {
      keyColumn,
      key,
      column,
      one: one.value,
      oneAt: `${nameOfLoaded(output, one)}, ${one.sheet}`,
      oneRow: one.row,
      other: other.value,
      otherAt: `${nameOfLoaded(output, other)}, ${other.sheet}`,
      otherRow: other.row,
    };
    output.say({ code: 'warning.twoValues', values });
    output.object({ type: 'warning', runId, keyColumn, key, column, one, other });
  }
  if (moreWarnings > 0) output.say({ code: 'warning.more', values: { count: moreWarnings } });
  for (const { dataset, error } of unwarned) sayFailed('unwarned', dataset, error);
  if (files.length === 0 && consolidated.length === 0 && unpublished.length === 0)
    output.say({ code: 'run.nothing', values: {} });
  for (const { dataset, months } of consolidated) {
    const ranges = monthsText(months);
    output.say({ code: 'run.consolidated', values: { dataset: dataset.name, ranges, run: runId } });
  }
  for (const { dataset, error } of unpublished) sayFailed('unpublished', dataset, error);
  if (usage) {
    const mib = (usage.bytesBilled / 2 ** 20).toFixed(0);
    const seconds = (usage.slotMs / 1000).toFixed(1);
    output.say({ code: 'run.cost', values: { jobs: usage.jobs, mib, seconds } });
  }
  output.object({
    type: 'run',
    runId,
    files: files.length,
    moreWarnings,
    consolidated: consolidated.map(({ dataset, months }) => ({ dataset: dataset.name, months })),
    ...(usage && { usage }),
  });
}

/** How many keys of a table a person is shown; `--json` has all. */
const KEYS_SHOWN = 20;

/** The keys whose sums change, a table to each consolidated table. */
export function showChanges(output: Output, changes: readonly KeyChange[]): void {
  for (const table of new Set(changes.map((change) => change.table))) {
    const ofTable = changes.filter((change) => change.table === table);
    output.heading(table);
    output.table(
      [...Object.keys(ofTable[0].key), ...output.columns({ code: 'changes.columns', values: {} })],
      ofTable
        .slice(0, KEYS_SHOWN)
        .map(({ key, before, after }) => [
          ...Object.values(key),
          output.number(before),
          output.number(after),
        ]),
    );
    const count = ofTable.length - KEYS_SHOWN;
    if (count > 0) output.say({ code: 'list.more', values: { count } });
  }
}
