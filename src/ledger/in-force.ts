import type { Value, Warehouse } from '../warehouse/warehouse.ts';

/** One drop of the content of a load: what brought its rows, or the same bytes once more, which added nothing. */
export interface Holder {
  readonly drop: string;
  readonly fileName: string;
}

/**
 * A load that counts: at least one drop of its content was neither retracted nor replaced. Found among the events
 * themselves, which costs less than the state of every file that there ever was.
 */
export interface LoadInForce extends Holder {
  readonly fileHash: string;
  /** ISO date-time, UTC. */
  readonly time: string;
  readonly dataset: string;
  readonly loadId: number;
  readonly sheet: string;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly contentHash: string | null;
  /** All drops of its content that are in force, this one among them, oldest first. */
  readonly holders: readonly Holder[];
}

/** The load that holds the content of these bytes in the tables now, if any. */
export async function findInForce(
  warehouse: Warehouse,
  fileHash: string,
): Promise<LoadInForce | undefined> {
  return (await loadsInForce(warehouse, 'FILE_HASH = @fileHash', { fileHash })).at(0);
}

/** The loads of a dataset in force that were dropped under this name, or whose rows say the same in other bytes, oldest first. */
export async function findRelated(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
  contentHash: string,
): Promise<LoadInForce[]> {
  const where = `DATASET = @dataset AND (${NAMED} OR CONTENT_HASH = @contentHash)`;
  const parameters = { dataset, ...spellingsOf(fileName), contentHash };
  const found = await loadsInForce(warehouse, where, parameters);
  return found.filter((load) => load.contentHash === contentHash || isHeldAs(load, fileName));
}

/** The loads of a dataset in force that were dropped under this name, oldest first. */
export async function findNamesakes(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
): Promise<LoadInForce[]> {
  const where = `DATASET = @dataset AND ${NAMED}`;
  const found = await loadsInForce(warehouse, where, { dataset, ...spellingsOf(fileName) });
  return found.filter((load) => isHeldAs(load, fileName));
}

/** The loads in force that were dropped under this name, or whose hash begins so, oldest first. */
export async function findMeant(warehouse: Warehouse, wanted: string): Promise<LoadInForce[]> {
  const hash = wanted.toLowerCase();
  // Fewer characters of a hash would name a file by accident.
  const begins = (fileHash: string) => hash.length >= 6 && fileHash.startsWith(hash);
  const where = `(${NAMED} OR STARTS_WITH(FILE_HASH, @hash))`;
  const found = await loadsInForce(warehouse, where, { ...spellingsOf(wanted), hash });
  return found.filter((load) => begins(load.fileHash) || isHeldAs(load, wanted));
}

/** Whether the content was dropped under this name, and is in force under it. */
export function isHeldAs({ holders }: LoadInForce, name: string): boolean {
  return holders.some(({ fileName }) => isSameName(fileName, name));
}

/** The other names under which the content was dropped, and is in force. */
export function otherNames({ holders }: LoadInForce, name: string): string[] {
  const names = new Set(holders.map(({ fileName }) => fileName));
  return [...names].filter((other) => !isSameName(other, name));
}

/** Whether two names are one for a person: a Mac writes an accent apart from its letter, and others do not. */
export function isSameName(one: string, other: string): boolean {
  return one.normalize() === other.normalize();
}

const NAMED = 'FILE_NAME IN (@fileName, @composed, @decomposed)';

function spellingsOf(fileName: string) {
  return {
    fileName,
    composed: fileName.normalize('NFC'),
    decomposed: fileName.normalize('NFD'),
  };
}

/** `where` says of which loads an event must be: each of these events has its load's number. */
async function loadsInForce(
  warehouse: Warehouse,
  where: string,
  parameters: Readonly<Record<string, string>>,
): Promise<LoadInForce[]> {
  const { rows } = await warehouse.query(
    `SELECT LOAD_ID, DROP_ID, FILE_NAME, EVENT, FILE_HASH, EVENT_TIME, DATASET, SHEET, ROWS_READ, ROWS_ACCEPTED,
       ROWS_REJECTED, CONTENT_HASH
     FROM ledger_events
     WHERE EVENT IN ('loaded', 'repeated', 'retracted') AND LOAD_ID IN (SELECT LOAD_ID FROM ledger_events WHERE ${where})
     ORDER BY EVENT_TIME, FILE_NAME`,
    parameters,
  );
  const retracted = new Set(
    rows.flatMap(([, drop, , event]) => (event === 'retracted' ? drop : [])),
  );
  const inForce = rows.filter(([, drop]) => !retracted.has(drop));
  const holders = new Map<Value, Map<string, Holder>>();
  for (const [loadId, drop, fileName] of inForce) {
    const known = holders.get(loadId) ?? new Map<string, Holder>();
    const holder = { drop: String(drop), fileName: String(fileName) };
    holders.set(loadId, known.set(holder.drop, holder));
  }
  return inForce
    .filter(([, , , event]) => event === 'loaded')
    .map(([loadId, drop, fileName, , fileHash, time, dataset, sheet, ...rest]) => ({
      drop: String(drop),
      fileName: String(fileName),
      fileHash: String(fileHash),
      time: String(time),
      dataset: String(dataset),
      loadId: Number(loadId),
      sheet: String(sheet),
      rowsRead: Number(rest[0]),
      rowsAccepted: Number(rest[1]),
      rowsRejected: Number(rest[2]),
      contentHash: rest[3] === null ? null : String(rest[3]),
      holders: [...(holders.get(loadId)?.values() ?? [])],
    }));
}
