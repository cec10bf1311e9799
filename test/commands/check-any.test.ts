import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM } from '../program.ts';
import { cell, date, formatted, workbook } from '../workbook-builder.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entrada-any-'));
});
after(() => rm(folder, { recursive: true }));

async function checkAny(bytes: Uint8Array, ...flags: string[]) {
  const file = join(folder, 'qualquer.xlsx');
  await writeFile(file, bytes);
  const env = { ...process.env, ENTRADA_LANG: 'en' };
  return spawnSync(process.execPath, [PROGRAM, 'check', '--any', file, ...flags], {
    encoding: 'utf8',
    env,
  });
}

const bytes = workbook({
  sheets: [
    { name: 'Dados', rows: [['a\nb', 1.5, date(2019, 3, 14, 15, 9, 26), true, null]] },
    {
      name: 'Oculta',
      state: 'veryHidden',
      rows: [[cell('e', '<v>#N/A</v>'), cell('n', '<f>1+1</f>'), formatted(60, 14)]],
    },
  ],
});

test('check --any gives each cell that holds a value, of hidden sheets too, as one object a line', async () => {
  for (const flags of [['--format', 'json'], ['--json']]) {
    const { status, stdout, stderr } = await checkAny(bytes, ...flags);
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { sheet: 'Dados', cell: 'A1', type: 'text', value: 'a\nb' },
        { sheet: 'Dados', cell: 'B1', type: 'number', value: 1.5 },
        { sheet: 'Dados', cell: 'C1', type: 'date', value: '2019-03-14T15:09:26' },
        { sheet: 'Dados', cell: 'D1', type: 'boolean', value: true },
        { sheet: 'Oculta', cell: 'A1', type: 'error', value: '#N/A' },
        { sheet: 'Oculta', cell: 'B1', type: 'error', value: null },
        { sheet: 'Oculta', cell: 'C1', type: 'error', value: '60' },
      ],
    );
  }
});

test('check --any shows a person a line a cell', async () => {
  const { status, stdout } = await checkAny(bytes);
  assert.equal(status, 0);
  assert.deepEqual(stdout.trim().split('\n'), [
    'qualquer.xlsx',
    String.raw`Dados!A1  text  a\nb`,
    'Dados!B1  number  1.5',
    'Dados!C1  date  2019-03-14T15:09:26',
    'Dados!D1  boolean  true',
    'Oculta!A1  error  #N/A',
    'Oculta!B1  error  (a formula that was never calculated)',
    'Oculta!C1  error  60',
  ]);
});

test('check --any gives a refused workbook as one object, whatever came before the fault', async () => {
  const rows = [[1], [2], [cell('str', '<v>&nope;</v>')]];
  const { status, stdout } = await checkAny(workbook({ sheets: [{ rows }] }), '--format', 'json');
  assert.equal(status, 3);
  assert.deepEqual(JSON.parse(stdout), {
    error: 'xml.entity',
    message:
      'The part xl/worksheets/sheet1.xml of the workbook holds "&nope;", which stands for no character. Open it in Excel and save it again.',
  });
  const shown = await checkAny(Buffer.from('a;b\n'));
  assert.equal(shown.status, 3);
  assert.match(shown.stdout, /^qualquer\.xlsx\nThe file is not a workbook, .* it is CSV\./m);
  // As without --any: what is not there comes before what is refused.
  assert.equal((await checkAny(Buffer.from('a;b\n'), join(folder, 'absent.xlsx'))).status, 2);
});

test('check --any refuses a format that it does not have', async () => {
  const { status, stderr } = await checkAny(bytes, '--format', 'csv');
  assert.equal(status, 2);
  assert.match(stderr, /There is no format "csv" of cells: it is table or json\./);
});
