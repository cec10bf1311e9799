import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sale, sales } from '../ingest/home.ts';
import { settle, entrada as started } from '../ingest/killing.ts';
import { mount, mountFailing } from '../lake/mount.ts';
import { PROGRAM } from '../program.ts';
import { date } from '../workbook-builder.ts';
import { answerOf, entrada, homeWith, newPlace, put } from './entrada.ts';

const small = sales(sale(10));
/** Of rows whose texts take some megabytes however they are compressed. */
const large = sales(
  ...Array.from({ length: 60_000 }, (_, i) =>
    sale(i, date(2019, 1 + (i % 12), 1), createHash('sha512').update(`${i}`).digest('base64')),
  ),
);

const UNITS = 'SELECT SUM(SUM_QTD_VENDA) FROM con_ano_mes';

/** What watch says while something is done, which can wait until it has said something. */
async function watched(
  home: string,
  work: (says: (what: RegExp) => Promise<void>) => Promise<void>,
): Promise<string> {
  const { child, ended, says } = started(['watch', '--home', home]);
  await work(says);
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  assert.equal(code, 0, stdout);
  return stdout;
}

test('a disk that is full in the middle: what was done is told, the rest with the reason, and the next run loads it', async (t) => {
  const home = newPlace();
  await mkdir(home);
  using disk = mount(t, home, '100m');
  if (!disk) return;
  await entrada(['run', '--home', home]);
  await put(home, 'a.xlsx', small);
  await put(home, 'b.xlsx', large);
  const { bavail, bsize } = await statfs(home);
  await writeFile(join(home, 'filler'), new Uint8Array(bavail * bsize - 2_500_000));
  await settle(home);
  const full = await entrada(['run', '--json', '--home', home]);
  assert.equal(full.code, 4, full.stderr);
  const told = full.objects();
  const [a] = told.filter(({ type }) => type === 'file');
  assert.deepEqual([a.fileName, a.archived], ['a.xlsx', true]);
  const [b] = told.filter(({ type }) => type === 'postponed');
  assert.deepEqual([b.fileName, b.code], ['entrada/b.xlsx', 'warehouse.full']);
  assert.match(JSON.stringify(b.values), /No space left on device/);
  await rm(join(home, 'filler'));
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  assert.deepEqual(await answerOf(home, UNITS), [[10 + (60_000 * 59_999) / 2]]);
});

test('a disk that fails is told as that, may be tried again, and nothing on it is called damaged', async (t) => {
  const home = newPlace();
  await mkdir(home);
  using disk = await mountFailing(t, home, async () => {
    await entrada(['run', '--home', home]);
    await put(home, 'a.xlsx', small);
    await settle(home);
  });
  if (!disk) return;
  for (const [command, file] of Object.entries({ run: 'entrada/a', query: 'entrada.duckdb' })) {
    const args = command === 'query' ? [UNITS] : [];
    const { code, stderr, objects } = await entrada([command, ...args, '--json', '--home', home]);
    assert.equal(code, 4, stderr);
    assert.match(
      stderr,
      /^entrada: The disk or network drive of .* fails\. Look into .*\(dmesg\)/m,
    );
    const [{ error, values }] = objects();
    assert.equal(error, 'lake.failing');
    assert.ok(JSON.stringify(values).includes(file), JSON.stringify(values));
  }
});

test('a file that cannot be moved is told once: afterwards only what hinders it', async () => {
  const home = await homeWith({});
  await mkdir(join(home, 'entrada/ana'));
  await mkdir(join(home, 'backup'));
  await writeFile(join(home, 'backup/ana'), '');
  await put(home, 'ana/a.xlsx', small);
  const hindered = /backup\/ana is to be a folder, and something else stands in its place/;
  for (const loaded of [true, false]) {
    const { code, stdout } = await entrada(['run', '--home', home]);
    assert.equal(code, 2, stdout);
    assert.equal(/1 row read, 1 loaded/.test(stdout), loaded, stdout);
    assert.match(stdout, hindered);
  }
  const said = await watched(home, (says) => says(hindered));
  assert.match(said, /^Watching.*\nentrada\/ana\/a\.xlsx: not now/);
  await rm(join(home, 'backup/ana'));
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  assert.equal((await readdir(join(home, 'backup/ana'))).length, 1);
  assert.deepEqual(await answerOf(home, UNITS), [[10]]);
});

