import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Dataset, readDatasets } from '../../src/contract/dataset.ts';
import type { Rejection } from '../../src/contract/rejection.ts';
import { allFiles, findDrop, findDrops, monthsDue, monthsOf } from '../../src/ledger/ledger.ts';
import type { QueryResult, Warehouse } from '../../src/warehouse/warehouse.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createTexts } from '../../src/workbook/texts.ts';
import { naiveTables, randomHistory, sorted } from './warehouse-histories.ts';
import {
  loadedEvent,
  loadRows,
  numberOf,
  type Row,
  rowsOf,
  withdrawn,
  writeRows,
} from './warehouse-rows.ts';

/** What a test is given: a warehouse without tables, a second way to query it, and how to take both away. */
interface WarehouseUnderTest {
  readonly warehouse: Warehouse;
  /** Somebody else who queries the same tables at the same time. */
  readonly reader: Pick<Warehouse, 'query'>;
  cleanup(): Promise<void>;
}

interface Scene {
  readonly warehouse: Warehouse;
  readonly reader: Pick<Warehouse, 'query'>;
  /** A column of every type, and a check that any row with the id 666 breaks. */
  readonly tipos: Dataset;
  readonly vendas: Dataset;
}

type Promises = Readonly<Record<string, (scene: Scene) => Promise<void>>>;

/** Runs everything that src/warehouse/warehouse.ts promises on an adapter; `create` is called once for each promise. */
export function warehouseContract(name: string, create: () => Promise<WarehouseUnderTest>): void {
  describe(`warehouse contract: ${name}`, () => {
    for (const [promise, keep] of Object.entries({
      ...preparing,
      ...querying,
      ...loading,
      ...rejecting,
      ...consolidating,
      ...undoing,
      ...values,
      ...histories,
    })) {
      test(promise, async () => {
        const [tipos] = await datasetsIn('../datasets');
        const [vendas] = await datasetsIn('../../datasets');
        const { warehouse, reader, cleanup } = await create();
        try {
          await warehouse.prepare([tipos, vendas]);
          await keep({ warehouse, reader, tipos, vendas });
        } finally {
          await cleanup();
        }
      });
    }
  });
}

function datasetsIn(folder: string): Promise<Dataset[]> {
  return readDatasets(fileURLToPath(new URL(folder, import.meta.url)));
}

/** A row of `tipos`. */
function tipo(id: number, when = '2019-03-14T00:00:00', name = 'A'): Row {
  return [id, name, when, null, null, null, null];
}

function rejection(row: number, rest: Partial<Rejection> = {}): Rejection {
  const cell = `A${row}`;
  const values = { cell, column: 'ID', value: 'doze' };
  return { code: 'cell.notNumber', row, cell, column: 'ID', value: 'doze', values, ...rest };
}

const LANDED = 'SELECT COUNT(*) FROM tipos_linhas';
const PUBLISHED = 'SELECT MONTH_START, SUM_ID FROM tipos_mes ORDER BY MONTH_START';

const preparing: Promises = {
  async 'preparing again keeps what is there'({ warehouse, tipos, vendas }) {
    await loadRows(warehouse, tipos, [tipo(1)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    await warehouse.prepare([tipos, vendas]);
    assert.equal(await numberOf(warehouse, LANDED), 1);
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 1]]);
    assert.equal((await allFiles(warehouse)).length, 1);
  },

  async 'every table of the datasets and the ledger can be queried at once'({ warehouse, vendas }) {
    const own = ['ledger_events', 'ledger_months', 'ledger_files', 'rejections'];
    for (const table of [...own, ...vendas.tables, 'bases_vendas_linhas', 'tipos_linhas'])
      assert.equal(await numberOf(warehouse, `SELECT COUNT(*) FROM ${table}`), 0, table);
  },
};

