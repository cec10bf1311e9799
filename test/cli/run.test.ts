import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { sale, sales } from '../ingest/home.ts';
import { date } from '../workbook-builder.ts';
import {
  answerOf,
  changeByHand,
  entrada,
  homeWith,
  loadedHome,
  newPlace,
  put,
  putTipos,
  setVersion,
  tipos,
} from './entrada.ts';

const good = sales(sale(10), sale(20), sale(30, date(2019, 4, 1)));

const UNITS = 'SELECT ANO, MES, SUM_QTD_VENDA FROM con_ano_mes ORDER BY ALL';

/** Puts something else into the files of a dataset. */
const changing = (dataset: string) => async (file: string, from: string | RegExp, to: string) => {
  const text = await readFile(join(dataset, file), 'utf8');
  assert.notEqual(text.replace(from, to), text);
  await writeFile(join(dataset, file), text.replace(from, to));
};

test('0: a run makes the home, loads what waits, and is done', async () => {
  const fresh = newPlace();
  const nothing = await entrada(['run', '--home', fresh]);
  assert.deepEqual([nothing.code, nothing.stderr], [0, '']);
  assert.match(nothing.stdout, /^A new home is made in .*\nNothing new\.\n$/);
  assert.equal((await entrada(['run', '--home', fresh])).stdout, 'Nothing new.\n');
  assert.deepEqual((await readdir(fresh)).filter((name) => !name.includes('.')).sort(), [
    'backup',
    'entrada',
    'rejeitados',
  ]);
  await put(fresh, 'bom.xlsx', good);
  const { code, stdout, stderr } = await entrada(['run'], { env: { ENTRADA_HOME: fresh } });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(
    stdout,
    /^bom\.xlsx: 3 rows read, 3 loaded, 0 repeated, 0 rejected\nbases_vendas: tables consolidated for 2019-03 \.\. 2019-04 \(run .*\)\n$/,
  );
  assert.deepEqual(await answerOf(fresh, UNITS), [
    [2019, 3, 30],
    [2019, 4, 30],
  ]);
});

test('3: something was rejected, and the rest was loaded', async () => {
  const home = await homeWith({
    'bom.xlsx': good,
    'ruim.xlsx': sales(sale('doze'), sale(7)),
    'maio.xlsx': Buffer.from('a;b\r\n1;2\r\n'),
  });
  const { code, stdout, objects } = await entrada(['run', '--json', '--home', home]);
  assert.equal(code, 3, stdout);
  const files = objects().filter(({ type }) => type === 'file');
  assert.deepEqual(
    files.map(({ fileName, state, rowsLoaded, rowsRejected }) => [
      fileName,
      state,
      rowsLoaded,
      rowsRejected,
    ]),
    [
      ['bom.xlsx', 'loaded', 3, 0],
      ['maio.xlsx', 'rejected', null, null],
      ['ruim.xlsx', 'loaded', 1, 1],
    ],
  );
  assert.deepEqual(await answerOf(home, UNITS), [
    [2019, 3, 37],
    [2019, 4, 30],
  ]);
});

test('the run says the same in Portuguese, and so do its reports', async () => {
  const home = await homeWith({
    'ruim.xlsx': sales(sale('doze'), sale(7)),
    'vazio.txt': Buffer.from('x'),
  });
  const { code, stdout, stderr } = await entrada(['run', '--home', home], {
    env: { ENTRADA_LANG: 'pt-BR' },
  });
  assert.deepEqual([code, stderr], [3, '']);
  assert.match(stdout, /^ruim\.xlsx: 2 linhas lidas, 1 carregada, 0 repetidas, 1 rejeitada$/m);
  assert.match(stdout, /^vazio\.txt: fica em entrada\/; só planilhas/m);
});

