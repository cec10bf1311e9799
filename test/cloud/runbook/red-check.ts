import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { numbersOf } from '../../ingest/golden.ts';
import { sale, sales } from '../../ingest/home.ts';
import { found } from '../../repository.ts';
import { allTexts, PLACE } from '../../warehouse/bigquery-texts.ts';
import { date } from '../../workbook-builder.ts';
import { analyze } from '../analyze.ts';
import { given, JSON_TYPE } from '../rig.ts';
import { type Desk, openDesk } from './desk.ts';
import { logged } from './recorder.ts';

/* Each test leaves the tables well. */
describe('a red check', { timeout: 600_000 }, () => {
  let desk: Desk;
  const at = () => desk.at('A red check');
  let units = 0;
  /** Drops a workbook, of a unit more than the one before. */
  async function drop(name: string) {
    units += 1;
    await desk.scene.lake.write(`entrada/${name}`, sales(sale(units, date(2019, 3, 1))));
  }
  async function runs(code: number) {
    const run = await at()(/^entrada run$/);
    assert.equal(run.code, code, run.stdout + run.stderr);
  }
  const sums = async () =>
    numbersOf((await desk.scene.rows('SELECT SUM(SUM_QTD_VENDA) FROM con_mar_lin'))[0]);
  /** The project and the dataset. */
  const tables = () => desk.scene.environment.ENTRADA_WAREHOUSE.replace('bigquery:', '');
  const full = (table: string) => `\`${tables()}.${table}\``;
  async function byHand(query: string) {
    const [project] = tables().split('.');
    const url = `${given('ENTRADA_TEST_BIGQUERY_URL')}/bigquery/v2/projects/${project}/queries`;
    const body = JSON.stringify({ query, useLegacySql: false });
    const answer = await fetch(url, { method: 'POST', headers: JSON_TYPE, body });
    const said = (await answer.json()) as { jobComplete?: boolean; errors?: unknown };
    assert.deepEqual([said.jobComplete, said.errors], [true, undefined], JSON.stringify(said));
  }

  before(async () => {
    desk = await openDesk();
    await drop('first.xlsx');
    await runs(0);
  });
  after(() => desk[Symbol.asyncDispose]());

  test('a table that was changed by hand is seen, and made anew', async () => {
    const table = full('con_mar_lin');
    await byHand(`INSERT INTO ${table} SELECT ID_MARCA, MARCA, 77, LINHA, 5 FROM ${table}`);
    await drop('second.xlsx');
    const red = await desk.type('entrada run --json');
    assert.equal(red.code, 1, red.stderr);
    const filter = await logged(desk, at(), /logging/);
    assert.equal(filter, 'resource.type="cloud_run_job" AND jsonPayload.error="check.failed"');
    const [failed] = red.objects().filter(({ error }) => error === 'check.failed');
    assert.deepEqual(Object.keys(failed.values as object).sort(), [
      'compared',
      'dataset',
      'expected',
      'found',
    ]);
    assert.match((await at()(/status/)).stdout, /^second\.xlsx +loaded/m);
    assert.match((await at()(/--dry-run/)).stdout, /is as it should be/);
    assert.match((await at()(/query/)).stdout, /bases_vendas +2019-03-01/);
    await runs(1);

    const rebuilt = await at()(/--rebuild/);
    assert.equal(rebuilt.code, 0, rebuilt.stdout + rebuilt.stderr);
    assert.deepEqual(await sums(), [1 + 2]);
  });

  test('all tables go back to an earlier time: the statement is one of BigQuery, and what came since is in backup/', async () => {
    const DATASET = tables();
    const type = desk.at('Back to an earlier time', { DATASET });
    desk.recorder.taken();
    for (const answer of [
      await type(/UNDROP|WHEN=|FOR t IN/),
      await type(/^bq cp/, { TABLE: 'con_mar_lin' }),
    ])
      assert.equal(answer.code, 0, answer.stdout + answer.stderr);
    const jobs = desk.recorder.taken().filter(({ method }) => method === 'POST');
    const [undropped, looped, copied] = jobs.map(({ body }) => body.configuration) as {
      query: { query: string; useLegacySql: boolean };
      copy: { sourceTables: { tableId: string }[] };
    }[];
    assert.equal(undropped.query.query, 'UNDROP SCHEMA entrada');
    assert.equal(copied.copy.sourceTables[0].tableId, 'con_mar_lin@1796040000000');
    const { query, useLegacySql } = looped.query;
    assert.equal(useLegacySql, false);
    const [one] = found(query, /FORMAT\('(.*?)'/g);
    const restored = one
      .replaceAll('%s', 'bases_vendas_linhas')
      .replace('%T', found(query, /(TIMESTAMP '.*?')/g)[0])
      .replaceAll(DATASET, `${PLACE.project}.${PLACE.dataset}`);
    assert.equal(await analyze((await allTexts()).made, [restored]), '');
    assert.equal((await type(/--rebuild/)).code, 0);
    assert.match((await type(/ ls /)).stdout, /\/backup\/first\.\d{8}T\d{9}\./);
    assert.deepEqual(await sums(), [1 + 2]);
  });

  test('a procedure that was changed by hand is seen, and deployed again', async () => {
    const procedure = `${full('proc_con_mar_lin')}(p_from DATE, p_to DATE)`;
    const body = `DELETE FROM ${full('con_mar_lin')} WHERE TRUE;`;
    await byHand(`CREATE OR REPLACE PROCEDURE ${procedure}\nBEGIN\n${body}\nEND;`);
    await drop('third.xlsx');
    await runs(1);
    assert.match((await at()(/--dry-run/)).stdout, /proc_con_mar_lin/);
    assert.equal((await at()(/--apply/)).code, 0);
    await runs(0);
    assert.deepEqual(await sums(), [1 + 2 + 3]);
  });

  test('a file with which it began is taken out, and rests in backup/', async () => {
    await drop('bad.xlsx');
    await runs(0);
    await byHand(`DELETE FROM ${full('bases_vendas_linhas')} WHERE QTD_VENDA = 4`);
    await drop('fifth.xlsx');
    await runs(1);
    for (const which of [/retract .*--dry-run/, /retract "FILE"$/]) {
      const { code, stderr } = await at()(which, { FILE: 'bad.xlsx' });
      assert.equal(code, 0, stderr);
    }
    await runs(0);
    assert.deepEqual(await sums(), [1 + 2 + 3 + 5]);
    const rest = await desk.scene.lake.list('backup');
    assert.ok(rest.some(({ name }) => name.startsWith('backup/bad.')));
  });
});
