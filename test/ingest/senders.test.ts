import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { UserError } from '../../src/errors.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { statesOf } from './golden.ts';
import { newHome, sale, sales, type TestHome } from './home.ts';

/** A home into whose inbox files can be put by these senders. */
async function homeOf(...senders: readonly string[]): Promise<TestHome> {
  const home = await newHome();
  for (const sender of senders) await mkdir(join(home.path, 'entrada', sender));
  return home;
}

async function inside(home: TestHome, folder: string): Promise<string[]> {
  return (await readdir(join(home.path, folder))).sort();
}

describe("a folder of entrada/ is a sender's", () => {
  test('files of one name from two senders and from none are three files, and stay so', async () => {
    await using home = await homeOf('ana', 'bia');
    await home.drop('vendas.xlsx', sales(sale(1)));
    await home.drop('ana/vendas.xlsx', sales(sale(2)));
    await home.drop('bia/vendas.xlsx', sales(sale(3)));
    // Each replaces its own earlier file, and nobody else's.
    await home.run({ replaceSameName: true });
    await home.drop('ana/vendas.xlsx', sales(sale(20)));
    await home.run({ replaceSameName: true });
    assert.deepEqual(await home.query('SELECT FILE_NAME, STATE FROM ledger_files ORDER BY ALL'), [
      ['ana/vendas.xlsx', 'loaded'],
      ['ana/vendas.xlsx', 'retracted'],
      ['bia/vendas.xlsx', 'loaded'],
      ['vendas.xlsx', 'loaded'],
    ]);
    const sums = await home.query('SELECT SUM(SUM_QTD_VENDA)::INT FROM con_ano_mes');
    assert.deepEqual(sums, [[24]]);
    assert.deepEqual(
      [await inside(home, 'entrada/ana'), await inside(home, 'entrada/bia')],
      [[], []],
    );
    assert.equal((await inside(home, 'backup/ana')).length, 2);
    assert.equal((await inside(home, 'backup/bia')).length, 1);
    assert.match(
      (await inside(home, 'backup/ana'))[0],
      /^vendas\.\d{8}T\d{9}\.[0-9a-f]{12}\.xlsx$/,
    );
    assert.equal((await inside(home, 'backup')).length, 3);
  });

  test('a rejected file and the list of rejected rows go back to their sender', async () => {
    await using home = await homeOf('ana', 'bia');
    await home.drop('ana/maio.xlsx', Buffer.from('a;b\r\n1;2\r\n'));
    await home.drop('bia/maio.xlsx', sales(sale('doze'), sale(7)));
    const { files } = await home.run();
    assert.deepEqual(
      files.map(({ fileName, state }) => [fileName, state]),
      [
        ['ana/maio.xlsx', 'rejected'],
        ['bia/maio.xlsx', 'loaded'],
      ],
    );
    const [kept, reason] = await inside(home, 'rejeitados/ana');
    assert.equal(reason, `${kept}.txt`);
    const said = await readFile(join(home.path, 'rejeitados/ana', reason), 'utf8');
    assert.match(said, /^ana\/maio\.xlsx\n\nThe file is not a workbook/);
    assert.deepEqual(await inside(home, 'rejeitados/bia'), ['maio.xlsx.rejections.csv']);
    assert.deepEqual(await inside(home, 'rejeitados'), ['ana', 'bia']);
    // Nobody else's file of that name takes it away.
    await home.drop('ana/maio.xlsx', sales(sale(1)));
    await home.drop('maio.xlsx', sales(sale(2)));
    await home.run();
    assert.deepEqual(await inside(home, 'rejeitados/bia'), ['maio.xlsx.rejections.csv']);
    await home.drop('bia/maio.xlsx', sales(sale(12), sale(7)));
    await home.run();
    assert.deepEqual(await inside(home, 'rejeitados/bia'), []);
  });

  test('the same content from two senders counts once', async () => {
    await using home = await homeOf('ana', 'bia');
    for (const sender of ['ana', 'bia']) await home.drop(`${sender}/a.xlsx`, sales(sale(5)));
    // Young as they are, a second look finds them as they were.
    const run = await home.run({ effects: { now: Date.now } });
    assert.deepEqual(statesOf(run), ['loaded', 'repeated']);
    assert.equal(run.files[1].detail.file, 'ana/a.xlsx');
  });

  test('a name of 255 bytes rests in the folder of its sender', async () => {
    await using home = await homeOf('ana');
    await home.drop(`ana/${'á'.repeat(125)}.xlsx`, sales(sale(5)));
    await home.drop(`ana/${'a'.repeat(250)}.xlsx`, sales(sale('x')));
    assert.deepEqual(statesOf(await home.run()), ['loaded', 'loaded']);
    assert.deepEqual(await inside(home, 'entrada/ana'), []);
    assert.equal((await inside(home, 'backup/ana')).length, 2);
    assert.equal((await inside(home, 'rejeitados/ana')).length, 1);
  });

  test('what is hidden is nobody’s, and a folder that lies deeper is told', async () => {
    await using home = await homeOf('.ssh', 'ana', 'ana/sub');
    for (const folder of ['.ssh', 'ana/sub']) await home.drop(`${folder}/a.xlsx`, sales(sale(5)));
    const { files, waiting } = await home.run();
    assert.deepEqual(files, []);
    assert.deepEqual(
      waiting.map(({ file, reason }) => [file.name, reason]),
      [['entrada/ana/sub', 'odd.folder']],
    );
  });
});

