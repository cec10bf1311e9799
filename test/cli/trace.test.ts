import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { hashOf, newHome, sale, sales } from '../ingest/home.ts';
import { date, formatted, workbook } from '../workbook-builder.ts';
import { entrada, homeWith, loadedHome, put, putDataset } from './entrada.ts';

test('a number is traced to its rows, under the name of the column that sums to it', async () => {
  const home = await loadedHome();
  const args = ['trace', 'con_ano_mes', 'ANO=2019', 'mes=4', '--home', home];
  const { code, stdout } = await entrada(args);
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n').slice(0, -1), [
    'file      sheet   row  QTD_VENDA  repeats',
    'bom.xlsx  Vendas    5         30',
    '1 row counts and sums to 30 (QTD_VENDA); 0 more repeat one that counts and add nothing.',
  ]);
  const json = (await entrada([...args, '--json'])).objects();
  assert.deepEqual(json.at(-1), {
    type: 'trace',
    table: 'con_ano_mes',
    keys: { ANO: '2019', MES: '4' },
    rows: 1,
    repeated: 0,
    sum: 30,
    column: 'QTD_VENDA',
  });
});

test('of two files of one name, each is told by its hash and time: by run, trace and status, for a person and as JSON', async () => {
  await using home = await newHome();
  const [first, second] = [sales(sale(5), sale(7)), sales(sale(7), sale(9, undefined, 'VULTO'))];
  await home.drop('a.xlsx', first);
  await home.run();
  await home.drop('a.xlsx', second);
  const [older, newer] = [first, second].map((bytes) => hashOf(bytes).slice(0, 12));
  const run = (await entrada(['run', '--home', home.path])).stdout;
  assert.match(run, new RegExp(`\`entrada retract "a.xlsx" ${older}\` takes the older one out`));
  const time = String.raw`20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d`;
  const which = (hash: string) => String.raw`a\.xlsx \(${hash}, ${time} UTC\)`;
  const places = String.raw`VULT \(${which(older)}, Vendas, row 2\) and VULTO \(${which(newer)}, Vendas, row 3\)`;
  assert.match(run, new RegExp(`two values of MARCA: ${places}`));

  const trace = await entrada(['trace', 'bases_vendas', '--json', '--home', home.path]);
  const rows = [
    `${which(older)} +Vendas +2 +5`,
    `${which(older)} +Vendas +3 +7`,
    `${which(newer)} +Vendas +2 +7 +${which(older)}, 3`,
    `${which(newer)} +Vendas +3 +9`,
  ];
  assert.match(trace.stderr, new RegExp(rows.join('\n')));
  const objects = trace.objects().slice(0, -1);
  const { rows: counted, repeated, sum } = trace.objects().at(-1) ?? {};
  assert.deepEqual([counted, repeated, sum], [3, 1, 21], 'what repeats adds nothing');
  assert.deepEqual(
    objects.map(({ fileHash }) => fileHash),
    [first, first, second, second].map(hashOf),
  );
  for (const { loadedAt } of objects) assert.match(String(loadedAt), new RegExp(`^${time}`));

  const status = (await entrada(['status', '--home', home.path])).stdout;
  for (const hash of [older, newer])
    assert.match(status, new RegExp(`^a\\.xlsx +loaded .* ${time} +${hash}$`, 'm'));
});