test('files that are no workbooks yet are left where they are, and said so', async () => {
  const names = ['~$bom.xlsx', '.bom.xlsx', 'bom.xlsx.part', 'vazio.xlsx', 'notas.txt'];
  const home = await homeWith(
    Object.fromEntries(names.map((name) => [name, Buffer.from(name === 'vazio.xlsx' ? '' : 'x')])),
  );
  const run = await entrada(['run', '--json', '--home', home]);
  assert.equal(run.code, 0);
  const reasons = (objects: Record<string, unknown>[]) =>
    Object.fromEntries(
      objects
        .filter(({ type }) => type === 'waiting')
        .map(({ fileName, reason }) => [fileName, reason]),
    );
  const expected = {
    '~$bom.xlsx': 'wait.lockFile',
    '.bom.xlsx': 'wait.hidden',
    'bom.xlsx.part': 'wait.temporary',
    'vazio.xlsx': 'wait.empty',
    'notas.txt': 'wait.name',
  };
  assert.deepEqual(reasons(run.objects()), expected);
  assert.deepEqual(
    reasons((await entrada(['status', '--json', '--home', home])).objects()),
    expected,
  );
  assert.deepEqual((await readdir(join(home, 'entrada'))).sort(), names.sort());
});

test('1: a check that fails publishes nothing, and says what should be', async () => {
  const home = newPlace();
  await mkdir(join(home, 'entrada'), { recursive: true });
  const broken = await putTipos(home, 'vendas2');
  await writeFile(join(broken, 'warnings.sql'), '');
  await put(home, 'quebrado.xlsx', tipos([666, 43_831]));
  await put(home, 'bom.xlsx', good);
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^tipos: not consolidated; its tables are as they were\. A check of tipos failed, so nothing of it was published: rows with the id 666 should be 0 and is 1\./m,
  );
  assert.match(stdout, /^bom\.xlsx: \d+ rows read/m, 'what became of the files is told');
  assert.match(
    stdout,
    /^bases_vendas: tables consolidated/m,
    'the other dataset is none the worse',
  );
  assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM tipos'), [[0]]);
  const status = await entrada(['status', '--home', home]);
  assert.match(status.stdout, /^tipos: what was loaded for 2020-01 is not in the tables yet\./m);
  assert.doesNotMatch(status.stdout, /^bases_vendas: what was loaded/m);
});

test('2: procedures that count what is not theirs, or rows that are not there, publish nothing, and check says so too', async () => {
  const bytes = tipos([1, 43_831]);
  const home = await homeWith({ 'bom.xlsx': good, 'meu.xlsx': bytes });
  const toCheck = join(home, 'meu.xlsx');
  await writeFile(toCheck, bytes);
  const dataset = await putTipos(home);
  const procedure = await readFile(join(dataset, 'proc_tipos.sql'), 'utf8');
  const mine = "WHERE DATASET = 'tipos'";
  const faults: [sql: string, said: RegExp][] = [
    ['SET ROWS_COUNTED = 0', /change rows of ledger_months that are of other datasets.* 'tipos'\./],
    [`SET ROWS_COUNTED = 8 ${mine}`, /ROWS_COUNTED to 8 for a load that has 1 row in 2020-01/],
    [`SET ROWS_COUNTED = -1 ${mine}`, /ROWS_COUNTED to -1 for a load that has 1 row in 2020-01/],
    [`SET ROWS_COUNTED = NULL ${mine}`, /left months of it uncounted, from 2020-01-01 on/],
  ];
  const counted = "SELECT ROWS_COUNTED FROM ledger_months WHERE DATASET = 'bases_vendas'";
  let before: unknown[][] | undefined;
  for (const [sql, said] of faults) {
    const changed = `${procedure}\nUPDATE ledger_months ${sql};\n`;
    await writeFile(join(dataset, 'proc_tipos.sql'), changed);
    const { code, stdout } = await entrada(['run', '--home', home]);
    assert.equal(code, 2, stdout);
    assert.match(stdout, /^tipos: not consolidated; its tables are as they were\. /m);
    assert.match(stdout, said);
    const checked = await entrada(['check', toCheck, '--home', home]);
    assert.equal(checked.code, 2, checked.stdout);
    assert.match(checked.stdout, said);
    before ??= await answerOf(home, counted);
    assert.deepEqual(await answerOf(home, counted), before);
    assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM tipos'), [[0]]);
  }
  assert.ok(before?.flat().some((rows) => Number(rows) > 0));
  await writeFile(join(dataset, 'proc_tipos.sql'), procedure);
  assert.match((await entrada(['run', '--home', home])).stdout, /^tipos: tables consolidated/m);
});

