import { constants } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import type { Settings } from '../config.ts';
import { awaitedBy } from '../contract/broken.ts';
import type { Choice } from '../contract/choose-sheet.ts';
import { type SheetReport, skippedDetail } from '../contract/load.ts';
import type { Rejection } from '../contract/rejection.ts';
import { type Problem, TerminalError, UserError } from '../errors.ts';
import { nameReason } from '../ingest/arrivals.ts';
import type { Context } from '../ingest/context.ts';
import { INBOX } from '../ingest/folders.ts';
import { hashOf } from '../ingest/incoming.ts';
import {
  mayReplace,
  type Relation,
  replaceNamesakes,
  toSecond,
  UNRELATED,
} from '../ingest/known.ts';
import { prepareDatasets } from '../ingest/prepare.ts';
import { createReader, type Reader } from '../ingest/reading.ts';
import { findInForce, type LoadInForce } from '../ledger/in-force.ts';
import { allDatasets } from '../open.ts';
import type { Output } from '../output.ts';
import { openWarehouse } from '../warehouse/open.ts';
import type { Load } from '../warehouse/warehouse.ts';
import { columnName, MAX_ROW } from '../workbook/cells.ts';
import type { Invocation, Run } from './commands.ts';
import { OURS, REJECTED, USAGE, worstOf } from './exit-codes.ts';
import { isThere } from './home.ts';
import { openLocalFile } from './local-file.ts';
import { sayAnew, sayBroken, saySkipped, showChanges } from './summary.ts';

/** How many rejections a person is shown; `--json` has all. */
const SHOWN = 50;

export const check: Run = async (invocation) => {
  const { settings, output, positionals } = invocation;
  const known = await allDatasets(settings);
  // A load that is never committed: without a home, into a database that is gone afterwards.
  const warehouse = await openWarehouse(
    settings.bigquery || (await isThere(settings.database, constants.R_OK))
      ? settings
      : { ...settings, database: ':memory:' },
  );
  await using reader = createReader();
  try {
    const prepared = await prepareDatasets({ warehouse, ...known }, { rehearse: true });
    const parts = { warehouse, reader, ...prepared };
    sayBroken(output, prepared.broken);
    sayAnew(output, prepared.anew, { rehearse: true });
    const codes: number[] = [];
    for (const file of positionals) codes.push(await checkFile(invocation, parts, file));
    return worstOf(codes);
  } finally {
    await warehouse.close();
  }
};

/** The name that a run would know it by: with its sender's folder, where it lies in that already. */
function nameInInbox({ lake }: Settings, file: string): string {
  if (lake.kind !== 'folder') return basename(file);
  const path = relative(`${lake.folder}/${INBOX}`, resolve(file));
  return path.startsWith('..') || isAbsolute(path) ? basename(file) : path;
}

interface Parts extends Pick<Context, 'warehouse' | 'datasets' | 'broken'> {
  readonly reader: Reader;
}

/** Gives the exit code that the file by itself would have. */
async function checkFile(invocation: Invocation, parts: Parts, file: string): Promise<number> {
  const { output } = invocation;
  output.heading(basename(file));
  const reason = nameReason(basename(file));
  if (reason) output.say({ code: reason, values: { file: basename(file) } });
  try {
    const checked = await examine(invocation, parts, file);
    show(output, file, checked);
    return checked.report.rejected === 0 ? 0 : REJECTED;
  } catch (error) {
    // What a dataset's own check finds says nothing of the files that come after.
    const failed = error instanceof TerminalError && error.code === 'check.failed';
    if (!failed && !(error instanceof UserError)) throw error;
    const problem = awaitedBy(error, parts.broken) ?? error;
    const { code } = problem;
    const message = output.render(problem);
    output.say(problem);
    output.object({ type: 'check', file, error: code, message, values: problem.values });
    if (failed) return OURS;
    return code === 'file.none' || code.startsWith('dataset.') ? USAGE : REJECTED;
  }
}

