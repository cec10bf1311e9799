import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Bus, Message } from '../../src/bus/bus.ts';

/** What a test is given: a bus without topics in use, and how to take it away. */
interface BusUnderTest {
  readonly bus: Bus;
  readonly maxAttempts: number;
  cleanup(): Promise<void>;
}

/**
 * Runs everything that src/bus/bus.ts promises on an adapter; `create` is called once for each promise.
 * Delivery is at least once and in any order, so a test looks at what was seen, never at how often before a failure.
 */
export function busContract(name: string, create: () => Promise<BusUnderTest>): void {
  describe(`bus contract: ${name}`, () => {
    for (const [promise, keep] of Object.entries(promises)) {
      test(promise, async () => {
        const { bus, maxAttempts, cleanup } = await create();
        try {
          await keep(bus, maxAttempts);
        } finally {
          await cleanup();
        }
      });
    }
  });
}

/** The different values, sorted: what at-least-once delivery leaves to compare. */
const distinct = (values: Iterable<string>) => [...new Set(values)].sort();

const promises: Readonly<Record<string, (bus: Bus, maxAttempts: number) => Promise<void>>> = {
  async 'a subscriber gets what is published after it, under the id that publish returned'(bus) {
    const seen: Message[] = [];
    await bus.subscribe('files', 'receive', { handle: async (message) => void seen.push(message) });
    const data = { file: 'entrada/março.xlsx', version: '1' };
    const id = await bus.publish('files', data);
    await bus.drain();
    const [first] = seen;
    assert.deepEqual(first, { id, topic: 'files', data, attempt: 1 });
    assert.deepEqual(distinct(seen.map((message) => message.id)), [id]);
  },

  async 'every message gets there, each with an id of its own'(bus) {
    const seen: Message[] = [];
    await bus.subscribe('files', 'receive', { handle: async (message) => void seen.push(message) });
    const files = Array.from({ length: 50 }, (_, n) => `file ${n}`);
    const ids = await Promise.all(files.map((file) => bus.publish('files', { file })));
    await bus.drain();
    assert.equal(new Set(ids).size, 50);
    assert.deepEqual(distinct(seen.map((message) => message.id)), distinct(ids));
    assert.deepEqual(distinct(seen.map((message) => message.data.file)), distinct(files));
  },

  async 'what the publisher does to the data later changes no message'(bus) {
    const seen: Message[] = [];
    await bus.subscribe('files', 'receive', { handle: async (message) => void seen.push(message) });
    const data = { file: 'a' };
    const published = bus.publish('files', data);
    data.file = 'b';
    await published;
    await bus.drain();
    assert.deepEqual(seen[0]?.data, { file: 'a' });
  },

  async 'every subscription of a topic gets every message, and none of another topic'(bus) {
    const seen: string[] = [];
    for (const name of ['receive', 'watch']) {
      await bus.subscribe('files', name, {
        handle: async ({ data, topic }) => void seen.push(`${name} ${topic} ${data.file}`),
      });
    }
    await bus.subscribe('shows', 'receive', {
      handle: async ({ data, topic }) => void seen.push(`shows ${topic} ${data.file}`),
    });
    await bus.publish('files', { file: 'a' });
    await bus.publish('shows', { file: 'b' });
    await bus.drain();
    assert.deepEqual(distinct(seen), ['receive files a', 'shows shows b', 'watch files a']);
  },

  async 'a topic without a subscription takes a message'(bus) {
    assert.notEqual(await bus.publish('nobody', { file: 'a' }), '');
    await bus.drain();
  },

  async 'a name is taken once for each topic'(bus) {
    const subscriber = { handle: async () => {} };
    await bus.subscribe('files', 'receive', subscriber);
    await bus.subscribe('shows', 'receive', subscriber);
    await assert.rejects(bus.subscribe('files', 'receive', subscriber), { code: 'bus.subscribed' });
  },

  async 'a handler that throws is given the message again, and the others get through'(bus) {
    const seen: Message[] = [];
    await bus.subscribe('files', 'receive', {
      async handle(message) {
        seen.push(message);
        const first = seen.filter(({ id }) => id === message.id).length === 1;
        if (first && message.data.file === 'bad') throw new Error('not yet');
      },
      onDeadLetter: async () => assert.fail('nothing is given up'),
    });
    const bad = await bus.publish('files', { file: 'bad' });
    await bus.publish('files', { file: 'good' });
    await bus.drain();
    const tries = seen.filter(({ id }) => id === bad);
    assert.ok(tries.length >= 2);
    assert.ok(tries.every(({ attempt, data }) => attempt >= 1 && data.file === 'bad'));
    assert.equal(tries[0]?.attempt, 1);
    assert.ok(seen.some(({ data }) => data.file === 'good'));
  },

  async 'a message that fails every time is given up with the reason, for its subscription alone'(
    bus,
    maxAttempts,
  ) {
    const attempts: number[] = [];
    const dead: { id: string; reason: string }[] = [];
    const fine: string[] = [];
    await bus.subscribe('files', 'receive', {
      async handle(message) {
        attempts.push(message.attempt);
        throw new Error('never');
      },
      onDeadLetter: async ({ id }, reason) => void dead.push({ id, reason: String(reason) }),
    });
    await bus.subscribe('files', 'watch', { handle: async ({ id }) => void fine.push(id) });
    const id = await bus.publish('files', { file: 'a' });
    await bus.drain();
    assert.ok(attempts.length >= maxAttempts);
    assert.equal(Math.max(...attempts), maxAttempts);
    assert.deepEqual(distinct(dead.map((letter) => letter.id)), [id]);
    assert.match(dead[0]?.reason ?? '', /never/);
    assert.deepEqual(distinct(fine), [id]);
  },

  async 'without onDeadLetter the message is gone, and the next one gets through'(bus) {
    const seen: string[] = [];
    await bus.subscribe('files', 'receive', {
      async handle({ data }) {
        if (data.file === 'bad') throw new Error('never');
        seen.push(data.file);
      },
    });
    await bus.publish('files', { file: 'bad' });
    await bus.drain();
    await bus.publish('files', { file: 'good' });
    await bus.drain();
    assert.deepEqual(distinct(seen), ['good']);
  },

  async 'drain waits for what handlers publish meanwhile, from topic to topic'(bus) {
    const seen: string[] = [];
    for (const [topic, next] of [
      ['ping', 'pong'],
      ['pong', 'ping'],
    ]) {
      await bus.subscribe(topic, 'play', {
        async handle({ data }) {
          await new Promise(setImmediate);
          seen.push(`${topic} ${data.round}`);
          if (data.round !== '4')
            await bus.publish(next, { round: String(Number(data.round) + 1) });
        },
      });
    }
    await bus.publish('ping', { round: '1' });
    await bus.drain();
    assert.deepEqual(distinct(seen), ['ping 1', 'ping 3', 'pong 2', 'pong 4']);
  },

  async 'close lets the handler at work finish, and takes nothing more'(bus) {
    const entered = Promise.withResolvers<string>();
    const leave = Promise.withResolvers<void>();
    const left: string[] = [];
    await bus.subscribe('files', 'receive', {
      async handle({ id }) {
        entered.resolve(id);
        await leave.promise;
        await new Promise(setImmediate);
        left.push(id);
      },
    });
    for (const file of ['a', 'b']) await bus.publish('files', { file });
    const id = await entered.promise;
    const closing = bus.close();
    leave.resolve();
    await closing;
    assert.deepEqual(distinct(left), [id]);
    await assert.rejects(bus.publish('files', {}), { kind: 'terminal', code: 'bus.closed' });
    await assert.rejects(bus.subscribe('files', 'late', { handle: async () => {} }), {
      code: 'bus.closed',
    });
    await bus.close();
  },
};
