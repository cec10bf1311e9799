import type { Dataset } from '../contract/dataset.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import {
  findCopies,
  findNamesakes,
  findRelated,
  isSameName,
  type LoadInForce,
} from '../ledger/in-force.ts';
import { monthsOf } from '../ledger/ledger.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { Load, Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';

/** How a load stands to the files that are in force already. */
export interface Relation {
  /** Loads that this one takes the place of. */
  readonly replaced: readonly LoadInForce[];
  /** What to tell of the others. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/**
 * A file that comes again under its name with other content replaces the earlier one where the contract or the
 * command says so, unless no row of it is accepted; else both count, and the overlap is told. A file whose rows say the
 * same as another's is told too.
 */
export async function relateToKnown(
  { warehouse, replaceSameName }: Context,
  dataset: Dataset,
  load: Load,
  fileName: string,
  contentHash: string,
): Promise<Relation> {
  const related = await findRelated(warehouse, dataset.name, fileName, contentHash);
  // Two files without an accepted row say nothing, rather than the same.
  const isEmpty = contentHash.endsWith('-0');
  const same = isEmpty ? undefined : related.find((known) => known.contentHash === contentHash);
  const sameContent = same ? { sameContent: same.fileName } : {};
  const namesakes = related.filter((known) => isSameName(known.fileName, fileName));
  const latest = namesakes.at(-1);
  if (latest === undefined) return { replaced: [], detail: sameContent };
  const time = latest.time.slice(0, 19);
  if (replacesNamesakes(dataset, replaceSameName)) {
    // A file that brings nothing is a mistake sooner than the end of what the earlier one brought.
    if (isEmpty) return { replaced: [], detail: { keptTime: time } };
    return {
      replaced: namesakes,
      detail: { ...sameContent, ...(await toldOfReplaced(warehouse, namesakes)) },
    };
  }
  const { common, fresh } = await load.compare(latest.loadId);
  return {
    replaced: [],
    detail: {
      ...sameContent,
      namesakeHash: shortHash(latest.fileHash),
      namesakeTime: time,
      namesakeCommon: common,
      namesakeFresh: fresh,
    },
  };
}

/** Whether a file takes the place of those of its name: the contract or the command says so. */
export function replacesNamesakes({ sameName }: Dataset, replaceSameName: boolean): boolean {
  return replaceSameName || sameName === 'replace';
}

/** What is told of the files that one takes the place of: when the latest was loaded, and what else went with them. */
async function toldOfReplaced(warehouse: Warehouse, replaced: readonly LoadInForce[]) {
  const latest = replaced.at(-1);
  if (latest === undefined) return {};
  const copies: string[] = [];
  for (const load of replaced) copies.push(...(await findCopies(warehouse, load)));
  return {
    replacedTime: latest.time.slice(0, 19),
    ...(copies.length > 0 && { replacedCopies: copies.join(', ') }),
  };
}

/**
 * Takes out the earlier files under the name of a copy, where the contract or the command says that they are replaced: what
 * the name stands for now is in the tables already. Gives what is told of them.
 */
export async function replaceByCopy(
  { warehouse, datasets, replaceSameName }: Context,
  copied: LoadInForce,
  fileName: string,
  event: EventOf,
): Promise<Record<string, string>> {
  const dataset = datasets.find(({ name }) => name === copied.dataset);
  if (!dataset || !replacesNamesakes(dataset, replaceSameName)) return {};
  const namesakes = await findNamesakes(warehouse, dataset.name, fileName);
  const replaced = namesakes.filter(({ loadId }) => loadId !== copied.loadId);
  for (const load of replaced) {
    const { loadId } = load;
    const ranges = await monthsOf(warehouse, loadId);
    const events = [retractionOf(load, event)];
    await warehouse.retract({ dataset, loadId, ranges, events, rehearse: false });
  }
  return toldOfReplaced(warehouse, replaced);
}

/** Makes an event of the delivery that is at work. */
export type EventOf = (rest: Pick<LedgerEvent, 'event'> & Partial<LedgerEvent>) => LedgerEvent;

/** The event that takes a replaced file out, for the commit that takes out its rows. */
export function retractionOf(
  { drop, fileName, fileHash, dataset, loadId }: LoadInForce,
  event: EventOf,
): LedgerEvent {
  const { runId, time } = event({ event: 'retracted' });
  const detail = { by: fileName };
  return {
    drop,
    fileName,
    fileHash,
    runId,
    time,
    event: 'retracted',
    code: 'file.replaced',
    detail,
    dataset,
    loadId,
  };
}