test('watch looks through a file that has gaps once, however often it looks', async () => {
  const home = await homeWith({});
  const file = join(home, 'entrada/ana/a.xlsx');
  await mkdir(join(home, 'entrada/ana'));
  const gaps = Buffer.from(small);
  gaps[small.indexOf('sheet1.xml') + 40] ^= 0xff;
  await writeFile(file, gaps);
  await watched(home, async (says) => {
    await says(/ana\/a\.xlsx: left in entrada\/; its bytes are not yet those/);
    // As no program would: other bytes that pass for the version that was looked through.
    const { mtimeNs } = await stat(file, { bigint: true });
    await writeFile(file, small);
    spawnSync('touch', [
      '-d',
      `@${mtimeNs / 10n ** 9n}.${`${mtimeNs % 10n ** 9n}`.padStart(9, '0')}`,
      file,
    ]);
    await put(home, 'b.xlsx', sales(sale(20)));
    await says(/b\.xlsx: 1 row read/);
  });
  assert.deepEqual(await readdir(join(home, 'entrada/ana')), ['a.xlsx']);
  assert.equal((await entrada(['run', '--home', home])).code, 0);
  assert.deepEqual(await answerOf(home, UNITS), [[30]]);
});

test('watch makes no home in the place of one that has gone, and goes on when it is back', async () => {
  const home = await homeWith({ 'a.xlsx': small });
  await watched(home, async (says) => {
    await says(/a\.xlsx: 1 row read/);
    await rename(home, `${home} away`);
    await says(/There is no Entrada home/);
    await assert.rejects(readdir(home), { code: 'ENOENT' });
    await rename(`${home} away`, home);
    await put(home, 'b.xlsx', sales(sale(20)));
    await says(/b\.xlsx: 1 row read/);
  });
  assert.deepEqual(await answerOf(home, UNITS), [[30]]);
});

test('a signal ends watch after the file under way, what it has loaded is published, and the rest waits', async () => {
  const names = Array.from({ length: 40 }, (_, i) => `${10 + i}.xlsx`);
  const home = await homeWith(
    Object.fromEntries(names.map((name, i) => [name, sales(sale(i + 1))])),
  );
  const { child, ended, says } = started(['watch', '--home', home], {
    env: { ENTRADA_LOG: 'info' },
  });
  await says(/"msg":"loaded"/);
  child.kill('SIGTERM');
  const { code, stdout, stderr } = await ended;
  assert.equal(code, 0, stderr);
  assert.match(stdout, /tables consolidated for/);
  const rest = await readdir(join(home, 'entrada'));
  assert.ok(rest.length > 0);
  const loaded = names.length - rest.length;
  assert.deepEqual(await answerOf(home, UNITS), [[(loaded * (loaded + 1)) / 2]]);
});

test('what cannot be written to stdout does not end the work, and is no success', async (t) => {
  if (!existsSync('/dev/full')) return t.skip('this system has no /dev/full');
  const full = openSync('/dev/full', 'w');
  const home = await homeWith({ 'a.xlsx': small });
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'run', '--home', home], {
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  assert.equal(status, 4);
  assert.match(stderr, /^entrada: What there is to say cannot be written: ENOSPC/);
  assert.deepEqual(await answerOf(home, UNITS), [[10]]);
});

test('a dataset that may not be read is left out, and the others go on', async (t) => {
  const home = await homeWith({ 'a.xlsx': small });
  // Root may read everything, but no folder as if it were a file.
  await mkdir(join(home, 'datasets/meu/dataset.yaml'), { recursive: true });
  const { code, stdout } = await entrada(['run', '--home', home]);
  assert.equal(code, 2, t.name);
  assert.match(stdout, /datasets\/meu\/dataset\.yaml cannot be read \(EISDIR\)/);
  assert.deepEqual(await answerOf(home, UNITS), [[10]]);
});

test('an SFTP server that cannot keep uploads ends with the reason, and lets go of its address', {
  timeout: 60_000,
}, async () => {
  const home = newPlace();
  await mkdir(join(home, 'sftp'), { recursive: true });
  await writeFile(join(home, 'sftp/uploads'), '');
  const env = { ENTRADA_SFTP_LISTEN: '127.0.0.1:0' };
  const { code, stderr } = await entrada(['sftp', '--home', home], { env });
  assert.equal(code, 2, stderr);
  assert.match(stderr, /uploads is to be a folder/);
});
