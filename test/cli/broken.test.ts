import assert from 'node:assert/strict';
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sale, sales } from '../ingest/home.ts';
import { entrada as started } from '../ingest/killing.ts';
import {
  answerOf,
  changeByHand,
  entrada,
  GOOD,
  homeWith,
  put,
  putTipos,
  setVersion,
  tipos,
} from './entrada.ts';

/* A dataset of the home that is wrong: the others go on, and what may be its workbook waits. */

/** One workbook of bases_vendas, and one of the home's own dataset. */
const FILES = {
  'bom.xlsx': GOOD,
  'meu.xlsx': tipos([1, 43_831]),
};

/** A home with a dataset of its own, one of whose files is changed. */
async function homeWithBroken(file: string, change: (text: string) => string) {
  const home = await homeWith(FILES);
  const dataset = await putTipos(home);
  const right = await readFile(join(dataset, file), 'utf8');
  await writeFile(join(dataset, file), change(right));
  return { home, mend: () => writeFile(join(dataset, file), right) };
}

const faults: Record<string, [file: string, change: (text: string) => string, said: RegExp]> = {
  'a contract without its description': [
    'dataset.yaml',
    (text) => text.replace(/^description: .*\n/m, ''),
    /datasets\/tipos\/dataset\.yaml, line 2: the key description is missing/,
  ],
  'a contract that is no YAML': [
    'dataset.yaml',
    (text) => `${text}\n}`,
    /datasets\/tipos\/dataset\.yaml, line \d+, column 1: this is no YAML: "}"/,
  ],
  'a procedure without its file': [
    'dataset.yaml',
    (text) => text.replace('[proc_tipos]', '[proc_tipo]'),
    /datasets\/tipos\/dataset\.yaml, line 16: there is no procedure proc_tipo\./,
  ],
  'a table that tables.sql does not make': [
    'dataset.yaml',
    (text) => text.replace('tipos_mes]', 'tipo_mes]'),
    /datasets\/tipos\/dataset\.yaml, line 17: tables\.sql makes no tipo_mes\. .*: tipos, tipos_mes\./,
  ],
  'a tables.sql that makes nothing': [
    'tables.sql',
    () => '-- Nothing yet.\n',
    /datasets\/tipos\/dataset\.yaml, line 17: tables\.sql makes no table at all, and tipos is wanted\./,
  ],
  'a table that the database refuses': [
    'tables.sql',
    (text) => `\n-- Mine;\n\n${text.replace('INT64', 'INT46')}`,
    /datasets\/tipos\/tables\.sql, line 4: the database refuses this statement of the dataset tipos \(.*INT46/,
  ],
  'a table of sums that does not end with its sum': [
    'tables.sql',
    (text) => text.replace('MONTH_START DATE, SUM_ID INT64', 'SUM_ID INT64, MONTH_START DATE'),
    /datasets\/tipos\/tables\.sql, line 2: the last column of tipos_mes is MONTH_START\. /,
  ],
  'a table of sums whose sum is of no column': [
    'tables.sql',
    (text) => text.replace('SUM_ID', 'SUM_IDS'),
    /datasets\/tipos\/tables\.sql, line 2: the last column of tipos_mes is SUM_IDS\. .*not named under tables\./,
  ],
  'a table of sums by what is no column': [
    'tables.sql',
    (text) => text.replace('(MONTH_START DATE, SUM_ID', '(MONTH DATE, SUM_ID'),
    /datasets\/tipos\/tables\.sql, line 2: tipos_mes has the column MONTH, which is neither/,
  ],
  'the tables of sums before that of the rows': [
    'dataset.yaml',
    (text) => text.replace('[tipos, tipos_mes]', '[tipos_mes, tipos]'),
    /datasets\/tipos\/tables\.sql, line 1: the last column of tipos is MONTH_START\. /,
  ],
  'a table that no procedure fills': [
    'tables.sql',
    (text) =>
      `${text}\nCREATE TABLE IF NOT EXISTS feriados AS SELECT DATE '2019-01-01' AS DIA;
CREATE TABLE IF NOT EXISTS tipos_dia (ID INT64);\n`,
    /datasets\/tipos\/tables\.sql, line 5: no procedure of tipos puts a row into the table tipos_dia,.*a view: CREATE VIEW IF NOT EXISTS tipos_dia AS/,
  ],
  'a statement in tables.sql that takes away': [
    'tables.sql',
    (text) => `${text}\nDROP TABLE bases_vendas_linhas;\n`,
    /datasets\/tipos\/tables\.sql, line 4: "DROP TABLE bases_vendas_linhas" has no place here\./,
  ],
};

for (const [what, [file, change, said]] of Object.entries(faults)) {
  test(`${what}: the others go on, and what may be its workbook waits until it is mended`, async () => {
    const { home, mend } = await homeWithBroken(file, change);
    const { code, stdout, stderr } = await entrada(['run', '--home', home]);
    assert.deepEqual([code, stderr], [2, '']);
    assert.match(stdout, /^tipos: left out until it is mended\. /m);
    assert.match(stdout, said);
    assert.match(
      stdout,
      /^entrada\/meu\.xlsx: not now\. No dataset takes it, and it may be of one that is left out: tipos\./m,
    );
    assert.deepEqual(await readdir(join(home, 'entrada')), ['meu.xlsx']);
    assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM bases_vendas'), [[3]]);
    await mend();
    const mended = await entrada(['run', '--home', home]);
    assert.equal(mended.code, 0, mended.stdout);
    assert.match(mended.stdout, /^meu\.xlsx: 1 row read, 1 loaded/m);
    assert.match(mended.stdout, /^tipos: tables consolidated/m);
  });
}

test('every command goes on with the datasets that are right, and tells the other', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => text.replace('name: tipos', ''));
  const json = await entrada(['run', '--json', '--home', home]);
  assert.deepEqual(
    json.objects().map(({ type, dataset, error }) => [type, dataset, error].join(' ').trim())[0],
    'broken tipos dataset.missingKey',
  );
  const tells = /tipos: left out until it is mended\. .*datasets\/tipos\/dataset\.yaml/;
  const rows: [args: string[], code: number, said: RegExp][] = [
    [['status'], 0, /^bom\.xlsx +loaded .*\n(.*\n)*meu\.xlsx +postponed +.*left out/m],
    [
      ['status'],
      0,
      /^meu\.xlsx: not now\. No dataset takes it, and it may be of one that is left/m,
    ],
    [['datasets'], 2, /^bases_vendas: /m],
    [
      ['datasets'],
      2,
      /^version: 2; period: DATA_VENDA; numbers: pt-BR; dates: dd\/mm\/yyyy; sameName: both$/m,
    ],
    [['check', join(home, 'entrada/meu.xlsx')], 2, /No dataset takes it, and it may be of one/],
    [['retract', 'bom.xlsx', '--dry-run'], 0, /Retracting bom\.xlsx would take its rows out of/],
  ];
  for (const [args, expected, said] of rows) {
    const { code, stdout } = await entrada([...args, '--home', home]);
    assert.equal(code, expected, `${args[0]}: ${stdout}`);
    assert.match(stdout, said);
    assert.match(stdout, tells, args[0]);
  }
  const query = await entrada(['query', 'SELECT 1 AS one', '--home', home]);
  assert.deepEqual([query.code, query.stdout], [0, 'one\n  1\n']);
  const known = await entrada(['trace', 'con_ano_mes', '--home', home]);
  assert.equal(known.code, 0);
  const unknown = await entrada(['trace', 'tipos', '--home', home]);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stdout, tells);
  const portuguese = await entrada(['run', '--home', home], { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(portuguese.stdout, /^tipos: fica de fora até ser corrigido\. /m);
  // However many runs look at it.
  const told = "SELECT EVENT, CODE FROM ledger_events WHERE FILE_NAME = 'meu.xlsx'";
  assert.deepEqual(await answerOf(home, told), [['postponed', 'dataset.awaited']]);
});

