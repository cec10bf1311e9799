import { test } from 'node:test';
import { equalsFreshLoad } from '../ingest/histories.ts';

for (let seed = 1; seed <= 16; seed++)
  test(`history ${seed} of drops, drops again, retractions and replacements equals a fresh load of the files in force`, () =>
    equalsFreshLoad(seed));
