import type { Bus } from '../bus/bus.ts';
import type { Dataset } from '../contract/dataset.ts';
import { EntradaError } from '../errors.ts';
import { type FileState, findDrops, monthsDue, unarchivedFiles } from '../ledger/ledger.ts';
import type { MonthRange } from '../warehouse/warehouse.ts';
import { archive } from './archive.ts';
import { type ArrivalEffects, type Arrivals, findArrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { deliveriesOf } from './drop.ts';
import { recordFailure } from './failure.ts';
import { INBOX } from './folders.ts';
import { receive } from './receive.ts';
import { findWarnings, type Warning } from './warnings.ts';

/** The topic on which workbooks are announced, as the case names it. */
export const TOPIC = 'bases_vendas';

export interface RunSummary {
  readonly runId: string;
  /** What became of each file that this run received. */
  readonly files: readonly FileState[];
  readonly waiting: Arrivals['waiting'];
  /** Files that stay for a later run, and why. */
  readonly postponed: readonly Failure[];
  /** Files that a fault of ours kept from being received. */
  readonly failed: readonly Failure[];
  readonly consolidated: readonly {
    readonly dataset: Dataset;
    readonly months: readonly MonthRange[];
  }[];
  readonly warnings: readonly Warning[];
  /** How many more of their kinds there are. */
  readonly moreWarnings: number;
}

export interface Failure {
  readonly name: string;
  readonly error: unknown;
}

/**
 * What the DAG does, on one machine: announces each workbook that has arrived, waits until each is received,
 * and consolidates the months they touched. Calling it again after any crash ends at the same tables.
 */
export async function runOnce(
  context: Context,
  bus: Bus,
  effects: ArrivalEffects,
): Promise<RunSummary> {
  const { lake, warehouse, datasets, runId } = context;
  await warehouse.prepare(datasets);
  const postponed: Failure[] = [];
  const failed: Failure[] = [];
  /** What passes by itself, or somebody must mend, is not tried again in this run. */
  async function attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EntradaError) || error.kind === 'terminal') throw error;
      if (!postponed.some((earlier) => earlier.name === name)) postponed.push({ name, error });
    }
  }

  // What a crash left between an outcome and the file's rest.
  for (const state of await unarchivedFiles(warehouse))
    await attempt(`${INBOX}/${state.fileName}`, () => archive(context, state));
  const { ready, waiting } = await findArrivals(lake, effects);
  const drops = (await deliveriesOf(warehouse, ready)).map(({ drop }) => drop);
  await bus.subscribe(TOPIC, runId, {
    handle: ({ data: { name, version } }) =>
      attempt(name, () => receive(context, { name, version })),
    async onDeadLetter({ data: { name, version } }, error) {
      context.log.error({ file: name, err: error }, 'failed');
      failed.push({ name, error });
      await recordFailure(context, { name, version }, error);
    },
  });
  for (const { name, version } of ready) await bus.publish(TOPIC, { name, version });
  await bus.drain();

  const consolidated: { dataset: Dataset; months: MonthRange[] }[] = [];
  for (const dataset of datasets) {
    const months = await monthsDue(warehouse, dataset);
    if (months.length === 0) continue;
    await warehouse.consolidate(dataset, months);
    context.log.info({ dataset: dataset.name, months }, 'consolidated');
    consolidated.push({ dataset, months });
  }
  const warnings =
    consolidated.length > 0 ? await findWarnings(warehouse, datasets) : { shown: [], more: 0 };
  return {
    runId,
    files: await findDrops(warehouse, drops),
    waiting,
    postponed,
    failed,
    consolidated,
    warnings: warnings.shown,
    moreWarnings: warnings.more,
  };
}
