import type { FileVersion } from '../lake/lake.ts';
import { type FileState, findDrop, findDrops } from '../ledger/ledger.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

/** One delivery of a file: its name in the ledger, and what the ledger knows of it. */
export interface Delivery {
  readonly drop: string;
  readonly state: FileState | undefined;
}

/**
 * The delivery that a file in the inbox is. A file that has come to rest and was moved back, under its name and
 * as it was, is delivered anew: once more a copy if it was loaded, another try if it was rejected.
 */
export async function deliveryOf(
  warehouse: Warehouse,
  file: FileVersion,
  first = 1,
): Promise<Delivery> {
  for (let n = first; ; n++) {
    const drop = dropOf(file, n);
    const state = await findDrop(warehouse, drop);
    if (!state?.archived) return { drop, state };
  }
}

/** The deliveries that many files are, asked for at once. */
export async function deliveriesOf(
  warehouse: Warehouse,
  files: readonly FileVersion[],
): Promise<Delivery[]> {
  const drops = files.map((file) => dropOf(file, 1));
  const known = new Map(
    (await findDrops(warehouse, drops)).map((state): [string, FileState] => [state.drop, state]),
  );
  const deliveries: Delivery[] = [];
  for (const [i, drop] of drops.entries()) {
    const state = known.get(drop);
    deliveries.push(state?.archived ? await deliveryOf(warehouse, files[i], 2) : { drop, state });
  }
  return deliveries;
}

function dropOf({ name, version }: FileVersion, n: number): string {
  return `${name}#${version}${n === 1 ? '' : `~${n}`}`;
}

/** The version of the file that a drop was. */
export function fileVersionOf(drop: string): string {
  return drop.slice(drop.lastIndexOf('#') + 1).replace(/~\d+$/, '');
}
