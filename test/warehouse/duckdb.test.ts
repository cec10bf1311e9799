import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readDatasets } from '../../src/contract/dataset.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import type { Warehouse } from '../../src/warehouse/warehouse.ts';
import { piecesOf, warehouseContract } from '../contracts/warehouse.ts';
import { loadedEvent, loadRows, type Row, rowsOf, writeRows } from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { mount } from '../lake/mount.ts';
import { lastingCalls, skipWithoutStrace } from '../strace.ts';

async function temporaryFile() {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-duckdb-'));
  return {
    file: join(folder, 'entrada.duckdb'),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

warehouseContract('duckdb', async () => {
  const { file, remove } = await temporaryFile();
  const warehouse = await openDuckDb({ file, waitMs: 0 });
  const reader = await openDuckDb({ file, waitMs: 0 });
  return {
    warehouse,
    reader,
    async cleanup() {
      await reader.close();
      await warehouse.close();
      await remove();
    },
  };
});

const SOURCE = new URL('../../src/warehouse/duckdb/duckdb.ts', import.meta.url).href;

const HOLD = `
  const { openDuckDb } = await import(process.argv[1]);
  const warehouse = await openDuckDb({ file: process.argv[2], waitMs: 0 });
  await warehouse.query('CREATE TABLE IF NOT EXISTS t (i INTEGER)');
  process.stdout.write('held');
  process.stdin.once('data', async () => { await warehouse.close(); process.exit(); });
`;

async function holdInAnotherProcess(file: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLD, SOURCE, file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

/** What the database may take of memory now, and how many threads. */
async function memoryOf({ query }: Warehouse) {
  const sql = "SELECT current_setting('memory_limit'), current_setting('threads')";
  return (await query(sql)).rows[0].join();
}

test('a database that another process has is busy: says who, and opens once it is free', async () => {
  const { file, remove } = await temporaryFile();
  const holder = await holdInAnotherProcess(file);
  try {
    for (const readOnly of [false, true]) {
      await assert.rejects(openDuckDb({ file, readOnly, waitMs: 0 }), {
        kind: 'transient',
        code: 'warehouse.busy',
        values: { file, holder: String(holder.pid) },
      });
    }
    const told: string[] = [];
    const onWait = (pid: string) => {
      told.push(pid);
      holder.stdin.write('go');
    };
    const warehouse = await openDuckDb({ file, waitMs: 30_000, onWait });
    assert.deepEqual(told, [String(holder.pid)]);
    assert.deepEqual((await warehouse.query('SELECT COUNT(*) FROM t')).rows, [[0]]);
    await warehouse.close();
  } finally {
    holder.kill('SIGKILL');
    await remove();
  }
});

test('a process that was killed holds nothing any more', async () => {
  const { file, remove } = await temporaryFile();
  const holder = await holdInAnotherProcess(file);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const warehouse = await openDuckDb({ file, waitMs: 0 });
  assert.deepEqual((await warehouse.query('SELECT COUNT(*) FROM t')).rows, [[0]]);
  await warehouse.close();
  await remove();
});

test('a new database is refused by DuckDB before 1.4, which would read blanks for its texts', async () => {
  const { file, remove } = await temporaryFile();
  await (await openDuckDb({ file, waitMs: 0 })).close();
  // Behind a checksum and the letters DUCK.
  const version = (await readFile(file)).readBigUInt64LE(12);
  await remove();
  assert.equal(version, 67n);
});

test('a database with blocks of another size, as homes were made before, is used as it is', async () => {
  const { file, remove } = await temporaryFile();
  try {
    const [vendas] = await shippedDatasets();
    const maker = await openDuckDb({ file: ':memory:', withFiles: true, waitMs: 0 });
    await maker.query(`ATTACH '${file}' AS home (BLOCK_SIZE 262144)`);
    await maker.close();
    const warehouse = await openDuckDb({ file, waitMs: 0 });
    await warehouse.prepare([vendas]);
    await loadRows(warehouse, vendas, [[1, 'VULT', 1, 'LINHA', '2019-03-14T00:00:00', 5]]);
    await warehouse.close();
    const reader = await openDuckDb({ file, waitMs: 0, readOnly: true });
    assert.deepEqual(await rowsOf(reader, 'SELECT block_size FROM pragma_database_size()'), [
      [262_144],
    ]);
    assert.deepEqual(await rowsOf(reader, 'SELECT QTD_VENDA FROM bases_vendas_linhas'), [[5]]);
    await reader.close();
  } finally {
    await remove();
  }
});

/* Where DuckDB's file has its headers, and then its blocks, of which the first is one of metadata. */
const HEADERS = 12_288;
const BLOCK = 65_536;

test('a database that another process has only begun to make is waited for', async () => {
  const { file, remove } = await temporaryFile();
  try {
    await (await openDuckDb({ file, waitMs: 0 })).close();
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, HEADERS / 3));
    const opening = openDuckDb({ file, waitMs: 0 });
    await Promise.race([opening, sleep(50)]);
    await writeFile(file, whole);
    await (await opening).close();
    // Whole by the time that a refusal is heard.
    await writeFile(file, whole.subarray(0, HEADERS / 3));
    const late = openDuckDb({ file, waitMs: 0 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    writeFileSync(file, whole);
    await (await late).close();
  } finally {
    await remove();
  }
});

test('a full disk leaves nothing of a database that it has no room for, and it is made once there is', async (t) => {
  const { file, remove } = await temporaryFile();
  try {
    const size = 1 << 20;
    using disk = mount(t, dirname(file), String(size));
    if (!disk) return;
    for (const left of [0, HEADERS / 3]) {
      const filler = join(dirname(file), 'filler');
      await writeFile(filler, Buffer.alloc(size - left));
      await assert.rejects(openDuckDb({ file, waitMs: 0 }), { code: 'warehouse.full' });
      assert.deepEqual(await readdir(dirname(file)), ['filler']);
      await rm(filler);
      await (await openDuckDb({ file, waitMs: 0 })).close();
      await rm(file);
    }
  } finally {
    await remove();
  }
});

test('a commit that was cut off while it wrote the metadata leaves what was committed before', async () => {
  const { file, remove } = await temporaryFile();
  try {
    const [vendas] = await shippedDatasets();
    const COUNT = 'SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas_linhas';
    const month = (n: number): Row => [n, 'VULT', 1, 'LINHA', '2019-03-14T00:00:00', n];
    const ALONE = ['entrada.duckdb'];
    const MARKED = [...ALONE, 'entrada.duckdb.committing'];
    const there = () => readdir(dirname(file));
    let warehouse = await openDuckDb({ file, waitMs: 0 });
    await warehouse.prepare([vendas]);
    assert.deepEqual(await there(), MARKED);
    await loadRows(warehouse, vendas, [month(1), month(2)]);
    await warehouse.close();
    const prepared = await readFile(file);
    warehouse = await openDuckDb({ file, waitMs: 0 });
    await warehouse.prepare([vendas]);
    assert.deepEqual(await there(), ALONE);
    assert.ok(prepared.equals(await readFile(file)), 'nothing was missing, and nothing is written');
    await warehouse.query('UPDATE ledger_schema SET VERSION = VERSION - 1');
    await warehouse.prepare([vendas]);
    assert.deepEqual(await there(), MARKED);
    await warehouse.close();
    const before = await readFile(file);
    warehouse = await openDuckDb({ file, waitMs: 0 });
    await loadRows(warehouse, vendas, [month(3)]);
    assert.deepEqual(await there(), MARKED);
    await warehouse.close();
    const after = await readFile(file);

    for (const written of [8, 4_096, 50_000, BLOCK - 1]) {
      // The blocks are written but for the last part of one of them, the header is not.
      const torn = Buffer.concat([before.subarray(0, HEADERS), after.subarray(HEADERS)]);
      before.copy(torn, HEADERS + written, HEADERS + written, HEADERS + BLOCK);
      await writeFile(file, torn);
      if (written === 4_096) {
        // Nobody was cut off: who knows what has happened to it.
        await assert.rejects(openDuckDb({ file, waitMs: 0 }), { code: 'warehouse.damaged' });
        assert.deepEqual(await readFile(file), torn);
      }
      await writeFile(`${file}.committing`, '');
      for (const readOnly of [true, false]) {
        const opened = await openDuckDb({ file, waitMs: 0, readOnly });
        assert.deepEqual(await rowsOf(opened, COUNT), [[2, 3]], `${written}`);
        if (!readOnly) await loadRows(opened, vendas, [month(4)]);
        await opened.close();
        assert.deepEqual(await there(), readOnly ? MARKED : ALONE);
      }
      const again = await openDuckDb({ file, waitMs: 0 });
      assert.deepEqual(await rowsOf(again, COUNT), [[3, 7]]);
      await again.close();
      assert.deepEqual(await there(), ALONE);
    }
  } finally {
    await remove();
  }
});

test('after a commit that was cut off metadata is mended wherever it is, also where nothing needs it yet', async () => {
  const { file, remove } = await temporaryFile();
  try {
    // Of many row groups it takes blocks of its own what is known of their columns, and which rows are deleted.
    const maker = await openDuckDb({ file: ':memory:', withFiles: true, waitMs: 0 });
    await maker.query(`ATTACH '${file}' AS home (ROW_GROUP_SIZE 2048)`);
    const rows = 'AS SELECT range AS i, i AS j FROM range(6000000)';
    await maker.query(`CREATE TABLE home."somebody's own" ${rows}`);
    await maker.close();
    const owner = await openDuckDb({ file, waitMs: 0 });
    await owner.query('CREATE TABLE """quoted""" (i INTEGER)');
    await owner.query(`CREATE TABLE fewer ${rows}`);
    await owner.query('DELETE FROM fewer WHERE HASH(i) % 9 = 0');
    const blocks = await rowsOf(owner, 'SELECT block_id FROM pragma_metadata_info()');
    await owner.close();
    const whole = await readFile(file);
    for (const [block] of blocks) {
      const torn = Buffer.from(whole);
      torn[HEADERS + BLOCK * Number(block)] ^= 1;
      await writeFile(file, torn);
      await writeFile(`${file}.committing`, '');
      await (await openDuckDb({ file, waitMs: 0 })).close();
      assert.ok(whole.equals(await readFile(file)), `block ${block} of ${blocks.join()}`);
    }
  } finally {
    await remove();
  }
});

test('a power cut finds the mark of a commit before the commit, and what was mended once it is used', {
  skip: skipWithoutStrace,
}, async () => {
  const { file, remove } = await temporaryFile();
  const calls = (readOnly: boolean, work: string) =>
    lastingCalls(
      dirname(file),
      `const { openDuckDb } = await import(${JSON.stringify(SOURCE)});
      const options = { file: ${JSON.stringify(file)}, waitMs: 0, readOnly: ${readOnly} };
      const warehouse = await openDuckDb(options);
      ${work}
      await warehouse.close();`,
    );
  try {
    await (await openDuckDb({ file, waitMs: 0 })).close();
    const [first, ...rest] = calls(false, 'await warehouse.prepare([]);');
    assert.equal(first, 'sync .');
    assert.deepEqual([...new Set(rest)], ['sync entrada.duckdb']);
    const torn = await readFile(file);
    torn[HEADERS] ^= 1;
    await writeFile(file, torn);
    await writeFile(`${file}.committing`, '');
    assert.deepEqual(calls(true, ''), ['sync entrada.duckdb']);
  } finally {
    await remove();
  }
});

test('a database whose rows are damaged is told to be so once they are read', async () => {
  const { file, remove } = await temporaryFile();
  try {
    const owner = await openDuckDb({ file, waitMs: 0 });
    await owner.query('CREATE TABLE t AS SELECT RANDOM() AS r FROM RANGE(100000)');
    await owner.close();
    const bytes = await readFile(file);
    bytes.fill(0, HEADERS + 2 * BLOCK - 100, HEADERS + 2 * BLOCK);
    await writeFile(file, bytes);
    const warehouse = await openDuckDb({ file, waitMs: 0 });
    await assert.rejects(warehouse.query('SELECT SUM(r) FROM t'), ({ kind, code, values }) => {
      assert.deepEqual([kind, code, values.database], ['user', 'warehouse.damaged', file]);
      return true;
    });
    await warehouse.close();
  } finally {
    await remove();
  }
});

test('a database on a disk that fails is not called damaged', async (t) => {
  const { file, remove } = await temporaryFile();
  // Whatever reads it at its beginning is told EIO.
  const failing = '/proc/self/mem';
  if (!existsSync(failing)) return t.skip('this system has no file that fails');
  try {
    await symlink(failing, file);
    await assert.rejects(openDuckDb({ file, waitMs: 0 }), {
      kind: 'transient',
      code: 'lake.failing',
    });
  } finally {
    await remove();
  }
});

test('a database on a disk that can only be read is told as that', async (t) => {
  const { file, remove } = await temporaryFile();
  using disk = mount(t, dirname(file), '10m');
  try {
    if (!disk) return;
    await (await openDuckDb({ file, waitMs: 0 })).close();
    spawnSync('mount', ['-o', 'remount,ro', dirname(file)]);
    const values = { file };
    await assert.rejects(openDuckDb({ file, waitMs: 0 }), { code: 'lake.readonly', values });
  } finally {
    disk?.[Symbol.dispose]();
    await remove();
  }
});

test('a database that a full disk closed, and that could not be opened anew, is opened once it can be', async (t) => {
  const { file, remove } = await temporaryFile();
  using disk = mount(t, dirname(file), '4m');
  try {
    if (!disk) return;
    const warehouse = await openDuckDb({ file, waitMs: 0 });
    await warehouse.prepare([]);
    const filler = join(dirname(file), 'filler');
    await assert.rejects(writeFile(filler, Buffer.alloc(4 << 20)), { code: 'ENOSPC' });
    const large = 'CREATE TABLE t AS SELECT RANDOM() FROM range(100000)';
    await assert.rejects(warehouse.query(large), { code: 'warehouse.full' });
    await rename(file, `${file}.aside`);
    // Nor can it be opened while another process has it.
    await mkdir(file);
    for (let i = 0; i < 2; i++)
      await assert.rejects(warehouse.query('SELECT 1'), { code: 'warehouse.damaged' });
    await rm(file, { recursive: true });
    await rename(`${file}.aside`, file);
    await rm(filler);
    assert.deepEqual(await rowsOf(warehouse, 'SELECT 1'), [[1]]);
    await warehouse.close();
  } finally {
    disk?.[Symbol.dispose]();
    await remove();
  }
});

test('opened to read, it neither writes nor reaches for files', async () => {
  const { file, remove } = await temporaryFile();
  const owner = await openDuckDb({ file, waitMs: 0 });
  await owner.query('CREATE TABLE t AS SELECT 1 AS i');
  await owner.close();
  const warehouse = await openDuckDb({ file, readOnly: true, waitMs: 0 });
  const out = join(file, '..', 'out');
  for (const sql of [
    'INSERT INTO t VALUES (2)',
    'UPDATE t SET i = 2',
    'DELETE FROM t',
    'DROP TABLE t',
    'CREATE TABLE u (i INTEGER)',
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    `COPY t TO '${out}.csv'`,
    `EXPORT DATABASE '${out}'`,
    `ATTACH '${out}.duckdb'`,
    `SELECT * FROM read_text('/etc/hostname')`,
    'SET enable_external_access = true',
    'INSTALL httpfs',
    'LOAD httpfs',
  ]) {
    await assert.rejects(warehouse.query(sql), { kind: 'user', code: 'query.invalid' }, sql);
    await assert.rejects(piecesOf(warehouse, sql), { code: 'query.invalid' }, sql);
  }
  assert.deepEqual((await warehouse.query('SELECT i FROM t')).rows, [[1]]);
  await warehouse.close();
  await remove();
});

test('rows that came in any order stand by day, so that those of other months are skipped', async () => {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    await warehouse.prepare([vendas]);
    const days = ['2019-12-31', '0001-01-01', '2019-02-28', '9999-12-31', '2019-12-01'];
    const rows = Array.from({ length: 300 }, (_, n): Row => {
      const day = days[n % days.length];
      return [1, 'VULT', 2, 'PERFUMARIA', `${day}T0${n % 7}:00:00`, n];
    });
    await loadRows(warehouse, vendas, rows);
    assert.ok(!existsSync(':memory:.committing'), 'what is in memory has no file beside it');
    const landed = await rowsOf(
      warehouse,
      'SELECT DATA_VENDA, QTD_VENDA, MONTH_START FROM bases_vendas_linhas ORDER BY rowid',
    );
    const expected = rows.map((row) => [row[4], row[5], `${String(row[4]).slice(0, 7)}-01`]);
    const dayOf = ([moment]: readonly unknown[]) => String(moment).slice(0, 10);
    // Of a day in the order of the sheet.
    assert.deepEqual(
      landed,
      days.toSorted().flatMap((day) => expected.filter((row) => dayOf(row) === day)),
    );
  } finally {
    await warehouse.close();
  }
});

test('rows that are centuries apart land with their months, by a date or a date-time', async () => {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [tipos] = await readDatasets(fileURLToPath(new URL('../datasets', import.meta.url)));
    await warehouse.prepare([tipos]);
    const pieces = Array.from({ length: 12 }, (_, n): Row[] => [
      [2 * n, 'late', `${9988 + n}-12-31T23:59:59`, '0.01', null, `${9988 + n}-12-31`, null],
      [2 * n + 1, 'early', `${1911 - n}-02-01T00:00:00`, null, -0.5, `${1911 - n}-02-01`, 'nota'],
    ]);
    pieces.push([[24, 'alone', '1900-01-01T00:00:00', null, null, '1900-01-01', null]]);
    for (const period of ['QUANDO', 'DIA']) {
      const dataset = { ...tipos, period };
      const load = await warehouse.beginLoad(dataset, 'Vendas', 'a hash');
      for (const [n, rows] of pieces.entries())
        await writeRows(load, dataset, rows, { firstRow: 2 + 2 * n });
      await load.commit([loadedEvent(load, dataset, 25)], []);
      const landed = await rowsOf(
        warehouse,
        `SELECT ID, NOME, QUANDO, VALOR, PESO, DIA, NOTA, SHEET_ROW, MONTH_START FROM tipos_linhas
         WHERE LOAD_ID = ${load.loadId} ORDER BY SHEET_ROW`,
      );
      const wanted = pieces
        .flat()
        .map((row) => [...row, Number(row[0]) + 2, `${String(row[5]).slice(0, 8)}01`]);
      assert.deepEqual(landed, wanted, period);
    }
  } finally {
    await warehouse.close();
  }
});

test('work that needs more memory than a run usually takes gets it', async () => {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const before = await memoryOf(warehouse);
    // One text of 200 MB, which cannot go to disk.
    const { rows } = await warehouse.query(
      "SELECT length(string_agg(repeat('x', 100), '')) FROM range(2000000)",
    );
    assert.deepEqual(rows, [[200_000_000]]);
    assert.notEqual(await memoryOf(warehouse), before);
  } finally {
    await warehouse.close();
  }
});

