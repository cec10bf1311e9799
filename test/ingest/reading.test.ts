import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '../../src/errors.ts';
import type { Failure } from '../../src/ingest/failure.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { date, workbook } from '../workbook-builder.ts';
import { HEADER, hashOf, newHome, type Sale, sales, type TestHome } from './home.ts';

/** From here on a workbook is read in a thread of its own. */
const LARGE = 2 * 2 ** 20;
/** Several batches: they travel between the threads, and come back to be filled again. */
const ROWS = 70_000;

/** Less 8 with a bad number, 6 with a bad date, and those of the two merges. */
const ACCEPTED = ROWS - 8 - 6 - 6;

const DAY = date(2019, 3, 14);

/** The same sheet twice: stored, it is large; deflated, it is not. */
const { stored, deflated } = (() => {
  const rows = Array.from({ length: ROWS }, (_, n): Sale => {
    const units = n % 9_001 === 5 ? 'x' : n;
    const day = n % 12_007 === 9 ? 'ontem' : DAY;
    return [(n % 700) + 1, `MARCA ${n % 700}`, 2, 'PERFUMARIA', day, units];
  });
  const spec = {
    sheets: [{ name: 'Vendas', rows: [HEADER, ...rows], merges: ['B41000:B41003', 'F2:F3'] }],
  };
  return {
    deflated: workbook(spec),
    stored: workbook({
      ...spec,
      entries: (entries) => entries.map((entry) => ({ ...entry, method: 0 })),
    }),
  };
})();

/** Another large one. */
const larger = workbook({
  sheets: [
    {
      name: 'Vendas',
      rows: [
        HEADER,
        ...Array.from({ length: ROWS }, (_, n): Sale => [1, 'OUTRA', 2, 'PERFUMARIA', DAY, n]),
      ],
    },
  ],
  entries: (entries) => entries.map((entry) => ({ ...entry, method: 0 })),
});

async function tablesOf(home: TestHome) {
  const [files, ...rest] = await home.queryAll([
    `SELECT STATE, ROWS_READ, ROWS_LOADED, ROWS_REPEATED, ROWS_REJECTED, CONTENT_HASH, SHEET, DETAIL
     FROM ledger_files`,
    'SELECT SHEET_ROW, CELL, COLUMN_NAME, VALUE_FOUND, CODE FROM rejections ORDER BY ALL',
    'SELECT COUNT(*), SUM(QTD_VENDA), MIN(MARCA), MAX(MARCA) FROM bases_vendas',
    'SELECT * FROM con_mar_ano_mes ORDER BY ALL',
  ]);
  return { files, rest };
}