const querying: Promises = {
  async 'a parameter is a value, never SQL'({ warehouse }) {
    const hostile = `'; DROP TABLE tipos; -- "📈" @other`;
    const { rows } = await warehouse.query('SELECT @text, @number + 1', {
      text: hostile,
      number: 41,
    });
    assert.deepEqual(rows, [[hostile, 42]]);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM tipos'), 0);
  },

  async 'a text that looks like a date-time stays as it is'({ warehouse }) {
    const text = '2019-03-14 15:09:26 and more';
    assert.deepEqual((await warehouse.query('SELECT @text', { text })).rows, [[text]]);
  },

  async 'a statement that is wrong is refused as the mistake of whoever wrote it'({ warehouse }) {
    for (const sql of ['SELEC 1', 'SELECT nothing FROM tipos', 'SELECT 1 FROM nowhere']) {
      await assert.rejects(warehouse.query(sql), { kind: 'user', code: 'query.invalid' });
      await assert.rejects(piecesOf(warehouse, sql), { kind: 'user', code: 'query.invalid' });
    }
    assert.equal(await numberOf(warehouse, 'SELECT 1'), 1);
  },

  async 'a stream gives the rows of a query in pieces, and its columns even without rows'({
    warehouse,
    tipos,
  }) {
    await loadRows(
      warehouse,
      tipos,
      Array.from({ length: 5_000 }, (_, id) => tipo(id)),
    );
    const sql = 'SELECT ID, QUANDO FROM tipos_linhas ORDER BY ID';
    const pieces = await piecesOf(warehouse, sql);
    const whole = await warehouse.query(sql);
    assert.deepEqual(
      pieces.flatMap(({ rows }) => rows),
      whole.rows,
    );
    for (const { columns } of pieces) assert.deepEqual(columns, ['ID', 'QUANDO']);
    const [none] = await piecesOf(warehouse, 'SELECT ID FROM tipos');
    assert.deepEqual(none, { columns: ['ID'], rows: [] });
  },

  async 'a stream takes one statement'({ warehouse }) {
    for (const [sql, count] of [
      ['', 0],
      ['-- nothing', 0],
      ['SELECT 1; SELECT 2', 2],
    ] as const) {
      await assert.rejects(piecesOf(warehouse, sql), {
        code: 'query.statements',
        values: { count },
      });
    }
  },

  async 'events come back as the state of their file'({ warehouse }) {
    const drop = 'entrada/é "1".xlsx#7';
    const rest = { drop, fileName: 'é "1".xlsx', fileHash: 'ab', runId: 'r' };
    const time = Date.UTC(2026, 0, 5, 12, 34, 56, 789);
    await warehouse.record([
      { ...rest, event: 'received', time },
      { ...rest, event: 'rejected', time, code: 'workbook.xls', detail: { a: `'"\n`, b: 2 } },
    ]);
    const state = await findDrop(warehouse, drop);
    assert.equal(state?.state, 'rejected');
    assert.equal(state?.time, '2026-01-05T12:34:56.789');
    assert.equal(state?.fileName, 'é "1".xlsx');
    assert.deepEqual(state?.detail, { a: `'"\n`, b: 2 });
    assert.equal(state?.archived, false);
    await warehouse.record([{ ...rest, event: 'archived', time: time + 1 }]);
    assert.equal((await findDrop(warehouse, drop))?.archived, true);
    assert.equal((await findDrop(warehouse, drop))?.state, 'rejected');
    assert.equal((await allFiles(warehouse)).length, 1);
    // Of very many as of one, and in the order in which they were asked for.
    const others = Array.from({ length: 1_200 }, (_, n) => `entrada/${n}.xlsx#1`);
    const earlier = { ...rest, drop: others[499], time: time - 1 };
    await warehouse.record([{ ...earlier, event: 'received' }]);
    const found = await findDrops(warehouse, [...others, drop]);
    assert.deepEqual(
      found.map((one) => one.drop),
      [earlier.drop, drop],
    );
    assert.deepEqual(await findDrops(warehouse, [drop, earlier.drop]), found.reverse());
  },
};

export async function piecesOf(warehouse: Warehouse, sql: string): Promise<QueryResult[]> {
  const pieces: QueryResult[] = [];
  for await (const piece of warehouse.stream(sql)) pieces.push(piece);
  return pieces;
}