test('of a long history the first procedures are given a few months at a time, and the rest a million rows', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-duckdb-'));
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    await warehouse.prepare([vendas]);
    await warehouse.query('CREATE TABLE called (N INT64, NAME STRING, FIRST DATE, BEHIND DATE)');
    for (const name of ['first', 'then'])
      await writeFile(
        join(folder, `${name}.sql`),
        `INSERT INTO called SELECT COUNT(*), '${name}', p_from, p_to FROM called;\n`,
      );
    for (const month of ['2019-01', '2019-02', '2019-03', '2019-05'])
      await warehouse.query(
        `INSERT INTO ledger_months VALUES ('bases_vendas', 1, DATE '${month}-01', 200000, 0)`,
      );
    await warehouse.consolidate({ ...vendas, folder, procedures: [['first'], ['then']] }, [
      { from: '2019-01-01', to: '2019-04-01' },
      { from: '2019-05-01', to: '2019-06-01' },
    ]);
    const called = await rowsOf(warehouse, 'SELECT NAME, FIRST, BEHIND FROM called ORDER BY N');
    assert.deepEqual(called, [
      ['first', '2019-01-01', '2019-02-01'],
      ['first', '2019-02-01', '2019-03-01'],
      ['first', '2019-03-01', '2019-04-01'],
      ['then', '2019-01-01', '2019-04-01'],
      ['first', '2019-05-01', '2019-06-01'],
      ['then', '2019-05-01', '2019-06-01'],
    ]);
  } finally {
    await warehouse.close();
    await rm(folder, { recursive: true });
  }
});

