import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { COSTS, costTables, MARKED } from './bigquery-costs.ts';

test('docs/cost.md tells what the schema and the statements cost: node test/warehouse/bigquery-costs.ts', async () => {
  const [told] = MARKED.exec(await readFile(COSTS, 'utf8')) ?? [];
  assert.equal(told, await costTables());
});
