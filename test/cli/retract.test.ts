import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { newHome, sale, sales } from '../ingest/home.ts';
import { date } from '../workbook-builder.ts';
import { answerOf, entrada, homeWith, put } from './entrada.ts';

/** A sale in each month of three years, of one brand and line. */
const MONTHS = Array.from({ length: 36 }, (_, n) =>
  sale(n + 1, date(2017 + Math.floor(n / 12), (n % 12) + 1, 1)),
);

test('a person is shown the first keys of each table and how many more there are; --json has all', async () => {
  const home = await homeWith({ 'a.xlsx': sales(...MONTHS) });
  await entrada(['run', '--home', home]);
  for (const args of [['--dry-run'], []]) {
    const { code, stdout, stderr, objects } = await entrada([
      'retract',
      'a.xlsx',
      ...args,
      '--json',
      '--home',
      home,
    ]);
    assert.equal(code, 0);
    const changes = objects()[0].changes as unknown[];
    assert.equal(changes.length, 3 * 36 + 1);
    // In con_ano_mes, con_mar_ano_mes and con_lin_ano_mes; con_mar_lin has one key.
    assert.equal(stderr.match(/^ {2}\.\.\. and 16 more; --json lists them all$/gm)?.length, 3);
    assert.equal(stderr.match(/\b201[789]\b.*/g)?.filter((line) => / {2}/.test(line)).length, 60);
    assert.equal(stdout.split('\n').length, 2);
  }
  assert.deepEqual(await answerOf(home, 'SELECT COUNT(*) FROM con_ano_mes'), [[0]]);
});

test('a file of which no row was loaded is retracted, and no month is spoken of', async () => {
  const home = await homeWith({ 'vazia.xlsx': sales() });
  await entrada(['run', '--home', home]);
  const said: [string[], RegExp][] = [
    [['--dry-run'], /^Retracting vazia\.xlsx would change no table: no row of it was loaded\.$/m],
    [[], /^vazia\.xlsx is retracted\. No row of it was loaded, so no table changed\./m],
  ];
  for (const [args, words] of said) {
    const { code, stdout } = await entrada(['retract', 'vazia.xlsx', ...args, '--home', home]);
    assert.equal(code, 0);
    assert.match(stdout, words);
  }
});

test('of two files of one name each is told with its hash, and its time as the language has it', async () => {
  const home = await homeWith({ 'a.xlsx': sales(sale(1)) });
  await entrada(['run', '--home', home]);
  await put(home, 'a.xlsx', sales(sale(2), sale(3)));
  await entrada(['run', '--home', home]);
  for (const [language, time] of [
    ['en', /\((\d{4}-\d\d-\d\d [\d:]{8}), 1\), .*\(\d{4}-\d\d-\d\d [\d:]{8}, 2\)\.$/m],
    ['pt-BR', /\((\d\d\/\d\d\/\d{4} [\d:]{8}), 1\), .*\(\d\d\/\d\d\/\d{4} [\d:]{8}, 2\)\.$/m],
  ] as const) {
    const env = { ENTRADA_LANG: language };
    const { code, stderr } = await entrada(['retract', 'a.xlsx', '--home', home], { env });
    assert.equal(code, 2);
    assert.match(stderr, time);
  }
});

test('a file that was retracted after a run that ended too early is loaded when it comes in again', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  await home.run({
    warehouse: (warehouse) => ({
      ...warehouse,
      async record(events, changes) {
        if (events.some(({ event }) => event === 'archived')) throw new Error('killed');
        await warehouse.record(events, changes);
      },
    }),
  });
  const [kept] = await home.names('backup');
  const { code } = await entrada(['retract', 'a.xlsx', '--home', home.path]);
  assert.equal(code, 0);
  // Moved, not copied: the disk says that it is the same file.
  await rename(join(home.path, 'backup', kept), join(home.path, 'entrada/a.xlsx'));
  const { files } = await home.run();
  assert.deepEqual(
    files.map(({ state, rowsLoaded }) => [state, rowsLoaded]),
    [['loaded', 1]],
  );
});
