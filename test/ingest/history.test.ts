import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset } from '../../src/contract/dataset.ts';
import { retractFile } from '../../src/ingest/retract.ts';
import { allFiles } from '../../src/ledger/ledger.ts';
import { traceRows } from '../../src/ledger/trace.ts';
import { date, workbook } from '../workbook-builder.ts';
import { equalsFreshLoad, QUESTIONS, retract, withDatabase } from './histories.ts';
import { HEADER, newHome, sale, sales, shippedDatasets } from './home.ts';

test('promise 7, undo: any history of drops, drops again, retractions and replacements equals a fresh load of the files in force', async () => {
  // Drops, drops again before and after a retraction, and a replacement; `npm run test:kills` takes more histories.
  await equalsFreshLoad(14);
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
  // Six characters of a hash name a file, in capitals too, and fewer none.
  const [[hash]] = await home.query('SELECT FILE_HASH FROM ledger_events LIMIT 1');
  const few = (length: number) => retract(home, String(hash).slice(0, length).toUpperCase(), true);
  await assert.rejects(few(5), { code: 'retract.unknown' });
  assert.equal((await few(6)).fileHash, hash);
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
  // It is compared with the latest.
  await home.drop('a.xlsx', sales(sale(9), sale(11), sale(12)));
  const { detail } = (await home.run()).files[0];
  assert.deepEqual([detail.namesakeCommon, detail.namesakeFresh], [1, 2]);
  await home.drop('a.xlsx', sales(sale(1)));
  await home.run({ replaceSameName: true });
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 1]]);
});

test('a copy takes the place of the earlier file of its name, as any other content would', async () => {
  await using home = await newHome();
  await home.drop('x.xlsx', sales(sale(10)));
  await home.drop('y.xlsx', sales(sale(20)));
  await home.run();
  await home.drop('x.xlsx', sales(sale(20)));
  const { files } = await home.run({ replaceSameName: true });
  assert.deepEqual([files[0].state, typeof files[0].detail.replacedTime], ['repeated', 'string']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 20]]);
  assert.deepEqual(await home.query('SELECT QTD_VENDA FROM bases_vendas'), [[20]]);
  // Of what is there under its own name already it takes no place.
  await home.drop('x.xlsx', sales(sale(20)));
  await home.run({ replaceSameName: true });
  assert.deepEqual((await retract(home, 'y.xlsx')).stillAs, ['x.xlsx']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 20]]);
});

test('what was dropped under another name too counts on when the first is replaced or retracted, and it is told', async () => {
  await using home = await newHome();
  const sums = () => home.query('SELECT SUM_QTD_VENDA FROM con_ano_mes');
  await home.drop('loja1.xlsx', sales(sale(10)));
  await home.run();
  for (const copy of ['loja2.xlsx', 'loja4.xlsx']) {
    await home.drop(copy, sales(sale(10)));
    await home.run();
  }
  await home.drop('loja1.xlsx', sales(sale(20)));
  const { files } = await home.run({ replaceSameName: true });
  assert.equal(files[0].detail.replacedStill, 'loja2.xlsx, loja4.xlsx');
  assert.deepEqual(await sums(), [[30]]);
  const [dataset] = await shippedDatasets();
  const { rows } = await withDatabase(home, (warehouse) =>
    traceRows(warehouse, dataset, 'con_ano_mes', Object.entries({ ANO: '2019', MES: '3' })),
  );
  assert.deepEqual(
    rows.map(({ file, value }) => [file, value]),
    [
      ['loja2.xlsx', 10],
      ['loja1.xlsx', 20],
    ],
  );
  await home.drop('loja3.xlsx', sales(sale(20)));
  await home.run();
  for (const rehearse of [true, false]) {
    const { changes, stillAs, alsoAs } = await retract(home, 'loja1.xlsx', rehearse);
    assert.deepEqual([changes, stillAs, alsoAs], [[], ['loja3.xlsx'], []]);
  }
  assert.deepEqual(await sums(), [[30]]);
  await assert.rejects(retract(home, 'loja1.xlsx'), { code: 'retract.unknown' });
  const states = 'SELECT FILE_NAME, STATE, CODE FROM ledger_files ORDER BY FILE_NAME, STATE, CODE';
  assert.deepEqual(await home.query(states), [
    ['loja1.xlsx', 'retracted', 'file.replaced'],
    ['loja1.xlsx', 'retracted', null],
    ['loja2.xlsx', 'loaded', 'file.tookOver'],
    ['loja3.xlsx', 'loaded', 'file.tookOver'],
    ['loja4.xlsx', 'repeated', 'file.repeated'],
  ]);
  // What takes over is all that the first was.
  const contents = `SELECT DISTINCT FILE_HASH, LOAD_ID, DATASET, SHEET, ROWS_READ, ROWS_ACCEPTED, ROWS_REJECTED,
    CONTENT_HASH FROM ledger_events WHERE EVENT = 'loaded'`;
  assert.equal((await home.query(contents)).length, 2);
  const times = (await withDatabase(home, allFiles)).map(({ time }) => time);
  assert.deepEqual(times, times.toSorted());
  await retract(home, 'loja3.xlsx');
  assert.deepEqual(await sums(), [[10]]);
});

