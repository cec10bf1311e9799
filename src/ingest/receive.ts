import { awaitedBy } from '../contract/broken.ts';
import { type SheetReport, skippedDetail } from '../contract/load.ts';
import { UserError } from '../errors.ts';
import type { FileVersion } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { findInForce, heldAs } from '../ledger/in-force.ts';
import { type FileState, findDrop, hasOutcome, stateOf } from '../ledger/ledger.ts';
import { archive } from './archive.ts';
import type { Context } from './context.ts';
import type { Delivery } from './drop.ts';
import { INBOX } from './folders.ts';
import type { IncomingFile } from './incoming.ts';
import { relateCopy, relateToKnown, toSecond } from './known.ts';

/** Makes an event of the delivery that is at work. */
type EventOf = (rest: Pick<LedgerEvent, 'event'> & Partial<LedgerEvent>) => LedgerEvent;

/** Codes of what goes wrong around a workbook, and says nothing against it. */
const AROUND = /^(lake|warehouse|query|dataset|cloud|bus)\./;

/**
 * Takes one delivery of a file through: reads it, loads its rows once, and lets it rest in backup/ or rejeitados/.
 * It may be called again for the same drop at any time, after a crash at any point too: what the ledger says
 * is done is not done again. Throws TransientError when it should be called again later, TerminalError for a
 * fault of ours; a workbook that is wrong is no error but an outcome.
 */
export async function receive(
  context: Context,
  file: FileVersion,
  { drop, state }: Delivery,
): Promise<void> {
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
  if (recorded) await archive(context, recorded);
}

async function readAndLoad(
  context: Context,
  file: FileVersion,
  drop: string,
): Promise<FileState | undefined> {
  const { warehouse, datasets, broken, incoming, now, runId, log } = context;
  await using taken = await incoming.take(file, datasets);
  // Announced twice, or as another version: the one is gone to rest, the other is announced by itself.
  if (taken === undefined) return undefined;
  const { opened, reading } = taken;
  const fileName = file.name.slice(INBOX.length + 1);
  const fileHash = await taken.hash;
  // The last of them is the outcome, once it is recorded: the ledger need not be asked for what it was just told.
  const made: LedgerEvent[] = [];
  const event: EventOf = (rest) => {
    const one = { drop, fileName, fileHash, runId, time: now(), ...rest };
    made.push(one);
    return one;
  };
  const inForce = await findInForce(warehouse, fileHash);
  // Another delivery of this drop was faster: it is no copy of itself.
  if (inForce?.loadedBy.drop === drop) return findDrop(warehouse, drop);
  if (inForce) {
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
    await warehouse.record([...events, repeated], [...changes, held]);
  } else {
    // What waits for a dataset to be mended is looked at by every run, and the ledger is not told each time.
    if (broken.length > 0)
      await reading.choice().catch((error) => {
        const awaited = awaitedBy(error, broken);
        if (awaited) throw awaited;
      });
    await warehouse.record([event({ event: 'received' })]);
    try {
      await load(context, taken, fileName, event);
    } catch (error) {
      if (!(error instanceof UserError) || AROUND.test(error.code)) throw error;
      // It is the workbook that is wrong only if nobody wrote to it while it was read.
      await opened.verify();
      log.info({ file: fileName, code: error.code, values: error.values }, 'rejected');
      await warehouse.record([
        event({ event: 'rejected', code: error.code, detail: error.values }),
      ]);
    }
  }
  return made.map(stateOf).at(-1);
}

async function load(
  context: Context,
  { opened, reading, hash }: IncomingFile,
  fileName: string,
  event: EventOf,
): Promise<SheetReport> {
  const { warehouse, incoming, log } = context;
  const choice = await reading.choice();
  const target = await warehouse.beginLoad(choice.dataset, choice.sheet.name, await hash);
  try {
    const report = await reading.load(target);
    incoming.goAhead();
    await opened.verify();
    const { sheet, read, accepted, rejected, contentHash } = report;
    const known = await relateToKnown(context, choice.dataset, target, fileName, contentHash);
    await target.commit(
      [
        ...known.events,
        event({
          event: 'loaded',
          dataset: choice.dataset.name,
          loadId: target.loadId,
          sheet,
          rowsRead: read,
          rowsAccepted: accepted,
          rowsRejected: rejected,
          contentHash,
          detail: { ...skippedDetail(report), ...known.detail },
        }),
      ],
      known.changes,
    );
    log.info({ file: opened.file.name, ...report }, 'loaded');
    return report;
  } finally {
    await target.abort();
  }
}
