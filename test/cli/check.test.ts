import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { HEADER, sale, sales } from '../ingest/home.ts';
import { date, workbook } from '../workbook-builder.ts';
import {
  answerOf,
  BAD,
  entrada,
  folder,
  GOOD,
  homeWith,
  loadedHome,
  newPlace,
  put,
  putTipos,
  tipos,
} from './entrada.ts';

const files = join(folder, 'to check');

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  await mkdir(files, { recursive: true });
  await writeFile(join(files, name), bytes);
  return join(files, name);
}

test('a good workbook: its sheet, header, columns, rows and repeats; nothing is made', async () => {
  const path = await file('bom.xlsx', GOOD);
  const home = newPlace();
  const { code, stdout, stderr } = await entrada(['check', path, '--home', home]);
  assert.deepEqual([code, stderr], [0, '']);
  const lines = stdout.split('\n');
  for (const line of [
    'bom.xlsx',
    'Sheet "Vendas", dataset bases_vendas, header in row 1',
    'Columns: ID_MARCA = A, MARCA = B, ID_LINHA = C, LINHA = D, DATA_VENDA = E, QTD_VENDA = F',
    '4 rows read: 3 would be loaded, 1 is repeated, 0 rejected',
  ])
    assert.ok(lines.includes(line), `${line}\n${stdout}`);
  assert.throws(() => readdirSync(home), { code: 'ENOENT' });
  assert.deepEqual(await readdir(files), ['bom.xlsx']);
});

const MANY_ROWS = 60;
const MANY = sales(...Array.from({ length: MANY_ROWS }, () => sale('doze')));