test('a copy is retracted by its name alone, and a content by its hash under every name', async () => {
  await using home = await newHome();
  const count = () => home.query('SELECT COUNT(*) FROM bases_vendas');
  await home.drop('a.xlsx', sales(sale(10)));
  await home.drop('b.xlsx', sales(sale(10)));
  await home.drop('c.xlsx', sales(sale(10)));
  const { files } = await home.run();
  const copy = await retract(home, 'b.xlsx');
  assert.deepEqual([copy.changes, copy.stillAs], [[], ['a.xlsx', 'c.xlsx']]);
  const tookOver = "SELECT FILE_NAME FROM ledger_events WHERE CODE = 'file.tookOver'";
  assert.deepEqual(await home.query(tookOver), []);
  assert.deepEqual(await count(), [[1]]);
  const { alsoAs } = await retract(home, files[0].fileHash.slice(0, 12));
  assert.deepEqual(alsoAs, ['c.xlsx']);
  assert.deepEqual(await count(), [[0]]);
  // What was taken out under every name does not come back through one of them.
  await home.drop('a.xlsx', sales(sale(10)));
  await home.run();
  assert.deepEqual((await retract(home, 'a.xlsx')).stillAs, []);
  assert.deepEqual(await count(), [[0]]);
});

test('a file of a dataset that is gone cannot be retracted before that is back, and it is told', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(10)));
  await home.run();
  const context = { datasets: [], broken: [], runId: 'r', now: Date.now };
  await assert.rejects(
    withDatabase(home, (warehouse) => retractFile({ ...context, warehouse }, 'a.xlsx', false)),
    { code: 'retract.noDataset', values: { file: 'a.xlsx', dataset: 'bases_vendas' } },
  );
});

test('a name is the same however its accents are spelt, for a replacement and for a retraction', async () => {
  await using home = await newHome();
  await home.drop('março.xlsx'.normalize('NFC'), sales(sale(10)));
  await home.run();
  await home.drop('março.xlsx'.normalize('NFD'), sales(sale(20)));
  await home.run({ replaceSameName: true });
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 20]]);
  await retract(home, 'março.xlsx'.normalize('NFC'), false);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), []);
});

test('a file of which no row is accepted takes no place, and the earlier one of its name is told to count', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(10)));
  await home.run();
  for (const wrong of [sales(sale('x')), sales()]) {
    await home.drop('a.xlsx', wrong);
    const { files } = await home.run({ replaceSameName: true });
    assert.equal(typeof files[0].detail.keptTime, 'string');
    assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 10]]);
  }
});

test('a file that is mended after all of it was rejected has nothing of its name beside it but what loaded earlier', async () => {
  await using home = await newHome();
  const toldOf = async (file: Uint8Array, replaceSameName = false) => {
    await home.drop('a.xlsx', file);
    const { detail } = (await home.run({ replaceSameName })).files[0];
    return Object.keys(detail).filter((key) => /^(namesake|kept|replaced)/.test(key));
  };
  assert.deepEqual(await toldOf(sales(sale('x'))), []);
  assert.deepEqual(await toldOf(sales(sale('y'))), []);
  assert.deepEqual(await toldOf(sales(sale(10))), []);
  assert.deepEqual(await toldOf(sales(sale('z'))), ['keptTime']);
  await home.drop('a.xlsx', sales(sale(10), sale(20)));
  const { detail } = (await home.run()).files[0];
  assert.deepEqual([detail.namesakeCommon, detail.namesakeFresh], [1, 1]);
  assert.deepEqual(await toldOf(sales(sale(30)), true), ['replacedTime']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 30]]);
});

test('a copy of which no row is accepted takes no place either, and has its list of what is wrong', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(10)));
  await home.drop('b.xlsx', sales(sale('x')));
  await home.run();
  await home.drop('a.xlsx', sales(sale('x')));
  const { files } = await home.run({ replaceSameName: true });
  assert.deepEqual([files[0].state, typeof files[0].detail.keptTime], ['repeated', 'string']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 10]]);
  assert.deepEqual(await home.names('rejeitados'), [
    'a.xlsx.rejections.csv',
    'b.xlsx.rejections.csv',
  ]);
});

test('a replacement by a copy is published with the run that it belongs to', async () => {
  await using home = await newHome();
  await home.drop('x.xlsx', sales(sale(10)));
  await home.drop('y.xlsx', sales(sale(20, date(2019, 5, 1))));
  await home.run();
  await home.drop('x.xlsx', sales(sale(20, date(2019, 5, 1))));
  const { consolidated } = await home.run({ replaceSameName: true });
  assert.deepEqual(
    consolidated.map(({ months }) => months),
    [[{ from: '2019-03-01', to: '2019-04-01' }]],
  );
});

