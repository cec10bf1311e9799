import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TransientError } from '../../src/errors.ts';
import type { Failure } from '../../src/ingest/receivers.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { date, workbook } from '../workbook-builder.ts';
import { HEADER, newHome, type Sale, type TestHome } from './home.ts';

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

/** A database that fails at the third batch of a load. */
function failingWarehouse(warehouse: Warehouse, error: Error): Warehouse {
  return {
    ...warehouse,
    async beginLoad(...args) {
      const load = await warehouse.beginLoad(...args);
      let batches = 0;
      return {
        ...load,
        async write(batch, texts) {
          if (++batches === 3) throw error;
          return load.write(batch, texts);
        },
      };
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
      const { failed, postponed } = await home.run();
      assert.deepEqual([failed, postponed], [[], []]);
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
    const first = await home.run({ warehouse: (warehouse) => failingWarehouse(warehouse, full) });
    assert.deepEqual(errorsOf(first.postponed), [full]);
    const busy = new TransientError('lake.busy', { file: 'a.xlsx' });
    const second = await home.run({ lake: (lake) => failingLake(lake, busy) });
    assert.deepEqual(errorsOf(second.postponed), [busy]);
    const fault = new Error('a fault of ours');
    const third = await home.run({ lake: (lake) => failingLake(lake, fault) });
    assert.deepEqual(errorsOf(third.failed), [fault]);
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ state, rowsLoaded }) => [state, rowsLoaded]),
      [['loaded', ACCEPTED]],
    );
  });
});