test('bad cells are listed by address, all of them as JSON, and the exit code says so', async () => {
  const path = await file('ruim.xlsx', BAD);
  const { code, stdout } = await entrada(['check', path]);
  assert.equal(code, 3);
  assert.match(stdout, /^3 rows read: 1 would be loaded, 0 are repeated, 2 rejected$/m);
  assert.match(stdout, /^ {2}F2: QTD_VENDA wants a number, and "doze" is none/m);
  assert.match(stdout, /^ {2}E3: DATA_VENDA holds the error #N\/A/m);
  const pt = await entrada(['check', path], { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(
    pt.stdout,
    /^ {2}F2: QTD_VENDA pede um número, e "doze" não pode ser lido como número/m,
  );
  const many = await file('muitos.xlsx', MANY);
  const json = await entrada(['check', path, many, '--json']);
  const [object, all, ...more] = json.objects();
  assert.deepEqual([json.code, more], [3, []]);
  assert.deepEqual(
    [object.type, object.read, object.accepted, object.rejected],
    ['check', 3, 1, 2],
  );
  const rejections = object.rejections as { cell: string; code: string; value: string }[];
  assert.deepEqual(
    rejections.map((one) => [one.cell, one.code, one.value]),
    [
      ['F2', 'cell.notNumber', 'doze'],
      ['E3', 'cell.error', '#N/A'],
    ],
  );
  assert.equal((all.rejections as unknown[]).length, MANY_ROWS);
});

const SKIPPED = workbook({
  sheets: [
    {
      name: 'Vendas',
      hiddenColumns: [4],
      hiddenRows: [3],
      rows: [
        [...HEADER, 'Observação'],
        sale(1),
        sale(2),
        ['Total', null, null, null, null, 3],
        ['Fonte: sistema de vendas'],
        ...Array.from({ length: 99 }, () => ['Revisado']),
      ],
    },
  ],
});

test('what is no data, what the contract does not name and what is hidden is said, as run says it', async () => {
  const path = await file('anotado.xlsx', SKIPPED);
  const { code, stdout } = await entrada(['check', path]);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^ {2}Not data, so not summed: 1 total row and 100 note rows \(rows 4, 5, [\d, ]+ 103, \.\.\.\)$/m,
  );
  assert.match(stdout, /^ {2}Columns that the contract does not name, ignored: Observação$/m);
  assert.match(stdout, /^ {2}Hidden in Excel, and read all the same: 1 row, 1 column$/m);
  const pt = await entrada(['check', path], { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(pt.stdout, /^ {2}Não são dados, .*: 1 linha de total e 100 de observação/m);
  assert.match(pt.stdout, /^ {2}Colunas que o contrato não prevê, ignoradas: Observação$/m);
  assert.match(pt.stdout, /^ {2}Ocultas no Excel, e lidas assim mesmo: 1 linha, 1 coluna$/m);
});

test('rows above the header that look like another table are said not to be read, a title is not', async () => {
  const [, ...lacking] = HEADER;
  const rows = [['Vendas por marca'], ['MARCA'], [], HEADER, sale(1)];
  const path = await file('titulo.xlsx', workbook({ sheets: [{ name: 'Vendas', rows }] }));
  assert.doesNotMatch((await entrada(['check', path])).stdout, /Above the header/);

  const stacked = [lacking, sale(1).slice(1), [], sale(2).slice(1), [7, 8], ...rows];
  const two = await file('duas.xlsx', workbook({ sheets: [{ name: 'Vendas', rows: stacked }] }));
  const { code, stdout } = await entrada(['check', two]);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}Above the header, so not read: rows 2, 4, 5, 6, 7\. /m);
  const pt = await entrada(['check', two], { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(pt.stdout, /^ {2}Acima do cabeçalho, por isso não lidas: linhas 2, 4, 5, 6, 7\. /m);
});

test('many bad cells: a person sees the first fifty', async () => {
  const path = await file('muitos.xlsx', MANY);
  const { stdout } = await entrada(['check', path]);
  assert.equal(stdout.match(/^ {2}F\d+: /gm)?.length, 50);
  assert.match(stdout, /^ {2}\.\.\. and 10 more; --json lists them all$/m);
});

test('a name that no run takes is told, though its rows would do', async () => {
  const file = join(folder, 'vendas.dat');
  await writeFile(file, sales(sale(5)));
  const { stdout } = await entrada(['check', file, '--home', newPlace()]);
  assert.match(
    stdout,
    /^vendas\.dat: left in entrada\/; only \.xlsx and \.xlsm workbooks are taken$/m,
  );
});

test('what is no workbook is said to be what it is, and the other files are checked', async () => {
  const csv = await file(
    'maio.xlsx',
    `${HEADER.join(';')}\r\n4;VULT;2;PERFUMARIA;14/03/2019;1\r\n`,
  );
  const fine = await file('bom.xlsx', GOOD);
  const lacking = workbook({
    sheets: [{ name: 'Vendas', rows: [HEADER.slice(0, 5), [1, 'A', 1, 'B', date(2019, 1, 1)]] }],
  });
  const short = await file('sem quantidade.xlsx', lacking);
  const absent = join(files, 'nao existe.xlsx');
  const cut = await file('cortado.xlsx', GOOD.subarray(0, GOOD.length - 30));
  const empty = await file('vazio.xlsx', '');
  const { code, stdout, objects } = await entrada([
    'check',
    csv,
    absent,
    files,
    short,
    cut,
    empty,
    fine,
    '--json',
  ]);
  assert.equal(code, 2, 'two files are not there');
  assert.deepEqual(
    objects().map((object) => object.error),
    [
      'workbook.otherType',
      'file.none',
      'file.none',
      'contract.missing',
      'zip.truncated',
      'workbook.empty',
      undefined,
    ],
    stdout,
  );
  assert.match(String(objects()[0].message), /it is CSV/);
  assert.match(String(objects()[3].message), /lacks: QTD_VENDA/);
});

test('a file that is not there is wrong usage, with a contract or without', async () => {
  for (const flags of [[], ['--any']]) {
    const { code, stdout } = await entrada(['check', ...flags, join(files, 'nada.xlsx')]);
    assert.equal(code, 2);
    assert.match(stdout, /nada\.xlsx/);
  }
});

test('with a home, rows that it has are repeated; nothing is loaded', async () => {
  const home = await loadedHome();
  const ledger = `SELECT (SELECT COUNT(*) FROM ledger_events), (SELECT COUNT(*) FROM bases_vendas_linhas),
    (SELECT COUNT(*) FROM rejections)`;
  const before = await answerOf(home, ledger);
  const paths = [await file('bom.xlsx', GOOD), await file('ruim.xlsx', BAD)];
  const { code, objects } = await entrada(['check', '--json', '--home', home, ...paths]);
  assert.equal(code, 3);
  assert.deepEqual(
    objects().map(({ read, newRows, repeated, rejected, changes }) => [
      read,
      newRows,
      repeated,
      rejected,
      changes,
    ]),
    [
      [4, 0, 4, 0, []],
      [3, 0, 1, 2, []],
    ],
  );
  assert.deepEqual(await answerOf(home, ledger), before);
});

test('a file that a check of its dataset would stop is told with it, as a fault, and the next one is looked at', async () => {
  const home = newPlace();
  const dataset = await putTipos(home);
  await writeFile(
    join(dataset, 'checks.sql'),
    "SELECT 'ids' AS COMPARED, 0 AS EXPECTED, SUM(ID) AS FOUND FROM tipos HAVING SUM(ID) > 5;",
  );
  const paths = [
    await file('nove.xlsx', tipos([9, 43_900])),
    await file('um.xlsx', tipos([1, 43_900])),
  ];
  const { code, objects } = await entrada(['check', '--json', '--home', home, ...paths]);
  assert.equal(code, 1);
  assert.deepEqual(
    objects().map(({ error, newRows }) => error ?? newRows),
    ['check.failed', 1],
  );
});

test('a file of which no row is accepted would take no place, whatever the flag says', async () => {
  const home = await loadedHome();
  const path = await file('bom.xlsx', sales(sale('doze')));
  const args = ['check', '--replaces', '--json', '--home', home, path];
  const [{ rejected, replaces, changes }] = (await entrada(args)).objects();
  assert.deepEqual([rejected, replaces, changes], [1, [], []]);
});

test('what is loaded is told as it was accepted then, not as the contract would have it now', async () => {
  const bytes = tipos([1, 43_831], [2, 43_900]);
  const home = await homeWith({ 'a.xlsx': bytes });
  const contract = join(await putTipos(home), 'dataset.yaml');
  const loose = await readFile(contract, 'utf8');
  await writeFile(contract, loose.replace('{ name: ID,', '{ name: ID, max: 1,'));
  assert.equal((await entrada(['run', '--home', home])).code, 3);
  await writeFile(contract, loose);
  const args = ['check', '--json', '--home', home, await file('a.xlsx', bytes)];
  const { code, objects } = await entrada(args);
  const [{ read, newRows, repeated, rejected, rejections, changes }] = objects();
  assert.deepEqual(
    [code, read, newRows, repeated, rejected, rejections, changes],
    [3, 2, 0, 1, 1, [], []],
  );
});

/** Statements that make tipos_mes, each with a mistake that no error tells of. */
const MONTHS = `SELECT MONTH_START, CAST(SUM(ID) AS INT64) AS SUM_ID FROM tipos
WHERE MONTH_START >= p_from AND MONTH_START < p_to GROUP BY MONTH_START`;
const mistakes: Record<string, string> = {
  'adds without taking away': `INSERT INTO tipos_mes (MONTH_START, SUM_ID) ${MONTHS};`,
  'takes all months away': `DELETE FROM tipos_mes WHERE TRUE;
INSERT INTO tipos_mes (MONTH_START, SUM_ID) ${MONTHS};`,
  'merges and keeps what has gone': `MERGE INTO tipos_mes AS t USING (${MONTHS}) AS s ON t.MONTH_START = s.MONTH_START
WHEN MATCHED THEN UPDATE SET SUM_ID = s.SUM_ID
WHEN NOT MATCHED THEN INSERT (MONTH_START, SUM_ID) VALUES (s.MONTH_START, s.SUM_ID);`,
  'has a sum in its key': `MERGE INTO tipos_mes AS t USING (${MONTHS}) AS s
ON t.MONTH_START = s.MONTH_START AND t.SUM_ID = s.SUM_ID
WHEN NOT MATCHED THEN INSERT (MONTH_START, SUM_ID) VALUES (s.MONTH_START, s.SUM_ID);`,
};

for (const [what, sql] of Object.entries(mistakes)) {
  test(`a procedure that ${what} is found, and one that makes its months anew is not`, async () => {
    const home = await homeWith({ 'antes.xlsx': tipos([1, 43_831]) });
    const dataset = await putTipos(home);
    const path = join(dataset, 'proc_tipos.sql');
    const right = await readFile(path, 'utf8');
    assert.equal((await entrada(['run', '--home', home])).code, 0);
    const paths = [
      await file('antes.xlsx', tipos([1, 43_831])),
      await file('tipos.xlsx', tipos([2, 43_900])),
    ];
    const checked = () => entrada(['check', '--home', home, ...paths]);
    assert.equal((await checked()).code, 0);
    const [before, after = ''] = right.split(/DELETE FROM tipos_mes.*GROUP BY MONTH_START;/s);
    await writeFile(path, `${before}${sql}${after}`);
    const { code, stdout } = await checked();
    assert.equal(code, 2, stdout);
    assert.match(
      stdout,
      /^The procedures of tipos do not undo: .*, tipos_mes MONTH_START=2020-0[13]-01 has /m,
    );
  });
}

test('what is left of numbers that cancel each other out differs with their order, and accuses no procedure', async () => {
  const home = await homeWith({});
  const dataset = await putTipos(home);
  const change = async (name: string, from: string, to: string) => {
    const text = await readFile(join(dataset, name), 'utf8');
    assert.ok(text.includes(from));
    await writeFile(join(dataset, name), text.replaceAll(from, to));
  };
  await change('dataset.yaml', 'type: integer', 'type: number');
  await change('tables.sql', 'INT64', 'DOUBLE');
  // In which order the engine adds many nobody knows; so here it is the other months that make the difference.
  const sum = 'SUM(ID) + 1e-12 * (SELECT COUNT(*) FROM tipos_mes)';
  await change('proc_tipos.sql', 'CAST(SUM(ID) AS INT64)', sum);
  for (const [name, ...rows] of [
    ['antes.xlsx', [5, 43_831], [-5, 43_831]],
    ['outro.xlsx', [1, 43_900]],
  ] as const) {
    await put(home, name, tipos(...rows));
    await entrada(['run', '--home', home]);
  }
  const sums = await answerOf(home, 'SELECT SUM_ID FROM tipos_mes ORDER BY MONTH_START');
  assert.deepEqual(sums, [[0], [1 + 1e-12]]);
  const path = await file('tipos.xlsx', tipos([3, 43_831]));
  const { code, stdout } = await entrada(['check', '--home', home, path]);
  assert.equal(code, 0, stdout);
});

test('a pipe is no file, and nobody waits for its writer', async () => {
  const path = await file('pipe.xlsx', '');
  const pipe = `${path}.pipe`;
  spawnSync('mkfifo', [pipe]);
  for (const options of [[], ['--any']]) {
    const { code, stdout } = await entrada(['check', ...options, pipe]);
    assert.deepEqual([code, /pipe\.xlsx\.pipe/.test(stdout)], [2, true], stdout);
  }
});
