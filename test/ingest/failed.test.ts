import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TerminalError, TransientError, UserError } from '../../src/errors.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { allFiles } from '../../src/ledger/ledger.ts';
import { withDatabase } from './histories.ts';
import { newHome, type Parts, sale, sales } from './home.ts';

/** A run whose loads fail, as they would by a fault of ours. */
function failing(error: Error): Parts {
  return {
    warehouse: (warehouse) => ({ ...warehouse, beginLoad: () => Promise.reject(error) }),
  };
}

test('a file that a fault of ours keeps out is told of with the reason, and the next run tries it again', async () => {
  await using home = await newHome();
  await home.drop('a#1.xlsx', sales(sale(1)));
  const faults = {
    fault: new Error('a fault'),
    'warehouse.failed': new TerminalError('warehouse.failed', { detail: 'a fault' }),
  };
  for (const [code, error] of Object.entries(faults)) {
    const { failed, files } = await home.run(failing(error));
    assert.deepEqual(
      failed.map(({ name }) => name),
      ['entrada/a#1.xlsx'],
    );
    assert.deepEqual(
      files.map((file) => [file.fileName, file.state, file.code, file.detail]),
      [['a#1.xlsx', 'failed', code, { detail: 'a fault' }]],
    );
    const known = await withDatabase(home, allFiles);
    assert.deepEqual(known, files);
    assert.match(known[0].fileHash, /^[0-9a-f]{64}$/);
    assert.deepEqual(await home.names('entrada'), ['a#1.xlsx']);
  }
  const { failed, files } = await home.run();
  assert.deepEqual([failed, files[0].state, files[0].code], [[], 'loaded', null]);
  assert.deepEqual(await home.query('SELECT QTD_VENDA FROM bases_vendas'), [[1]]);
});

test('what somebody must mend around a file is said, and nothing against the file', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  const about = { file: 'a.xlsx', detail: 'of the test' };
  for (const error of [
    new UserError('lake.refused', about),
    new UserError('warehouse.readonly', about),
    new UserError('query.invalid', about),
    new UserError('dataset.notCounted', { dataset: 'bases_vendas', from: '2019-03-01' }),
    new UserError('cloud.credentials', about),
    new UserError('bus.topic', { topic: 'bases_vendas' }),
  ]) {
    const { postponed, files } = await home.run(failing(error));
    assert.deepEqual(postponed, [{ name: 'entrada/a.xlsx', error }]);
    assert.deepEqual(
      files.map(({ state, code }) => [state, code]),
      [['postponed', error.code]],
    );
  }
  assert.deepEqual(await home.names('entrada'), ['a.xlsx']);
});

test('a file comes to rest with its outcome, whatever failed on the way', async () => {
  for (const [failing, first] of [
    ['rejected', 'failed'],
    ['archived', 'rejected'],
  ]) {
    await using home = await newHome();
    await home.drop('a.xlsx', Buffer.from('no workbook'));
    for (const name of ['b.xlsx', 'c.xlsx']) await home.drop(name, sales(sale(1)));
    const { files } = await home.run({
      warehouse: (warehouse) => ({
        ...warehouse,
        record: async (events, changes) => {
          if (events[0].event === failing) throw new Error('a fault');
          await warehouse.record(events, changes);
        },
      }),
    });
    await home.run();
    const known = await withDatabase(home, allFiles);
    const isArchived = failing !== 'archived';
    assert.deepEqual(
      [...files, ...known]
        .map(({ fileName, state, archived }) => [fileName, state, archived])
        .sort(),
      [
        ['a.xlsx', first, false],
        ['a.xlsx', 'rejected', true],
        ['b.xlsx', 'loaded', isArchived],
        ['b.xlsx', 'loaded', true],
        ['c.xlsx', 'repeated', isArchived],
        ['c.xlsx', 'repeated', true],
      ],
    );
  }
});

