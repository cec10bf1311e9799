import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { busContract } from '../contracts/bus.ts';

busContract('memory', async () => {
  const bus = createMemoryBus({ maxAttempts: 3 });
  return { bus, maxAttempts: 3, cleanup: () => bus.close() };
});

describe('memory bus', () => {
  test('a subscription handles one at a time, in order; what failed goes behind what waits', async () => {
    const bus = createMemoryBus({ maxAttempts: 2 });
    const seen: string[] = [];
    let atWork = 0;
    await bus.subscribe('files', 'receive', {
      async handle({ data, attempt }) {
        atWork += 1;
        seen.push(`${data.file} ${attempt}`);
        await Promise.resolve();
        assert.equal(atWork, 1);
        atWork -= 1;
        if (data.file === 'a') throw new Error('never');
      },
      onDeadLetter: async ({ data, attempt }) => void seen.push(`dead ${data.file} ${attempt}`),
    });
    for (const file of ['a', 'b', 'c']) await bus.publish('files', { file });
    await bus.drain();
    assert.deepEqual(seen, ['a 1', 'b 1', 'c 1', 'a 2', 'dead a 2']);
  });

  test('tries five times unless told otherwise, and no more', async () => {
    const bus = createMemoryBus();
    let attempts = 0;
    await bus.subscribe('files', 'receive', {
      handle: async () => {
        attempts += 1;
        throw new Error('never');
      },
    });
    await bus.publish('files', {});
    await bus.drain();
    assert.equal(attempts, 5);
  });

  test('a slow subscription does not hold up another', async () => {
    const bus = createMemoryBus();
    const slow = Promise.withResolvers<void>();
    const fast = Promise.withResolvers<void>();
    await bus.subscribe('files', 'slow', { handle: () => slow.promise });
    await bus.subscribe('files', 'fast', { handle: async () => fast.resolve() });
    await bus.publish('files', {});
    await fast.promise;
    slow.resolve();
    await bus.drain();
  });

  test('no handler runs on the stack of the publisher', async () => {
    const bus = createMemoryBus();
    const seen: string[] = [];
    await bus.subscribe('files', 'receive', { handle: async () => void seen.push('handled') });
    const published = bus.publish('files', {});
    seen.push('published');
    await published;
    await bus.drain();
    assert.deepEqual(seen, ['published', 'handled']);
  });

  test('drain tells once of a dead letter that could not be kept, and the rest is handled', async () => {
    const bus = createMemoryBus({ maxAttempts: 1 });
    const seen: string[] = [];
    await bus.subscribe('files', 'receive', {
      async handle({ data }) {
        if (data.file === 'bad') throw new Error('never');
        seen.push(data.file);
      },
      onDeadLetter: async () => {
        throw new Error('the ledger is away');
      },
    });
    await bus.publish('files', { file: 'bad' });
    await bus.publish('files', { file: 'good' });
    await assert.rejects(bus.drain(), ({ errors }: AggregateError) => {
      assert.match(String(errors), /the ledger is away/);
      return true;
    });
    assert.deepEqual(seen, ['good']);
    await bus.drain();
  });

  test('close forgets what waits, a failed message too', async () => {
    const bus = createMemoryBus();
    const seen: string[] = [];
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    await bus.subscribe('files', 'receive', {
      async handle({ data }) {
        seen.push(data.file);
        entered.resolve();
        await leave.promise;
        throw new Error('not now');
      },
    });
    for (const file of ['a', 'b']) await bus.publish('files', { file });
    await entered.promise;
    const closing = bus.close();
    leave.resolve();
    await closing;
    await bus.drain();
    assert.deepEqual(seen, ['a']);
  });
});
