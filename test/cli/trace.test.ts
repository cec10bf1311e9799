import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf, newHome, sale, sales } from '../ingest/home.ts';
import { entrada, loadedHome } from './entrada.ts';

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
  const places = String.raw`VULT \(${which(older)}, Vendas, 2\) and VULTO \(${which(newer)}, Vendas, 3\)`;
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
  assert.deepEqual(
    objects.map(({ fileHash }) => fileHash),
    [first, first, second, second].map(hashOf),
  );
  for (const { loadedAt } of objects) assert.match(String(loadedAt), new RegExp(`^${time}`));

  const status = (await entrada(['status', '--home', home.path])).stdout;
  for (const hash of [older, newer])
    assert.match(status, new RegExp(`^a\\.xlsx +loaded .* ${time} +${hash}$`, 'm'));
});

test('what is no key, or is given twice, is told; a month that does not exist matches nothing', async () => {
  const home = await loadedHome();
  const traced = (...args: string[]) => entrada(['trace', 'con_ano_mes', ...args, '--home', home]);
  const twice = await traced('ANO=2019', 'ano=2017');
  assert.equal(twice.code, 2);
  assert.match(twice.stderr, /The key ANO is given twice/);
  const sum = await traced('SUM_QTD_VENDA=30');
  assert.equal(sum.code, 2);
  assert.match(sum.stderr, /no column SUM_QTD_VENDA\. It has: ANO, MES\./);
  for (const month of ['13', '0', '']) {
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
