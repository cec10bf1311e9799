import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { ended, entrada, folder, loadedHome, start } from './entrada.ts';

const ANY = `SELECT 1 AS a, 2 AS a, DATE '1969-07-20' AS d, CAST('1969-07-20 20:17:40.123' AS DATETIME) AS t,
  CAST(1.50 AS DECIMAL(9, 2)) AS m, 9007199254740993 AS big, 0.5 > 0.1 AS yes, NULL AS nothing,
  'a "b"; c, d
e' AS text`;

async function query(sql: string, ...flags: string[]) {
  return entrada(['query', '--home', await loadedHome(), ...flags, sql]);
}

test('json: one object a line, every value as it is', async () => {
  const object = {
    a: 1,
    a_2: 2,
    d: '1969-07-20',
    t: '1969-07-20T20:17:40.123',
    m: '1.50',
    big: '9007199254740993',
    yes: true,
    nothing: null,
    text: 'a "b"; c, d\ne',
  };
  for (const flags of [['--json'], ['--format', 'json']]) {
    const { code, stderr, objects } = await query(ANY, ...flags);
    assert.deepEqual([code, stderr], [0, '']);
    assert.deepEqual(objects(), [object]);
  }
});

test('csv: what another reader of CSV makes of it', async () => {
  const { code, stdout, stderr } = await query(ANY, '--format', 'csv');
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(parse(stdout), [
    ['a', 'a', 'd', 't', 'm', 'big', 'yes', 'nothing', 'text'],
    [
      '1',
      '2',
      '1969-07-20',
      '1969-07-20T20:17:40.123',
      '1.50',
      '9007199254740993',
      'true',
      '',
      'a "b"; c, d\ne',
    ],
  ]);
  assert.equal(
    (await query('SELECT ANO, MES FROM con_ano_mes WHERE ANO = 1', '--format', 'csv')).stdout,
    'ANO,MES\n',
  );
  // A program's values are not to change for what a spreadsheet would make of them.
  assert.equal(
    (await query("SELECT '=1+1' AS f, '@x' AS g", '--format', 'csv')).stdout,
    'f,g\n=1+1,@x\n',
  );
});

test('table: columns side by side, numbers to the right, a row on a line', async () => {
  const sql = `SELECT * FROM (VALUES (1, 'ação', 1.5), (1000, 'a${'\n'}b', -20.25), (20, NULL, NULL)) AS t (n, text, x) ORDER BY ALL`;
  const { code, stdout, stderr } = await query(sql);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    ['   n  text       x', '   1  ação    1.50', '  20', '1000  a\\nb  -20.25', ''].join('\n'),
  );
  assert.equal((await query('SELECT ANO FROM con_ano_mes WHERE ANO = 1')).stdout, 'ANO\n');
});

test('a cell cannot speak to the terminal', async () => {
  const { stdout } = await query(`SELECT chr(27) || '[31mred' AS x, chr(7) AS y`);
  assert.equal(stdout, 'x              y\n\\u001b[31mred  \\u0007\n');
});

test('query only reads: tables and files stay as they are', async () => {
  const home = await loadedHome();
  const hash = async () =>
    createHash('sha256')
      .update(await readFile(join(home, 'entrada.duckdb')))
      .digest('hex');
  const before = await hash();
  const out = join(folder, 'out');
  const refused = [
    // More of them in the tests of the warehouse: here, that a query opens it to read.
    'INSERT INTO con_ano_mes VALUES (1, 1, 1)',
    `COPY con_ano_mes TO '${out}.csv'`,
  ];
  await Promise.all(
    refused.map(async (sql) => {
      const { code, stdout, stderr } = await query(sql, '--json');
      assert.equal(code, 2, sql);
      assert.equal(JSON.parse(stdout).error, 'query.invalid', sql);
      assert.match(stderr, /^entrada: The query was refused: /);
    }),
  );
  assert.equal(await hash(), before);
  assert.equal(existsSync(`${out}.csv`), false);
});

test('a query that is wrong, or more than one, is refused', async () => {
  const wrong: [string, RegExp][] = [
    ["SELECT CAST('x' AS INT64)", /refused: Conversion Error/],
    ['SELEC 1', /refused: Parser Error: .*\n {2}LINE 1: SELEC 1\n {10}\^\n$/],
    [
      'SELECT ANO\nFROM con_ano_mes\nWHERE\tANOO = 1',
      /"ANOO" not found in FROM clause! Candidate bindings: "ANO"\n {2}LINE 3: WHERE ANOO = 1\n +\^\n$/,
    ],
    ['SELECT 1; SELECT 2', /one SQL statement; 2 were given/],
    // Neither the disk nor the file is to blame for what a statement says.
    ['SELECT * FROM disk_full', /refused: Catalog Error/],
    ["SELECT 'Corrupt database file' FROM nowhere", /refused: Catalog Error/],
  ];
  await Promise.all(
    wrong.map(async ([sql, said]) => {
      const { code, stdout, stderr } = await query(sql);
      assert.deepEqual([code, stdout], [2, ''], sql);
      assert.match(stderr, said);
    }),
  );
});

test('a program is told of a wrong query the candidates, the line and what stands there', async () => {
  const { values } = (await query('SELECT 1\nFROM con_ano', '--json')).objects()[0];
  assert.deepEqual(values, {
    detail: 'Catalog Error: Table with name con_ano does not exist! Did you mean "con_ano_mes"?',
    line: 2,
    excerpt: 'LINE 2: FROM con_ano\n             ^',
  });
});

test('a large answer is written as it is read', async () => {
  const home = await loadedHome();
  const count = 20_000;
  const sql = `SELECT i, repeat('texto ', 500) || i AS t FROM range(${count}) AS r (i)`;
  // So little memory that the whole answer would not fit.
  const env = { NODE_OPTIONS: '--max-old-space-size=64' };
  for (const format of ['csv', 'json']) {
    const child = start(['query', '--format', format, '--home', home, sql], { env });
    let lines = 0;
    let end = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      lines += text.split('\n').length - 1;
      end = (end + text).slice(-100);
    });
    const code = await new Promise((done) => child.on('close', done));
    assert.deepEqual([code, lines], [0, count + (format === 'csv' ? 1 : 0)]);
    assert.match(end, /texto 19999"?\}?\n$/);
  }
});

test('a reader who stops early is no fault', async () => {
  const home = await loadedHome();
  const child = start([
    'query',
    '--format',
    'csv',
    '--home',
    home,
    'SELECT i FROM range(100000000) AS r (i)',
  ]);
  child.stdout.once('data', () => child.stdout.destroy());
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const code = await new Promise((done) => child.on('close', done));
  assert.deepEqual([code, stderr], [0, '']);
});

test('a query may begin with a comment', async () => {
  const home = await loadedHome();
  const { code, stdout } = await entrada(['query', '-- how many\nSELECT 1 AS N', '--home', home]);
  assert.deepEqual([code, stdout], [0, 'N\n1\n']);
});

test('with the logs on, an error shows where it arose and what caused it', async () => {
  const args = ['query', '--home', await loadedHome(), 'SELECT nothing'];
  const { code, stderr } = await ended(start(args, { env: { ENTRADA_LOG: 'error' } }));
  assert.equal(code, 2);
  assert.match(stderr, /^UserError: query\.invalid /m);
  assert.match(stderr, /^ +at .*\ncaused by Error: Binder Error/m);
});