test('p_from and p_to are months where a procedure names them, and letters in a text', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-duckdb-'));
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    await warehouse.prepare([vendas]);
    await warehouse.query('CREATE TABLE said (TEXT STRING, FIRST DATE, BEHIND DATE)');
    const sql = "INSERT INTO said -- it's p_to\nSELECT 'it''s p_from, p_to', p_from, p_to;\n";
    await writeFile(join(folder, 'p.sql'), sql);
    await warehouse.query(
      "INSERT INTO ledger_months VALUES ('bases_vendas', 1, DATE '2019-01-01', 1, 0)",
    );
    const range = { from: '2019-01-01', to: '2019-02-01' };
    await warehouse.consolidate({ ...vendas, folder, procedures: [['p']] }, [range]);
    const said = await rowsOf(warehouse, 'SELECT * FROM said');
    assert.deepEqual(said, [["it's p_from, p_to", range.from, range.to]]);
  } finally {
    await warehouse.close();
    await rm(folder, { recursive: true });
  }
});

test('after a consolidation that broke off there is as much memory as before', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-duckdb-'));
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    await warehouse.prepare([vendas]);
    const before = await memoryOf(warehouse);
    await writeFile(join(folder, 'first.sql'), 'INSERT INTO nowhere VALUES (1);\n');
    await warehouse.query(
      "INSERT INTO ledger_months VALUES ('bases_vendas', 1, DATE '2019-01-01', 1, NULL)",
    );
    const broken = { ...vendas, folder, procedures: [['first']] };
    await assert.rejects(
      warehouse.consolidate(broken, [{ from: '2019-01-01', to: '2019-02-01' }]),
      { code: 'dataset.sql' },
    );
    assert.equal(await memoryOf(warehouse), before);
  } finally {
    await warehouse.close();
    await rm(folder, { recursive: true });
  }
});

