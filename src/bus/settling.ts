/** Which messages that were published here are still to be handled, and how to wait for them. */
interface Settling {
  /** Publishes, and from then on waits for the message in each of the subscriptions. Returns its id. */
  track(subscriptions: Iterable<string>, publish: () => Promise<string>): Promise<string>;
  /** The message is done with in that subscription. */
  settle(subscription: string, id: string): void;
  /** Nothing more will come of a subscription, nor of what is published to it from now on. */
  giveUp(subscription: string): void;
  /** Resolves when nothing is left to wait for. */
  settled(): Promise<void>;
}

export function createSettling(): Settling {
  const waiting = new Set<string>();
  // A message may be handled before the publisher is told its id.
  const early = new Set<string>();
  const givenUp = new Set<string>();
  let publishing = 0;
  let changed = Promise.withResolvers<void>();
  const keyOf = (subscription: string, id: string) => `${subscription} ${id}`;

  function tell(): void {
    changed.resolve();
    changed = Promise.withResolvers();
  }

  return {
    async track(subscriptions, publish) {
      const names = [...subscriptions];
      publishing += 1;
      try {
        const id = await publish();
        for (const name of names) {
          const isDone = early.delete(keyOf(name, id)) || givenUp.has(name);
          if (!isDone) waiting.add(keyOf(name, id));
        }
        return id;
      } finally {
        publishing -= 1;
        if (publishing === 0) early.clear();
        tell();
      }
    },

    settle(subscription, id) {
      const key = keyOf(subscription, id);
      if (!waiting.delete(key) && publishing > 0) early.add(key);
      tell();
    },

    giveUp(subscription) {
      givenUp.add(subscription);
      for (const key of waiting) if (key.startsWith(`${subscription} `)) waiting.delete(key);
      tell();
    },

    async settled() {
      while (publishing > 0 || waiting.size > 0) await changed.promise;
    },
  };
}
