import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelyFirst } from '../../src/ingest/arrivals.ts';
import { createIncoming } from '../../src/ingest/incoming.ts';
import type { Lake } from '../../src/lake/lake.ts';
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

test('what was begun with is closed where another version is taken, and looked for again where it was not there', async () => {
  const lake = createMemoryLake();
  let opened = 0;
  const counting: Lake = {
    ...lake,
    async open(name) {
      const file = await lake.open(name);
      opened += 1;
      return {
        ...file,
        async [Symbol.asyncDispose]() {
          opened -= 1;
        },
      };
    },
  };
  await lake.write('entrada/a.xlsx', BOOK);
  const [file] = await lake.list('entrada');
  await using incoming = createIncoming({ lake: counting, limits: defaultLimits });
  const datasets: [] = [];
  incoming.expect([file], datasets);
  assert.equal(await incoming.take({ ...file, version: 'earlier' }, datasets), undefined);
  assert.equal(opened, 0);
  await lake.move(file, 'elsewhere');
  incoming.expect([file], datasets);
  await new Promise(setImmediate);
  await lake.move({ ...file, name: 'elsewhere' }, file.name);
  await using taken = await incoming.take(file, datasets);
  assert.equal(taken?.opened.file.version, file.version);
});
