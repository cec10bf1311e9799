import type { Message as Delivered, Subscription } from '@google-cloud/pubsub';
import { TerminalError, TransientError } from '../errors.ts';
import { detailOf, loadSdk } from '../sdk.ts';
import type { Bus, Message, Subscriber } from './bus.ts';
import { ALREADY_EXISTS, asking, codeOf, NOT_FOUND, pubSubProblem } from './pubsub-problem.ts';
import { createSettling } from './settling.ts';
import { decodeData, encodeData } from './wire.ts';

interface PubSubOptions {
  /** The default is that of the Application Default Credentials. */
  readonly project?: string | undefined;
  readonly maxAttempts?: number;
}

/** Seconds that a subscription of ours outlives a process that was killed; Pub/Sub allows no less. */
const LEFTOVER = {
  expirationPolicy: { ttl: { seconds: 86_400 } },
  messageRetentionDuration: 3_600,
};

/** Milliseconds after which a message that nobody takes is one that could not be published. */
const PUBLISH_MS = 15_000;

interface Listening {
  readonly subscription: Subscription;
  /** Whether this bus made it, and takes it away again. */
  readonly ours: boolean;
}

/**
 * A bus on Pub/Sub. A subscription handles one message at a time. Topics must be there; a subscription that is not is
 * made, and deleted by `close`, with what waits in it. `drain` waits for what was published through this bus, and
 * throws where a subscription of it has broken off. Besides the port's errors every call may throw what
 * pubsub-problem.ts makes of an answer.
 */
export async function openPubSubBus({ project, maxAttempts = 5 }: PubSubOptions): Promise<Bus> {
  const sdk = await loadSdk('@google-cloud/pubsub', () => import('@google-cloud/pubsub'));
  const pubsub = new sdk.PubSub(project ? { projectId: project } : {});
  // Asked now: where nobody is known, the client library would also reject a promise that nobody awaits.
  if (!pubsub.isEmulator) {
    await asking('', async () => {
      await pubsub.auth.getClient();
      if (!project) await pubsub.auth.getProjectId();
    });
  }
  const topics = new Map<string, Map<string, Listening>>();
  const settling = createSettling();
  const atWork = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const broken: unknown[] = [];
  let closing: Promise<void> | undefined;

  function listenersOf(topic: string): Map<string, Listening> {
    if (closing) throw new TerminalError('bus.closed', { topic });
    const found = topics.get(topic) ?? new Map<string, Listening>();
    topics.set(topic, found);
    return found;
  }

  function listen(id: string, topic: string, subscription: Subscription, to: Subscriber): void {
    const failed = new Map<string, number>();
    subscription.on('message', (delivered) => {
      if (closing) return delivered.nack();
      const work = handle(delivered)
        .catch((error) => void failures.push(error))
        .finally(() => atWork.delete(work));
      atWork.add(work);
    });
    subscription.on('error', (error) => {
      // Taken away under us, or refused: what was to come does not come here any more.
      const isGone = codeOf(error) === NOT_FOUND;
      const detail = detailOf(error);
      broken.push(
        isGone
          ? new TransientError('bus.unreachable', { topic, detail })
          : pubSubProblem(topic, error),
      );
      settling.giveUp(id);
    });

    async function handle(delivered: Delivered): Promise<void> {
      // A subscription without a dead-letter policy does not count for us.
      const attempt = delivered.deliveryAttempt || (failed.get(delivered.id) ?? 0) + 1;
      const envelope = { id: delivered.id, topic, attempt };
      let message: Message = { ...envelope, data: {} };
      let isReadable = false;
      try {
        message = { ...envelope, data: decodeData(topic, delivered.data) };
        isReadable = true;
        await to.handle(message);
      } catch (reason) {
        if (isReadable && attempt < maxAttempts) {
          failed.set(delivered.id, attempt);
          return delivered.nack();
        }
        await to.onDeadLetter?.(message, reason).catch((error) => failures.push(error));
      }
      failed.delete(delivered.id);
      delivered.ack();
      settling.settle(id, delivered.id);
    }
  }

  async function drain(): Promise<void> {
    await settling.settled();
    if (broken.length > 0) throw broken[0];
    if (failures.length > 0) throw new AggregateError(failures.splice(0), 'onDeadLetter failed');
  }

  async function shut(): Promise<void> {
    await Promise.all(atWork);
    const all = [...topics].flatMap(([topic, listeners]) =>
      [...listeners.values()].map((listening) => ({ topic, ...listening })),
    );
    const ended = await Promise.allSettled(
      all.map(async ({ topic, subscription, ours }) => {
        await subscription.close();
        if (ours)
          await subscription.delete().catch((error) => {
            if (codeOf(error) !== NOT_FOUND) throw pubSubProblem(topic, error);
          });
      }),
    );
    await pubsub.close();
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  }

  return {
    publish: (topic, data) =>
      asking(topic, async () => {
        const listeners = listenersOf(topic).keys();
        const bytes = encodeData(data);
        const ids = [...listeners].map((name) => idOf(topic, name));
        return settling.track(ids, () =>
          pubsub.topic(topic, { gaxOpts: { timeout: PUBLISH_MS } }).publishMessage({ data: bytes }),
        );
      }),

    subscribe: (topic, name, subscriber) =>
      asking(topic, async () => {
        const listeners = listenersOf(topic);
        if (listeners.has(name)) throw new TerminalError('bus.subscribed', { topic, name });
        const id = idOf(topic, name);
        const subscription = pubsub.subscription(id, {
          flowControl: { maxMessages: 1, allowExcessMessages: false },
        });
        const listening = { subscription, ours: true };
        listeners.set(name, listening);
        try {
          await pubsub.topic(topic).createSubscription(id, LEFTOVER);
        } catch (error) {
          listeners.delete(name);
          if (codeOf(error) !== ALREADY_EXISTS) throw error;
          // Somebody's, who may go on with it.
          listeners.set(name, { ...listening, ours: false });
        }
        listen(id, topic, subscription, subscriber);
      }),

    drain,

    async close() {
      closing ??= shut();
      await closing;
    },
  };
}

/** Names of subscriptions are the project's, not the topic's. */
function idOf(topic: string, name: string): string {
  return `${topic}.${name}`;
}