const loading: Promises = {
  async 'a load counts once it is committed, with its events and its months'({
    warehouse,
    reader,
    tipos,
  }) {
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    const rows = [tipo(1), tipo(2, '2019-04-30T23:59:59.999'), tipo(3, '2019-04-01T00:00:00')];
    await writeRows(load, tipos, rows);
    await writeRows(load, tipos, [tipo(4, '2019-05-01T00:00:00')], { firstRow: 5 });
    for (const sql of [LANDED, 'SELECT COUNT(*) FROM ledger_events'])
      assert.deepEqual((await reader.query(sql)).rows, [[0]], sql);
    await load.commit([loadedEvent(load, tipos, 4)], []);
    assert.deepEqual((await reader.query(LANDED)).rows, [[4]]);
    assert.deepEqual(
      (
        await reader.query(
          'SELECT LOAD_ID, MONTH_START, ROWS_ACCEPTED FROM ledger_months ORDER BY 2',
        )
      ).rows,
      [
        [load.loadId, '2019-03-01', 1],
        [load.loadId, '2019-04-01', 2],
        [load.loadId, '2019-05-01', 1],
      ],
    );
    const [file] = await allFiles(warehouse);
    assert.deepEqual([file.state, file.rowsRead, file.loadId], ['loaded', 4, load.loadId]);
    const next = await warehouse.beginLoad(tipos, 'Vendas', 'another hash');
    await writeRows(next, tipos, [tipo(5)]);
    await load.abort();
    await next.commit([loadedEvent(next, tipos, 1)], []);
    assert.equal(await numberOf(warehouse, LANDED), 5);
  },

  async 'an aborted load leaves no trace, whatever was done with it'({ warehouse, tipos }) {
    await loadRows(warehouse, tipos, [tipo(1)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'another hash');
    await writeRows(
      load,
      tipos,
      Array.from({ length: 30_000 }, (_, n) => tipo(1_000 + n, '2020-01-01T00:00:00')),
    );
    await load.reject([rejection(40_000)]);
    await load.discard([{ from: 2, to: 5 }]);
    await load.preview([]);
    await load.abort();
    await load.abort();
    assert.equal(await numberOf(warehouse, LANDED), 1);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM rejections'), 0);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM ledger_months'), 1);
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 1]]);
    await loadRows(warehouse, tipos, [tipo(2)]);
    assert.equal(await numberOf(warehouse, LANDED), 2);
  },

  async 'each committed load has a number of its own'({ warehouse, tipos, vendas }) {
    const ids = [
      await loadRows(warehouse, tipos, [tipo(1)]),
      await loadRows(warehouse, vendas, [[1, 'A', 1, 'B', '2019-03-14T00:00:00', 1]]),
      await loadRows(warehouse, tipos, [tipo(1)]),
    ];
    assert.equal(new Set(ids).size, 3);
  },

  async 'a load without rows is a load'({ warehouse, tipos }) {
    await loadRows(warehouse, tipos, []);
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
    assert.equal((await allFiles(warehouse))[0].state, 'loaded');
  },

  async 'keeps the number of each row in its sheet'({ warehouse, tipos }) {
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [tipo(1), tipo(2)], { firstRow: 1_048_575 });
    await load.commit([loadedEvent(load, tipos, 2)], []);
    assert.deepEqual(
      await rowsOf(warehouse, 'SELECT SHEET_ROW, ID FROM tipos_linhas ORDER BY ID'),
      [
        [1_048_575, 1],
        [1_048_576, 2],
      ],
    );
  },

  async 'takes back the rows that it is told, and says which there were'({ warehouse, tipos }) {
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [tipo(0), tipo(1), tipo(2), tipo(3), tipo(4)]);
    assert.deepEqual(await load.discard([{ from: 3, to: 4 }]), [3, 4]);
    assert.deepEqual(await load.discard([{ from: 1, to: 3 }]), [2]);
    assert.deepEqual(await load.discard([{ from: 100, to: 200 }]), []);
    await writeRows(load, tipos, [tipo(9)], { firstRow: 3 });
    // Every second one of many.
    const rows = Array.from({ length: 5_000 }, (_, n) => 101 + n);
    await writeRows(
      load,
      tipos,
      rows.map((row) => tipo(row)),
      { firstRow: 101 },
    );
    const odd = rows.filter((row) => row % 2 === 1);
    assert.deepEqual(await load.discard(odd.map((row) => ({ from: row, to: row }))), odd);
    const even = rows.filter((row) => row % 2 === 0);
    assert.deepEqual(await load.discard([{ from: 101, to: 5_100 }]), even);
    await load.commit([loadedEvent(load, tipos, 3)], []);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT ID FROM tipos_linhas ORDER BY ID'), [
      [3],
      [4],
      [9],
    ]);
  },

  async 'takes back nothing of another load'({ warehouse, tipos }) {
    await loadRows(warehouse, tipos, [tipo(1), tipo(2)]);
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [tipo(3)]);
    assert.deepEqual(await load.discard([{ from: 1, to: 100 }]), [2]);
    await load.commit([loadedEvent(load, tipos, 0)], []);
    assert.equal(await numberOf(warehouse, LANDED), 2);
  },

  async 'previews how many rows would count, and the sums that would change'({ warehouse, tipos }) {
    await loadRows(warehouse, tipos, [tipo(1), tipo(1), tipo(2)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    const april = '2019-04-14T00:00:00';
    await writeRows(load, tipos, [tipo(1), tipo(3), tipo(3), tipo(1, april), tipo(2, april, 'B')]);
    const { newRows, changes } = await load.preview([]);
    await load.abort();
    assert.equal(newRows, 5);
    assert.deepEqual(changes, [
      { table: 'tipos_mes', key: { MONTH_START: '2019-03-01' }, before: 4, after: 11 },
      { table: 'tipos_mes', key: { MONTH_START: '2019-04-01' }, before: null, after: 3 },
    ]);
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 4]]);
  },

  async 'previews what a load would do in the place of an earlier one'({ warehouse, tipos }) {
    const may = '2019-05-14T00:00:00';
    const earlier = await loadRows(warehouse, tipos, [tipo(1), tipo(1), tipo(5, may)]);
    await loadRows(warehouse, tipos, [tipo(2)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [tipo(1), tipo(2)]);
    const { newRows, changes } = await load.preview([earlier]);
    await load.abort();
    assert.equal(newRows, 2);
    assert.deepEqual(changes.at(-1), {
      table: 'tipos_mes',
      key: { MONTH_START: '2019-05-01' },
      before: 5,
      after: null,
    });
    assert.equal(await numberOf(warehouse, LANDED), 4);
  },

  async 'compares a load with an earlier one, blanks and all'({ warehouse, tipos }) {
    const blank = tipo(1);
    const filled: Row = [1, 'A', '2019-03-14T00:00:00', '1.50', 2.5, '2019-01-01', 'n'];
    const earlier = await loadRows(warehouse, tipos, [blank, filled, tipo(2), tipo(2)]);
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [blank, filled, filled, tipo(7)]);
    const compared = await load.compare(earlier);
    await load.abort();
    assert.deepEqual(compared, { common: 3, fresh: 1 });
  },

  async 'a commit withdraws the loads that it replaces, and consolidating takes their rows out'({
    warehouse,
    tipos,
    vendas,
  }) {
    const first = await loadRows(warehouse, tipos, [tipo(1), tipo(2, '2018-01-01T00:00:00')]);
    await loadRows(warehouse, tipos, [tipo(5)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    await loadRows(warehouse, tipos, [tipo(3)], [first]);
    const sale: Row = [1, 'M', 1, 'L', '2019-03-14T00:00:00', 1];
    await loadRows(warehouse, vendas, [], [await loadRows(warehouse, vendas, [sale])]);
    assert.equal(await numberOf(warehouse, LANDED), 4);
    assert.deepEqual(await monthsDue(warehouse, tipos), [
      { from: '2018-01-01', to: '2018-02-01' },
      { from: '2019-03-01', to: '2019-04-01' },
    ]);
    await warehouse.consolidate(tipos, [{ from: '2018-01-01', to: '2018-02-01' }]);
    assert.equal(await numberOf(warehouse, LANDED), 3);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 8]]);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT ID FROM tipos_linhas ORDER BY ID'), [
      [3],
      [5],
    ]);
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
    const LANDED_SALES = 'SELECT COUNT(*) FROM bases_vendas_linhas';
    assert.equal(await numberOf(warehouse, LANDED_SALES), 1);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    assert.equal(await numberOf(warehouse, LANDED_SALES), 0);
  },
};

