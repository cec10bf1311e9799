import assert from 'node:assert/strict';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { keptFiles, newHome, sale, sales, type TestHome } from './home.ts';
import { entrada, settle } from './killing.ts';

// That a run which may not wait changes nothing is in test/cli/run.test.ts.
describe('a home that another process works on', () => {
  test('a run says for whom it waits, and works when its turn has come', async () => {
    await using home = await homeWithFile();
    const holder = await hold(home);
    const { ended, says } = entrada(['run', '--home', home.path]);
    await says(new RegExp(`Waiting for process ${process.pid}`));
    assert.deepEqual(await home.names('entrada'), ['a.xlsx']);
    await holder.close();
    const { code, stdout } = await ended;
    assert.equal(code, 0, stdout);
    assert.match(stdout, /a\.xlsx: 1 row read, 1 loaded/);
  });

  test('watch says for whom it waits once, however often it looks and gives up', async () => {
    await using home = await homeWithFile();
    const holder = await hold(home);
    const env = { ENTRADA_WAIT_SECONDS: '0.2' };
    const { child, ended, says } = entrada(['watch', '--home', home.path], { env });
    const waits = `Waiting for process ${process.pid}`;
    await says(new RegExp(waits));
    // Longer than the two seconds between two looks.
    await sleep(4_000);
    await holder.close();
    await says(/a\.xlsx: 1 row read, 1 loaded/);
    child.kill('SIGTERM');
    const { stdout } = await ended;
    assert.equal(stdout.split(waits).length - 1, 1, stdout);
  });

  test('once: of runs that start together each file is loaded by one', async () => {
    await using home = await newHome();
    const files = 6;
    for (let n = 0; n < files; n++) await home.drop(`${n}.xlsx`, sales(sale(n), sale(n + 1)));
    await settle(home.path);
    const runs = [1, 2, 3].map(() => entrada(['run', '--home', home.path]).ended);
    const ends = await Promise.all(runs);
    assert.deepEqual(
      ends.map(({ code, stderr }) => [code, stderr]),
      ends.map(() => [0, '']),
    );
    const said = ends.map(({ stdout }) => stdout).join('');
    assert.equal(said.match(/rows read/g)?.length, files);
    assert.deepEqual(await home.query('SELECT COUNT(*), SUM(QTD_VENDA) FROM bases_vendas'), [
      [7, 21],
    ]);
    assert.equal((await keptFiles(home.path)).length, files);
  });
});

test('watch takes a file that arrives, and on SIGTERM stops with exit code 0', async () => {
  await using home = await newHome();
  const { child, ended, says } = entrada(['watch', '--home', home.path]);
  try {
    await says(/Watching/);
    for (const name of ['a.xlsx', 'b.xlsx']) {
      await home.drop(`${name}.part`, sales(sale(name.charCodeAt(0))));
      await rename(join(home.path, 'entrada', `${name}.part`), join(home.path, 'entrada', name));
      await says(new RegExp(`${name}: 1 row read, 1 loaded`));
    }
    child.kill('SIGTERM');
    const { code, signal, stdout } = await ended;
    assert.deepEqual([code, signal], [0, null]);
    assert.match(stdout, /Stopped\.\n$/);
    assert.equal((await home.names('backup')).length, 2);
  } finally {
    child.kill('SIGKILL');
  }
});

async function homeWithFile(): Promise<TestHome> {
  const home = await newHome();
  await home.drop('a.xlsx', sales(sale(1)));
  await settle(home.path);
  return home;
}

/** Keeps the database as a run in this process would. */
function hold(home: TestHome) {
  return openDuckDb({ file: join(home.path, 'entrada.duckdb'), waitMs: 0 });
}
