import type { Warehouse } from '../warehouse/warehouse.ts';

/**
 * A load whose file is in force: loaded, and neither retracted nor replaced. Found among the events themselves, which
 * costs less than the state of every file that there ever was.
 */
export interface LoadInForce {
  readonly drop: string;
  readonly fileName: string;
  readonly fileHash: string;
  /** ISO date-time, UTC. */
  readonly time: string;
  readonly dataset: string;
  readonly loadId: number;
  readonly contentHash: string | null;
}

/** The load that holds the content of these bytes in the tables now, if any. */
export async function findInForce(
  warehouse: Warehouse,
  fileHash: string,
): Promise<LoadInForce | undefined> {
  return (await loadsInForce(warehouse, 'e.FILE_HASH = @fileHash', { fileHash })).at(0);
}

/** The loads of a dataset in force under this name, or whose rows say the same in other bytes, oldest first. */
export function findRelated(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
  contentHash: string,
): Promise<LoadInForce[]> {
  const where = `e.DATASET = @dataset AND (${NAMED} OR e.CONTENT_HASH = @contentHash)`;
  return loadsInForce(warehouse, where, { dataset, ...spellingsOf(fileName), contentHash });
}

/** The loads of a dataset in force under this name, oldest first. */
export function findNamesakes(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
): Promise<LoadInForce[]> {
  const where = `e.DATASET = @dataset AND ${NAMED}`;
  return loadsInForce(warehouse, where, { dataset, ...spellingsOf(fileName) });
}

/** Other names under which the same bytes came, and added nothing, since they were in the tables already. */
export async function findCopies(
  warehouse: Warehouse,
  { fileHash, fileName }: Pick<LoadInForce, 'fileHash' | 'fileName'>,
): Promise<string[]> {
  const { rows } = await warehouse.query(
    `SELECT DISTINCT FILE_NAME FROM ledger_events
     WHERE EVENT = 'repeated' AND FILE_HASH = @fileHash AND FILE_NAME <> @fileName ORDER BY FILE_NAME`,
    { fileHash, fileName },
  );
  return rows.map(([name]) => String(name));
}

/** Whether two names are one for a person: a Mac writes an accent apart from its letter, and others do not. */
export function isSameName(one: string, other: string): boolean {
  return one.normalize() === other.normalize();
}

const NAMED = 'e.FILE_NAME IN (@fileName, @composed, @decomposed)';

function spellingsOf(fileName: string) {
  return {
    fileName,
    composed: fileName.normalize('NFC'),
    decomposed: fileName.normalize('NFD'),
  };
}

async function loadsInForce(
  warehouse: Warehouse,
  where: string,
  parameters: Readonly<Record<string, string>>,
): Promise<LoadInForce[]> {
  const { rows } = await warehouse.query(
    `SELECT e.DROP_ID, e.FILE_NAME, e.FILE_HASH, e.EVENT_TIME, e.DATASET, e.LOAD_ID, e.CONTENT_HASH
     FROM ledger_events AS e
     LEFT JOIN ledger_events AS r ON r.DROP_ID = e.DROP_ID AND r.EVENT = 'retracted'
     WHERE e.EVENT = 'loaded' AND r.DROP_ID IS NULL AND ${where}
     ORDER BY e.EVENT_TIME, e.FILE_NAME`,
    parameters,
  );
  return rows.map(([drop, fileName, hash, time, dataset, loadId, contentHash]) => ({
    drop: String(drop),
    fileName: String(fileName),
    fileHash: String(hash),
    time: String(time),
    dataset: String(dataset),
    loadId: Number(loadId),
    contentHash: contentHash === null ? null : String(contentHash),
  }));
}