/** In small letters, and of amounts whose sums are near what a number keeps. */
const CAIXA = {
  'dataset.yaml': `
name: caixa
description: Small letters
period: dia
numbers: pt-BR
dates: dd/mm/yyyy
sameName: replace
columns:
  - { name: loja, type: text, key: true }
  - { name: dia, type: date }
  - { name: qtd, type: integer }
  - { name: valor, type: money }
procedures: [[proc_caixa]]
tables: [caixa, caixa_mes, caixa_loja]
`,
  'tables.sql': `
CREATE VIEW IF NOT EXISTS caixa AS SELECT loja, dia, qtd, valor FROM caixa_linhas;
CREATE TABLE IF NOT EXISTS caixa_mes (ano INT64, mes INT64, sum_qtd NUMERIC(38, 0));
CREATE TABLE IF NOT EXISTS caixa_loja (LOJA STRING, month_start DATE, Sum_Valor NUMERIC(38, 2));
`,
  'proc_caixa.sql': `
DELETE FROM caixa_mes WHERE TRUE;
INSERT INTO caixa_mes (ano, mes, sum_qtd)
SELECT EXTRACT(YEAR FROM dia), EXTRACT(MONTH FROM dia), SUM(qtd) FROM caixa_linhas GROUP BY 1, 2;
DELETE FROM caixa_loja WHERE TRUE;
INSERT INTO caixa_loja (LOJA, month_start, Sum_Valor)
SELECT loja, MONTH_START, SUM(valor) FROM caixa_linhas GROUP BY loja, MONTH_START;
UPDATE ledger_months SET ROWS_COUNTED = ROWS_ACCEPTED
WHERE DATASET = 'caixa' AND MONTH_START >= p_from AND MONTH_START < p_to;
`,
};

test('the sum of what is traced is the number of the table: however large, in small letters, and before a replacement is published', async () => {
  const most = Number.MAX_SAFE_INTEGER;
  const rows = [
    ['Um', date(2024, 1, 2), most, 70_368_744_177_663.99],
    ['Um', date(2024, 1, 3), 0, -0.25],
    ['Dois', date(2024, 1, 2), 1, 0.1],
    ['Dois', date(2024, 1, 4), 2, 0.2],
    ...Array.from({ length: 2 }, () => ['Dois', date(2024, 2, 1), 0, 70_368_744_177_663.99]),
  ];
  const header = ['loja', 'dia', 'qtd', 'valor'];
  const home = await homeWith({
    'a.xlsx': workbook({ sheets: [{ name: 'Caixa', rows: [header, ...rows] }] }),
  });
  const folder = await putDataset(home, 'caixa', CAIXA);
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  // A file that takes the place of the first is loaded and not published: the tables are as they were.
  await writeFile(join(folder, 'checks.sql'), "SELECT 'x' AS COMPARED, 1 AS EXPECTED, 2 AS FOUND;");
  await put(
    home,
    'a.xlsx',
    workbook({ sheets: [{ name: 'Caixa', rows: [header, ...rows.slice(1)] }] }),
  );
  assert.equal((await entrada(['run', '--home', home])).code, 1);
  for (const [args, rows, sum] of [
    [['caixa', 'loja=Um'], 2, most],
    [['caixa_mes', 'ano=2024', 'MES=1'], 4, '9007199254740994'],
    [['caixa_mes', 'mes=2'], 2, 0],
    [['caixa_mes', 'ano=2024', 'mes=02'], 2, 0],
    [['caixa', `qtd=${most}`], 1, most],
    [['caixa', 'valor=0.2'], 1, 2],
    [['caixa', 'valor=70368744177663.990'], 3, most],
    [['caixa_loja', 'loja=Um', 'MONTH_START=2024-01-01'], 2, 70_368_744_177_663.74],
    [['caixa_loja', 'LOJA=Dois', 'month_start=2024-01-01'], 2, 0.3],
    [['caixa_loja', 'LOJA=Dois', 'month_start=2024-02-01'], 2, '140737488355327.98'],
  ] as const) {
    const traced = await entrada(['trace', ...args, '--json', '--home', home]);
    const told = traced.objects().at(-1);
    assert.deepEqual([told?.rows, told?.sum], [rows, sum], args.join(' '));
  }
  const args = ['trace', 'caixa_loja', 'loja=Dois', 'month_start=2024-01-01', '--home', home];
  const { stdout } = await entrada(args, { env: { ENTRADA_LANG: 'pt-BR' } });
  assert.match(stdout, /^a\.xlsx .* 0,10\na\.xlsx .* 0,20\n2 linhas contam e somam 0,3 \(valor\)/m);
});