const rejecting: Promises = {
  async 'rejections are kept with the load: sheet, cell, column, value and code'({
    warehouse,
    tipos,
  }) {
    const load = await warehouse.beginLoad(tipos, 'Aba "1"', 'a hash');
    await load.reject([
      rejection(13),
      rejection(14, { value: `"aspas"; 📈\n`, code: 'cell.error' }),
    ]);
    await writeRows(load, tipos, [tipo(1)]);
    await load.reject([rejection(15, { cell: 'A15:B16', value: '', code: 'cell.merged' })]);
    await load.commit([loadedEvent(load, tipos, 1)], []);
    const rows = await rowsOf(
      warehouse,
      `SELECT LOAD_ID, FILE_HASH, DATASET, SHEET, SHEET_ROW, CELL, COLUMN_NAME, VALUE_FOUND, CODE
       FROM rejections ORDER BY SHEET_ROW`,
    );
    const start = [load.loadId, 'a hash', 'tipos', 'Aba "1"'];
    assert.deepEqual(rows, [
      [...start, 13, 'A13', 'ID', 'doze', 'cell.notNumber'],
      [...start, 14, 'A14', 'ID', `"aspas"; 📈\n`, 'cell.error'],
      [...start, 15, 'A15:B16', 'ID', '', 'cell.merged'],
    ]);
    const details = await rowsOf(warehouse, 'SELECT DETAIL FROM rejections WHERE SHEET_ROW = 13');
    assert.deepEqual(JSON.parse(String(details[0][0])), rejection(13).values);
  },
};

