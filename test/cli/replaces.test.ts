import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sale, sales } from '../ingest/home.ts';
import { date, type Row, workbook } from '../workbook-builder.ts';
import { answerOf, entrada, homeWith, put, putDataset } from './entrada.ts';

/** A dataset with a key that may be blank, a table of one sum, and files that replace their namesakes. */
const NOTAS = {
  'dataset.yaml': `
name: notas
description: Notes
period: DIA
numbers: pt-BR
dates: dd/mm/yyyy
sameName: replace
columns:
  - { name: ID, type: integer, key: true }
  - { name: DIA, type: date }
  - { name: LOJA, type: text, optional: true }
  - { name: VALOR, type: money }
  - { name: PESO, type: number, optional: true }
procedures: [[proc_notas]]
tables: [notas, por_loja, ao_todo]
`,
  'tables.sql': `
CREATE VIEW IF NOT EXISTS notas AS SELECT ID, DIA, LOJA, VALOR, PESO FROM notas_linhas;
CREATE TABLE IF NOT EXISTS por_loja (LOJA STRING, SUM_VALOR DECIMAL(18, 2));
CREATE TABLE IF NOT EXISTS ao_todo (SUM_VALOR DECIMAL(18, 2));
`,
  'proc_notas.sql': `
DELETE FROM por_loja WHERE TRUE;
INSERT INTO por_loja (LOJA, SUM_VALOR) SELECT LOJA, SUM(VALOR) FROM notas_linhas GROUP BY LOJA;
DELETE FROM ao_todo WHERE TRUE;
INSERT INTO ao_todo (SUM_VALOR) SELECT SUM(VALOR) FROM notas_linhas;
UPDATE ledger_months SET ROWS_COUNTED = ROWS_ACCEPTED
WHERE DATASET = 'notas' AND MONTH_START >= p_from AND MONTH_START < p_to;
`,
};

const notas = (...rows: Row[]) =>
  workbook({ sheets: [{ name: 'Notas', rows: [['ID', 'DIA', 'LOJA', 'VALOR'], ...rows] }] });

const note = (id: number, loja: string | null, valor: number): Row => [
  id,
  date(2024, 1, 2),
  loja,
  valor,
];

async function homeOfNotas(): Promise<string> {
  const home = await homeWith({});
  await putDataset(home, 'notas', NOTAS);
  return home;
}

test('check foretells what a run will do with a file that replaces the earlier one of its name', async () => {
  const home = await homeOfNotas();
  await put(home, 'a.xlsx', notas(note(1, 'Centro', 5), note(2, null, 7)));
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  await put(home, 'a.xlsx', notas(note(1, 'Centro', 6), note(2, null, 7)));
  const check = await entrada(['check', join(home, 'entrada/a.xlsx'), '--json', '--home', home]);
  const [told] = check.objects();
  assert.deepEqual([told.newRows, told.repeated, (told.replaces as string[]).length], [2, 0, 1]);
  assert.deepEqual(told.changes, [
    { table: 'por_loja', key: { LOJA: 'Centro' }, before: '5.00', after: '6.00' },
    { table: 'ao_todo', key: {}, before: '12.00', after: '13.00' },
  ]);
  assert.match(check.stderr, /It would take the place of the file of its name loaded at 20/);
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  assert.deepEqual(await answerOf(home, 'SELECT CAST(SUM_VALOR AS INT) FROM ao_todo'), [[13]]);
});

test('check --replaces tells it of a file that would count beside the earlier one', async () => {
  const home = await homeOfNotas();
  const contract = join(home, 'datasets/notas/dataset.yaml');
  await writeFile(contract, NOTAS['dataset.yaml'].replace('sameName: replace\n', ''));
  await put(home, 'a.xlsx', notas(note(1, 'Centro', 5)));
  await entrada(['run', '--home', home]);
  const file = join(home, 'a.xlsx');
  await writeFile(file, notas(note(1, 'Centro', 6)));
  for (const [flags, after] of [
    [[], '11.00'],
    [['--replaces'], '6.00'],
  ] as const) {
    const { objects } = await entrada(['check', file, ...flags, '--json', '--home', home]);
    const changes = objects()[0].changes as { readonly after: string }[];
    assert.equal(changes.at(-1)?.after, after);
  }
});

test('a retraction tells the keys that change, a blank one and none at all among them', async () => {
  const home = await homeOfNotas();
  await put(home, 'a.xlsx', notas(note(1, 'Centro', 5), note(2, null, 7)));
  await put(home, 'b.xlsx', notas(note(3, null, 10)));
  await entrada(['run', '--home', home]);
  const { code, objects } = await entrada(['retract', 'b.xlsx', '--json', '--home', home]);
  assert.equal(code, 0);
  assert.deepEqual(objects()[0].changes, [
    { table: 'por_loja', key: { LOJA: null }, before: '17.00', after: '7.00' },
    { table: 'ao_todo', key: {}, before: '22.00', after: '12.00' },
  ]);
});