test('status says what the next run will: of tables that the database refuses, and of each workbook', async () => {
  const change = (text: string) => text.replace('ID INT64', 'ID INT46');
  const { home } = await homeWithBroken('tables.sql', change);
  await entrada(['run', '--home', home]);
  await cp(join(home, 'entrada/meu.xlsx'), join(home, 'entrada/outro.xlsx'));
  await writeFile(join(home, 'entrada/novo.xlsx'), sales(sale(7)));
  const { stdout } = await entrada(['status', '--home', home]);
  assert.match(stdout, /^tipos: left out .*tables\.sql, line 1: the database refuses .*INT46/m);
  for (const name of ['meu', 'outro'])
    assert.match(stdout, new RegExp(`^${name}\\.xlsx: not now\\. .*left out: tipos\\.`, 'm'));
  assert.match(stdout, /^novo\.xlsx: ready; the next run takes it$/m);
  const json = await entrada(['status', '--json', '--home', home]);
  const reasons = json.objects().filter(({ type }) => type === 'waiting');
  assert.deepEqual(
    reasons.map(({ fileName, reason }) => [fileName, reason]),
    [
      ['meu.xlsx', 'dataset.awaited'],
      ['novo.xlsx', 'wait.ready'],
      ['outro.xlsx', 'dataset.awaited'],
    ],
  );
});