const consolidating: Promises = {
  async 'the months due are those of loads not yet consolidated, as unbroken ranges'({
    warehouse,
    tipos,
    vendas,
  }) {
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
    const days = [
      '2019-12-31T23:59:59.999',
      '2020-01-01T00:00:00',
      '2020-03-01T00:00:00',
      '1969-12-31T12:00:00',
    ];
    await loadRows(
      warehouse,
      tipos,
      days.map((day) => tipo(1, day)),
    );
    await loadRows(warehouse, tipos, [tipo(2, '2020-02-29T12:00:00')]);
    const due = [
      { from: '1969-12-01', to: '1970-01-01' },
      { from: '2019-12-01', to: '2020-04-01' },
    ];
    assert.deepEqual(await monthsDue(warehouse, tipos), due);
    assert.deepEqual(await monthsDue(warehouse, vendas), []);
    await warehouse.consolidate(tipos, due.slice(1));
    assert.deepEqual(await monthsDue(warehouse, tipos), due.slice(0, 1));
    await loadRows(warehouse, tipos, [tipo(3, '2020-01-31T00:00:00')]);
    assert.deepEqual(await monthsDue(warehouse, tipos), [
      due[0],
      { from: '2020-01-01', to: '2020-02-01' },
    ]);
  },

  async 'consolidating twice changes nothing'({ warehouse, vendas }) {
    const history = randomHistory(99).steps.flatMap((step) => ('load' in step ? [step.load] : []));
    const loads: number[] = [];
    for (const rows of history) loads.push(await loadRows(warehouse, vendas, rows));
    const months = await monthsDue(warehouse, vendas);
    await warehouse.consolidate(vendas, months);
    const before = await snapshot(warehouse, vendas);
    await warehouse.consolidate(vendas, months);
    assert.deepEqual(await snapshot(warehouse, vendas), before);
    assert.deepEqual(await monthsDue(warehouse, vendas), []);
    // Nor does it bring back what is gone.
    await loadRows(warehouse, vendas, [], loads);
    for (const _ of ['at first', 'and again']) {
      await warehouse.consolidate(vendas, months);
      for (const table of vendas.tables)
        assert.deepEqual(await rowsOf(warehouse, `SELECT * FROM ${table}`), [], table);
    }
  },

  async 'rebuilding makes the tables of the rows loaded, whatever was done to them by hand, or changes nothing'({
    warehouse,
    tipos,
    vendas,
  }) {
    const rows = randomHistory(7).steps.flatMap((step) => ('load' in step ? [step.load] : []));
    for (const load of rows) await loadRows(warehouse, vendas, load);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    const before = await snapshot(warehouse, vendas);
    const sums = { table: 'con_ano_mes', columns: ['ANO', 'MES', 'SUM_QTD_VENDA'], replace: true };
    await warehouse.write([{ ...sums, rows: [[1999, 1, 5]] }]);
    for (const [table, column] of [
      ['con_mar_lin', 'ID_MARCA'],
      ['bases_vendas_cube', 'ID_MARCA'],
      ['bases_vendas_repeated', 'LOAD_ID'],
    ])
      await warehouse.write([{ table, columns: [column], rows: [], replace: true }]);
    await warehouse.rebuild(vendas);
    assert.deepEqual(await snapshot(warehouse, vendas), before);
    assert.deepEqual(await monthsDue(warehouse, vendas), []);

    await loadRows(warehouse, tipos, [tipo(1)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    await loadRows(warehouse, tipos, [tipo(666)]);
    await assert.rejects(warehouse.rebuild(tipos), { kind: 'terminal', code: 'check.failed' });
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 1]]);
  },

  async 'a check that fails publishes nothing, and the months stay due'({ warehouse, tipos }) {
    await loadRows(warehouse, tipos, [tipo(1, '2019-01-01T00:00:00')]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    await loadRows(warehouse, tipos, [
      tipo(2, '2019-01-01T00:00:00'),
      tipo(3, '2019-05-01T00:00:00'),
      tipo(666, '2019-09-01T00:00:00'),
    ]);
    const due = await monthsDue(warehouse, tipos);
    assert.equal(due.length, 3);
    await assert.rejects(warehouse.consolidate(tipos, due), {
      kind: 'terminal',
      code: 'check.failed',
      values: { dataset: 'tipos', compared: 'rows with the id 666', expected: '0', found: '1' },
    });
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-01-01', 1]]);
    assert.deepEqual(await monthsDue(warehouse, tipos), due);
    await warehouse.consolidate(tipos, due.slice(0, 2));
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [
      ['2019-01-01', 3],
      ['2019-05-01', 3],
    ]);
  },

  async 'a reader sees all tables before a consolidation or after it, never between'({
    warehouse,
    reader,
    vendas,
  }) {
    const row = (n: number): Row => [
      1 + (n % 3),
      `M${n % 3}`,
      1,
      'L',
      `2019-0${1 + (n % 9)}-01T00:00:00`,
      n,
    ];
    await loadRows(
      warehouse,
      vendas,
      Array.from({ length: 3_000 }, (_, n) => row(n)),
    );
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    const sql = `SELECT (SELECT SUM(QTD_VENDA) FROM bases_vendas), ${vendas.tables
      .slice(1)
      .map((table) => `(SELECT SUM(SUM_QTD_VENDA) FROM ${table})`)
      .join(', ')}`;
    const sums = async () => (await reader.query(sql)).rows[0].map(Number);
    const before = await sums();
    await loadRows(
      warehouse,
      vendas,
      Array.from({ length: 9_000 }, (_, n) => row(n)),
    );
    assert.deepEqual(await sums(), before);
    const months = await monthsDue(warehouse, vendas);
    let working = true;
    const work = warehouse.consolidate(vendas, months).finally(() => {
      working = false;
    });
    const seen: number[][] = [];
    while (working) seen.push(await sums());
    await work;
    const after = await sums();
    assert.notDeepEqual(after, before);
    assert.equal(new Set(after).size, 1);
    for (const one of seen)
      assert.ok(
        [before, after].some((known) => String(known) === String(one)),
        String(one),
      );
  },

  async 'a reader sees nothing of a load or a replacement before it is consolidated'({
    warehouse,
    reader,
    vendas,
  }) {
    const row = (units: number, month = 3): Row => [
      1,
      'M',
      1,
      'L',
      `2019-0${month}-01T00:00:00`,
      units,
    ];
    const units = async () =>
      (await reader.query('SELECT QTD_VENDA FROM bases_vendas ORDER BY 1')).rows.flat();
    const first = await loadRows(warehouse, vendas, [row(1), row(2), row(2), row(8, 5)]);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    await loadRows(warehouse, vendas, [row(2), row(3)]);
    assert.deepEqual(await units(), [1, 2, 8]);
    await loadRows(warehouse, vendas, [row(4)], [first]);
    assert.deepEqual(await units(), [1, 2, 8]);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    // What repeated a row of the withdrawn load counts in its place.
    assert.deepEqual(await units(), [2, 3, 4]);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT * FROM con_ano_mes'), [[2019, 3, 9]]);
    // Of a load's months those that are consolidated are seen.
    await loadRows(warehouse, vendas, [row(5), row(9, 6)]);
    const before = await units();
    await warehouse.consolidate(vendas, [{ from: '2019-03-01', to: '2019-04-01' }]);
    assert.deepEqual(await units(), [...before, 5]);
  },
};

