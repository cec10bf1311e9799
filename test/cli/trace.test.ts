import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entrada, loadedHome } from './entrada.ts';

test('a number is traced to its rows, under the name of the column that sums to it', async () => {
  const home = await loadedHome();
  const args = ['trace', 'con_ano_mes', 'ANO=2019', 'mes=4', '--home', home];
  const { code, stdout } = await entrada(args);
  assert.equal(code, 0);
  assert.deepEqual(stdout.split('\n').slice(0, -1), [
    'file      sheet   row  QTD_VENDA  repeats',
    'bom.xlsx  Vendas    5         30',
    '1 rows count and sum to 30 (QTD_VENDA); 0 more repeat one of them and add nothing.',
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
