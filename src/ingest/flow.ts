import type { Bus } from '../bus/bus.ts';
import type { BrokenDataset } from '../contract/broken.ts';
import type { Dataset } from '../contract/dataset.ts';
import { EntradaError, UserError } from '../errors.ts';
import { allMonths, type FileState, findDrops, hasOutcome, monthsDue } from '../ledger/ledger.ts';
import type { MonthRange } from '../warehouse/warehouse.ts';
import { archiveLeft } from './archive.ts';
import { type ArrivalEffects, type Arrivals, findArrivals } from './arrivals.ts';
import type { Context } from './context.ts';
import { deliveriesOf } from './drop.ts';
import { canWait, type Failure } from './failure.ts';
import { prepareDatasets } from './prepare.ts';
import type { NotReceived, Receiving } from './receivers.ts';
import { findWarnings, type Warning, type Warnings } from './warnings.ts';

export interface RunSummary extends NotReceived {
  readonly runId: string;
  /** What became of each file that this run received. */
  readonly files: readonly FileState[];
  readonly waiting: Arrivals['waiting'];
  readonly consolidated: readonly {
    readonly dataset: Dataset;
    readonly months: readonly MonthRange[];
  }[];
  /** Datasets whose tables are as they were, and why: a check that failed, a statement that was refused. */
  readonly unpublished: readonly { readonly dataset: Dataset; readonly error: EntradaError }[];
  /** Datasets that somebody must mend before they can be used. */
  readonly broken: readonly BrokenDataset[];
  readonly warnings: readonly Warning[];
  /** How many more of their kinds there are. */
  readonly moreWarnings: number;
  /** Datasets whose tables are published, but of which it cannot be told what looks wrong, and why. */
  readonly unwarned: Warnings['failed'];
}

/**
 * What the DAG does, on one machine: announces each workbook that has arrived, waits until each is received,
 * and consolidates the months they touched, or all that there are. Calling it again after any crash ends at the same
 * tables.
 */
export async function runOnce(
  context: Context,
  bus: Bus,
  effects: ArrivalEffects,
  receiving: Receiving,
  { rebuilds = false, refused = [] as readonly BrokenDataset[] } = {},
): Promise<RunSummary> {
  const { lake, warehouse, runId } = context;
  const prepared = await prepareDatasets(context, { refused });
  const { datasets, broken } = prepared;
  const consolidated: { dataset: Dataset; months: MonthRange[] }[] = [];
  for (const dataset of prepared.anew) {
    const months = await allMonths(warehouse, dataset);
    if (months.length > 0) consolidated.push({ dataset, months });
  }
  const unmoved = await archiveLeft(context);
  const { ready, waiting } = await findArrivals(lake, effects);
  const deliveries = await deliveriesOf(warehouse, ready);
  const arrivals = deliveries.map((delivery, i) => ({ ...delivery, file: ready[i] }));
  const { postponed, failed } = await receiving({ ...context, ...prepared }, bus, arrivals);
  const isNew = ({ name }: Failure) => !unmoved.some((earlier) => earlier.name === name);
  const mayPass = ({ error }: Failure) => canWait(error);

  const unpublished: { dataset: Dataset; error: EntradaError }[] = [];
  for (const dataset of datasets) {
    const remakes = rebuilds && !prepared.anew.includes(dataset);
    const months = await (remakes ? allMonths : monthsDue)(warehouse, dataset);
    if (months.length === 0) continue;
    try {
      await (remakes ? warehouse.rebuild(dataset) : warehouse.consolidate(dataset, months));
      // In BigQuery nobody has looked before.
      const [left] = await monthsDue(warehouse, dataset);
      if (left)
        throw new UserError('dataset.notCounted', { dataset: dataset.name, from: left.from });
    } catch (error) {
      // The others are no worse for it.
      if (!(error instanceof EntradaError)) throw error;
      context.log.error({ dataset: dataset.name, err: error }, 'not consolidated');
      unpublished.push({ dataset, error });
      continue;
    }
    context.log.info({ dataset: dataset.name, months }, 'consolidated');
    consolidated.push({ dataset, months });
  }
  const warnings =
    consolidated.length > 0
      ? await findWarnings(warehouse, datasets)
      : { shown: [], more: 0, failed: [] };
  for (const { dataset, error } of warnings.failed)
    context.log.error({ dataset: dataset.name, err: error }, 'warnings not found');
  return {
    runId,
    files: await findDrops(
      warehouse,
      // What an earlier run received and could not move yet is no news.
      arrivals.flatMap(({ drop, state }) => (state && hasOutcome(state) ? [] : drop)),
    ),
    waiting,
    postponed: [...unmoved.filter(mayPass), ...postponed.filter(isNew)],
    failed: [...unmoved.filter((one) => !mayPass(one)), ...failed.filter(isNew)],
    consolidated,
    unpublished,
    broken,
    warnings: warnings.shown,
    moreWarnings: warnings.more,
    unwarned: warnings.failed,
  };
}