const undoing: Promises = {
  async 'a retraction gives the tables as they would be without the load, and tells what changed'({
    warehouse,
    tipos,
  }) {
    await loadRows(warehouse, tipos, [tipo(1)]);
    const wrong = await loadRows(warehouse, tipos, [tipo(2), tipo(3, '2019-04-01T00:00:00')]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    const retraction = {
      dataset: tipos,
      change: withdrawn(wrong),
      ranges: [{ from: '2019-03-01', to: '2019-05-01' }],
      events: [],
    };
    const both: Row[] = [
      ['2019-03-01', 3],
      ['2019-04-01', 3],
    ];
    const changes = [
      { table: 'tipos_mes', key: { MONTH_START: '2019-03-01' }, before: 3, after: 1 },
      { table: 'tipos_mes', key: { MONTH_START: '2019-04-01' }, before: 3, after: null },
    ];
    assert.deepEqual(await warehouse.retract({ ...retraction, rehearse: true }), changes);
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), both);
    assert.deepEqual(await warehouse.retract({ ...retraction, rehearse: false }), changes);
    assert.deepEqual(
      await rowsOf(warehouse, PUBLISHED),
      both.slice(0, 1).map(([month]) => [month, 1]),
    );
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
    const another = withdrawn(await loadRows(warehouse, tipos, [tipo(4)]));
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    assert.deepEqual(await warehouse.retract({ ...retraction, change: another, rehearse: false }), [
      { ...changes[0], before: 5 },
    ]);
  },

  async 'events that cannot be written leave the load in force'({ warehouse, tipos }) {
    const loadId = await loadRows(warehouse, tipos, [tipo(1)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    const event = {
      drop: 'd',
      fileName: 'f',
      fileHash: 'h',
      event: 'retracted',
      runId: 'r',
    } as const;
    const recorded = warehouse.record([{ ...event, time: Number.NaN }], [withdrawn(loadId)]);
    await assert.rejects(recorded, RangeError);
    assert.deepEqual(await monthsDue(warehouse, tipos), []);
  },

  async 'a retraction whose check fails changes nothing'({ warehouse, tipos }) {
    const load = await loadRows(warehouse, tipos, [tipo(1)]);
    await warehouse.consolidate(tipos, await monthsDue(warehouse, tipos));
    await loadRows(warehouse, tipos, [tipo(666)]);
    const ranges = await monthsDue(warehouse, tipos);
    await assert.rejects(
      warehouse.retract({
        dataset: tipos,
        change: withdrawn(load),
        ranges,
        events: [],
        rehearse: false,
      }),
      { code: 'check.failed' },
    );
    assert.equal(await numberOf(warehouse, LANDED), 2);
    assert.deepEqual(await rowsOf(warehouse, PUBLISHED), [['2019-03-01', 1]]);
  },

  async 'writes rows to a table after those it has, or in their place'({ warehouse, reader }) {
    const rows: Row[] = Array.from({ length: 450 }, (_, n) => ['2019-01-01', n]);
    const change = { table: 'tipos_mes', columns: ['MONTH_START', 'SUM_ID'] };
    const counts = async () =>
      (await reader.query('SELECT COUNT(*), MAX(SUM_ID) FROM tipos_mes')).rows;
    await warehouse.write([{ ...change, rows, replace: true }]);
    await warehouse.write([{ ...change, rows: [['2019-02-01', 999]], replace: false }]);
    assert.deepEqual(await counts(), [[451, 999]]);
    const good = { ...change, rows: [['2019-02-01', 1]], replace: true };
    await assert.rejects(warehouse.write([good, { ...good, rows: [['no date', 1]] }]));
    assert.deepEqual(await counts(), [[451, 999]]);
    await warehouse.write([good]);
    assert.deepEqual(await counts(), [[1, 1]]);
    await warehouse.write([{ ...change, rows: [], replace: true }]);
    assert.deepEqual(await counts(), [[0, null]]);
  },
};

const EACH = 'SELECT ID, NOME, QUANDO, VALOR, PESO, DIA, NOTA FROM tipos_linhas ORDER BY SHEET_ROW';

const values: Promises = {
  async 'a value of any type comes back exactly'({ warehouse, tipos }) {
    const big = Number.MAX_SAFE_INTEGER;
    const rows: Row[] = [
      [0, 'A', '1970-01-01T00:00:00', '0.00', 0, '1970-01-01', 'x'],
      [
        big,
        'A',
        '2019-03-14T15:09:26.535',
        '90071992547409.91',
        Number.MAX_VALUE,
        '9999-12-31',
        'x',
      ],
      [
        -big,
        'A',
        '1969-12-31T23:59:59.999',
        '-90071992547409.91',
        -Number.MIN_VALUE,
        '1969-12-31',
        'x',
      ],
      [2 ** 32, 'A', '1900-01-01T00:00:00', '0.01', 0.1, '1900-01-01', 'x'],
      [-1, 'A', '2255-06-05T23:47:34.735', '-0.01', -1e-300, '2000-02-29', 'x'],
      [2 ** 31, 'A', '2024-02-29T00:00:00.001', '21474836.47', 2 ** 53 + 2, '1899-12-30', 'x'],
      [-(2 ** 31), 'A', '0001-01-01T00:00:00', '-21474836.49', 5e-324, '0001-01-01', 'x'],
    ];
    await loadRows(warehouse, tipos, rows);
    assert.deepEqual(await rowsOf(warehouse, EACH), rows);
  },

  async 'every cent up to 2^53 is exact'({ warehouse, tipos }) {
    const cents = Array.from({ length: 4_000 }, (_, n) =>
      n < 2_000 ? BigInt(Number.MAX_SAFE_INTEGER - n) : BigInt(Math.floor(1.017 ** n % 2 ** 53)),
    );
    const rows = cents.map((value, n): Row => {
      const digits = String(value).padStart(3, '0');
      return [
        n,
        'A',
        '2019-01-01T00:00:00',
        `${digits.slice(0, -2)}.${digits.slice(-2)}`,
        null,
        null,
        null,
      ];
    });
    await loadRows(warehouse, tipos, rows);
    assert.deepEqual(await rowsOf(warehouse, EACH), rows);
  },

  async 'a blank cell of an optional column is NULL, in any mixture'({ warehouse, tipos }) {
    // More than one of an engine's vectors, some without any value, some without any blank.
    const rows = Array.from({ length: 9_000 }, (_, n): Row => {
      const has = (slot: number) => n >= 2_048 && (n >= 6_144 || (n >> slot) % 2 === 1);
      return [
        n,
        'A',
        '2019-01-01T00:00:00',
        has(0) ? `${n}.50` : null,
        has(1) ? n / 4 : null,
        has(2) ? '1969-07-20' : null,
        has(3) ? 'nota' : null,
      ];
    });
    await loadRows(warehouse, tipos, rows);
    assert.deepEqual(await rowsOf(warehouse, EACH), rows);
  },

  async 'rows of many months, in any order, keep what belongs to them'({ warehouse, tipos }) {
    const rows = Array.from({ length: 30_000 }, (_, n): Row => {
      const month = String(((n * 7) % 12) + 1).padStart(2, '0');
      const day = `${2010 + ((n * 31) % 9)}-${month}-0${(n % 9) + 1}`;
      const some = <T>(every: number, value: T) => (n % every === 0 ? null : value);
      const values = [some(3, `${n}.25`), some(5, n / 8), some(7, day), some(11, `nota ${n}`)];
      return [n, `nome ${n % 700}`, `${day}T00:00:0${n % 10}`, ...values];
    });
    await loadRows(warehouse, tipos, rows);
    assert.deepEqual(
      await rowsOf(
        warehouse,
        `SELECT ID, NOME, QUANDO, VALOR, PESO, DIA, NOTA FROM tipos_linhas ORDER BY SHEET_ROW`,
      ),
      rows,
    );
    const sql = `SELECT COUNT(*) FROM tipos_linhas
      WHERE EXTRACT(YEAR FROM MONTH_START) = EXTRACT(YEAR FROM QUANDO) AND EXTRACT(DAY FROM MONTH_START) = 1
        AND EXTRACT(MONTH FROM MONTH_START) = EXTRACT(MONTH FROM QUANDO) AND SHEET_ROW = ID + 2`;
    assert.equal(await numberOf(warehouse, sql), rows.length);
  },

  async 'texts come back letter for letter'({ warehouse, tipos }) {
    const texts = [
      `"aspas" e 'apóstrofo'`,
      '📈 👨‍👩‍👧 日本 🇧🇷',
      'ação'.normalize('NFC'),
      'ação'.normalize('NFD'),
      ' em branco ',
      'linha\r\nnova\ttab\\',
      '; -- DROP',
      '$1 @p_from p_from {x} %s',
      'NULL',
      '',
      'x'.repeat(32_767),
      'ã'.repeat(13),
      '\u{10ffff}\ufeff\u00a0',
    ];
    const rows = texts.map(
      (text, n): Row => [n, text, '2019-01-01T00:00:00', null, null, null, text],
    );
    await loadRows(warehouse, tipos, rows);
    assert.deepEqual(await rowsOf(warehouse, EACH), rows);
  },

  async 'a dictionary may be empty, grow from batch to batch, and repeat a text'({
    warehouse,
    tipos,
  }) {
    const texts = createTexts(defaultLimits);
    for (const text of ['same', 'same', 'other']) texts.push(text);
    const load = await warehouse.beginLoad(tipos, 'Vendas', 'a hash');
    await writeRows(load, tipos, [tipo(1, undefined, 'same')], { texts });
    await writeRows(load, tipos, [tipo(2, undefined, 'late')], { texts, firstRow: 3 });
    await load.discard([{ from: 100, to: 100 }]);
    await writeRows(load, tipos, [tipo(3, undefined, 'later')], { texts, firstRow: 4 });
    await load.commit([loadedEvent(load, tipos, 3)], []);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT ID, NOME FROM tipos_linhas ORDER BY ID'), [
      [1, 'same'],
      [2, 'late'],
      [3, 'later'],
    ]);
    const without = {
      ...tipos,
      name: 'tipos',
      columns: tipos.columns.map((c) => ({ ...c, optional: true })),
    };
    await loadRows(warehouse, without, [[4, null, '2019-01-01T00:00:00', null, null, null, null]]);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT NOME, NOTA FROM tipos_linhas WHERE ID = 4'), [
      [null, null],
    ]);
    for (const count of [1_024, 1_025]) {
      const names = Array.from({ length: count }, (_, n) => `text ${n}`);
      const rows = names.map((name, n) => tipo(n, undefined, name));
      const loadId = await loadRows(warehouse, tipos, rows);
      const landed = `SELECT NOME FROM tipos_linhas WHERE LOAD_ID = ${loadId} ORDER BY SHEET_ROW`;
      assert.deepEqual((await rowsOf(warehouse, landed)).flat(), names);
    }
  },

  async 'of 150,000 rows with as many texts none is lost or mixed up'({ warehouse, tipos }) {
    const count = 150_000;
    const rows = Array.from(
      { length: count },
      (_, n): Row => [
        n,
        `nome ${n}`,
        `20${10 + (n % 12)}-01-01T00:00:00`,
        `${n}.07`,
        null,
        null,
        n % 3 === 0 ? null : `nota ${n % 1_000}`,
      ],
    );
    await loadRows(warehouse, tipos, rows);
    assert.equal(await numberOf(warehouse, LANDED), count);
    const wrong = `SELECT COUNT(*) FROM tipos_linhas
      WHERE NOME <> CONCAT('nome ', CAST(ID AS STRING)) OR SHEET_ROW <> ID + 2
        OR CAST(VALOR AS STRING) <> CONCAT(CAST(ID AS STRING), '.07')`;
    assert.equal(await numberOf(warehouse, wrong), 0);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(DISTINCT NOME) FROM tipos_linhas'), count);
    assert.equal(
      await numberOf(warehouse, 'SELECT COUNT(NOTA) FROM tipos_linhas'),
      (2 * count) / 3,
    );
    assert.equal(await numberOf(warehouse, 'SELECT SUM(ROWS_ACCEPTED) FROM ledger_months'), count);
  },
};