/** The file's bytes, of which reading fails once half of them have been asked for. */
function failingLake(lake: Lake, error: Error): Lake {
  return {
    ...lake,
    async open(name) {
      const opened = await lake.open(name);
      let hashed = false;
      return {
        ...opened,
        async read(offset, length) {
          if (offset + length >= opened.file.size) hashed = true;
          else if (hashed && offset > opened.file.size / 2) throw error;
          return opened.read(offset, length);
        },
        [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
      };
    },
  };
}

/** Something happens before the database takes a batch of a load, the first, the second and so on. */
function beforeBatches(warehouse: Warehouse, happens: (n: number) => Promise<void>): Warehouse {
  return {
    ...warehouse,
    async beginLoad(...args) {
      const load = await warehouse.beginLoad(...args);
      let batches = 0;
      let isAtWork = false;
      /** One thing after the other is asked of it. */
      async function alone<T>(work: () => Promise<T>): Promise<T> {
        assert.equal(isAtWork, false);
        isAtWork = true;
        const result = await work();
        isAtWork = false;
        return result;
      }
      return {
        ...load,
        write: (batch, texts) =>
          alone(async () => {
            await happens(++batches);
            await load.write(batch, texts);
          }),
        reject: (rejections) => alone(() => load.reject(rejections)),
        discard: (rows) => alone(() => load.discard(rows)),
        commit: (events, changes) => alone(() => load.commit(events, changes)),
      };
    },
  };
}

/** Something happens as the first file goes to its rest: the next one has been begun with. */
function whenLoaded(lake: Lake, happens: () => Promise<void>): Lake {
  let moved = false;
  return {
    ...lake,
    async move(file, to) {
      if (!moved) await happens();
      moved = true;
      return lake.move(file, to);
    },
  };
}

const errorsOf = (failures: readonly Failure[]) => failures.map(({ error }) => error);

describe('a large workbook, read in a thread of its own', () => {
  test('gives what it gives on the main thread: tables, rejections with cells, merges, hash', async () => {
    assert.ok(stored.length > LARGE && deflated.length < LARGE);
    const results = [];
    for (const bytes of [stored, deflated]) {
      await using home = await newHome();
      await home.drop('a.xlsx', bytes);
      // However long the database takes for a batch, what comes after it waits for its turn.
      const warehouse = (one: Warehouse) => beforeBatches(one, () => sleep(5));
      const { failed, postponed } = await home.run({ warehouse });
      assert.deepEqual([failed, postponed], [[], []]);
      const hashes = await home.query('SELECT DISTINCT FILE_HASH FROM ledger_events');
      assert.deepEqual(hashes, [[hashOf(bytes)]]);
      results.push(await tablesOf(home));
    }
    assert.deepEqual(results[0], results[1]);
    const [[state, read, loaded]] = results[0].files;
    assert.deepEqual([state, read, loaded], ['loaded', ROWS, ACCEPTED]);
  });

  test('damaged in the middle, it is rejected with its message', async () => {
    await using home = await newHome();
    const damaged = Buffer.from(stored);
    // Another digit: what is there is XML still, but not what was written.
    damaged[damaged.indexOf('<v>7', stored.length / 2) + 3] ^= 1;
    await home.drop('a.xlsx', damaged);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ state, code, detail }) => [state, code, detail]),
      [['rejected', 'zip.corrupt', { part: 'xl/worksheets/sheet1.xml' }]],
    );
    assert.deepEqual(await home.query('SELECT COUNT(*) FROM bases_vendas'), [[0]]);
  });

  test('what is no workbook at all is rejected with its message', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', Buffer.alloc(LARGE, 'ID_MARCA;MARCA\n'));
    const { files } = await home.run();
    assert.deepEqual([files[0].state, files[0].code], ['rejected', 'workbook.otherType']);
  });

  test('a database or a disk that fails in the middle ends it cleanly, and the next run loads', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', stored);
    const full = new TransientError('warehouse.busy', { holder: '1', file: 'a' });
    const third = async (n: number) => {
      if (n === 3) throw full;
    };
    const first = await home.run({ warehouse: (warehouse) => beforeBatches(warehouse, third) });
    assert.deepEqual(errorsOf(first.postponed), [full]);
    const busy = new TransientError('lake.busy', { file: 'a.xlsx' });
    const second = await home.run({ lake: (lake) => failingLake(lake, busy) });
    assert.deepEqual(errorsOf(second.postponed), [busy]);
    const fault = new Error('a fault of ours');
    const last = await home.run({ lake: (lake) => failingLake(lake, fault) });
    assert.deepEqual(errorsOf(last.failed), [fault]);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ state, rowsLoaded }) => [state, rowsLoaded]),
      [['loaded', ACCEPTED]],
    );
  });

  test('several in one run: each has its own outcome, though the next is begun with before the last is committed', async () => {
    await using home = await newHome();
    await home.drop('a.xlsx', stored);
    await home.drop('b.xlsx', stored);
    await home.drop('c.xlsx', Buffer.alloc(LARGE, 'ID_MARCA;MARCA\n'));
    await home.drop('d.xlsx', sales([1, 'MARCA 1', 2, 'PERFUMARIA', DAY, 3]));
    await home.drop('e.xlsx', larger);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ fileName, state, rowsLoaded }) => [fileName, state, rowsLoaded]),
      [
        ['a.xlsx', 'loaded', ACCEPTED],
        ['b.xlsx', 'repeated', null],
        ['c.xlsx', 'rejected', null],
        ['d.xlsx', 'loaded', 1],
        ['e.xlsx', 'loaded', ROWS],
      ],
    );
    assert.deepEqual(await home.names('entrada'), []);
  });

  test('one that was begun with and is taken back, or changed, is as if it had not been', async () => {
    await using home = await newHome();
    for (const name of ['a.xlsx', 'b.xlsx']) await home.drop(name, name < 'b' ? stored : larger);
    const takenBack = await home.run({
      lake: (lake) => whenLoaded(lake, () => rm(join(home.path, 'entrada/b.xlsx'))),
    });
    assert.deepEqual([takenBack.postponed, takenBack.failed], [[], []]);
    assert.deepEqual(await home.query('SELECT FILE_NAME FROM ledger_files'), [['a.xlsx']]);

    for (const name of ['c.xlsx', 'd.xlsx'])
      await home.drop(name, sales([1, name, 2, 'PERFUMARIA', DAY, 3]));
    await home.run({ lake: (lake) => whenLoaded(lake, () => home.drop('d.xlsx', larger)) });
    assert.deepEqual(await home.names('entrada'), ['d.xlsx']);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ fileName, state, rowsLoaded }) => [fileName, state, rowsLoaded]),
      [['d.xlsx', 'loaded', ROWS]],
    );
  });
});
