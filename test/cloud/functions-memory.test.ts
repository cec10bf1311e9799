import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { SALES_HEADER, salesRows } from '../../src/samples/sales.ts';
import { writeWorkbook } from '../../src/samples/workbook-writer.ts';
import { newPlace } from '../cli/entrada.ts';
import { skipWithout } from './rig.ts';
import { cloudScene } from './scene.ts';

const skip =
  process.platform === 'linux'
    ? skipWithout('storage', 'pubsub', 'bigquery')
    : 'memory is read from /proc';

/** `ROWS=1000000` is what docs/cloud.md tells of. */
const ROWS = Number(process.env.ROWS ?? 100_000);
const MIB = 2 ** 20;
const LIMIT_MIB = 1024;

/** Bytes of the files in a folder, however deep: a function's disk is its memory. */
async function bytesIn(folder: string): Promise<number> {
  let sum = 0;
  for (const name of await readdir(folder, { recursive: true }))
    sum += await stat(join(folder, name)).then(
      (found) => (found.isFile() ? found.size : 0),
      () => 0,
    );
  return sum;
}

/** A figure that Linux tells of a process, in bytes. */
async function told(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
}

describe('the memory of a function', { skip, timeout: 900_000 }, () => {
  if (skip) return;

  test(`a workbook of ${ROWS} rows is loaded within 1 GiB`, async (t) => {
    const [file, temporary] = [`${newPlace()}.xlsx`, newPlace()];
    await mkdir(temporary);
    const rows = () => [
      SALES_HEADER,
      ...salesRows({ rows: ROWS, from: '2019-01-01', to: '2021-12-31', seed: 1 }),
    ];
    await writeWorkbook(file, { sheetName: 'Vendas', rows });
    await using scene = await cloudScene();
    const receiver = await scene.start('bases_vendas', { TMPDIR: temporary });
    await scene.push('bases_vendas', receiver);
    await scene.lake.write('entrada/grande.xlsx', await readFile(process.env.WORKBOOK ?? file));
    const [{ name, version }] = await scene.lake.list('entrada');
    let [disk, together] = [0, 0];
    const stop = new AbortController();
    const sampling = (async () => {
      while (!stop.signal.aborted) {
        const now = await bytesIn(temporary);
        disk = Math.max(disk, now);
        together = Math.max(together, now + (await told(receiver.pid, 'VmRSS')));
        await sleep(50);
      }
    })();
    const began = performance.now();
    await scene.publish('bases_vendas', { name, version });
    const [{ state, rowsRead }] = await scene.files((files) => files.some((one) => one.archived));
    const seconds = (performance.now() - began) / 1000;
    stop.abort();
    await sampling;
    assert.deepEqual([state, rowsRead], ['loaded', ROWS]);
    const peak = await told(receiver.pid, 'VmHWM');
    const mib = (bytes: number) => Math.round(bytes / MIB);
    t.diagnostic(
      `${mib(peak)} MiB of memory and ${mib(disk)} MiB of files at their peaks, ${mib(together)} MiB together at one time; ${seconds.toFixed(1)} s`,
    );
    assert.ok(mib(peak + disk) < LIMIT_MIB, `${mib(peak)} + ${mib(disk)} MiB`);
    // Nothing of the workbook is left for the next one.
    const left = (await readdir(temporary)).filter((name) => name.startsWith('entrada-'));
    assert.deepEqual(left, []);
  });
});