const SEEDS = 3;

const histories: Promises = Object.fromEntries(
  Array.from({ length: SEEDS }, (_, seed) => [
    `history ${seed}: the five tables are those of a naive recomputation after every step`,
    async ({ warehouse, vendas }: Scene) => {
      const inForce = new Map<number, readonly Row[]>();
      const loadIds: number[] = [];
      for (const step of randomHistory(seed).steps) {
        if ('load' in step) {
          const loadId = await loadRows(warehouse, vendas, step.load);
          loadIds.push(loadId);
          inForce.set(loadId, step.load);
          await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
        } else {
          const loadId = loadIds[step.retract];
          const ranges = await monthsOf(warehouse, loadId);
          const change = withdrawn(loadId);
          await warehouse.retract({ dataset: vendas, change, ranges, events: [], rehearse: false });
          inForce.delete(loadId);
        }
        const expected = naiveTables([...inForce.values()]);
        const found = await snapshot(warehouse, vendas);
        for (const table of vendas.tables)
          assert.deepEqual(found[table], sorted(expected[table]), table);
        const counted = await numberOf(warehouse, 'SELECT SUM(ROWS_COUNTED) FROM ledger_months');
        assert.equal(counted, expected.bases_vendas.length);
      }
    },
  ]),
);

/** The rows of each of a dataset's tables, in an order of their own. */
async function snapshot(
  warehouse: Warehouse,
  { tables }: Dataset,
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const table of tables)
    found[table] = sorted(await rowsOf(warehouse, `SELECT * FROM ${table}`));
  return found;
}
