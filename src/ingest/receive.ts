import { awaitedBy } from '../contract/broken.ts';
import { skippedDetail } from '../contract/load.ts';
import { UserError } from '../errors.ts';
import type { FileVersion } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { findInForce, heldAs, type LoadInForce } from '../ledger/in-force.ts';
import { type FileState, findDrop, hasOutcome, stateOf } from '../ledger/ledger.ts';
import { archive } from './archive.ts';
import type { Context } from './context.ts';
import type { Delivery } from './drop.ts';
import { fileNameOf } from './folders.ts';
import type { IncomingFile } from './incoming.ts';
import { relateCopy, relateToKnown, toSecond } from './known.ts';

/** Makes an event of the delivery that is at work. */
type EventOf = (rest: Pick<LedgerEvent, 'event'> & Partial<LedgerEvent>) => LedgerEvent;

/** Codes of what goes wrong around a workbook, and says nothing against it. */
const AROUND = /^(lake|warehouse|query|dataset|cloud|bus)\./;

/**
 * Takes one delivery of a file through: reads it, loads its rows once, and lets it rest in backup/ or rejeitados/.
 * It may be called again for the same drop at any time, after a crash at any point too: what the ledger says
 * is done is not done again. Gives the events that are still to be recorded, as `archive` does. Throws TransientError
 * when it should be called again later, TerminalError for a fault of ours; a workbook that is wrong is no error but an
 * outcome.
 */
export async function receive(
  context: Context,
  file: FileVersion,
  { drop, state }: Delivery,
): Promise<LedgerEvent[]> {
  const { warehouse, isShared } = context;
  if (state && hasOutcome(state)) return archive(context, state);
  const outcome = await readAndLoad(context, file, drop).catch(async (error) => {
    // Of two deliveries at the same time the one may take the file to its rest while the other reads it.
    const taken = isShared ? await findDrop(warehouse, drop) : undefined;
    if (taken === undefined || !hasOutcome(taken)) throw error;
    return taken;
  });
  // Of two deliveries at the same time one is recorded, and both must let the file rest in the one's place.
  const recorded = outcome && isShared ? await findDrop(warehouse, drop) : outcome;
  return recorded ? archive(context, recorded) : [];
}

async function readAndLoad(
  context: Context,
  file: FileVersion,
  drop: string,
): Promise<FileState | undefined> {
  const { warehouse, datasets, incoming, now, runId } = context;
  await using taken = await incoming.take(file, datasets);
  // Announced twice, or as another version: the one is gone to rest, the other is announced by itself.
  if (taken === undefined) return undefined;
  const fileName = fileNameOf(file.name);
  const fileHash = await taken.hash;
  const event: EventOf = (rest) => ({ drop, fileName, fileHash, runId, time: now(), ...rest });
  const inForce = await findInForce(warehouse, fileHash);
  // Another delivery of this drop was faster: it is no copy of itself.
  if (inForce?.loadedBy.drop === drop) return findDrop(warehouse, drop);
  // The ledger need not be asked for what it was just told.
  return stateOf(
    inForce
      ? await receiveCopy(context, inForce, fileName, event)
      : await receiveNew(context, taken, fileName, event),
  );
}

/** Takes down that the content is in force already, under whatever name. Gives the event of the outcome. */
async function receiveCopy(
  context: Context,
  inForce: LoadInForce,
  fileName: string,
  event: EventOf,
): Promise<LedgerEvent> {
  const { events, changes, detail } = await relateCopy(context, inForce, fileName);
  const { loadId, dataset, loadedBy, rowsRejected } = inForce;
  const repeated = event({
    event: 'repeated',
    dataset,
    // What its name holds already it need not hold twice.
    ...(heldAs(inForce, fileName) === undefined && { loadId }),
    ...(rowsRejected > 0 && { rowsRejected }),
    code: 'file.repeated',
    detail: { file: loadedBy.fileName, time: toSecond(loadedBy), ...detail },
  });
  const held = { loadId, does: 'held', events: inForce.events } as const;
  await context.warehouse.record([...events, repeated], [...changes, held]);
  return repeated;
}

/** Loads a content that is not in force, or takes down why it cannot be. Gives the event of the outcome. */
async function receiveNew(
  context: Context,
  taken: IncomingFile,
  fileName: string,
  event: EventOf,
): Promise<LedgerEvent> {
  const { warehouse, broken, log } = context;
  // What waits for a dataset to be mended is looked at by every run, and the ledger is not told each time.
  if (broken.length > 0)
    await taken.reading.choice().catch((error) => {
      const awaited = awaitedBy(error, broken);
      if (awaited) throw awaited;
    });
  await warehouse.record([event({ event: 'received' })]);
  try {
    return await load(context, taken, fileName, event);
  } catch (error) {
    if (!(error instanceof UserError) || AROUND.test(error.code)) throw error;
    // It is the workbook that is wrong only if nobody wrote to it while it was read.
    await taken.opened.verify();
    log.info({ file: fileName, code: error.code, values: error.values }, 'rejected');
    const rejected = event({ event: 'rejected', code: error.code, detail: error.values });
    await warehouse.record([rejected]);
    return rejected;
  }
}

async function load(
  context: Context,
  { opened, reading, hash }: IncomingFile,
  fileName: string,
  event: EventOf,
): Promise<LedgerEvent> {
  const { warehouse, incoming, log } = context;
  const choice = await reading.choice();
  const target = await warehouse.beginLoad(choice.dataset, choice.sheet.name, await hash);
  try {
    const report = await reading.load(target);
    incoming.goAhead();
    await opened.verify();
    const { sheet, read, accepted, rejected, contentHash } = report;
    const known = await relateToKnown(context, choice.dataset, target, fileName, contentHash);
    const loaded = event({
      event: 'loaded',
      dataset: choice.dataset.name,
      loadId: target.loadId,
      sheet,
      rowsRead: read,
      rowsAccepted: accepted,
      rowsRejected: rejected,
      contentHash,
      detail: { ...skippedDetail(report), ...known.detail },
    });
    await target.commit([...known.events, loaded], known.changes);
    log.info({ file: opened.file.name, ...report }, 'loaded');
    return loaded;
  } finally {
    await target.abort();
  }
}