test('status says which contract the home does not bear, before a run does', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => text);
  await entrada(['run', '--home', home]);
  const file = join(home, 'datasets/tipos/dataset.yaml');
  const contract = await readFile(file, 'utf8');
  await writeFile(file, contract.replace('VALOR, type: money', 'VALOR, type: number'));
  const { stdout } = await entrada(['status', '--home', home]);
  assert.match(
    stdout,
    /^tipos: left out .*dataset\.yaml, line \d+: VALOR is of type number, .* it is money\./m,
  );
});

test('status says that a file is gone which was overwritten, or taken away, before it could be taken', async () => {
  const { home, mend } = await homeWithBroken('dataset.yaml', (text) => text.replace('name:', ''));
  await put(home, 'outro.xlsx', FILES['meu.xlsx']);
  await entrada(['run', '--home', home]);
  const states = async () => {
    const { objects } = await entrada(['status', '--json', '--home', home]);
    const files = objects().filter(({ type }) => type === 'file');
    return files.map(({ fileName, state, code }) => [fileName, state, code].join(' ')).sort();
  };
  const waits = (name: string) => `${name}.xlsx postponed dataset.awaited`;
  assert.deepEqual(await states(), ['bom.xlsx loaded ', waits('meu'), waits('outro')]);
  await put(home, 'meu.xlsx', Buffer.concat([FILES['meu.xlsx'], Buffer.alloc(1)]));
  await rm(join(home, 'entrada/outro.xlsx'));
  const gone = ['meu.xlsx gone file.gone', 'outro.xlsx gone file.gone'];
  assert.deepEqual(await states(), ['bom.xlsx loaded ', ...gone]);
  await mend();
  await entrada(['run', '--home', home]);
  assert.deepEqual(await states(), ['bom.xlsx loaded ', gone[0], 'meu.xlsx loaded ', gone[1]]);
});

test('status tells of a dataset that has gone while files of it are loaded', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => text);
  await entrada(['run', '--home', home]);
  const status = async () => {
    const { code, objects, stderr } = await entrada(['status', '--json', '--home', home]);
    assert.equal(code, 0);
    return [
      objects().filter(({ type }) => type === 'noDataset'),
      /^tipos: there is no/m.test(stderr),
    ];
  };
  assert.deepEqual(await status(), [[], false]);
  await rename(join(home, 'datasets/tipos'), join(home, 'tipos'));
  assert.deepEqual(await status(), [[{ type: 'noDataset', dataset: 'tipos' }], true]);
  await rename(join(home, 'tipos'), join(home, 'datasets/tipos'));
  assert.equal((await entrada(['retract', 'meu.xlsx', '--home', home])).code, 0);
  await rename(join(home, 'datasets/tipos'), join(home, 'tipos'));
  assert.deepEqual(await status(), [[], false]);
});

