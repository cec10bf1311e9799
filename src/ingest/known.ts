import type { Dataset } from '../contract/dataset.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import {
  findNamesakes,
  findRelated,
  type Holder,
  heldAs,
  type LoadInForce,
} from '../ledger/in-force.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { Load, LoadChange } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { release } from './release.ts';

/** How a file stands to those that are in force already. */
export interface Relation {
  /** What is to be done with those that it takes the place of, in the same commit. */
  readonly events: readonly LedgerEvent[];
  readonly changes: readonly LoadChange[];
  /** What to tell of them, and of others. */
  readonly detail: Readonly<Record<string, string | number>>;
}

export const UNRELATED: Relation = { events: [], changes: [], detail: {} };

/**
 * A file that comes again under its name with other content replaces the earlier one where the contract or the
 * command says so, unless no row of it is accepted; else both count, and the overlap with the latest is told. A file
 * whose rows say the same as another's is told too.
 */
export async function relateToKnown(
  context: Context,
  dataset: Dataset,
  load: Load,
  fileName: string,
  contentHash: string,
): Promise<Relation> {
  const related = await findRelated(context.warehouse, dataset.name, fileName, contentHash);
  // Two files without an accepted row say nothing, rather than the same.
  const isEmpty = contentHash.endsWith('-0');
  const same = isEmpty ? undefined : related.find((known) => known.contentHash === contentHash);
  const sameContent = same ? { sameContent: same.loadedBy.fileName } : {};
  const namesakes = namesakesAmong(related, fileName);
  if (!isEmpty && mayReplace(dataset, context.replaceSameName)) {
    const replaced = replaceAll(context, namesakes, fileName);
    return { ...replaced, detail: { ...sameContent, ...replaced.detail } };
  }
  const latest = latestWithRows(namesakes);
  if (latest === undefined) return { ...UNRELATED, detail: sameContent };
  // A file that brings nothing is a mistake sooner than the end of what the earlier one brought.
  if (isEmpty) return { ...UNRELATED, detail: { keptTime: toSecond(latest.holder) } };
  const { common, fresh } = await load.compare(latest.load.loadId);
  return {
    ...UNRELATED,
    detail: {
      ...sameContent,
      namesakeHash: shortHash(latest.load.fileHash),
      namesakeTime: toSecond(latest.holder),
      namesakeCommon: common,
      namesakeFresh: fresh,
    },
  };
}

/** Whether a file takes the place of those of its name: the contract or the command says so. */
export function mayReplace({ sameName }: Dataset, replaceSameName: boolean): boolean {
  return replaceSameName || sameName === 'replace';
}

/**
 * A copy of what is in force takes the place of the earlier files of its name as any other content would.
 * Throws UserError when it cannot be known, before somebody mends the dataset, whether it does.
 */
export async function relateCopy(
  context: Context,
  copied: LoadInForce,
  fileName: string,
): Promise<Relation> {
  const { datasets, broken, replaceSameName } = context;
  const dataset = datasets.find(({ name }) => name === copied.dataset);
  if (dataset === undefined && broken.length > 0) throw broken[0].error;
  if (!dataset || !mayReplace(dataset, replaceSameName)) return UNRELATED;
  const replaced = await replaceNamesakes(context, dataset, fileName, copied);
  if (copied.rowsAccepted > 0) return replaced;
  // As with any other file that brings nothing.
  const { replacedTime } = replaced.detail;
  return { ...UNRELATED, detail: replacedTime === undefined ? {} : { keptTime: replacedTime } };
}

/** Takes the place of the earlier files of a name; its own content, where that is in force already, is none of them. */
export async function replaceNamesakes(
  context: Pick<Context, 'warehouse' | 'runId' | 'now'>,
  dataset: Dataset,
  fileName: string,
  own: LoadInForce | undefined,
): Promise<Relation> {
  const found = await findNamesakes(context.warehouse, dataset.name, fileName);
  const others = found.filter(({ loadId }) => loadId !== own?.loadId);
  return replaceAll(context, namesakesAmong(others, fileName), fileName);
}

interface Namesake {
  readonly load: LoadInForce;
  /** The drop of this name. */
  readonly holder: Holder;
}

/** Those that are held under a name, in the order in which they came under it. */
function namesakesAmong(loads: readonly LoadInForce[], fileName: string): Namesake[] {
  return loads
    .flatMap((load) => {
      const holder = heldAs(load, fileName);
      return holder ? { load, holder } : [];
    })
    .sort((a, b) => (a.holder.time < b.holder.time ? -1 : 1));
}

/** The latest of which people are told: one without an accepted row has nothing that could count. */
function latestWithRows(namesakes: readonly Namesake[]): Namesake | undefined {
  return namesakes.findLast(({ load }) => load.rowsAccepted > 0);
}

function replaceAll(
  { runId, now }: Pick<Context, 'runId' | 'now'>,
  namesakes: readonly Namesake[],
  fileName: string,
): Relation {
  const latest = latestWithRows(namesakes);
  const because = { runId, time: now(), code: 'file.replaced', detail: { by: fileName } };
  const releases = namesakes.map(({ load, holder }) => release(load, [holder], because));
  const stillAs = releases.flatMap((one) => one.stillAs);
  return {
    events: releases.flatMap(({ events }) => events),
    changes: releases.map(({ change }) => change),
    detail: latest
      ? {
          replacedTime: toSecond(latest.holder),
          ...(stillAs.length > 0 && { replacedStill: stillAs.join(', ') }),
        }
      : {},
  };
}

/** When a file came, as people are told. */
export function toSecond({ time }: Holder): string {
  return time.slice(0, 19);
}
