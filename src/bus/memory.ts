import { randomUUID } from 'node:crypto';
import { TerminalError } from '../errors.ts';
import type { Bus, Message, Subscriber } from './bus.ts';

interface Subscription {
  readonly subscriber: Subscriber;
  readonly waiting: Message[];
  working: boolean;
}

/**
 * A bus within the process. A subscription handles one message at a time, in order; one that failed goes
 * behind those that wait, and is tried again without a pause. A topic without a subscription forgets what is
 * published. `close` forgets what still waits.
 */
export function createMemoryBus({ maxAttempts = 5 } = {}): Bus {
  const topics = new Map<string, Map<string, Subscription>>();
  const working = new Set<Promise<void>>();
  const failures: unknown[] = [];
  let closed = false;

  function subscriptionsOf(topic: string): Map<string, Subscription> {
    if (closed) throw new TerminalError('bus.closed', { topic });
    const found = topics.get(topic) ?? new Map<string, Subscription>();
    topics.set(topic, found);
    return found;
  }

  async function attempt({ subscriber, waiting }: Subscription, message: Message): Promise<void> {
    try {
      await subscriber.handle(message);
    } catch (reason) {
      if (message.attempt < maxAttempts) waiting.push({ ...message, attempt: message.attempt + 1 });
      else await subscriber.onDeadLetter?.(message, reason);
    }
  }

  async function work(subscription: Subscription): Promise<void> {
    // Never on the stack of the publisher, which may itself be a handler.
    await Promise.resolve();
    while (!closed) {
      const message = subscription.waiting.shift();
      if (!message) break;
      await attempt(subscription, message).catch((error) => failures.push(error));
    }
    subscription.working = false;
  }

  function wake(subscription: Subscription): void {
    if (subscription.working) return;
    subscription.working = true;
    const worker = work(subscription).finally(() => working.delete(worker));
    working.add(worker);
  }

  async function drain(): Promise<void> {
    while (working.size > 0) await Promise.all(working);
    if (failures.length > 0) throw new AggregateError(failures.splice(0), 'onDeadLetter failed');
  }

  return {
    async publish(topic, data) {
      const message = { id: randomUUID(), topic, data: { ...data }, attempt: 1 };
      for (const subscription of subscriptionsOf(topic).values()) {
        subscription.waiting.push(message);
        wake(subscription);
      }
      return message.id;
    },

    async subscribe(topic, name, subscriber) {
      const subscriptions = subscriptionsOf(topic);
      if (subscriptions.has(name)) throw new TerminalError('bus.subscribed', { topic, name });
      subscriptions.set(name, { subscriber, waiting: [], working: false });
    },

    drain,

    async close() {
      closed = true;
      await drain();
    },
  };
}
