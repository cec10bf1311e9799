/**
 * How work is announced: at least once, in no promised order. An adapter is one file with one factory;
 * test/contracts/bus.ts holds what all of them promise.
 */
export interface Bus {
  /** Returns the message's id once the bus is answerable for it. */
  publish(topic: string, data: Readonly<Record<string, string>>): Promise<string>;
  /**
   * Every subscription of a topic gets every message. A handler that throws is given the message again,
   * `maxAttempts` times in all; then `onDeadLetter` is told why, and the message is gone.
   * Throws TerminalError `bus.subscribed` when the topic has a subscription of that name on this bus.
   */
  subscribe(topic: string, name: string, subscriber: Subscriber): Promise<void>;
  /**
   * Resolves when every message published so far was handled or dead-lettered, those included that handlers
   * published meanwhile. Rejects with an AggregateError of what `onDeadLetter` threw. Not for use in a handler.
   */
  drain(): Promise<void>;
  /**
   * Hands out nothing more, and resolves when the handlers at work are through.
   * After it `publish` and `subscribe` throw TerminalError `bus.closed`.
   */
  close(): Promise<void>;
}

export interface Subscriber {
  handle(message: Message): Promise<void>;
  onDeadLetter?(message: Message, reason: unknown): Promise<void>;
}

export interface Message {
  readonly id: string;
  readonly topic: string;
  readonly data: Readonly<Record<string, string>>;
  /** 1 the first time. */
  readonly attempt: number;
}