test('a folder of datasets/ that is no dataset is told by all who read them', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => text);
  const dataset = join(home, 'datasets/tipos');
  await rename(join(dataset, 'dataset.yaml'), join(dataset, 'dataset.yml'));
  await mkdir(join(home, 'datasets/rascunho'));
  for (const [command, expected] of [
    ['run', 2],
    ['status', 0],
    ['datasets', 2],
  ] as const) {
    const { code, stdout } = await entrada([command, '--home', home]);
    assert.equal(code, expected, command);
    assert.match(stdout, /^tipos: left out .*datasets\/tipos\/dataset\.yml is not looked for/m);
    assert.match(stdout, /^rascunho: left out .*datasets\/rascunho has no dataset\.yaml/m);
  }
});

test('a contract that is no YAML stops no other dataset, unless it says that it is the Spotify one', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => `${text}\na: [1\n`);
  const { code, stdout, stderr } = await entrada(['datasets', '--home', home]);
  assert.deepEqual([code, stderr], [2, '']);
  assert.match(stdout, /^tipos: left out/m);
  assert.match(stdout, /^spotify: /m);
  const file = join(home, 'datasets/tipos/dataset.yaml');
  await writeFile(file, 'kind: spotify\nterm: [1\n');
  const meant = await entrada(['spotify', '--home', home]);
  assert.equal(meant.code, 2);
  assert.match(meant.stderr, /datasets\/tipos\/dataset\.yaml, line \d/);
});

test('a Spotify dataset that is wrong is left out as any other', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => `kind: spotify\n${text}`);
  for (const [command, expected, said] of [
    ['datasets', 2, /^bases_vendas: /m],
    ['run', 2, /^bom\.xlsx: 4 rows read/m],
    ['status', 0, /^bom\.xlsx +loaded/m],
  ] as const) {
    const { code, stdout, stderr } = await entrada([command, '--home', home]);
    assert.deepEqual([code, stderr], [expected, ''], command);
    assert.equal(stdout.match(/^tipos: left out .*dataset\.yaml, line \d+: .*key/gm)?.length, 1);
    assert.match(stdout, said);
  }
});

test('a workbook is not said to be wrong where its dataset is: exit code 2 from check', async () => {
  const wrong = (text: string) => `DELETE FROM nowhere;\n${text}`;
  const { home } = await homeWithBroken('proc_tipos.sql', wrong);
  const { code, stdout } = await entrada(['check', join(home, 'entrada/meu.xlsx'), '--home', home]);
  assert.equal(code, 2, stdout);
  assert.match(stdout, /datasets\/tipos\/proc_tipos\.sql, line 1/);
});

test('what has no place in an SQL file is found before anything runs, with its line', async () => {
  const home = await homeWith({});
  const wrong: [file: string, sql: string, said: string][] = [
    ['tables.sql', 'CREATE TABEL a (X INT64);', 'line 1: "CREATE TABEL a (X INT64)"'],
    ['tables.sql', 'CREATE OR REPLACE VIEW a AS SELECT 1;', 'line 1: "CREATE OR REPLACE VIEW'],
    ['tables.sql', '/* a; */\nCREATE TABLE IF NOT EXISTS a (X INT64); DELETE FROM a;', 'line 1: '],
    ['checks.sql', 'SELECT 1;\n\nINSERT INTO tipos\nSELECT 1;', 'line 3: "INSERT INTO tipos"'],
    ['warnings.sql', "SELECT ';'; DROP TABLE tipos;", 'line 1: '],
    ['warnings.sql', 'UPDATE tipos SET ID = 1;', 'line 1: '],
    ['proc_tipos.sql', 'DELETE FROM tipos;\nCOMMIT;\nBEGIN TRANSACTION;', 'line 2: "COMMIT"'],
    ['proc_tipos.sql', 'DELETE FROM tipos; ROLLBACK;', 'line 1: "DELETE FROM tipos; ROLLBACK"'],
    ['proc_tipos.sql', "\nATTACH 'x.duckdb';", 'line 2: "ATTACH'],
    ['proc_tipos.sql', "COPY tipos TO 'x.csv';", 'line 1: "COPY'],
    ['proc_tipos.sql', 'DROP TABLE tipos;', 'line 1: "DROP'],
    ['proc_tipos.sql', 'SELECT 1;', 'line 1: "SELECT 1"'],
  ];
  for (const [i, [file, sql]] of wrong.entries()) {
    const dataset = await putTipos(home, `d${i}`);
    for (const own of ['dataset.yaml', 'tables.sql', 'proc_tipos.sql']) {
      const text = await readFile(join(dataset, own), 'utf8');
      await writeFile(join(dataset, own), text.replace(/\b(?<!proc_)tipos/g, `d${i}`));
    }
    await writeFile(join(dataset, file), sql);
  }
  const { code, stdout } = await entrada(['datasets', '--home', home]);
  assert.equal(code, 2);
  for (const [i, [file, , said]] of wrong.entries()) {
    const line = stdout.split('\n').find((text) => text.startsWith(`d${i}: left out`)) ?? '';
    assert.ok(line.includes(`datasets/d${i}/${file}, ${said}`), `${said}\n${stdout}`);
    assert.match(line, /has no place here\./);
  }
});

