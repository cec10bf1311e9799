import { test } from 'node:test';
import { killAtEffects } from '../ingest/killing.ts';

test('killed at every effect, one after the other, the next run ends at the same tables', async (t) => {
  // After one effect is before the next: every second of the moments is every state of the disk.
  const { effects, kills } = await killAtEffects(2);
  t.diagnostic(`${kills} kills; a run has ${effects / 2} effects`);
});
