import { constants } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve } from 'node:path';
import type { Settings } from '../config.ts';
import { awaitedBy } from '../contract/broken.ts';
import { skippedDetail } from '../contract/load.ts';
import type { Rejection } from '../contract/rejection.ts';
import { UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { INBOX } from '../ingest/folders.ts';
import { replacesNamesakes } from '../ingest/known.ts';
import { prepareDatasets } from '../ingest/prepare.ts';
import { createReader, type Reader } from '../ingest/reading.ts';
import { findNamesakes, otherNames } from '../ledger/in-force.ts';
import { allDatasets } from '../open.ts';
import { openWarehouse } from '../warehouse/open.ts';
import { columnName } from '../workbook/cells.ts';
import type { Invocation, Run } from './commands.ts';
import { REJECTED, USAGE } from './exit-codes.ts';
import { isThere } from './home.ts';
import { openFile } from './local-file.ts';
import { sayBroken, saySkipped, showChanges } from './summary.ts';

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
    const parts = { warehouse, reader, ...(await prepareDatasets({ warehouse, ...known })) };
    sayBroken(output, parts.broken);
    const codes: number[] = [];
    for (const file of positionals) codes.push(await checkFile(invocation, parts, file));
    return codes.find((code) => code === USAGE) ?? Math.max(...codes);
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
async function checkFile(
  { settings, output, values }: Invocation,
  { warehouse, datasets, broken, reader }: Parts,
  file: string,
): Promise<number> {
  output.heading(basename(file));
  try {
    await using source = await openFile(file);
    await using reading = reader.start(source, datasets, settings.limits);
    const { dataset, sheet, header } = await reading.choice();
    const load = await warehouse.beginLoad(dataset, sheet.name, '');
    try {
      const rejections: Rejection[] = [];
      const report = await reading.load({
        write: load.write,
        discard: load.discard,
        async reject(more) {
          rejections.push(...more);
        },
      });
      const name = nameInInbox(settings, file);
      const replaced =
        replacesNamesakes(dataset, values.replaces === true) && report.accepted > 0
          ? await findNamesakes(warehouse, dataset.name, name)
          : [];
      const keptAs = replaced.flatMap((one) => otherNames(one, name));
      const gone = replaced.filter((one) => otherNames(one, name).length === 0);
      const { newRows, changes } = await load.preview(gone.map(({ loadId }) => loadId));
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
        replaces: replaced.map(({ fileHash }) => fileHash),
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
      const latest = replaced.at(-1);
      if (latest)
        output.say({ code: 'check.replaces', values: { time: latest.time.slice(0, 19) } });
      if (keptAs.length > 0)
        output.say({ code: 'file.replacesKept', values: { files: keptAs.join(', ') } });
      saySkipped(output, skippedDetail(report));
      // The first of the sums is enough for a person; --json has all.
      showChanges(
        output,
        changes.filter(({ table }) => table === dataset.tables[1]),
      );
      for (const rejection of rejections.slice(0, SHOWN)) {
        const { code, values, value } = rejection;
        output.line(`  ${output.render({ code, values: { ...values, value } })}`);
      }
      if (rejections.length > SHOWN)
        output.say({ code: 'list.more', values: { count: rejections.length - SHOWN } });
      return rejections.length === 0 ? 0 : REJECTED;
    } finally {
      await load.abort();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const problem = awaitedBy(error, broken) ?? error;
    const { code } = problem;
    const message = output.render(problem);
    output.say(problem);
    output.object({ type: 'check', file, error: code, message, values: problem.values });
    return code === 'file.none' || code.startsWith('dataset.') ? USAGE : REJECTED;
  }
}