test('a procedure that is changed counts for the months before it once the tables are made anew', async () => {
  const home = await homeWith({ 'bom.xlsx': good, 'meu.xlsx': tipos([1, 43_831], [2, 43_900]) });
  const dataset = await putTipos(home);
  const sums = 'SELECT SUM_ID FROM tipos_mes ORDER BY MONTH_START';
  await entrada(['run', '--home', home]);
  const procedure = await readFile(join(dataset, 'proc_tipos.sql'), 'utf8');
  await writeFile(join(dataset, 'proc_tipos.sql'), procedure.replace('SUM(ID)', 'SUM(ID * 10)'));
  assert.equal((await entrada(['run', '--home', home])).stdout, 'Nothing new.\n');
  assert.deepEqual(await answerOf(home, sums), [[1], [2]]);
  const { code, stdout } = await entrada(['run', '--rebuild', '--home', home]);
  assert.equal(code, 0);
  assert.match(stdout, /^tipos: tables consolidated for 2020-01, 2020-03 \(run/m);
  assert.match(stdout, /^bases_vendas: tables consolidated for 2019-03 \.\. 2019-04 \(run/m);
  assert.deepEqual(await answerOf(home, sums), [[10], [20]]);
  assert.deepEqual(await answerOf(home, UNITS), [
    [2019, 3, 30],
    [2019, 4, 30],
  ]);
});

test('a dataset of another version has its tables made anew by the next run, also as tables.sql says now', async () => {
  const home = await homeWith({
    'bom.xlsx': good,
    'meu.xlsx': tipos([1, 43_831], [2, 43_900, 'B']),
  });
  const dataset = await putTipos(home);
  const change = changing(dataset);
  const sums = 'SELECT * FROM tipos_mes ORDER BY ALL';
  await entrada(['run', '--home', home]);
  const before = await answerOf(home, sums);
  await change('dataset.yaml', /^name:.*$/m, '$&\nversion: 2');
  await change('tables.sql', 'tipos_mes (', 'tipos_mes (NOME STRING, ');
  await change('proc_tipos.sql', 'tipos_mes (', 'tipos_mes (NOME, ');
  await change('proc_tipos.sql', 'SELECT MONTH_START, CAST(', 'SELECT NOME, MONTH_START, CUT(');
  await change('proc_tipos.sql', 'GROUP BY', 'GROUP BY NOME,');
  const outdated = /^tipos: the tables are not of version 2 yet\. The next run makes them anew/m;
  assert.match((await entrada(['status', '--home', home])).stdout, outdated);
  // What cannot be made leaves the tables as they were, and stops no other dataset.
  await put(home, 'novo.xlsx', sales(sale(7, date(2018, 1, 1))));
  const refused = await entrada(['run', '--home', home]);
  assert.equal(refused.code, 2);
  assert.match(
    refused.stdout,
    /^tipos: left out until it is mended\. .*proc_tipos\.sql, line 9: /m,
  );
  assert.match(refused.stdout, /^bases_vendas: tables consolidated for 2018-01 \(run/m);
  assert.deepEqual(await answerOf(home, sums), before);
  const still = await entrada(['status', '--json', '--home', home]);
  assert.match(still.stderr, outdated);
  assert.deepEqual(
    still.objects().filter(({ type }) => type === 'outdated'),
    [{ type: 'outdated', dataset: 'tipos', version: 2 }],
  );
  await change('proc_tipos.sql', 'CUT(', 'CAST(');
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 0);
  assert.match(stdout, /^tipos: tables consolidated for 2020-01, 2020-03 \(run .*\)\n$/);
  const anew = [
    ['A', '2020-01-01', 1],
    ['B', '2020-03-01', 2],
  ];
  assert.deepEqual(await answerOf(home, sums), anew);
  assert.doesNotMatch((await entrada(['status', '--home', home])).stdout, /not of version/);
  assert.equal((await entrada(['run', '--home', home])).stdout, 'Nothing new.\n');
  // Who goes back to an earlier one has its tables; what comes meanwhile is told apart.
  await putTipos(home);
  await put(home, 'abril.xlsx', tipos([4, 43_922]));
  const back = await entrada(['run', '--home', home]);
  assert.equal(back.code, 0);
  assert.match(back.stdout, /^tipos: .* for 2020-01, 2020-03 \(run .*\ntipos: .* for 2020-04 \(/m);
  assert.deepEqual(await answerOf(home, sums), [...before, ['2020-04-01', 4]]);
});

test('tables of another version are made anew once: by run --rebuild, or by retract, which says so', async () => {
  const home = await homeWith({
    'meu.xlsx': tipos([1, 43_831]),
    'outro.xlsx': tipos([2, 43_900]),
  });
  const dataset = await putTipos(home);
  await entrada(['run', '--home', home]);
  await setVersion(dataset, 2);
  const { stdout } = await entrada(['run', '--rebuild', '--home', home]);
  assert.match(stdout, /^tipos: tables consolidated for 2020-01, 2020-03 \(run \S+\)\n$/);
  await setVersion(dataset, 3);
  const told = await entrada(['retract', 'outro.xlsx', '--json', '--home', home]);
  const said = 'tipos: its tables were made anew, of version 3.\n';
  assert.ok(told.stderr.startsWith(said), told.stderr);
  assert.deepEqual(told.objects()[0], { type: 'anew', dataset: 'tipos', version: 3 });
  assert.equal((await entrada(['run', '--home', home])).stdout, 'Nothing new.\n');
});

test('check and retract --dry-run change no table of another version, and compare with what the next run makes', async () => {
  const home = await homeWith({ 'meu.xlsx': tipos([1, 43_831], [2, 43_900]) });
  const dataset = await putTipos(home);
  await entrada(['run', '--home', home]);
  const state = () =>
    Promise.all(
      ['tipos_mes', 'tipos_linhas', 'ledger_schema', 'ledger_months', 'ledger_events'].map(
        (table) => answerOf(home, `SELECT * FROM ${table} ORDER BY ALL`),
      ),
    );
  const before = await state();
  const change = changing(dataset);
  await change('dataset.yaml', /^name:.*$/m, '$&\nversion: 2');
  await change(
    'dataset.yaml',
    /^columns:$/m,
    '$&\n  - { name: OUTRA, type: text, optional: true }',
  );
  await change('tables.sql', 'tipos_mes (', 'tipos_mes (NOME STRING, ');
  await change('proc_tipos.sql', 'tipos_mes (', 'tipos_mes (NOME, ');
  await change(
    'proc_tipos.sql',
    'SELECT MONTH_START, CAST(',
    'SELECT NOME, MONTH_START, CAST(10 * ',
  );
  await change('proc_tipos.sql', 'GROUP BY', 'GROUP BY NOME,');
  const files = { 'novo.xlsx': tipos([4, 43_831]), 'b.xlsx': tipos([5, 43_900, 'B']) };
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(home, name), bytes);
  const [one, other] = Object.keys(files).map((name) => join(home, name));
  const changed = (
    NOME: string,
    MONTH_START: string,
    before: number | null,
    after: number | null,
  ) => ({
    table: 'tipos_mes',
    key: { NOME, MONTH_START },
    before,
    after,
  });
  const january = changed('A', '2020-01-01', 10, 50);
  const march = changed('B', '2020-03-01', null, 50);
  const gone = [changed('A', '2020-01-01', 10, null), changed('A', '2020-03-01', 20, null)];
  for (const [command, changes] of [
    [
      ['check', one, other, one],
      [[january], [march], [january]],
    ],
    [['retract', 'meu.xlsx', '--dry-run'], [gone]],
  ] as const) {
    const { code, stderr, objects } = await entrada([...command, '--json', '--home', home]);
    assert.equal(code, 0, stderr);
    const [outdated, ...rest] = objects();
    assert.deepEqual(outdated, { type: 'outdated', dataset: 'tipos', version: 2 });
    assert.match(stderr, /^tipos: the tables are not of version 2 yet, and stay as they are\./);
    assert.deepEqual(
      rest.map((each) => each.changes),
      changes,
    );
    assert.deepEqual(await state(), before);
  }
  assert.match((await entrada(['run', '--home', home])).stdout, /^tipos: tables consolidated/);
  assert.deepEqual(await answerOf(home, 'SELECT * FROM tipos_mes ORDER BY ALL'), [
    ['A', '2020-01-01', 10],
    ['A', '2020-03-01', 20],
  ]);
});

test('2: procedures of another version that count no rows leave the tables as they were', async () => {
  const home = await homeWith({ 'meu.xlsx': tipos([1, 43_831]) });
  const dataset = await putTipos(home);
  await entrada(['run', '--home', home]);
  const all =
    'SELECT NAME, VERSION, ROWS_COUNTED FROM ledger_schema JOIN ledger_months ON NAME = DATASET';
  assert.deepEqual(await answerOf(home, all), [['tipos', 1, 1]]);
  const procedure = await readFile(join(dataset, 'proc_tipos.sql'), 'utf8');
  const counting = /^UPDATE ledger_months[^;]*;$/m;
  assert.match(procedure, counting);
  await writeFile(join(dataset, 'proc_tipos.sql'), procedure.replace(counting, ''));
  await setVersion(dataset, 2);
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 2, stdout);
  assert.match(stdout, /^tipos: left out .*left months of it uncounted, from 2020-01-01 on/m);
  assert.deepEqual(await answerOf(home, all), [['tipos', 1, 1]]);
});

test('a table that was changed by hand makes a check fail, which says how the tables are made anew', async () => {
  const home = await homeWith({ 'bom.xlsx': good });
  await entrada(['run', '--home', home]);
  const units = await answerOf(home, UNITS);
  await changeByHand(home, 'INSERT INTO con_ano_mes VALUES (1999, 1, 5)');
  await put(home, 'novo.xlsx', sales(sale(7, date(2018, 1, 1))));
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 1);
  assert.match(stdout, /^bases_vendas: not consolidated; .* units in con_ano_mes .*run --rebuild/m);
  assert.equal((await entrada(['run', '--rebuild', '--home', home])).code, 0);
  assert.deepEqual(await answerOf(home, UNITS), [[2018, 1, 7], ...units]);
});

test('2: a warnings.sql that fails is told beside the summary of a run that published', async () => {
  const home = await homeWith({ 'bom.xlsx': good });
  const dataset = await putTipos(home);
  await writeFile(join(dataset, 'warnings.sql'), 'SELECT 1 AS one;\n');
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 2);
  assert.match(stdout, /^bom\.xlsx: \d+ rows read/m);
  assert.match(
    stdout,
    /^tipos: its warnings cannot be told; .*datasets\/tipos\/warnings\.sql, line 1: .* columns one; wanted are KEY_COLUMN, KEY_VALUE/m,
  );
  assert.match(stdout, /^bases_vendas: tables consolidated/m);
});