test('of two datasets with one name neither is used: nobody knows which one is meant', async () => {
  const { home } = await homeWithBroken('dataset.yaml', (text) => text);
  await cp(join(home, 'datasets/tipos'), join(home, 'datasets/outro'), { recursive: true });
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 2);
  assert.match(stdout, /^outro: left out .*called tipos; one is in .*datasets\/tipos\./m);
  assert.match(stdout, /^tipos: left out .*called tipos; one is in .*datasets\/outro\./m);
  assert.match(stdout, /^entrada\/meu\.xlsx: not now\. .*left out: outro, tipos\./m);
  assert.match(stdout, /^bom\.xlsx: 4 rows read/m);
});

test('a file that is not UTF-8 is told, whichever it is: no letter of it is guessed', async () => {
  const home = await homeWith({});
  const saved: [file: string, encoding: 'latin1' | 'utf16le'][] = [
    ['dataset.yaml', 'latin1'],
    ['tables.sql', 'utf16le'],
    ['proc_tipos.sql', 'latin1'],
    ['checks.sql', 'latin1'],
    ['warnings.sql', 'utf16le'],
  ];
  for (const [i, [file, encoding]] of saved.entries()) {
    const dataset = await putTipos(home, `d${i}`);
    const contract = await readFile(join(dataset, 'dataset.yaml'), 'utf8');
    await writeFile(join(dataset, 'dataset.yaml'), contract.replace('name: tipos', `name: d${i}`));
    const tables = await readFile(join(dataset, 'tables.sql'), 'utf8');
    await writeFile(join(dataset, 'tables.sql'), tables.replaceAll('tipos', `d${i}`));
    await writeFile(join(dataset, 'warnings.sql'), '');
    const text = `${await readFile(join(dataset, file), 'utf8')}\n-- São Paulo\n`;
    await writeFile(
      join(dataset, file),
      text.replaceAll('-- S', file.endsWith('yaml') ? '# S' : '-- S'),
      encoding,
    );
  }
  const { code, stdout } = await entrada(['datasets', '--home', home]);
  assert.equal(code, 2);
  for (const [i, [file]] of saved.entries())
    assert.match(stdout, new RegExp(`^d${i}: left out .*/${file} is not saved as UTF-8`, 'm'));
});

