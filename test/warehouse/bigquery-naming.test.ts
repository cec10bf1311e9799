import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Dataset, readDatasets } from '../../src/contract/dataset.ts';
import { createBigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import type { BigQueryClient } from '../../src/warehouse/bigquery/client.ts';
import { bigQueryProblem } from '../../src/warehouse/bigquery/problem.ts';
import { createListener, PLACE } from './bigquery-texts.ts';

/* A mistake in a dataset's file, as BigQuery tells of it: by a line of what it was sent. */

let root: string;
let dataset: Dataset;
/** Where a text begins in a file of the dataset: the line, from 1. */
const lines: Record<string, string[]> = {};
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'entrada-naming-'));
  const shipped = fileURLToPath(new URL('../../datasets/bases_vendas', import.meta.url));
  await cp(shipped, join(root, 'bases_vendas'), { recursive: true });
  for (const file of ['tables.sql', 'proc_bases_vendas.sql', 'checks.sql'])
    lines[file] = (await readFile(join(shipped, file), 'utf8')).split('\n');
  [dataset] = await readDatasets(root);
});
after(() => rm(root, { recursive: true }));

/** What a warehouse says whose BigQuery refuses, of all that it is sent, what the text holds. */
async function refusal(
  holds: (sql: string) => boolean,
  message: (sql: string) => string,
  work: (warehouse: ReturnType<typeof createBigQueryWarehouse>) => Promise<unknown>,
  reason = 'invalidQuery',
) {
  const { client } = createListener();
  const refuse = (sql: string) => {
    if (holds(sql)) throw bigQueryProblem({ reason, message: message(sql) }, PLACE);
  };
  const refusing: BigQueryClient = {
    ...client,
    async run(sql, options) {
      refuse(sql);
      return client.run(sql, options);
    },
    async ask(path, request) {
      refuse(JSON.stringify(request ?? ''));
      return client.ask(path, request);
    },
  };
  const error = await work(createBigQueryWarehouse(refusing, { location: 'US' })).then(
    () => assert.fail('nothing was refused'),
    (refused) => refused,
  );
  return [error.kind, error.code, String(error.values.file).split('/').at(-1), error.values.line];
}

async function deploy(warehouse: ReturnType<typeof createBigQueryWarehouse>): Promise<void> {
  for (const change of await warehouse.plan([dataset])) await change.apply();
}

const RANGE = { from: '2019-01-01', to: '2019-02-01' };
const lineOf = (text: string, part: string) => text.slice(0, text.indexOf(part)).split('\n').length;

test('making a procedure: the line of the file that holds what BigQuery refuses', async () => {
  const file = 'proc_bases_vendas.sql';
  const isOnce = (part: string) => lines[file].filter((line) => line.includes(part)).length === 1;
  let tried = 0;
  for (const [i, line] of lines[file].entries()) {
    // Tables have other names in what is sent.
    const part = line.replace(/(FROM|JOIN|INTO|UPDATE) \w+.*/, '').trim();
    if (part === '' || part.startsWith('--') || !isOnce(part)) continue;
    const told = await refusal(
      (sql) => sql.includes('PROCEDURE `demo.d.proc_bases_vendas`'),
      (sql) => `Syntax error: Unexpected keyword at [${lineOf(sql, part)}:3]`,
      deploy,
    );
    assert.deepEqual(told, ['user', 'dataset.sql', file, i + 1], line);
    tried++;
  }
  assert.ok(tried > 8, `${tried} lines`);
});

test('making a view', async () => {
  const wrong = 'LEFT JOIN ledger_months AS d';
  const told = await refusal(
    (sql) => sql.includes('"view"') && sql.includes('"tableId":"bases_vendas"'),
    // The view's own text begins after AS; this is its fifth line.
    () => 'Invalid view query: Unrecognized name at [5:11]',
    deploy,
  );
  assert.deepEqual(told, [
    'user',
    'dataset.sql',
    'tables.sql',
    lines['tables.sql'].indexOf(wrong) + 1,
  ]);
});

test('calling procedures: BigQuery names the one, and counts its lines from BEGIN on', async () => {
  const { client, made } = createListener();
  await deploy(createBigQueryWarehouse(client, { location: 'US' }));
  const lineWithin = (name: string, part: string) => {
    const sql = made.find((text) => text.includes(`PROCEDURE \`demo.d.${name}\``)) ?? '';
    return lineOf(sql, part) - lineOf(sql, 'BEGIN') + 1;
  };
  const file = 'proc_bases_vendas.sql';
  const [first] = lines[file].filter((line) => /^[A-Z]/.test(line));
  const check = lines['checks.sql'].find((line) => /^SELECT/.test(line)) ?? '';
  for (const [name, at, part] of [
    ['proc_bases_vendas', file, first.split(' FROM ')[0]],
    ['check_bases_vendas_months', 'checks.sql', check],
  ] as const) {
    const line = lineWithin(name, part);
    const message = `Query error: Division by zero: 1 / 0 at [demo.d.${name}:${line}:3]`;
    const expected = lines[at].findIndex((text) => text.startsWith(part)) + 1;
    for (const work of [
      (w: ReturnType<typeof createBigQueryWarehouse>) => w.consolidate(dataset, [RANGE]),
      (w: ReturnType<typeof createBigQueryWarehouse>) =>
        w.retract({
          dataset,
          change: { loadId: 1, does: 'withdrawn', events: 1 },
          ranges: [RANGE],
          events: [],
          rehearse: true,
        }),
    ])
      assert.deepEqual(
        await refusal(
          (sql) => sql.includes('CALL'),
          () => message,
          work,
        ),
        ['user', 'dataset.sql', at, expected],
      );
  }
});

test('what BigQuery says no place of stays as it is', async () => {
  const error = await refusal(
    (sql) => sql.includes('CALL'),
    () => 'Resources exceeded',
    (warehouse) => warehouse.consolidate(dataset, [RANGE]),
  );
  assert.deepEqual(error, ['user', 'query.invalid', 'undefined', undefined]);
  const dear = await refusal(
    (sql) => sql.includes('PROCEDURE'),
    () => 'Query exceeded limit for bytes billed',
    deploy,
    'bytesBilledLimitExceeded',
  );
  assert.deepEqual(dear, ['user', 'warehouse.tooManyBytes', 'undefined', undefined]);
});

test('a statement that makes neither a table nor a view, or one that BigQuery cannot be asked for, is refused with its place', async () => {
  const folder = join(root, 'bases_vendas');
  const text = lines['tables.sql'].join('\n');
  for (const [start, code] of [
    ['CREATE TABLE t AS', 'dataset.sqlMakes'],
    ['CREATE TABLE IF NOT EXISTS t AS', 'dataset.sqlForeign'],
  ]) {
    await writeFile(join(folder, 'tables.sql'), `${text}\n-- One more.\n\n${start}\nSELECT 1;\n`);
    const warehouse = createBigQueryWarehouse(createListener().client, { location: 'US' });
    await assert.rejects(warehouse.plan([dataset]), {
      code,
      values: {
        dataset: 'bases_vendas',
        file: join(folder, 'tables.sql'),
        line: lines['tables.sql'].length + 3,
        start,
      },
    });
  }
});
