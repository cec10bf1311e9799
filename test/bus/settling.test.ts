import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettling, type Settling } from '../../src/bus/settling.ts';

/* What Pub/Sub tells in any order; test/cloud/bus.test.ts has it from the emulator. */

async function isSettled(settling: Settling): Promise<boolean> {
  const later = new Promise<boolean>((resolve) => setImmediate(resolve, false));
  return Promise.race([settling.settled().then(() => true), later]);
}

test('what is published is waited for until it is done with in each subscription', async () => {
  const settling = createSettling();
  await settling.track(['first', 'second'], async () => {
    // Handled before the publisher is told its id.
    settling.settle('first', '1');
    return '1';
  });
  assert.equal(await isSettled(settling), false);
  settling.settle('second', '1');
  assert.equal(await isSettled(settling), true);
});

for (const when of ['before', 'while', 'after'])
  test(`a subscription that is given up ${when} something is published is not waited for`, async () => {
    const settling = createSettling();
    const giveUp = (now: string) => now === when && settling.giveUp('first');
    giveUp('before');
    await settling.track(['first'], async () => {
      giveUp('while');
      return '1';
    });
    giveUp('after');
    assert.equal(await isSettled(settling), true);
  });
