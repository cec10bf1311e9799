import { test } from 'node:test';
import { killAtEffects } from './killing.ts';

// A prime, so that befores and afters, statements and moves all get their turn; `npm run test:kills` takes every one.
const STEP = 71;

test(`once, nothing lost, all or nothing: killed at one effect in ${STEP}, the next run ends at the same tables`, async (t) => {
  const { effects, kills } = await killAtEffects(STEP);
  t.diagnostic(`${kills} kills; a run has ${effects} effects`);
});
