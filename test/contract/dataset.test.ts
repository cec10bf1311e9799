import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { readDatasets } from '../../src/contract/dataset.ts';
import { EntradaError } from '../../src/errors.ts';

let root: string;
let made = 0;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'entrada-datasets-'));
});
after(() => rm(root, { recursive: true }));

const right = {
  name: 'pedidos',
  description: 'Orders',
  period: 'DATA',
  numbers: 'pt-BR',
  dates: 'dd/mm/yyyy',
  columns: [
    { name: 'ID', type: 'integer', key: true },
    { name: 'DATA', type: 'date' },
  ],
  procedures: [['proc_a', 'proc_b'], ['proc_c']],
  tables: ['pedidos'],
};

async function read(content: string | object) {
  const folder = join(root, String(made++));
  await mkdir(join(folder, 'pedidos'), { recursive: true });
  const file = join(folder, 'pedidos/dataset.yaml');
  await writeFile(file, typeof content === 'string' ? content : stringify(content));
  return { file, datasets: readDatasets(folder) };
}

test('a contract that leaves out what has a default', async () => {
  const { datasets, file } = await read(right);
  const [dataset, ...more] = await datasets;
  assert.deepEqual(more, []);
  assert.equal(dataset.folder, join(file, '..'));
  assert.equal(dataset.sameName, 'both');
  const defaults = { key: false, optional: false, aliases: [] };
  assert.deepEqual(dataset.columns, [
    { ...defaults, name: 'ID', type: 'integer', key: true },
    { ...defaults, name: 'DATA', type: 'date' },
  ]);
});

test('datasets come by name; a folder without dataset.yaml, a file and an absent root are none', async () => {
  const folder = join(root, 'several');
  for (const name of ['b', 'a', 'none']) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['b', 'a'])
    await writeFile(join(folder, name, 'dataset.yaml'), stringify({ ...right, name }));
  await writeFile(join(folder, 'README.md'), 'x');
  assert.deepEqual(
    (await readDatasets(folder)).map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(await readDatasets(join(root, 'nowhere')), []);
});

test('the shipped contract', async () => {
  const [sales] = await readDatasets(join(import.meta.dirname, '../../datasets'));
  assert.equal(sales.name, 'bases_vendas');
  assert.deepEqual(
    sales.columns.map(({ name, type, key }) => [name, type, key]),
    [
      ['ID_MARCA', 'integer', true],
      ['MARCA', 'text', true],
      ['ID_LINHA', 'integer', true],
      ['LINHA', 'text', true],
      ['DATA_VENDA', 'datetime', false],
      ['QTD_VENDA', 'integer', false],
    ],
  );
});

/** The right contract with one column more. */
const withColumn = (column: object) => ({ ...right, columns: [...right.columns, column] });
/** The right contract without a key. */
function without(key: keyof typeof right) {
  const { [key]: _, ...rest } = right;
  return rest;
}

const wrong: Record<string, [content: string | object, key: string, said: RegExp]> = {
  'no name': [without('name'), 'name', /expected string/],
  'no description': [without('description'), 'description', /expected string/],
  'no period': [without('period'), 'period', /expected string/],
  'no columns': [without('columns'), 'columns', /expected array/],
  'no procedures': [without('procedures'), 'procedures', /expected array/],
  'no tables': [without('tables'), 'tables', /expected array/],
  'a name that SQL does not take': [
    { ...right, name: 'meus pedidos' },
    'name',
    /letters, digits and _/,
  ],
  'a name that is SQL': [{ ...right, name: 'x; DROP TABLE y' }, 'name', /letters, digits and _/],
  'an unknown key': [{ ...right, perod: 'DATA' }, '', /"perod"/],
  'an unknown kind': [{ ...right, kind: 'csv' }, 'kind', /"workbook"/],
  'an unknown notation of numbers': [{ ...right, numbers: 'en' }, 'numbers', /"pt-BR"\|"plain"/],
  'an unknown order of dates': [{ ...right, dates: 'yy/mm/dd' }, 'dates', /"dd\/mm\/yyyy"/],
  'an unknown sameName': [{ ...right, sameName: 'newest' }, 'sameName', /"both"\|"replace"/],
  'no column at all': [{ ...right, columns: [] }, 'columns', /at least|>=1|Too small/i],
  'no key column': [
    { ...right, columns: right.columns.map((c) => ({ ...c, key: false })) },
    'columns',
    /at least one must be a key/,
  ],
  'a period that is no column': [{ ...right, period: 'DIA' }, 'period', /date or datetime column/],
  'a period that is no date': [{ ...right, period: 'ID' }, 'period', /date or datetime column/],
  'a period that may be blank': [
    { ...right, columns: [right.columns[0], { ...right.columns[1], optional: true }] },
    'period',
    /not optional/,
  ],
  'a column without a type': [withColumn({ name: 'QTD' }), 'columns.2.type', /"integer"/],
  'a column of an unknown type': [
    withColumn({ name: 'QTD', type: 'int' }),
    'columns.2.type',
    /"integer"/,
  ],
  'a column whose name SQL does not take': [
    withColumn({ name: '2QTD', type: 'text' }),
    'columns.2.name',
    /letters/,
  ],
  'an unknown key of a column': [
    withColumn({ name: 'QTD', type: 'text', required: true }),
    'columns.2',
    /"required"/,
  ],
  'a bound that is neither number nor day': [
    withColumn({ name: 'QTD', type: 'integer', min: 'low' }),
    'columns.2.min',
    /Invalid/,
  ],
  'a bound that is no day': [
    withColumn({ name: 'DIA', type: 'date', max: '2019-02-30' }),
    'columns.2.max',
    /Invalid/,
  ],
  'two columns of one name': [
    withColumn({ name: 'ID', type: 'text' }),
    'columns',
    /ID and ID share "ID"/,
  ],
  'two columns whose names fold alike': [
    withColumn({ name: 'CODIGO', type: 'text', aliases: ['id'] }),
    'columns',
    /CODIGO and ID share "id"/,
  ],
  'aliases that are no list': [
    withColumn({ name: 'QTD', type: 'text', aliases: 'Qtde' }),
    'columns.2.aliases',
    /array/,
  ],
  'a procedure outside a list': [{ ...right, procedures: ['proc_a'] }, 'procedures.0', /array/],
  'a procedure that is a path': [{ ...right, procedures: [['../x']] }, 'procedures.0.0', /letters/],
  'an empty step': [{ ...right, procedures: [[]] }, 'procedures.0', /at least|>=1|Too small/i],
  'a table that is SQL': [{ ...right, tables: ['a b'] }, 'tables.0', /letters/],
};

for (const [what, [content, key, said]] of Object.entries(wrong)) {
  test(`refused with its file and key: ${what}`, async () => {
    const { file, datasets } = await read(content);
    await assert.rejects(datasets, (error) => {
      assert.ok(error instanceof EntradaError);
      assert.deepEqual(
        [error.kind, error.code, error.values.file],
        ['user', 'dataset.invalid', file],
      );
      const detail = String(error.values.detail);
      assert.ok(detail.startsWith(key === '' ? 'Unrecognized' : `${key}: `), detail);
      assert.match(detail, said);
      return true;
    });
  });
}

for (const text of ['name: [', '', 'just words', '- a\n- b\n', 'name: a\nname: b\n']) {
  test(`refused with its file: ${JSON.stringify(text)}`, async () => {
    const { file, datasets } = await read(text);
    await assert.rejects(datasets, (error) => {
      assert.ok(error instanceof EntradaError);
      assert.deepEqual([error.code, error.values.file], ['dataset.invalid', file]);
      return true;
    });
  });
}
