import type { Value, Warehouse } from '../warehouse/warehouse.ts';

/** A drop through which a content counts: of each name the first one. */
export interface Holder {
  readonly drop: string;
  readonly fileName: string;
  /** When it came. ISO date-time, UTC. */
  readonly time: string;
}

/**
 * A load that counts: at least one name under which its content was dropped is neither retracted nor replaced. Found
 * among the events themselves, which costs less than the state of every file that there ever was.
 */
export interface LoadInForce {
  readonly loadId: number;
  readonly dataset: string;
  readonly fileHash: string;
  readonly contentHash: string | null;
  readonly sheet: string;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  /** The drop that stands for its rows: what brought them, or what took over from that. */
  readonly loadedBy: Holder;
  /** All that hold it, `loadedBy` among them, oldest first. */
  readonly holders: readonly Holder[];
  /** How many events of it there are. */
  readonly events: number;
}

/** The load that holds the content of these bytes in the tables now, if any. */
export async function findInForce(
  warehouse: Warehouse,
  fileHash: string,
): Promise<LoadInForce | undefined> {
  return (await loadsInForce(warehouse, 'FILE_HASH = @fileHash', { fileHash })).at(0);
}

/*
 * A name has more spellings than SQL knows (see isSameName), and a load found by it may have let it go: what SQL
 * finds is looked through again.
 */

/** The loads of a dataset in force that are held under this name, or whose rows say the same in other bytes. */
export async function findRelated(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
  contentHash: string,
): Promise<LoadInForce[]> {
  const where = `DATASET = @dataset AND (${NAMED} OR CONTENT_HASH = @contentHash)`;
  const parameters = { dataset, ...spellingsOf(fileName), contentHash };
  const found = await loadsInForce(warehouse, where, parameters);
  return found.filter((load) => load.contentHash === contentHash || heldAs(load, fileName));
}

/** The loads of a dataset in force that are held under this name. */
export async function findNamesakes(
  warehouse: Warehouse,
  dataset: string,
  fileName: string,
): Promise<LoadInForce[]> {
  const where = `DATASET = @dataset AND ${NAMED}`;
  const found = await loadsInForce(warehouse, where, { dataset, ...spellingsOf(fileName) });
  return found.filter((load) => heldAs(load, fileName));
}

/** Fewer characters of a hash would name a file by accident. */
const HASH_CHARACTERS = 6;

/** The loads in force that are held under this name, or whose hash begins so. */
export async function findMeant(warehouse: Warehouse, wanted: string): Promise<LoadInForce[]> {
  const hash = wanted.toLowerCase();
  const where = `(${NAMED} OR STARTS_WITH(FILE_HASH, @hash))`;
  const found = await loadsInForce(warehouse, where, { ...spellingsOf(wanted), hash });
  return found.filter(
    (load) =>
      (hash.length >= HASH_CHARACTERS && load.fileHash.startsWith(hash)) || heldAs(load, wanted),
  );
}

/** The drop through which a load is held under this name, if any. */
export function heldAs({ holders }: LoadInForce, name: string): Holder | undefined {
  return holders.find(({ fileName }) => isSameName(fileName, name));
}

/** Whether two names are one for a person: a Mac writes an accent apart from its letter, and others do not. */
function isSameName(one: string, other: string): boolean {
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

/** Those of which an event is as `where` says, oldest first. */
async function loadsInForce(
  warehouse: Warehouse,
  where: string,
  parameters: Readonly<Record<string, string>>,
): Promise<LoadInForce[]> {
  // All of these have their load's number, but for a drop that repeats what its name holds already: it adds nothing
  // to it.
  const { rows } = await warehouse.query(
    `SELECT LOAD_ID, EVENT, DROP_ID, FILE_NAME, EVENT_TIME, DATASET, FILE_HASH, CONTENT_HASH, SHEET, ROWS_READ,
       ROWS_ACCEPTED, ROWS_REJECTED
     FROM ledger_events
     WHERE EVENT IN ('loaded', 'repeated', 'retracted') AND LOAD_ID IN (SELECT LOAD_ID FROM ledger_events WHERE ${where})
     ORDER BY EVENT_TIME, FILE_NAME`,
    parameters,
  );
  const events = rows.map(toEvent);
  const loads = Map.groupBy(events, ({ loadId }) => loadId);
  return [...loads.values()].flatMap(toLoad);
}

interface EventOfLoad extends Omit<LoadInForce, 'loadedBy' | 'holders' | 'events'>, Holder {
  readonly event: string;
}

function toEvent(row: readonly Value[]): EventOfLoad {
  return {
    loadId: Number(row[0]),
    event: String(row[1]),
    drop: String(row[2]),
    fileName: String(row[3]),
    time: String(row[4]),
    dataset: String(row[5]),
    fileHash: String(row[6]),
    contentHash: row[7] === null ? null : String(row[7]),
    sheet: String(row[8]),
    rowsRead: Number(row[9]),
    rowsAccepted: Number(row[10]),
    rowsRejected: Number(row[11]),
  };
}

/** One load from all of its events, in their order; none when no drop holds it any more. */
function toLoad(events: readonly EventOfLoad[]): LoadInForce[] {
  const isOver = new Set(
    events.filter(({ event }) => event === 'retracted').map(({ drop }) => drop),
  );
  const inForce = events.filter(({ drop }) => !isOver.has(drop));
  const loaded = inForce.findLast(({ event }) => event === 'loaded');
  if (loaded === undefined) return [];
  const { event, drop, fileName, time, ...load } = loaded;
  const firsts = [...Map.groupBy(inForce, (one) => one.drop).values()].map(([first]) => first);
  const holders = firsts.map((one) => ({ drop: one.drop, fileName: one.fileName, time: one.time }));
  return [{ ...load, loadedBy: { drop, fileName, time }, holders, events: events.length }];
}
