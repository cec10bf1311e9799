import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettling } from '../../src/bus/settling.ts';

/* What Pub/Sub tells in any order; test/cloud/bus.test.ts has it from the emulator. */

async function isOver(waiting: Promise<void>): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([waiting.then(() => true), later]);
}

test('what is published is waited for until it is done with in each subscription', async () => {
  const settling = createSettling();
  const publishing = Promise.withResolvers<string>();
  const tracked = settling.track(['first', 'second'], () => publishing.promise);
  const settled = settling.settled();
  // Handled before the publisher is told its id.
  settling.settle('first', '1');
  assert.equal(await isOver(settled), false);
  publishing.resolve('1');
  await tracked;
  // Another subscription, whose name begins alike.
  settling.giveUp('sec');
  assert.equal(await isOver(settled), false);
  settling.settle('second', '1');
  assert.equal(await isOver(settled), true);
});

for (const when of ['before', 'while', 'after'])
  test(`a subscription that is given up ${when} something is published is not waited for`, async () => {
    const settling = createSettling();
    const giveUp = (now: string) => now === when && settling.giveUp('first');
    let settled = Promise.resolve();
    giveUp('before');
    await settling.track(['first'], async () => {
      settled = settling.settled();
      giveUp('while');
      return '1';
    });
    giveUp('after');
    assert.equal(await isOver(settled), true);
  });