// How a run waits, and works when its turn has come, is in test/ingest/concurrency.test.ts.
test('4: while another process has the home, says who and to try later; nothing is lost', async () => {
  const home = await homeWith({ 'bom.xlsx': good });
  const holder = await openDuckDb({ file: join(home, 'entrada.duckdb'), waitMs: 0 });
  const env = { ENTRADA_WAIT_SECONDS: '0' };
  for (const command of [['run'], ['status'], ['query', 'SELECT 1']]) {
    const { code, stderr, objects } = await entrada([...command, '--json', '--home', home], {
      env,
    });
    assert.equal(code, 4, command[0]);
    assert.ok(stderr.includes(`is in use by process ${process.pid}`), stderr);
    assert.deepEqual(
      objects().map(({ error }) => error),
      ['warehouse.busy'],
    );
  }
  await holder.close();
  assert.deepEqual(await readdir(join(home, 'entrada')), ['bom.xlsx']);
});

test('a home that cannot be one is refused plainly', async () => {
  const home = newPlace();
  await writeFile(home, 'a file');
  const { code, stdout, stderr } = await entrada(['run', '--home', home]);
  assert.deepEqual([code, stdout], [2, '']);
  assert.match(stderr, /^entrada: The folder .*home \d+ of the home cannot be made: there,/);
  await symlink(join(home, 'nowhere'), `${home} link`);
  for (const place of [`${home} link`, '/proc/nothing']) {
    const none = await entrada(['run', '--home', place]);
    assert.equal(none.code, 2, place);
    assert.ok(none.stderr.startsWith(`entrada: The folder ${place} of the home cannot be made`));
  }
  const within = newPlace();
  await mkdir(within);
  await writeFile(join(within, 'backup'), '');
  const { objects } = await entrada(['run', '--json', '--home', within]);
  assert.deepEqual(objects()[0].values, { folder: join(within, 'backup') });
  const garbage = newPlace();
  await mkdir(garbage);
  await writeFile(join(garbage, 'entrada.duckdb'), 'garbage');
  const broken = await entrada(['run', '--home', garbage]);
  assert.equal(broken.code, 2);
  assert.match(
    broken.stderr,
    /entrada\.duckdb is damaged, or is of another program: .*not a valid/,
  );
});

