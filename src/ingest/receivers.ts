import type { Bus } from '../bus/bus.ts';
import { FIRST_LOOK_MS, laterLook, SILENT_MINUTES } from '../bus/silence.ts';
import { type EntradaError, TerminalError, TransientError } from '../errors.ts';
import type { FileVersion } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { type FileState, findDrops, hasOutcome } from '../ledger/ledger.ts';
import type { Code } from '../messages/en.ts';
import { tellRested } from './archive.ts';
import type { Context } from './context.ts';
import { type Delivery, deliveryOf } from './drop.ts';
import { canWait, type Failure, recordFailure } from './failure.ts';
import { INBOX } from './folders.ts';
import { receive } from './receive.ts';

/** The topic on which workbooks are announced, as the case names it. */
export const TOPIC = 'bases_vendas';

/** A file that has arrived, and what the ledger knew of it then. */
interface Arrival extends Delivery {
  readonly file: FileVersion;
}

/** What was not received. */
export interface NotReceived {
  /** Files that stay for a later run, and why. */
  readonly postponed: readonly Failure[];
  /** Files that a fault of ours kept from being received. */
  readonly failed: readonly Failure[];
}

/** Announces what has arrived, and resolves when no more is to be expected of it. */
export type Receiving = (
  context: Context,
  bus: Bus,
  arrivals: readonly Arrival[],
) => Promise<NotReceived>;

/** Whether a run that has received so many files is to begin no other. */
export type IsEnough = (received: number) => boolean;

/**
 * Each file is received by this process, one after the other, until that is enough: the rest stays for a later run.
 * What was not received does not count, so that no file that waits to be mended keeps others from their turn.
 */
export const receiveHere =
  (isEnough: IsEnough = () => false): Receiving =>
  async (context, bus, arrivals) => {
    let received = 0;
    const rested: LedgerEvent[] = [];
    const postponed: Failure[] = [];
    const failed: Failure[] = [];
    const drops = new Map(arrivals.map(({ file, drop }) => [file.name, drop]));
    await bus.subscribe(TOPIC, context.runId, {
      async handle({ data: { name, version } }) {
        if (isEnough(received)) return;
        let delivery: Delivery | undefined;
        try {
          const file = { name, version };
          delivery = await deliveryOf(context.warehouse, file);
          rested.push(...(await receive(context, file, delivery)));
          received++;
        } catch (error) {
          if (!canWait(error)) throw error;
          if (!postponed.some((earlier) => earlier.name === name)) postponed.push({ name, error });
          // What somebody must mend is told the ledger, though not at each look.
          if (delivery && error.kind === 'user' && delivery.state?.code !== error.code)
            await recordFailure(context, delivery.drop, error);
        }
      },
      async onDeadLetter({ data: { name } }, error) {
        context.log.error({ file: name, err: error }, 'failed');
        failed.push({ name, error });
        const drop = drops.get(name);
        // What another run announced, that run tells the ledger.
        if (drop) await recordFailure(context, drop, error);
      },
    });
    context.incoming.expect(
      arrivals.map(({ file }) => file),
      context.datasets,
    );
    await announce(context, bus, arrivals);
    await bus.drain();
    for (const untold of await tellRested(context, rested))
      (canWait(untold.error) ? postponed : failed).push(untold);
    await context.incoming.rest();
    return { postponed, failed };
  };

/**
 * Functions receive the files; the ledger tells what has become of them. What it says nothing new of for a quarter of
 * an hour is postponed, and the ledger is told so.
 */
export const receiveElsewhere =
  (sleep: (ms: number) => Promise<unknown>): Receiving =>
  async (context, bus, arrivals) => {
    const { lake, warehouse, now } = context;
    const postponed: Failure[] = [];
    const failed: Failure[] = [];
    let waiting = arrivals;
    let heard = now();
    let seen = '';
    await announce(context, bus, arrivals);
    for (let wait = FIRST_LOOK_MS; waiting.length > 0; wait = laterLook(wait)) {
      // In this order: whoever takes a file from the inbox has told the ledger before.
      const inbox = new Set(
        (await lake.list(INBOX, 'deep')).map(({ name, version }) => name + version),
      );
      const drops = waiting.map(({ drop }) => drop);
      const states = new Map((await findDrops(warehouse, drops)).map((one) => [one.drop, one]));
      waiting = waiting.filter(({ file: { name, version }, drop, state: before }) => {
        const state = states.get(drop);
        if (state && hasOutcome(state)) return !state.archived;
        const error = failureIn(state, before);
        if (error) failed.push({ name, error });
        // Or somebody took it away, as they may.
        return !error && inbox.has(name + version);
      });
      const all = JSON.stringify([...states.values()]);
      if (all !== seen) heard = now();
      seen = all;
      if (now() - heard >= SILENT_MINUTES * 60_000) {
        for (const arrival of waiting)
          postponed.push(await giveUp(context, arrival, states.get(arrival.drop)));
        break;
      }
      if (waiting.length > 0) await sleep(wait);
    }
    return { postponed, failed };
  };

async function announce(
  { runId, replaceSameName }: Context,
  bus: Bus,
  arrivals: readonly Arrival[],
): Promise<void> {
  const options = { run: runId, ...(replaceSameName && { replaces: 'true' }) };
  for (const { file } of arrivals)
    await bus.publish(TOPIC, { name: file.name, version: file.version, ...options });
}

/** Why the file was given up, if that is since it was announced. */
function failureIn(
  state: FileState | undefined,
  before: FileState | undefined,
): EntradaError | undefined {
  if (state?.state !== 'failed' || state.time === before?.time) return undefined;
  return new TerminalError(state.code as Code, state.detail);
}

/** What a function has said of a file that it will try again, or that none has said anything. */
async function giveUp(
  context: Context,
  { file: { name }, drop, state: before }: Arrival,
  state: FileState | undefined,
): Promise<Failure> {
  if (state?.state === 'postponed' && state.time !== before?.time)
    return { name, error: new TransientError(state.code as Code, state.detail) };
  const error = new TransientError('bus.silent', { topic: TOPIC, minutes: SILENT_MINUTES });
  await recordFailure(context, drop, error);
  return { name, error };
}
