import type { LakeFile } from '../lake/lake.ts';
import { type FileState, findDrop } from '../ledger/ledger.ts';
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
  { name, version }: Pick<LakeFile, 'name' | 'version'>,
): Promise<Delivery> {
  for (let n = 1; ; n++) {
    const drop = `${name}#${version}${n === 1 ? '' : `~${n}`}`;
    const state = await findDrop(warehouse, drop);
    if (!state?.archived) return { drop, state };
  }
}

/** The version of the file that a drop was. */
export function versionOf(drop: string): string {
  return drop.slice(drop.lastIndexOf('#') + 1).replace(/~\d+$/, '');
}