test('a dataset of the home that is wrong is named with its file and key', async () => {
  const home = await homeWith({});
  await mkdir(join(home, 'datasets/meu'), { recursive: true });
  await writeFile(join(home, 'datasets/meu/dataset.yaml'), 'name: meu\n');
  for (const command of [['run'], ['datasets'], ['check', 'x.xlsx']]) {
    const { code, stdout } = await entrada([...command, '--home', home]);
    assert.equal(code, 2, command[0]);
    assert.match(stdout, /datasets\/meu\/dataset\.yaml, line 1: the key description is missing/);
  }
});

test('a name that speaks to the terminal is shown and does not', async () => {
  const home = await homeWith({ '\u001b[31mvermelho\u0007.xlsx': good });
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 0);
  assert.match(stdout, /^\\u001b\[31mvermelho\\u0007\.xlsx: 3 rows read/m);
  const status = await entrada(['status', '--home', home]);
  assert.match(status.stdout, /^\\u001b\[31mvermelho\\u0007\.xlsx +loaded/m);
});

test('a home whose database is gone is told that its files in backup/ do not count any more', async () => {
  const home = await loadedHome();
  await rm(join(home, 'entrada.duckdb'));
  const { code, stderr, objects } = await entrada(['run', '--json', '--home', home]);
  assert.equal(code, 0);
  assert.match(stderr, /There are files in backup\/ and no database .*entrada\.duckdb/);
  assert.equal(objects()[0].error, 'home.lost');
  assert.doesNotMatch((await entrada(['run', '--home', home])).stdout, /backup/);
});