test('of two datasets that make one table the later one is left out, also while the other is wrong', async () => {
  const { home, mend } = await homeWithBroken('proc_tipos.sql', () => 'COMMIT;\n');
  const tables: Record<string, [table: string, owner: string]> = {
    deles: ['Tipos_Mes', 'tipos'],
    linhas: ['bases_vendas_linhas', 'bases_vendas'],
    livro: ['ledger_costs', 'ledger'],
    programas: ['spotify_podcasts', 'spotify'],
  };
  for (const [name, [table]] of Object.entries(tables)) {
    const folder = await putTipos(home, `z_${name}`);
    const contract = await readFile(join(folder, 'dataset.yaml'), 'utf8');
    const own = contract
      .replace('name: tipos', `name: ${name}`)
      .replace('[tipos, tipos_mes]', `[${name}]`);
    await writeFile(join(folder, 'dataset.yaml'), own);
    const create = (one: string) => `CREATE TABLE IF NOT EXISTS ${one} (ID INT64);\n`;
    await writeFile(join(folder, 'tables.sql'), create(name) + create(table));
  }
  const tells = (stdout: string) => {
    for (const [name, [table, owner]] of Object.entries(tables))
      assert.match(
        stdout,
        new RegExp(
          `^z_${name}: left out .*/tables\\.sql, line 2: tables\\.sql makes ${table}, .* table of ${owner} already`,
          'm',
        ),
      );
  };
  const broken = await entrada(['datasets', '--home', home]);
  assert.match(broken.stdout, /^tipos: left out .*"COMMIT"/m);
  tells(broken.stdout);
  await mend();
  const { stdout } = await entrada(['run', '--home', home]);
  tells(stdout);
  assert.match(stdout, /^tipos: tables consolidated/m);
});

test('a workbook of which it is certain that it is wrong does not wait', async () => {
  const { home } = await homeWithBroken('dataset.yaml', () => '');
  await writeFile(join(home, 'entrada/texto.xlsx'), 'no workbook');
  const { stdout } = await entrada(['run', '--home', home]);
  assert.match(stdout, /^texto\.xlsx: rejected/m);
  assert.deepEqual(await readdir(join(home, 'entrada')), ['meu.xlsx']);
});

test('watch says it once, goes on, and takes the workbook when the dataset is mended', async () => {
  const { home, mend } = await homeWithBroken('dataset.yaml', () => '');
  const { child, ended, says } = started(['watch', '--home', home]);
  try {
    await says(/meu\.xlsx: not now/);
    await writeFile(join(home, 'entrada/notas.txt'), 'x');
    await says(/notas\.txt: left/);
    await mend();
    await says(/tipos: tables consolidated/);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    assert.equal(code, 0);
    for (const said of [/left out until/g, /not now/g]) assert.equal(stdout.match(said)?.length, 1);
  } finally {
    child.kill('SIGKILL');
  }
});

test('watch tries tables of another version that were refused again once rows or a file of a dataset have changed', async () => {
  const home = await homeWith({ 'meu.xlsx': tipos([1, 43_831]) });
  const dataset = await putTipos(home);
  await entrada(['run', '--home', home]);
  await setVersion(dataset, 2);
  await changeByHand(home, 'UPDATE tipos_linhas SET ID = 666');
  const { child, ended, says } = started(['watch', '--home', home]);
  const red = 'tipos: left out until it is mended. A check of tipos failed';
  const made = 'tipos: tables consolidated';
  try {
    await says(RegExp(red));
    await changeByHand(home, 'UPDATE tipos_linhas SET ID = 6');
    await says(RegExp(made));
    await changeByHand(home, 'UPDATE tipos_linhas SET ID = 666');
    await setVersion(dataset, 3);
    await says(RegExp(`${made}[^]*${red}`));
    await writeFile(join(dataset, 'checks.sql'), '-- None.\n');
    await says(RegExp(`${made}[^]*${red}[^]*${made}`));
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    assert.equal(code, 0);
    assert.equal(stdout.split(red).length, 3, stdout);
    assert.deepEqual(await answerOf(home, 'SELECT SUM_ID FROM tipos_mes'), [[666]]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('watch ends where somebody has to mend what rows were loaded for, and says so', async () => {
  const { home } = await homeWithBroken('proc_tipos.sql', (text) => text.replace('NOME', 'NOMES'));
  const { code, stdout, stderr } = await entrada(['watch', '--home', home]);
  assert.equal(code, 2);
  assert.match(stdout + stderr, /bases_vendas: tables consolidated/);
  assert.match(stdout, /Watching ends here: mend what is said above[^\n]*\n$/);
});
