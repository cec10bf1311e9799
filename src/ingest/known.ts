import type { Dataset } from '../contract/dataset.ts';
import { findNamesakes, findRelated, isHeldAs, type LoadInForce } from '../ledger/in-force.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { Load } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { carryOut, type Release, release } from './release.ts';

/** How a load stands to the files that are in force already. */
export interface Relation {
  /** Those that it takes the place of. */
  readonly replaced: readonly Release[];
  /** What to tell of the others. */
  readonly detail: Readonly<Record<string, string | number>>;
}

/**
 * A file that comes again under its name with other content replaces the earlier one where the contract or the
 * command says so, unless no row of it is accepted; else both count, and the overlap is told. A file whose rows say the
 * same as another's is told too.
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
  const sameContent = same ? { sameContent: same.fileName } : {};
  const namesakes = related.filter((known) => isHeldAs(known, fileName));
  const latest = namesakes.at(-1);
  if (latest === undefined) return { replaced: [], detail: sameContent };
  const time = latest.time.slice(0, 19);
  if (replacesNamesakes(dataset, context.replaceSameName)) {
    // A file that brings nothing is a mistake sooner than the end of what the earlier one brought.
    if (isEmpty) return { replaced: [], detail: { keptTime: time } };
    const replaced = replaceAll(context, namesakes, fileName);
    return { replaced, detail: { ...sameContent, ...toldOf(replaced) } };
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

/**
 * Takes out the earlier files under the name of a copy, where the contract or the command says that they are replaced: what
 * the name stands for now is in the tables already. Gives what is told of them.
 */
export async function replaceByCopy(
  context: Context,
  copied: LoadInForce,
  fileName: string,
): Promise<Record<string, string>> {
  const { warehouse, datasets, replaceSameName } = context;
  const dataset = datasets.find(({ name }) => name === copied.dataset);
  if (!dataset || !replacesNamesakes(dataset, replaceSameName)) return {};
  const namesakes = await findNamesakes(warehouse, dataset.name, fileName);
  const others = namesakes.filter(({ loadId }) => loadId !== copied.loadId);
  const replaced = replaceAll(context, others, fileName);
  for (const one of replaced) await carryOut(warehouse, dataset, one, false);
  return toldOf(replaced);
}

function replaceAll(
  { runId, now }: Context,
  namesakes: readonly LoadInForce[],
  fileName: string,
): Release[] {
  const detail = { by: fileName };
  const because = { runId, time: now(), code: 'file.replaced', detail };
  return namesakes.map((load) => release(load, fileName, because));
}

/** What is told of the files that one takes the place of: when the latest was loaded, and where its content still counts. */
function toldOf(replaced: readonly Release[]): Record<string, string> {
  const latest = replaced.at(-1);
  if (latest === undefined) return {};
  const keptAs = replaced.flatMap((one) => one.keptAs);
  return {
    replacedTime: latest.load.time.slice(0, 19),
    ...(keptAs.length > 0 && { replacedKept: keptAs.join(', ') }),
  };
}
