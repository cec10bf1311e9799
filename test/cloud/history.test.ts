import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { entrada, homeWith, put } from '../cli/entrada.ts';
import { sale, sales } from '../ingest/home.ts';
import { found, textOf } from '../repository.ts';
import { date } from '../workbook-builder.ts';
import { skipWithout } from './rig.ts';
import { openDesk } from './runbook/desk.ts';

const book = (month: number, units: number) => sales(sale(units, date(2019, month, 1)));

test('docs/deploy.md takes the history of a home to the cloud: what counts there counts here', {
  skip: skipWithout('storage', 'pubsub', 'bigquery', 'sdk'),
  timeout: 300_000,
}, async () => {
  const OLD = await homeWith({
    'it, as "copied".xlsx': book(1, 1),
    'x.xlsx': book(2, 4),
    'out.xlsx': book(3, 8),
  });
  const typeAtHome = async (...args: string[]) => {
    const { code, stderr } = await entrada([...args, '--home', OLD]);
    assert.equal(code, 0, stderr);
  };
  await mkdir(join(OLD, 'entrada/ana'));
  await put(OLD, 'ana/x.xlsx', book(2, 2));
  await typeAtHome('run');
  await put(OLD, 'x.xlsx', book(2, 16));
  await typeAtHome('run');
  await typeAtHome('retract', 'out.xlsx');

  await using desk = await openDesk();
  const page = await textOf('docs/deploy.md');
  const [section] = found(page, /^## With the history of one machine\n(.*?)^## /gms);
  const [move, compare] = found(section, /^```sh\n(.*?)^```$/gms).map((commands) =>
    commands.replaceAll('npm run -s entrada --', 'entrada').replaceAll('~/vendas', `"${OLD}"`),
  );
  const type = (commands: string) => desk.type(`export OLD="${OLD}"\n${commands}`);
  assert.equal((await type(compare)).code, 1);
  for (const turn of ['TURN=1', 'TURN=2']) {
    const moved = await type(move.replace('TURN=1', turn));
    assert.equal(moved.code, 0, moved.stderr);
  }
  const same = await type(compare);
  assert.deepEqual([same.code, same.stdout], [0, ''], same.stderr);
  const names = await desk.scene.rows('SELECT FILE_NAME FROM ledger_files ORDER BY FILE_NAME');
  assert.deepEqual(names.flat(), ['ana/x.xlsx', 'it, as "copied".xlsx', 'x.xlsx', 'x.xlsx']);
});
