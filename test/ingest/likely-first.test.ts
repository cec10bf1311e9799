import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelyFirst } from '../../src/ingest/arrivals.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { workbook } from '../workbook-builder.ts';

const BOOK = workbook({ sheets: [{ rows: [['a']] }] });
const NOW = Date.now();

async function firstOf(files: Readonly<Record<string, Uint8Array>>, age = 5_000) {
  const lake = createMemoryLake({ now: () => NOW - age });
  for (const [name, bytes] of Object.entries(files)) await lake.write(name, bytes);
  return (await likelyFirst(lake, { now: () => NOW, limits: defaultLimits })).map(
    ({ name }) => name,
  );
}

test('reading may begin early with the first workbook by name, and with nothing that is no workbook', async () => {
  const files = { 'entrada/b.xlsx': BOOK, 'entrada/a.xlsx': BOOK, 'entrada/0.txt': BOOK };
  assert.deepEqual(await firstOf(files), ['entrada/a.xlsx']);
  assert.deepEqual(await firstOf({}), []);
});

test('reading does not begin early with what is young, not whole, or sent', async () => {
  assert.deepEqual(await firstOf({ 'entrada/a.xlsx': BOOK }, 500), []);
  assert.deepEqual(await firstOf({ 'entrada/a.xlsx': BOOK.subarray(0, BOOK.length / 2) }), []);
  assert.deepEqual(await firstOf({ 'entrada/loja/a.xlsx': BOOK }), []);
});