test('files of which a crash told the ledger nothing after they came to rest are told it together', async () => {
  await using home = await newHome();
  for (const name of ['a.xlsx', 'b.xlsx', 'c.xlsx']) await home.drop(name, sales(sale(1)));
  const told: LedgerEvent[][] = [];
  const telling = (isLost: boolean): Parts => ({
    warehouse: (warehouse) => ({
      ...warehouse,
      async record(events, changes) {
        const isRest = events[0].event === 'archived';
        if (isRest && isLost) throw new Error('a fault');
        if (isRest) told.push([...events]);
        await warehouse.record(events, changes);
      },
    }),
  });
  await home.run(telling(true));
  await home.drop('d.xlsx', Buffer.from('no workbook'));
  // A run that cannot tell it either still takes what has come.
  const { failed, files } = await home.run(telling(true));
  assert.deepEqual(
    [failed.map(({ name }) => name), files.map(({ fileName }) => fileName)],
    [['a', 'b', 'c', 'd'].map((name) => `entrada/${name}.xlsx`), ['d.xlsx']],
  );
  await home.run(telling(false));
  assert.deepEqual(
    told.map((events) => events.map(({ fileName }) => fileName)),
    [['a.xlsx', 'b.xlsx', 'c.xlsx', 'd.xlsx']],
  );
});

test('what keeps a file from its rest is told once by each run, and keeps no other file waiting', async () => {
  const errors = {
    failed: new Error('a fault'),
    postponed: new TransientError('lake.busy', { file: 'a.xlsx' }),
  };
  for (const [list, error] of Object.entries(errors)) {
    await using home = await newHome();
    for (const name of ['a.xlsx', 'b.xlsx']) {
      await home.drop(name, sales(sale(name.charCodeAt(0))));
      const { failed, postponed, files } = await home.run({
        lake: (lake) => ({
          ...lake,
          move: async (file, to) => {
            if (file.name === 'entrada/a.xlsx') throw error;
            await lake.move(file, to);
          },
        }),
      });
      const told = { failed: [], postponed: [], [list]: [{ name: 'entrada/a.xlsx', error }] };
      assert.deepEqual({ failed, postponed }, told);
      assert.deepEqual(
        files.map(({ fileName, state }) => [fileName, state]),
        [[name, 'loaded']],
      );
    }
    await home.run();
    assert.deepEqual(await home.names('entrada'), []);
  }
});

test('a run that is to receive no more leaves the rest for the next one, and what cannot be received has no turn of it', async () => {
  await using home = await newHome();
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries())
    await home.drop(`${name}.xlsx`, sales(sale(i + 1)));
  const { postponed, files, consolidated } = await home.run({
    isEnough: (received) => received === 2,
    lake: (lake) => ({
      ...lake,
      move: async (file, to) => {
        if (file.name === 'entrada/a.xlsx') throw new TransientError('lake.busy', { file: to });
        await lake.move(file, to);
      },
    }),
  });
  assert.deepEqual(
    postponed.map(({ name }) => name),
    ['entrada/a.xlsx'],
  );
  assert.deepEqual(files.map(({ fileName, state }) => `${fileName} ${state}`).sort(), [
    'a.xlsx loaded',
    'b.xlsx loaded',
    'c.xlsx loaded',
  ]);
  assert.equal(consolidated.length, 1);
  assert.deepEqual(await home.names('entrada'), ['a.xlsx', 'd.xlsx']);
  await home.run();
  assert.deepEqual(await home.query('SELECT SUM(SUM_QTD_VENDA) FROM con_ano_mes'), [[10]]);
});

test('a message that is delivered twice postpones its file once', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  let tries = 0;
  const { postponed } = await home.run({
    bus: (bus) => ({
      ...bus,
      async publish(topic, data) {
        await bus.publish(topic, data);
        return bus.publish(topic, data);
      },
    }),
    warehouse: (warehouse) => ({
      ...warehouse,
      async beginLoad() {
        tries += 1;
        throw new TransientError('lake.full', { file: 'a.xlsx' });
      },
    }),
  });
  assert.deepEqual([tries, postponed.map(({ name }) => name)], [2, ['entrada/a.xlsx']]);
});

test('a ledger that cannot be written keeps no failure from being told', async () => {
  await using home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  const { failed, files } = await home.run({
    warehouse: (warehouse) => ({
      ...warehouse,
      record: () => Promise.reject(new TerminalError('warehouse.failed', { detail: '' })),
    }),
  });
  assert.deepEqual([failed.length, files], [1, []]);
});