test('of two files of one name the one is retracted that the hash behind it names, and no other of its content', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(10)));
  await home.drop('b.xlsx', sales(sale(10)));
  await home.run();
  const older = (await home.query('SELECT FILE_HASH FROM ledger_events LIMIT 1'))[0][0];
  await home.drop('a.xlsx', sales(sale(20)));
  await home.run();
  await assert.rejects(retract(home, 'a.xlsx'), { code: 'retract.ambiguous' });
  const { stillAs } = await retract(
    home,
    'a.xlsx',
    false,
    String(older).slice(0, 12).toUpperCase(),
  );
  assert.deepEqual(stillAs, ['b.xlsx']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 30]]);
});

test('a name under which the same content came again and again is retracted by one event', async () => {
  await using home = await newHome();
  for (const name of ['a.xlsx', 'a.xlsx', 'b.xlsx', 'a.xlsx']) {
    await home.drop(name, sales(sale(10)));
    await home.run();
  }
  assert.deepEqual((await retract(home, 'a.xlsx')).stillAs, ['b.xlsx']);
  const events = "SELECT COUNT(*) FROM ledger_events WHERE EVENT = 'retracted'";
  assert.deepEqual(await home.query(events), [[1]]);
});

test('a file takes the place of none of another dataset', async () => {
  await using home = await newHome();
  const [vendas] = await shippedDatasets();
  const folder = join(home.path, 'datasets', 'contagem');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'tables.sql'),
    'CREATE VIEW IF NOT EXISTS contagem AS SELECT LOJA, DIA FROM contagem_linhas;',
  );
  const column = { optional: false, aliases: [], min: undefined, max: undefined };
  const contagem: Dataset = {
    ...vendas,
    ...{ name: 'contagem', folder, period: 'DIA', procedures: [], tables: ['contagem'] },
    columns: [
      { ...column, name: 'LOJA', type: 'text', key: true },
      { ...column, name: 'DIA', type: 'date', key: false },
    ],
  };
  const datasets = [vendas, contagem];
  await home.drop('janeiro.xlsx', sales(sale(10)));
  await home.run({ datasets });
  const rows = [
    ['LOJA', 'DIA'],
    ['Centro', date(2019, 3, 1)],
  ];
  await home.drop('janeiro.xlsx', workbook({ sheets: [{ name: 'Dados', rows }] }));
  const { files } = await home.run({ datasets, replaceSameName: true });
  assert.deepEqual([files[0].state, files[0].dataset], ['loaded', 'contagem']);
  assert.deepEqual(await home.query('SELECT * FROM con_ano_mes'), [[2019, 3, 10]]);
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
  const { column, rows } = await withDatabase(home, (warehouse) =>
    traceRows(
      warehouse,
      dataset,
      'con_mar_ano_mes',
      Object.entries({ ID_MARCA: '4', ANO: '2019', MES: '3' }),
    ),
  );
  const [[number]] = await home.query(
    'SELECT SUM_QTD_VENDA FROM con_mar_ano_mes WHERE ANO = 2019 AND MES = 3',
  );
  assert.equal(column, 'QTD_VENDA');
  const counted = rows.filter(({ repeats }) => repeats === undefined);
  assert.equal(
    counted.reduce((sum, { value }) => sum + Number(value), 0),
    number,
  );
  assert.deepEqual(
    rows.map(({ file, row, value, repeats: of }) => [file, row, value, of && [of.file, of.row]]),
    [
      ['a.xlsx', 2, 5, undefined],
      ['a.xlsx', 3, 7, undefined],
      ['a.xlsx', 4, 7, ['a.xlsx', 3]],
      ['b.xlsx', 2, 5, ['a.xlsx', 2]],
      ['b.xlsx', 3, 3, undefined],
    ],
  );
  for (const DATA_VENDA of ['2019-04-01', '2019-04-01T00:00:00', '2019-04-01 00:00:00']) {
    const sold = await withDatabase(home, (warehouse) =>
      traceRows(warehouse, dataset, 'bases_vendas', Object.entries({ DATA_VENDA })),
    );
    assert.deepEqual(
      sold.rows.map(({ row, value }) => [row, value]),
      [[5, 9]],
      DATA_VENDA,
    );
  }
});

test('rows with a blank in an optional column are traced by a key without a value', async () => {
  await using home = await newHome();
  const [vendas] = await shippedDatasets();
  const note = { name: 'NOTA', type: 'number' as const, key: false, optional: true, aliases: [] };
  const dataset = {
    ...vendas,
    columns: [...vendas.columns, { ...note, min: undefined, max: undefined }],
  };
  const rows = [
    [...HEADER, 'NOTA'],
    [...sale(5), 1],
    [...sale(7), ''],
  ];
  await home.drop('a.xlsx', workbook({ sheets: [{ name: 'Vendas', rows }] }));
  await home.run({ datasets: [dataset] });
  const traced = (NOTA: string) =>
    withDatabase(home, async (warehouse) =>
      (await traceRows(warehouse, dataset, 'bases_vendas', Object.entries({ NOTA }))).rows.map(
        (one) => [one.row, one.value],
      ),
    );
  // What is traced is what the sums are of, whatever column comes last.
  assert.deepEqual([await traced('1.0'), await traced('')], [[[2, 5]], [[3, 7]]]);
});
