import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { retractFile } from '../../src/ingest/retract.ts';
import { traceRows } from '../../src/ledger/trace.ts';
import { randomIntegers } from '../../src/samples/sales.ts';
import { openDuckDb } from '../../src/warehouse/duckdb.ts';
import { date } from '../workbook-builder.ts';
import { newHome, type Sale, sale, sales, shippedDatasets, type TestHome } from './home.ts';

const TABLES = ['bases_vendas', 'con_ano_mes', 'con_mar_lin', 'con_mar_ano_mes', 'con_lin_ano_mes'];
const QUESTIONS = TABLES.map((table) => `SELECT * FROM ${table} ORDER BY ALL`);

async function withDatabase<T>(
  home: TestHome,
  work: (w: Awaited<ReturnType<typeof openDuckDb>>) => Promise<T>,
) {
  const warehouse = await openDuckDb({ file: join(home.path, 'entrada.duckdb'), waitMs: 0 });
  try {
    return await work(warehouse);
  } finally {
    await warehouse.close();
  }
}

async function retract(home: TestHome, wanted: string, rehearse = false) {
  const datasets = await shippedDatasets();
  return withDatabase(home, (warehouse) =>
    retractFile(
      { warehouse, datasets, runId: 'r', now: () => Date.UTC(2026, 5, 1) },
      wanted,
      rehearse,
    ),
  );
}

/** Few days, brands and quantities, so that rows repeat within files and across them. */
function someSales(random: (below: number) => number): Sale[] {
  return Array.from({ length: 1 + random(6) }, () =>
    sale(1 + random(2), date(2019, 1 + random(3), 1 + random(2)), ['VULT', 'EUDORA'][random(2)]),
  );
}

test('promise 7, undo: any history of drops, drops again, retractions and replacements equals a fresh load of the files in force', async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const random = randomIntegers(seed);
    await using home = await newHome();
    const inForce = new Map<string, { bytes: Buffer; name: string }>();
    const dropped: { name: string; bytes: Buffer }[] = [];
    for (let step = 0; step < 6; step++) {
      const choice = random(4);
      if (choice === 0 && inForce.size > 0) {
        const hash = [...inForce.keys()][random(inForce.size)];
        await retract(home, hash);
        inForce.delete(hash);
        continue;
      }
      const again = choice === 1 && dropped.length > 0;
      const bytes = again ? dropped[random(dropped.length)].bytes : sales(...someSales(random));
      const name = `v${random(2)}.xlsx`;
      const replaces = choice === 2;
      await home.drop(name, bytes);
      dropped.push({ name, bytes });
      const { files } = await home.run({ replaceSameName: replaces });
      const { fileHash } = files[0];
      if (!inForce.has(fileHash)) {
        if (replaces)
          for (const [hash, known] of inForce) if (known.name === name) inForce.delete(hash);
        inForce.set(fileHash, { bytes, name });
      }
    }
    await using fresh = await newHome();
    let n = 0;
    for (const { bytes } of inForce.values()) await fresh.drop(`f${n++}.xlsx`, bytes);
    await fresh.run();
    assert.deepEqual(
      await home.queryAll(QUESTIONS),
      await fresh.queryAll(QUESTIONS),
      `seed ${seed}`,
    );
  }
});

test('a retraction that is rehearsed tells what would change, and changes nothing', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(5), sale(7)));
  await home.drop('b.xlsx', sales(sale(7), sale(11)));
  await home.run();
  const before = await home.queryAll(QUESTIONS);
  const rehearsed = await retract(home, 'b.xlsx', true);
  assert.deepEqual(await home.queryAll(QUESTIONS), before);
  assert.deepEqual(
    rehearsed.changes.filter(({ table }) => table === 'con_ano_mes'),
    [{ table: 'con_ano_mes', key: { ANO: 2019, MES: 3 }, before: 23, after: 12 }],
  );
  const done = await retract(home, 'b.xlsx');
  assert.deepEqual(done.changes, rehearsed.changes);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 12]]);
});

test('a file that nobody loaded cannot be retracted, and one name for two files asks for a hash', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(5)));
  await home.run();
  await home.drop('a.xlsx', sales(sale(6)));
  await home.run();
  await assert.rejects(retract(home, 'z.xlsx'), { code: 'retract.unknown' });
  await assert.rejects(retract(home, 'a.xlsx'), { code: 'retract.ambiguous' });
});

test('a file that comes again with other content counts beside the earlier one and tells the overlap, or replaces it', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(5), sale(7)));
  await home.run();
  await home.drop('a.xlsx', sales(sale(7), sale(9)));
  const { files } = await home.run();
  assert.equal(files[0].detail.namesakeCommon, 1);
  assert.equal(files[0].detail.namesakeFresh, 1);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 21]]);
  await home.drop('a.xlsx', sales(sale(1)));
  await home.run({ replaceSameName: true });
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 1]]);
});

test('the same content in other bytes, its rows in another order, is recognised', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(5), sale(7)));
  await home.run();
  await home.drop('b.xlsx', sales(sale(7), sale(5)));
  const { files } = await home.run();
  assert.equal(files[0].detail.sameContent, 'a.xlsx');
  assert.equal(files[0].rowsLoaded, 0);
});

test('a number is traced to its cells: the rows that count sum to it, and repeated ones name the row that counted', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(5), sale(7), sale(7), sale(9, date(2019, 4, 1))));
  await home.run();
  await home.drop('b.xlsx', sales(sale(5), sale(3)));
  await home.run();
  const [dataset] = await shippedDatasets();
  const rows = await withDatabase(home, (warehouse) =>
    traceRows(warehouse, dataset, 'con_mar_ano_mes', { ID_MARCA: '4', ANO: '2019', MES: '3' }),
  );
  const [[number]] = await home.query(
    'SELECT SUM_QTD_VENDA FROM con_mar_ano_mes WHERE ANO = 2019 AND MES = 3',
  );
  const counted = rows.filter(({ repeats }) => repeats === undefined);
  assert.equal(
    counted.reduce((sum, { value }) => sum + Number(value), 0),
    number,
  );
  assert.deepEqual(
    rows.map(({ file, row, value, repeats }) => [file, row, value, repeats]),
    [
      ['a.xlsx', 2, 5, undefined],
      ['a.xlsx', 3, 7, undefined],
      ['a.xlsx', 4, 7, { file: 'a.xlsx', row: 3 }],
      ['b.xlsx', 2, 5, { file: 'a.xlsx', row: 2 }],
      ['b.xlsx', 3, 3, undefined],
    ],
  );
});