test('after a load that was given up, and one that was not, there is as much memory as before', async () => {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    await warehouse.prepare([vendas]);
    const before = await memoryOf(warehouse);
    const load = await warehouse.beginLoad(vendas, 'Aba', 'a');
    assert.notEqual(await memoryOf(warehouse), before);
    await load.abort();
    assert.equal(await memoryOf(warehouse), before);
    await loadRows(warehouse, vendas, []);
    assert.equal(await memoryOf(warehouse), before);
  } finally {
    await warehouse.close();
  }
});

test('a contract of a hundred columns of texts, no two the same, lands and is compared', async () => {
  const { file, remove } = await temporaryFile();
  const warehouse = await openDuckDb({ file, waitMs: 0 });
  try {
    const [vendas] = await shippedDatasets();
    const [date] = vendas.columns.filter(({ name }) => name === vendas.period);
    const [text] = vendas.columns.filter(({ type }) => type === 'text');
    const texts = Array.from({ length: 100 }, (_, i) => ({ ...text, name: `T${i}`, aliases: [] }));
    const folder = dirname(file);
    const wide = { ...vendas, folder, name: 'largo', columns: [date, ...texts], procedures: [] };
    await writeFile(join(folder, 'tables.sql'), '');
    await warehouse.prepare([wide]);
    const rows = Array.from(
      { length: 4_000 },
      (_, row): Row => [
        '2019-01-01T00:00:00',
        ...texts.map(
          ({ name }) =>
            `${name} of row ${String(row).padStart(4, '0')}, longer than what stands in a vector itself`,
        ),
      ],
    );
    await loadRows(warehouse, wide, rows);
    const { rows: last } = await warehouse.query('SELECT COUNT(*), MAX(T99) FROM largo_linhas');
    assert.deepEqual(last, [[4_000, rows[3_999][100]]]);
    const load = await warehouse.beginLoad(wide, 'Aba', 'b');
    await writeRows(load, wide, rows.slice(1));
    assert.deepEqual(await load.compare(1), { common: 3_999, fresh: 0 });
    await load.abort();
  } finally {
    await warehouse.close();
    await remove();
  }
});