describe('a workbook that is not whole', () => {
  const whole = sales(...Array.from({ length: 200 }, (_, n) => sale(n + 1)));
  const older = sales(...Array.from({ length: 200 }, (_, n) => sale(n + 500)));
  /** The head of the one over the other, as an upload over an older file that was broken off. */
  const mixed = Buffer.concat([
    whole.subarray(0, whole.length / 2),
    older.subarray(whole.length / 2),
  ]);
  /** Without the piece in which its last part begins. */
  const holed = Buffer.from(whole);
  const hole = holed.lastIndexOf('PK\x03\x04');
  holed.fill(0, hole, hole + 30);
  /** Without the piece with which it begins. */
  const headless = Buffer.from(whole).fill(0, 0, 30);
  const HOUR = 3_600_000;

  test('waits without its end, and without what its checksums promise, until it is taken up again', async () => {
    await using home = await homeOf('ana');
    await home.drop('ana/cortada.xlsx', whole.subarray(0, 1000));
    await home.drop('ana/furada.xlsx', holed);
    await home.drop('ana/misturada.xlsx', mixed);
    await home.drop('ana/sem começo.xlsx', headless);
    const { waiting, files } = await home.run();
    assert.deepEqual(files, []);
    assert.deepEqual(
      waiting.map(({ file, reason }) => [file.name, reason]),
      [
        ['entrada/ana/cortada.xlsx', 'wait.incomplete'],
        ['entrada/ana/furada.xlsx', 'wait.gaps'],
        ['entrada/ana/misturada.xlsx', 'wait.gaps'],
        ['entrada/ana/sem começo.xlsx', 'wait.gaps'],
      ],
    );
    await rm(join(home.path, 'entrada/ana/sem começo.xlsx'));
    await home.drop('ana/cortada.xlsx', whole);
    await home.drop('ana/furada.xlsx', whole);
    await home.drop('ana/misturada.xlsx', older);
    assert.deepEqual(statesOf(await home.run()), ['loaded', 'repeated', 'loaded']);
  });

  test('is looked through as far as the limits allow, and each version of it once', async () => {
    await using home = await homeOf('ana');
    await home.drop('ana/misturada.xlsx', mixed);
    const limits = { ...defaultLimits, inflatedBytes: 1_000 };
    const { files } = await home.run({ limits });
    assert.deepEqual([files[0].state, files[0].code], ['rejected', 'limit.inflatedBytes']);

    await home.drop('ana/outra.xlsx', mixed);
    const { waiting: before } = await home.run();
    const hadGaps = before.map(({ file }) => file);
    const { waiting } = await home.run({
      effects: { hadGaps },
      lake: (lake) => ({ ...lake, open: () => assert.fail('it was looked through before') }),
    });
    assert.deepEqual(waiting, before);
    await home.drop('ana/outra.xlsx', older);
    assert.deepEqual(statesOf(await home.run({ effects: { hadGaps } })), ['loaded']);
  });

  test('is rejected, and says so, once it has been silent for long', async () => {
    await using home = await homeOf('ana');
    await home.drop('ana/cortada.xlsx', whole.subarray(0, 1000));
    await home.drop('ana/furada.xlsx', holed);
    await home.drop('ana/misturada.xlsx', mixed);
    await home.drop('ana/vazia.xlsx', Buffer.alloc(0));
    await home.drop('ana/~$vazia.xlsx', Buffer.alloc(0));
    const { files, waiting } = await home.run({ effects: { now: () => Date.now() + HOUR } });
    assert.deepEqual(
      files.map(({ state, code }) => [state, code]),
      [
        ['rejected', 'zip.truncated'],
        ['rejected', 'zip.broken'],
        ['rejected', 'zip.corrupt'],
        ['rejected', 'workbook.empty'],
      ],
    );
    // What has another reason to wait goes on waiting.
    assert.deepEqual(
      waiting.map(({ reason }) => reason),
      ['wait.lockFile'],
    );
  });
});

test('what nobody can take stays, is told, and keeps no other file waiting', async () => {
  await using home = await newHome();
  const inbox = join(home.path, 'entrada');
  await mkdir(join(inbox, 'ana', '2024'), { recursive: true });
  await home.drop('ana/2024/a.xlsx', sales(sale(1)));
  await home.drop('b.xlsx', sales(sale(2)));
  await home.drop('closed.xlsx', sales(sale(3)));
  await symlink(join(inbox, 'b.xlsx'), join(inbox, 'link.xlsx'));
  const latin1 = Buffer.concat([
    Buffer.from(`${inbox}/relat`),
    Buffer.of(0xff),
    Buffer.from('.xlsx'),
  ]);
  await writeFile(latin1, sales(sale(4)));
  const { files, waiting } = await home.run({
    // Whoever runs the tests may read everything.
    lake: (lake) => ({
      ...lake,
      open: (name) =>
        name === 'entrada/closed.xlsx'
          ? Promise.reject(new UserError('lake.forbidden', { file: name }))
          : lake.open(name),
    }),
  });
  assert.deepEqual(
    files.map(({ fileName, state }) => [fileName, state]),
    [['b.xlsx', 'loaded']],
  );
  assert.deepEqual(waiting.map(({ file, reason }) => [file.name, reason]).sort(), [
    ['entrada/ana/2024', 'odd.folder'],
    ['entrada/closed.xlsx', 'odd.closed'],
    ['entrada/link.xlsx', 'odd.kind'],
    ['entrada/relat\ufffd.xlsx', 'odd.spelling'],
  ]);
});
