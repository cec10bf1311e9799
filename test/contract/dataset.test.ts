import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { readDatasets } from '../../src/contract/dataset.ts';
import { isReserved } from '../../src/contract/sql-words.ts';
import { EntradaError } from '../../src/errors.ts';
import { render } from '../../src/messages/messages.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';

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
  assert.equal(dataset.version, 1);
  const defaults = { key: false, optional: false, aliases: [] };
  assert.deepEqual(dataset.columns, [
    { ...defaults, name: 'ID', type: 'integer', key: true },
    { ...defaults, name: 'DATA', type: 'date' },
  ]);
});

test('an alias may be the name of its own column, as people write it', async () => {
  const { datasets } = await read(
    withColumn({ name: 'EMISSAO', type: 'text', aliases: ['Emissão'] }),
  );
  assert.equal((await datasets)[0].columns[2].name, 'EMISSAO');
});

test('what DuckDB reserves is the name of no column', async () => {
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  const { rows } = await warehouse.query(
    "SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category IN ('reserved', 'type_function')",
  );
  await warehouse.close();
  assert.ok(rows.length > 80);
  for (const [word] of rows) assert.ok(isReserved(String(word)), String(word));
});

test('datasets come by name; a file, a hidden folder and an absent root are none', async () => {
  const folder = join(root, 'several');
  for (const name of ['b', 'a', '.git']) await mkdir(join(folder, name), { recursive: true });
  for (const name of ['b', 'a'])
    await writeFile(join(folder, name, 'dataset.yaml'), stringify({ ...right, name }));
  await writeFile(join(folder, 'README.md'), 'x');
  assert.deepEqual(
    (await readDatasets(folder)).map(({ name }) => name),
    ['a', 'b'],
  );
  assert.deepEqual(await readDatasets(join(root, 'nowhere')), []);
});

test('a folder without dataset.yaml is told, and what to do; the others are read', async () => {
  const folder = join(root, 'strays');
  for (const name of ['a', 'empty', 'misnamed'])
    await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'a/dataset.yaml'), stringify(right));
  await writeFile(join(folder, 'misnamed/dataset.yml'), stringify(right));
  const told: unknown[] = [];
  const datasets = await readDatasets(folder, ({ error: { code, values } }) =>
    told.push([code, values]),
  );
  assert.equal(datasets.length, 1);
  assert.deepEqual(told, [
    ['dataset.noContract', { folder: join(folder, 'empty') }],
    ['dataset.misnamed', { file: join(folder, 'misnamed/dataset.yml') }],
  ]);
});

