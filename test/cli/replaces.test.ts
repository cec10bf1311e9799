import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { date, type Row, workbook } from '../workbook-builder.ts';
import { answerOf, entrada, newPlace, put } from './entrada.ts';

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
procedures: [[proc_notas]]
tables: [notas, por_loja, ao_todo]
`,
  'tables.sql': `
CREATE VIEW IF NOT EXISTS notas AS SELECT ID, DIA, LOJA, VALOR FROM notas_linhas;
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
  const home = newPlace();
  const folder = join(home, 'datasets', 'notas');
  await mkdir(folder, { recursive: true });
  await mkdir(join(home, 'entrada'));
  for (const [file, text] of Object.entries(NOTAS)) await writeFile(join(folder, file), text);
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