test('dates are found as the contract writes them in texts, or as query does; tables in capitals or small letters', async () => {
  const rows = [
    ['loja', 'dia', 'qtd', 'valor'],
    ['Um', date(2024, 3, 5), 1, 1],
    ['Um', date(2024, 5, 3), 2, 1],
  ];
  const home = await homeWith({
    'a.xlsx': workbook({ sheets: [{ rows }] }),
    'b.xlsx': sales(
      sale(4, date(2024, 3, 5)),
      sale(8, formatted(45_356.5, 22)),
      sale(16, date(2024, 12, 31)),
      sale(32, date(2025, 1, 1)),
    ),
  });
  await putDataset(home, 'caixa', CAIXA);
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  for (const [table, key, sum] of [
    ['caixa', 'dia=05/03/2024', 1],
    ['caixa', 'dia=5/3/2024', 1],
    ['caixa', 'dia=2024-03-05', 1],
    ['Caixa', 'dia=05/03/2024 00:00', 1],
    ['caixa', 'dia=05/03/2024 12:00', 0],
    ['caixa', 'dia=31/02/2024', 0],
    ['CAIXA_LOJA', 'month_start=01/03/2024', 1],
    ['bases_vendas', 'DATA_VENDA=05/03/2024', 4],
    ['bases_vendas', 'DATA_VENDA=5/3/2024 12:00', 8],
    ['bases_vendas', 'DATA_VENDA=2024-03-05T12:00:00', 8],
    ['con_ano_mes', 'ANO=2024', 28],
  ] as const) {
    const traced = await entrada(['trace', table, key, '--json', '--home', home]);
    assert.equal(traced.objects().at(-1)?.sum, sum, `${table} ${key}`);
  }
});

test('a dataset that is new, or has a new column, is traced from the next run on, and that is said', async () => {
  const home = await loadedHome();
  const folder = await putDataset(home, 'caixa', CAIXA);
  const traced = () => entrada(['trace', 'caixa_mes', '--home', home]);
  const early = await traced();
  assert.deepEqual(
    [early.code, early.stderr],
    [
      2,
      'entrada: The tables of this home are not yet as the contract of caixa has them. `entrada run` makes them so.\n',
    ],
  );
  await entrada(['run', '--home', home]);
  assert.equal((await traced()).code, 0);
  const contract = CAIXA['dataset.yaml'].replace(
    'procedures:',
    '  - { name: nota, type: text, optional: true }\nprocedures:',
  );
  await writeFile(join(folder, 'dataset.yaml'), contract);
  const changed = await traced();
  assert.deepEqual([changed.code, changed.stderr], [2, early.stderr]);
});

test('what is no key, or is given twice, is told; a month that does not exist matches nothing', async () => {
  const home = await loadedHome();
  const traced = (...args: string[]) => entrada(['trace', 'con_ano_mes', ...args, '--home', home]);
  const twice = await traced('ANO=2019', 'ano=2017');
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /The key ANO is given twice/);
  const sum = await traced('SUM_QTD_VENDA=30');
  assert.equal(sum.code, 2);
  assert.match(
    sum.stderr,
    /SUM_QTD_VENDA is no key of the table con_ano_mes\. Its keys are: ANO, MES\./,
  );
  for (const month of ['13', '0', '', '3x', '9'.repeat(30)]) {
    const none = await traced('ANO=2019', `MES=${month}`);
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stdout, /No row matches/);
  }
});

test('what matches nothing is told so, and how values are written', async () => {
  const home = await loadedHome();
  const { code, stdout } = await entrada(['trace', 'con_ano_mes', 'MES=abril', '--home', home]);
  assert.equal(code, 0);
  assert.match(stdout, /^No row matches\. `entrada query "SELECT \* FROM con_ano_mes LIMIT 10"`/m);
});

test('--help of check and trace says what the arguments are, with an example and the exit codes', async () => {
  for (const [command, said] of [
    [
      'check',
      /^ {2}FILE is .*\n[\s\S]*^ {2}Example: entrada check .*\n\n {2}Exit codes: 0 .*; 3 .*; 2 /m,
    ],
    [
      'trace',
      /^ {2}TABLE is .* KEY is [\s\S]* VALUE [\s\S]*^ {2}Examples: .*ANO=2019.*\n.*\n\n {2}Exit codes: 0 /m,
    ],
  ] as const)
    assert.match((await entrada([command, '--help'])).stdout, said);
});
