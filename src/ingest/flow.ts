import type { Bus } from '../bus/bus.ts';
import type { Dataset } from '../contract/dataset.ts';
import { TransientError } from '../errors.ts';
import { type FileState, findDrops, monthsDue } from '../ledger/ledger.ts';
import type { MonthRange } from '../warehouse/warehouse.ts';
import { finishArchiving } from './archive.ts';
import { type ArrivalEffects, type Arrivals, findArrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { dropOf, receive } from './receive.ts';
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
  await finishArchiving(context);
  const { ready, waiting } = await findArrivals(lake, effects);
  const postponed: Failure[] = [];
  const failed: Failure[] = [];
  await bus.subscribe(TOPIC, runId, {
    async handle({ data: { name, version } }) {
      try {
        await receive(context, { name, version });
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        postponed.push({ name, error });
      }
    },
    async onDeadLetter({ data: { name } }, error) {
      context.log.error({ file: name, err: error }, 'failed');
      failed.push({ name, error });
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
  return {
    runId,
    files: await findDrops(warehouse, ready.map(dropOf)),
    waiting,
    postponed,
    failed,
    consolidated,
    warnings: consolidated.length > 0 ? await findWarnings(warehouse, datasets) : [],
  };
}
