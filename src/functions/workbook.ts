import * as z from 'zod';
import type { Settings } from '../config.ts';
import { recordRested } from '../ingest/archive.ts';
import { notAWorkbook } from '../ingest/arrivals.ts';
import { deliveryOf } from '../ingest/drop.ts';
import { recordFailure } from '../ingest/failure.ts';
import { INBOX } from '../ingest/folders.ts';
import { receive } from '../ingest/receive.ts';
import { TOPIC } from '../ingest/receivers.ts';
import { parseJson } from '../json.ts';
import type { FileVersion } from '../lake/lake.ts';
import { recordCost } from '../ledger/costs.ts';
import type { Instance } from './instance.ts';
import { dataIn, type Event, type Pushed } from './message.ts';

/** Takes the workbook that a message announces through; what keeps it from its end is told the ledger, and thrown. */
export async function receiveWorkbook(instance: Instance, event: Event): Promise<void> {
  const announced = await instance.reading(TOPIC, event, (message, { settings }) =>
    announcedBy(message, settings),
  );
  if (announced === undefined) return;
  const { file, runId, replaceSameName } = announced;
  const context = { ...(await instance.contextOf(runId)), replaceSameName };
  const delivery = await deliveryOf(context.warehouse, file);
  try {
    await recordRested(context.warehouse, await receive(context, file, delivery));
  } catch (error) {
    await recordFailure(context, delivery.drop, error);
    throw error;
  } finally {
    await recordCost(context);
  }
}

interface Announced {
  readonly file: FileVersion;
  readonly runId: string;
  readonly replaceSameName: boolean;
}

const announcement = z.object({
  name: z.string().regex(new RegExp(`^${INBOX}/([^/]+/)?[^/]+$`)),
  version: z.string().min(1),
  run: z.string().optional(),
  replaces: z.literal('true').optional(),
});

/** As a bucket says of an object, in the attributes of its notification. */
const notification = z.object({
  eventType: z.string(),
  bucketId: z.string(),
  objectId: z.string(),
  objectGeneration: z.string(),
});
/** The object itself, in the notification's data, unless the bucket is told to leave it out. */
const object = z.object({ size: z.coerce.number() });

/**
 * The workbook that a message is about: a run's announcement, or a bucket's notification. Undefined for what no run
 * takes, and for what a bucket tells besides, such as of the objects that Entrada writes itself. Throws TerminalError
 * `bus.message` for what is neither.
 */
function announcedBy(message: Pushed, { lake }: Settings): Announced | undefined {
  const told = notification.safeParse(message.attributes);
  if (told.success) {
    const { eventType, bucketId, objectId: name, objectGeneration: version } = told.data;
    const isOurs = lake.kind === 'bucket' && lake.bucket === bucketId;
    if (eventType !== 'OBJECT_FINALIZE' || !isOurs) return undefined;
    if (!isTaken(name, sizeIn(message))) return undefined;
    return { file: { name, version }, runId: message.id, replaceSameName: false };
  }
  const { name, version, run = message.id, replaces } = dataIn(message, TOPIC, announcement);
  if (!isTaken(name, Number.NaN)) return undefined;
  return { file: { name, version }, runId: run, replaceSameName: replaces !== undefined };
}

/** Whether an object is a workbook in the inbox, or in a sender's folder of it; of unknown size it is not empty. */
function isTaken(name: string, size: number): boolean {
  const isInside = new RegExp(`^${INBOX}/([^./][^/]*/)?[^/]+$`).test(name);
  return isInside && notAWorkbook({ name, size }) === undefined;
}

/** Bytes; NaN where the notification does not say. */
function sizeIn({ bytes }: Pushed): number {
  const told = parseJson(Buffer.from(bytes).toString());
  return object.safeParse(told).data?.size ?? Number.NaN;
}
