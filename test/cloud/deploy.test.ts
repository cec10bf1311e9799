import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Dataset, readDatasets } from '../../src/contract/dataset.ts';
import { monthsDue } from '../../src/ledger/ledger.ts';
import { loadRows, numberOf, rowsOf } from '../contracts/warehouse-rows.ts';
import { shippedDatasets } from '../ingest/home.ts';
import { PROGRAM } from '../program.ts';
import { ROOT } from '../repository.ts';
import { given, skipWithout } from './rig.ts';
import { newPlace, openEmulated, relabel } from './warehouses.ts';

const skip = skipWithout('bigquery');
const ROW = [1, 'A', 1, 'B', '2019-01-01T00:00:00', 5];

/** The sales dataset with some text of one of its files changed. */
async function changed(root: string, file: string, from: string, to: string): Promise<Dataset> {
  const folder = join(await mkdtemp(join(root, 'datasets-')), 'bases_vendas');
  await cp(join(ROOT, 'datasets/bases_vendas'), folder, { recursive: true });
  const text = await readFile(join(folder, file), 'utf8');
  assert.ok(text.includes(from));
  await writeFile(join(folder, file), text.replace(from, to));
  const [dataset] = await readDatasets(join(folder, '..'));
  return dataset;
}

describe('deploying to BigQuery', { skip }, () => {
  if (skip) return;
  let root: string;
  let vendas: Dataset;
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'entrada-deploy-'));
    [vendas] = await shippedDatasets();
  });
  after(() => rm(root, { recursive: true }));

  async function deployed(place = newPlace()) {
    const warehouse = await openEmulated(place);
    for (const change of await warehouse.plan([vendas])) await change.apply();
    return warehouse;
  }

  const told = (changes: readonly { action: string; kind: string; name: string }[]) =>
    changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);

  test('makes everything once, and then finds nothing to do', async () => {
    const place = newPlace();
    const warehouse = await openEmulated(place);
    const changes = await warehouse.plan([vendas]);
    assert.deepEqual(told(changes).slice(0, 2), [
      `create dataset ${place.dataset}`,
      'create table ledger_events',
    ]);
    assert.ok(told(changes).includes('create procedure proc_con_mar_lin'));
    for (const change of changes) await change.apply();
    assert.deepEqual(told(await warehouse.plan([vendas])), []);
    await warehouse.prepare([vendas]);
    await loadRows(warehouse, vendas, [ROW]);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    assert.equal(await numberOf(warehouse, 'SELECT SUM_QTD_VENDA FROM con_ano_mes'), 5);
  });

  test('only planning makes nothing', async () => {
    const warehouse = await openEmulated();
    const first = told(await warehouse.plan([vendas]));
    assert.deepEqual(told(await warehouse.plan([vendas])), first);
  });

  test('adds a column and keeps the rows; the change is shown with the column', async () => {
    const warehouse = await deployed();
    await loadRows(warehouse, vendas, [ROW]);
    const wider = await changed(
      root,
      'tables.sql',
      'con_ano_mes (ANO INT64',
      'con_ano_mes (MARCA STRING, ANO INT64',
    );
    const changes = await warehouse.plan([wider]);
    assert.deepEqual(changes.find(({ name }) => name === 'con_ano_mes')?.columns, ['MARCA']);
    for (const change of changes) await change.apply();
    assert.deepEqual(told(await warehouse.plan([wider])), []);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM bases_vendas_linhas'), 1);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(MARCA) FROM con_ano_mes'), 0);
  });

  test('refuses what would lose a column or its values', async () => {
    const warehouse = await deployed();
    const narrower = await changed(
      root,
      'tables.sql',
      'con_ano_mes (ANO INT64, MES INT64',
      'con_ano_mes (ANO INT64',
    );
    await assert.rejects(warehouse.plan([narrower]), {
      kind: 'user',
      code: 'deploy.columnLost',
      values: { table: 'con_ano_mes', column: 'MES' },
    });
    const other = await changed(
      root,
      'tables.sql',
      'con_ano_mes (ANO INT64, MES INT64',
      'con_ano_mes (ANO INT64, MES STRING',
    );
    await assert.rejects(warehouse.plan([other]), { code: 'deploy.columnType' });
    const unmonthly = await changed(
      root,
      'tables.sql',
      'MES INT64, SUM_QTD_VENDA INT64);',
      'MES INT64, MONTH_START DATE, SUM_QTD_VENDA INT64);',
    );
    await assert.rejects(warehouse.plan([unmonthly]), { code: 'deploy.partitions' });
  });

  test('a run does not change what is deployed: it says that deploying is needed', async () => {
    const warehouse = await deployed();
    const other = await changed(
      root,
      'proc_con_ano_mes.sql',
      'THEN DELETE',
      'THEN UPDATE SET SUM_QTD_VENDA = 0',
    );
    await assert.rejects(warehouse.prepare([other]), { kind: 'user', code: 'deploy.needed' });
    const changes = await warehouse.plan([other]);
    assert.ok(told(changes).includes('update procedure proc_con_ano_mes'));
    for (const change of changes) await change.apply();
    await warehouse.prepare([other]);
    assert.deepEqual(told(await warehouse.plan([other])), []);
  });

  test('opened to read, it wants something to read, and only reads', async () => {
    const place = newPlace();
    await assert.rejects(openEmulated({ ...place, readOnly: true }), { code: 'deploy.missing' });
    await (await deployed(place)).close();
    const reader = await openEmulated({ ...place, readOnly: true });
    for (const sql of [
      'DELETE FROM con_ano_mes WHERE TRUE',
      'CREATE TABLE t (A INT64)',
      "EXPORT DATA OPTIONS(uri='gs://a/*') AS SELECT 1",
      'CALL proc_con_ano_mes(NULL, NULL)',
      '/* SELECT */ TRUNCATE TABLE con_ano_mes',
    ])
      await assert.rejects(reader.query(sql), { code: 'query.invalid' }, sql);
    assert.deepEqual((await reader.query('-- all\nWITH a AS (SELECT 1) SELECT * FROM a')).rows, [
      [1],
    ]);
  });

  test('one call publishes what is due; a check that finds something publishes nothing', async () => {
    const place = newPlace();
    const warehouse = await deployed(place);
    const call = () =>
      warehouse.query(`CALL \`${place.project}.${place.dataset}.consolidate_bases_vendas\`()`);
    const published = () => rowsOf(warehouse, 'SELECT * FROM con_ano_mes ORDER BY ANO, MES');
    await call();
    assert.deepEqual(await published(), []);
    const day = (month: string) => [1, 'A', 1, 'B', `${month}-01T00:00:00`, 5];
    const first = await loadRows(warehouse, vendas, [day('2019-01'), day('2019-02')]);
    await loadRows(warehouse, vendas, [day('2019-01'), day('2020-12'), day('2021-01')]);
    await call();
    const four = [
      [2019, 1, 5],
      [2019, 2, 5],
      [2020, 12, 5],
      [2021, 1, 5],
    ];
    assert.deepEqual(await published(), four);
    assert.deepEqual(await monthsDue(warehouse, vendas), []);
    // Withdrawn by the load that replaces it; its row of January is the other load's too.
    await loadRows(warehouse, vendas, [day('2022-06')], [first]);
    await warehouse.query('INSERT INTO con_ano_mes (ANO, MES, SUM_QTD_VENDA) VALUES (1999, 1, 7)');
    await assert.rejects(call(), {
      kind: 'terminal',
      code: 'check.failed',
      values: {
        dataset: 'bases_vendas',
        compared: 'units in con_ano_mes',
        expected: '20',
        found: '27',
      },
    });
    assert.deepEqual(await published(), [[1999, 1, 7], ...four]);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM bases_vendas_linhas'), 6);
    await warehouse.query('DELETE FROM con_ano_mes WHERE ANO = 1999');
    await call();
    assert.deepEqual(await published(), [four[0], four[2], four[3], [2022, 6, 5]]);
    assert.equal(await numberOf(warehouse, 'SELECT COUNT(*) FROM bases_vendas_linhas'), 4);
    assert.deepEqual(
      await rowsOf(warehouse, 'SELECT JOBS, BYTES_BILLED, SLOT_MS FROM ledger_costs'),
      Array(3).fill([1, 10_485_760, 1]),
    );
  });

  test('another version of a dataset makes its tables anew of the rows that are there; a later ledger is refused', async () => {
    const place = newPlace();
    const warehouse = await deployed(place);
    await loadRows(warehouse, vendas, [ROW, [1, 'A', 1, 'B', '2021-01-01T00:00:00', 7]]);
    await warehouse.consolidate(vendas, await monthsDue(warehouse, vendas));
    // As if the cube of an earlier version had been something else.
    for (const other of [-1, 1]) {
      await warehouse.query('UPDATE bases_vendas_cube SET SUM_QTD_VENDA = 1 WHERE TRUE');
      await relabel(place, 'bases_vendas', (version) => version + other);
      await assert.rejects(warehouse.prepare([vendas]), { code: 'deploy.needed' });
      const changes = await warehouse.plan([vendas]);
      // The emulator does not tell what a view says, so that it is made again.
      const but = told(changes).filter((change) => change !== 'update view bases_vendas');
      assert.deepEqual(but, ['update months bases_vendas', `update dataset ${place.dataset}`]);
      for (const change of changes) await change.apply();
      const units = 'SELECT SUM(SUM_QTD_VENDA) FROM bases_vendas_cube';
      assert.equal(await numberOf(warehouse, units), 12);
      assert.deepEqual(told(await warehouse.plan([vendas])), []);
    }
    await relabel(place, 'ledger', (version) => version + 1);
    for (const refused of [warehouse.prepare, warehouse.plan])
      await assert.rejects(refused([vendas]), { kind: 'user', code: 'home.newer' });
  });

  test('the command line, from deploying to retracting', async () => {
    const { project, dataset } = newPlace();
    const home = join(root, 'home');
    const entrada = (...args: string[]) => {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [PROGRAM, ...args, '--home', home],
        {
          encoding: 'utf8',
          env: {
            ...process.env,
            ENTRADA_LANG: 'en',
            ENTRADA_LOG: 'info',
            ENTRADA_WAREHOUSE: `bigquery:${project}.${dataset}`,
            ENTRADA_BIGQUERY_URL: given('ENTRADA_TEST_BIGQUERY_URL'),
          },
        },
      );
      return { stdout, stderr, status, all: stdout + stderr };
    };
    assert.match(entrada('deploy').all, /--dry-run/);
    assert.match(entrada('status').all, /nothing of Entrada in demo\./);
    assert.match(
      entrada('deploy', '--dry-run').stdout,
      /create table ledger_events[\s\S]*Nothing has changed yet/,
    );
    assert.match(
      entrada('deploy', '--apply').stdout,
      /create procedure proc_bases_vendas[\s\S]*changes in demo\.\w+ made/,
    );
    assert.match(entrada('deploy', '--apply').stdout, /is as it should be/);
    const { writeDemoWorkbooks } = await import('../../src/samples/demo.ts');
    await mkdir(join(home, 'entrada'), { recursive: true });
    await writeDemoWorkbooks(join(home, 'entrada'));
    const run = entrada('run');
    assert.match(run.stdout, /rows read/);
    const [, jobs, mib] = /BigQuery: (\d+) jobs, (\d+) MiB billed/.exec(run.stdout) ?? [];
    assert.ok(Number(jobs) > 10 && Number(mib) > 100, run.stdout);
    const costs = entrada(
      'query',
      'SELECT JOBS, BYTES_BILLED / 1048576 AS MIB FROM ledger_costs',
      '--format',
      'csv',
    );
    assert.match(costs.stdout, new RegExp(`${jobs},${mib}\\b`));
    assert.equal(run.status, 3, run.all);
    assert.match(entrada('status').stdout, /loaded/);
    const sum = () =>
      entrada('query', 'SELECT SUM(SUM_QTD_VENDA) AS s FROM con_ano_mes', '--format', 'csv').stdout;
    const before = sum();
    const files = entrada('status', '--json')
      .stdout.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const copy = files.find(({ state }) => state === 'repeated');
    assert.match(entrada('retract', copy.detail.file).stdout, /No table changed: the same content/);
    assert.match(entrada('status').stdout, / loaded .* Counts in the place of .*\(cópia\)\.xlsx/);
    assert.equal(sum(), before);
    const hash = copy.fileHash.slice(0, 12);
    assert.match(entrada('retract', hash, '--dry-run').stdout, /and change \d+ sums/);
    assert.equal(sum(), before);
    assert.match(entrada('retract', hash).stdout, /is retracted/);
    assert.notEqual(sum(), before);
    assert.match(entrada('trace', 'con_ano_mes').stdout, /rows count and sum to/);
    const kept = await readdir(join(home, 'backup'));
    const again = entrada('check', join(home, 'backup', kept[0]));
    assert.match(again.stdout, /would be loaded/);
  });
});