interface Checked extends Awaited<ReturnType<Load['preview']>> {
  readonly choice: Choice;
  readonly report: SheetReport;
  readonly rejections: readonly Rejection[];
  /** The load that holds the same bytes, if there is one. */
  readonly inForce: LoadInForce | undefined;
  readonly replaced: Relation;
}

/** Reads the file as a run would, and finds out what that would do. */
async function examine(
  { settings, values }: Invocation,
  { warehouse, datasets, reader }: Parts,
  file: string,
): Promise<Checked> {
  await using source = await openLocalFile(file);
  await using reading = reader.start(source, datasets, settings.limits);
  const choice = await reading.choice();
  const { dataset } = choice;
  const load = await warehouse.beginLoad(dataset, choice.sheet.name, '');
  try {
    const rejections: Rejection[] = [];
    const report = await reading.load({
      write: load.write,
      discard: load.discard,
      async reject(more) {
        rejections.push(...more);
      },
    });
    const inForce = await findInForce(warehouse, await hashOf(source));
    if (inForce) {
      // Its rows are in the tables, as they were accepted then: none would be loaded.
      await load.discard([{ from: 1, to: MAX_ROW }]);
      // Nor is it read against a contract that has changed since.
      if (report.rejected !== inForce.rowsRejected) rejections.length = 0;
    }
    const replaces = mayReplace(dataset, values.replaces === true) && report.accepted > 0;
    const name = nameInInbox(settings, file);
    const replaced = replaces
      ? await replaceNamesakes({ warehouse, runId: '', now: Date.now }, dataset, name, inForce)
      : UNRELATED;
    const gone = replaced.changes.filter(({ does }) => does === 'withdrawn');
    const preview = await load.preview(gone.map(({ loadId }) => loadId));
    const counted = inForce ? asLoaded(report, inForce) : report;
    return { choice, report: counted, rejections, inForce, replaced, ...preview };
  } finally {
    await load.abort();
  }
}

/** The report of a file whose bytes were loaded, with the numbers of then. */
function asLoaded(report: SheetReport, load: LoadInForce): SheetReport {
  const { rowsRead: read, rowsAccepted: accepted, rowsRejected: rejected } = load;
  return { ...report, read, accepted, rejected };
}

function show(output: Output, file: string, checked: Checked): void {
  const { choice, report, rejections, inForce, replaced, newRows, changes } = checked;
  const { dataset, sheet, header } = choice;
  const columns = dataset.columns.flatMap(({ name }, slot) =>
    header.columns[slot] > 0 ? [`${name} = ${columnName(header.columns[slot])}`] : [],
  );
  const repeated = report.accepted - newRows;
  output.object({
    type: 'check',
    file,
    dataset: dataset.name,
    columns,
    ...report,
    newRows,
    repeated,
    repeats: inForce?.loadedBy.fileName,
    replaces: replaced.events.flatMap((one) => (one.event === 'retracted' ? one.fileHash : [])),
    changes,
    rejections,
  });
  output.say({
    code: 'check.sheet',
    values: { sheet: sheet.name, dataset: dataset.name, row: header.row },
  });
  output.say({ code: 'check.columns', values: { columns: columns.join(', ') } });
  output.say({
    code: 'check.rows',
    values: { read: report.read, newRows, repeated, rejected: report.rejected },
  });
  if (inForce) {
    const { loadedBy } = inForce;
    const values = { file: loadedBy.fileName, time: toSecond(loadedBy) };
    output.say({ code: 'file.repeated', values });
  }
  const { replacedTime, replacedStill } = replaced.detail;
  if (replacedTime) output.say({ code: 'check.replaces', values: { time: replacedTime } });
  if (replacedStill) output.say({ code: 'file.replacesStill', values: { files: replacedStill } });
  saySkipped(output, skippedDetail(report));
  // The first of the sums is enough for a person; --json has all.
  showChanges(
    output,
    changes.filter(({ table }) => table === dataset.tables[1]),
  );
  const shown: readonly Problem[] = rejections.slice(0, SHOWN);
  for (const problem of shown) output.line(`  ${output.render(problem)}`);
  if (rejections.length > SHOWN)
    output.say({ code: 'list.more', values: { count: rejections.length - SHOWN } });
}