test('check of bytes that are in the tables foretells nothing new, also where equal rows count twice', async () => {
  const home = await homeOfNotas();
  const bytes = notas(note(1, 'a', 10), note(1, 'a', 10), note(2, 'b', 5));
  await put(home, 'a.xlsx', bytes);
  await entrada(['run', '--home', home]);
  const copy = join(home, 'copia.xlsx');
  await writeFile(copy, bytes);
  const { code, objects } = await entrada(['check', copy, '--home', home, '--json']);
  const [{ newRows, repeated, rejected, changes }] = objects();
  assert.deepEqual([code, newRows, repeated, rejected, changes], [0, 0, 3, 0, []]);
  // It takes the place of an earlier one of its name all the same.
  await put(home, 'copia.xlsx', notas(note(7, 'c', 100)));
  await entrada(['run', '--home', home]);
  const replacing = await entrada(['check', copy, '--home', home, '--json']);
  const [{ newRows: none, changes: sums }] = replacing.objects();
  await put(home, 'copia.xlsx', bytes);
  const before = await answerOf(home, 'SELECT SUM_VALOR FROM ao_todo');
  await entrada(['run', '--home', home]);
  const after = await answerOf(home, 'SELECT SUM_VALOR FROM ao_todo');
  assert.deepEqual([none, before, after], [0, [['125.00']], [['25.00']]]);
  assert.match(JSON.stringify(sums), /"125.00".*"25.00"/);
});

test('where equal rows count, check, run and trace say so of each of them', async () => {
  const home = await homeOfNotas();
  await put(home, 'a.xlsx', notas(note(1, 'a', 10), note(2, 'b', 5)));
  await entrada(['run', '--home', home]);
  const bytes = notas(note(1, 'a', 10), note(1, 'a', 10), note(3, 'c', 1));
  await writeFile(join(home, 'later.xlsx'), bytes);
  const checked = await entrada(['check', join(home, 'later.xlsx'), '--home', home, '--json']);
  const [{ newRows, repeated }] = checked.objects();
  await put(home, 'b.xlsx', bytes);
  const run = await entrada(['run', '--home', home]);
  assert.deepEqual([newRows, repeated], [3, 0]);
  assert.match(run.stdout, /3 rows read, 3 loaded, 0 repeated/);
  const traced = await entrada(['trace', 'por_loja', 'loja=a', '--home', home, '--json']);
  const { rows, repeated: none, sum } = traced.objects().at(-1) ?? {};
  assert.deepEqual([rows, none, sum], [3, 0, 30]);
});

test('check foretells what a run will do for months that an earlier one left', async () => {
  const home = await homeOfNotas();
  const failing = "SELECT 'nothing' AS COMPARED, 0 AS EXPECTED, 1 AS FOUND;";
  await put(home, 'a.xlsx', notas(note(1, 'a', 10)));
  await entrada(['run', '--home', home]);
  await writeFile(join(home, 'datasets/notas/checks.sql'), failing);
  await put(home, 'b.xlsx', notas(note(2, 'b', 5)));
  assert.equal((await entrada(['run', '--home', home])).code, 1);
  await writeFile(join(home, 'datasets/notas/checks.sql'), '');
  const later = join(home, 'c.xlsx');
  const other: Row = [3, date(2024, 6, 1), 'c', 1];
  await writeFile(later, notas(other));
  const { objects } = await entrada(['check', later, '--home', home, '--json']);
  assert.match(JSON.stringify(objects()[0].changes), /"10.00".*"16.00"/);
});

test('trace finds a number however it is written', async () => {
  const home = await homeOfNotas();
  const header = ['ID', 'DIA', 'VALOR', 'PESO'];
  const rows = [160, 7.25, 1e-7].map((peso, i): Row => [i, date(2024, 1, 2), 1, peso]);
  await put(home, 'a.xlsx', workbook({ sheets: [{ name: 'Notas', rows: [header, ...rows] }] }));
  await entrada(['run', '--home', home]);
  for (const peso of ['160', '160.0', '7.25', '1e-7', '0.0000001']) {
    const { objects } = await entrada(['trace', 'notas', `PESO=${peso}`, '--home', home, '--json']);
    assert.equal(objects().filter(({ type }) => type === 'row').length, 1, peso);
  }
});

test('a check that finds something says nothing of the files that come after', async () => {
  const home = await homeOfNotas();
  const failing = "SELECT 'nothing' AS COMPARED, 0 AS EXPECTED, 1 AS FOUND;";
  await writeFile(join(home, 'datasets/notas/checks.sql'), failing);
  const wrong = join(home, 'wrong.xlsx');
  await writeFile(wrong, notas(note(1, 'a', 10)));
  const right = join(home, 'right.xlsx');
  await writeFile(right, sales(sale(1)));
  const { code, stdout } = await entrada(['check', wrong, right, '--home', home]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /wrong\.xlsx\n.*nothing.*\n\nright\.xlsx\n[\s\S]*1 row read: 1 would be loaded/,
  );
});

test('a table that spells its columns in other letters than the contract is traced all the same', async () => {
  const home = await homeOfNotas();
  const tables = NOTAS['tables.sql'].replace('LOJA STRING, SUM_VALOR', 'loja STRING, sum_valor');
  await writeFile(join(home, 'datasets/notas/tables.sql'), tables);
  await put(home, 'a.xlsx', notas(note(1, 'Centro', 5), note(2, null, 7)));
  await entrada(['run', '--home', home]);
  const args = ['trace', 'por_loja', 'LOJA=Centro', '--json', '--home', home];
  const { column, sum, keys } = (await entrada(args)).objects().at(-1) ?? {};
  assert.deepEqual({ column, sum, keys }, { column: 'VALOR', sum: 5, keys: { LOJA: 'Centro' } });
});