test('a contract without a folder of its own, and a file in the place of datasets/, are told', async () => {
  const folder = join(root, 'flat');
  await mkdir(folder);
  for (const name of ['dataset.yaml', 'tables.sql']) await writeFile(join(folder, name), '');
  const file = join(root, 'a file');
  await writeFile(file, '');
  const told: unknown[] = [];
  for (const place of [folder, file, join(file, 'datasets')])
    await readDatasets(place, ({ error: { code, values } }) => told.push([code, values]));
  assert.deepEqual(told, [
    ['dataset.noFolder', { file: join(folder, 'dataset.yaml') }],
    ['dataset.notFolder', { file }],
  ]);
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

type Wrong = readonly [content: string | object, code: string, key: string, line: number];

/** What is wrong: its code, the key that it is of, and the line of the file that says so. */
const wrong: Record<string, Wrong> = {
  'no name': [without('name'), 'missingKey', 'name', 1],
  'no description': [without('description'), 'missingKey', 'description', 1],
  'no period': [without('period'), 'missingKey', 'period', 1],
  'no columns': [without('columns'), 'missingKey', 'columns', 1],
  'no procedures': [without('procedures'), 'missingKey', 'procedures', 1],
  'no tables': [without('tables'), 'missingKey', 'tables', 1],
  'a name that SQL does not take': [{ ...right, name: 'meus pedidos' }, 'notName', 'name', 1],
  'a name that is SQL': [{ ...right, name: 'x; DROP TABLE y' }, 'notName', 'name', 1],
  'a name that is a number': [{ ...right, name: 7 }, 'notText', 'name', 1],
  'an unknown key': [{ ...right, perod: 'DATA' }, 'unknownKey', 'perod', 18],
  'an unknown key where another lacks': [
    { ...without('period'), perod: 'DATA' },
    'unknownKey',
    'perod',
    17,
  ],
  'an unknown kind': [{ ...right, kind: 'csv' }, 'notOneOf', 'kind', 18],
  'an unknown notation of numbers': [{ ...right, numbers: 'en' }, 'notOneOf', 'numbers', 4],
  'an unknown order of dates': [{ ...right, dates: 'yy/mm/dd' }, 'notOneOf', 'dates', 5],
  'an unknown sameName': [{ ...right, sameName: 'newest' }, 'notOneOf', 'sameName', 18],
  'a version that is no whole number': [{ ...right, version: 1.5 }, 'notVersion', 'version', 18],
  'a version that is a text': [{ ...right, version: 'v2' }, 'notVersion', 'version', 18],
  'a version before the first': [{ ...right, version: 0 }, 'notVersion', 'version', 18],
  'no column at all': [{ ...right, columns: [] }, 'empty', 'columns', 6],
  'no key column': [
    { ...right, columns: right.columns.map((c) => ({ ...c, key: false })) },
    'noKey',
    'columns',
    6,
  ],
  'a period that is no column': [{ ...right, period: 'DIA' }, 'period', 'period', 3],
  'a period that is no date': [{ ...right, period: 'ID' }, 'period', 'period', 3],
  'a period that may be blank': [
    { ...right, columns: [right.columns[0], { ...right.columns[1], optional: true }] },
    'periodOptional',
    'period',
    3,
  ],
  'a column without a type': [withColumn({ name: 'QTD' }), 'missingKey', 'columns.type', 12],
  'a column of an unknown type': [
    withColumn({ name: 'QTD', type: 'int' }),
    'notOneOf',
    'columns.type',
    13,
  ],
  'a column whose name SQL does not take': [
    withColumn({ name: '2QTD', type: 'text' }),
    'notName',
    'columns.name',
    12,
  ],
  'an unknown key of a column': [
    withColumn({ name: 'QTD', type: 'text', required: true }),
    'unknownKey',
    'columns.required',
    14,
  ],
  'a key that is neither true nor false': [
    withColumn({ name: 'QTD', type: 'text', key: 'sim' }),
    'notBoolean',
    'columns.key',
    14,
  ],
  'a bound that is neither number nor day': [
    withColumn({ name: 'QTD', type: 'integer', min: 'low' }),
    'notBound',
    'columns.min',
    14,
  ],
  'a bound that is a list': [
    withColumn({ name: 'QTD', type: 'integer', min: [1] }),
    'notBound',
    'columns.min',
    14,
  ],
  'a bound that is no day': [
    withColumn({ name: 'DIA', type: 'date', max: '2019-02-30' }),
    'notBound',
    'columns.max',
    14,
  ],
  'two columns of one name': [
    withColumn({ name: 'ID', type: 'text' }),
    'sharedHeader',
    'columns',
    12,
  ],
  'two columns whose names fold alike': [
    withColumn({ name: 'CODIGO', type: 'text', aliases: ['id'] }),
    'sharedHeader',
    'columns',
    12,
  ],
  'aliases that are no list': [
    withColumn({ name: 'QTD', type: 'text', aliases: 'Qtde' }),
    'notList',
    'columns.aliases',
    14,
  ],
  'a column that is no mapping': [
    { ...right, columns: [...right.columns, 'QTD'] },
    'notMapping',
    'columns',
    12,
  ],
  'a column that SQL has a word for': [
    withColumn({ name: 'Desc', type: 'text' }),
    'reserved',
    'columns.name',
    12,
  ],
  'a column that the landing table has': [
    withColumn({ name: 'LOAD_ID', type: 'text' }),
    'reserved',
    'columns.name',
    12,
  ],
  'a column that tables of sums have of the month': [
    withColumn({ name: 'Ano', type: 'integer' }),
    'reserved',
    'columns.name',
    12,
  ],
  'a column that stands for a month of procedures': [
    withColumn({ name: 'p_to', type: 'text' }),
    'reserved',
    'columns.name',
    12,
  ],
  'a period that is the only key': [
    { ...right, columns: right.columns.map((c) => ({ ...c, key: c.name === 'DATA' })) },
    'onlyKeyPeriod',
    'period',
    3,
  ],
  'a name that the ledger has': [{ ...right, name: 'ledger' }, 'ownName', 'name', 1],
  'a name in capitals': [{ ...right, name: 'Pedidos' }, 'upperCase', 'name', 1],
  'a day as the bound of a number': [
    withColumn({ name: 'QTD', type: 'integer', min: '2020-01-01' }),
    'otherBound',
    'columns.min',
    14,
  ],
  'a year as the bound of a date': [
    withColumn({ name: 'DIA', type: 'date', max: 2020 }),
    'otherBound',
    'columns.max',
    14,
  ],
  'a bound of texts': [
    withColumn({ name: 'OBS', type: 'text', min: 5 }),
    'noBound',
    'columns.min',
    14,
  ],
  'bounds that leave nothing': [
    withColumn({ name: 'QTD', type: 'integer', min: 100, max: 0 }),
    'bounds',
    'columns.min',
    14,
  ],
  'a procedure outside a list': [{ ...right, procedures: ['proc_a'] }, 'notList', 'procedures', 13],
  'a procedure by its file': [
    { ...right, procedures: [['proc_a.sql']] },
    'withSql',
    'procedures',
    13,
  ],
  'a procedure that is a path': [{ ...right, procedures: [['../x']] }, 'notName', 'procedures', 13],
  'an empty step': [{ ...right, procedures: [[]] }, 'empty', 'procedures', 13],
  'no table at all': [{ ...right, tables: [] }, 'empty', 'tables', 16],
  'a table that is SQL': [{ ...right, tables: ['a b'] }, 'notName', 'tables', 17],
  'a bracket that is not closed': ['description: x\nname: [', 'syntax', '', 2],
  'a tab before a key': ['name: a\n\tdescription: b', 'tab', '', 2],
  'a brace too many': ['name: a\n}', 'syntax', '', 2],
  'an alias of nothing': ['name: a\nperiod: *x', 'syntax', '', 2],
  'a key twice': ['name: a\nname: b\n', 'keyTwice', 'name', 2],
  'an empty file': ['', 'noContent', '', 1],
  'a file of comments': ['# pedidos\n\n', 'noContent', '', 1],
  'a text': ['just words', 'notMapping', '', 1],
  'a list': ['- a\n- b\n', 'notMapping', '', 1],
};

for (const [what, [content, code, key, line]] of Object.entries(wrong)) {
  test(`refused with its file, line and key, in either language: ${what}`, async () => {
    const { file, datasets } = await read(content);
    const error = await datasets.then(
      () => assert.fail(),
      (refusal: unknown) => refusal,
    );
    assert.ok(error instanceof EntradaError);
    assert.deepEqual(
      [error.kind, error.code, error.values.file, error.values.line, error.values.key ?? ''],
      ['user', `dataset.${code}`, file, line, key],
    );
    assert.ok(render(error, 'en').startsWith(`${file}, line ${line}`), render(error, 'en'));
    const portuguese = render(error, 'pt-BR');
    assert.ok(portuguese.startsWith(`${file}, linha ${line}`), portuguese);
    assert.doesNotMatch(
      portuguese,
      /\{\w|expected|nvalid/,
      'nothing is left of anybody else’s words',
    );
  });
}

test('what was found and what is wanted are told', async () => {
  const said = async (content: string | object) =>
    (await read(content)).datasets.then(
      () => assert.fail(),
      (error) => render(error, 'en'),
    );
  assert.match(await said({ ...right, dates: 'yy' }), /dates is "yy"\. Wanted: dd\/mm\/yyyy, mm/);
  assert.match(
    await said(withColumn({ name: 'QTD', typ: 'text' })),
    /no key columns\.typ\..* the keys are: name, type, key, optional, min, max, aliases\./,
  );
  assert.match(
    await said(withColumn({ name: 'CODIGO', type: 'text', aliases: ['id'] })),
    /columns CODIGO and ID are both found by the header "id"/,
  );
});
