import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeKeyPair } from '../../../src/sftp/keys.ts';
import { answerOf, BAD, entrada, GOOD, newPlace, start } from '../../cli/entrada.ts';
import { PROGRAM } from '../../program.ts';
import { noClient, PASSWORD, run } from '../rig.ts';

const FREE = { ENTRADA_SFTP_LISTEN: '127.0.0.1:0' };

/** A home with the account ana, who has a key; and what she does with her sftp on a port. */
async function homeOfAna() {
  const home = newPlace();
  const desk = newPlace();
  await mkdir(desk);
  const { private: secret, public: line } = makeKeyPair('ana');
  await writeFile(join(desk, 'key'), secret, { mode: 0o600 });
  await writeFile(join(desk, 'key.pub'), line);
  const added = await entrada([
    'sftp',
    'user',
    'add',
    'ana',
    '--home',
    home,
    '--key',
    join(desk, 'key.pub'),
  ]);
  assert.equal(added.code, 0, added.stderr);
  const options = ['-F', '/dev/null', '-o', 'StrictHostKeyChecking=no', '-o', 'IdentityAgent=none'];
  const sftp = (port: number, ...commands: readonly string[]) =>
    run(
      'sftp',
      [
        ...[...options, '-o', `UserKnownHostsFile=${join(desk, 'known')}`, '-o', 'LogLevel=ERROR'],
        ...['-i', join(desk, 'key'), '-P', String(port), '-b', '-', 'ana@127.0.0.1'],
      ],
      { stdin: `${commands.join('\n')}\n` },
    );
  const file = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(desk, name), bytes);
    return join(desk, name);
  };
  return { home, desk, sftp, file };
}

/** The port on which a program that serves says that it listens, and all that it says. */
async function listening(child: ChildProcess) {
  assert.ok(child.stdout);
  const said: Record<string, unknown>[] = [];
  const lines = createInterface({ input: child.stdout });
  const port = new Promise<number>((resolve, reject) => {
    lines.on('line', (line) => {
      const object = JSON.parse(line);
      said.push(object);
      if (object.type === 'listening') resolve(object.port);
    });
    lines.on('close', () => reject(new Error('it ended without listening')));
  });
  return { port: await port, said };
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  const [code] = await once(child, 'close');
  return code;
}

describe('accounts', () => {
  test('are added, changed, listed and removed, and their file is for nobody else to read', async () => {
    const { home, desk } = await homeOfAna();
    const at = ['--home', home, '--json'];
    const add = async (name: string, more: readonly string[], stdin = '') => {
      const child = start(['sftp', 'user', 'add', name, ...more, ...at]);
      child.stdin.end(stdin);
      child.stdout.resume();
      const [code] = await once(child, 'close');
      return code;
    };
    assert.equal(await add('bia', ['--password', '--quota', '50'], `${PASSWORD}\n`), 0);
    assert.equal(await add('ana', ['--quota', '7']), 0);
    // Who is given a key keeps the password and the quota, and the same key twice is one.
    const key = ['--key', join(desk, 'key.pub')];
    assert.equal(await add('bia', [...key, ...key]), 0);
    const shown = async () =>
      (await entrada(['sftp', 'user', 'list', ...at])).objects().map((account) => account);
    const [first, second] = (await shown()).sort((a, b) =>
      String(a.name) < String(b.name) ? -1 : 1,
    );
    assert.deepEqual([first.name, first.password, first.quotaBytes], ['ana', false, 7e6]);
    assert.match(String(first.keys), /^SHA256:[\w+/]{43}$/);
    assert.deepEqual(
      [second.name, second.keys, second.password, second.quotaBytes],
      ['bia', first.keys, true, 50e6],
    );
    const file = join(home, 'sftp/accounts.json');
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!(await readFile(file, 'utf8')).includes(PASSWORD));
    assert.equal((await entrada(['sftp', 'user', 'remove', 'bia', ...at])).code, 0);
    assert.deepEqual(
      (await shown()).map(({ name }) => name),
      ['ana'],
    );
    assert.deepEqual(await readdir(desk), ['key', 'key.pub']);
  });

  test('what is wrong about them is told, and nothing has changed', async () => {
    const { home, file } = await homeOfAna();
    const notes = await file('notes.txt', Buffer.from('hello\n'));
    const wrong: [string[], string][] = [
      [['user', 'add', 'root', '--password'], 'sftp.userName'],
      [['user', 'add', '../x', '--password'], 'sftp.userName'],
      [['user', 'add', 'bia'], 'sftp.userLocked'],
      [['user', 'add', 'bia', '--key', notes], 'sftp.key'],
      [['user', 'add', 'bia', '--password'], 'sftp.passwordShort'],
      [['user', 'add', 'ana', '--quota', '1.5'], 'sftp.quotaValue'],
      [['user', 'remove', 'zoe'], 'sftp.userUnknown'],
      [['user', 'add'], 'usage.arguments'],
      [['--quota', '5'], 'usage.flagValue'],
    ];
    const before = await readFile(join(home, 'sftp/accounts.json'), 'utf8');
    await Promise.all(
      wrong.map(async ([args, error]) => {
        const { code, objects } = await entrada(['sftp', ...args, '--home', home, '--json']);
        assert.deepEqual([code, objects()[0]?.error], [2, error], args.join(' '));
      }),
    );
    assert.equal(await readFile(join(home, 'sftp/accounts.json'), 'utf8'), before);
    await writeFile(
      join(home, 'sftp/accounts.json'),
      '{"accounts":[{"name":"ana","password":"x"}]}',
    );
    const { stderr } = await entrada(['sftp', 'user', 'list', '--home', home]);
    assert.match(stderr, /accounts\.json is not right: accounts\.0\.password/);
  });

  test('the host key is made once, for nobody else to read', async () => {
    const home = newPlace();
    const ask = () => entrada(['sftp', 'fingerprint', '--home', home]);
    const [one, other] = await Promise.all([ask(), ask()]);
    assert.match(one.stdout, /^SHA256:[\w+/]{43}\nssh-ed25519 \S+\n$/);
    assert.equal(other.stdout, one.stdout);
    assert.equal((await ask()).stdout, one.stdout);
    assert.equal((await stat(join(home, 'sftp/host_key'))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(home, 'sftp')), ['host_key']);
    await writeFile(join(home, 'sftp/host_key'), 'no key');
    const broken = await ask();
    assert.equal(broken.code, 2);
    assert.match(broken.stderr, /host_key is not an Ed25519 key/);
  });

  test('an address that is taken, or is none, is told', async () => {
    const { home } = await homeOfAna();
    const first = start(['sftp', '--home', home, '--json'], { env: FREE });
    const { port } = await listening(first);
    const env = { ENTRADA_SFTP_LISTEN: `127.0.0.1:${port}` };
    const { code, stderr } = await entrada(['sftp', '--home', home], { env });
    assert.equal(code, 2);
    assert.match(stderr, /cannot be had \(listen EADDRINUSE.*set ENTRADA_SFTP_LISTEN/);
    assert.equal(await stopped(first, 'SIGTERM'), 0);
    for (const listen of ['2222', 'here:99999']) {
      const wrong = await entrada(['sftp', '--home', home], {
        env: { ENTRADA_SFTP_LISTEN: listen },
      });
      assert.equal(wrong.code, 2);
      assert.ok(wrong.stderr.includes(`ENTRADA_SFTP_LISTEN is "${listen}"`), wrong.stderr);
    }
  });
});

describe('the whole way', { skip: noClient }, () => {
  test('sftp, run, status: the ledger says who sent each file, and its sender reads what was rejected', async () => {
    const { home, desk, sftp, file } = await homeOfAna();
    const server = start(['sftp', '--home', home, '--json'], { env: FREE });
    const { port } = await listening(server);
    const sent = await sftp(
      port,
      `put "${await file('bom.xlsx', GOOD)}" entrada/`,
      `put "${await file('ruim.xlsx', BAD)}" entrada/`,
      `put "${await file('cortado.xlsx', GOOD.subarray(0, 700))}" entrada/`,
      `put "${await file('notas.txt', Buffer.from('x'))}" entrada/`,
    );
    assert.deepEqual([sent.code, sent.stderr], [0, '']);
    const { code, stdout } = await entrada(['run', '--home', home]);
    assert.equal(code, 3);
    assert.match(stdout, /^ana\/bom\.xlsx: 4 rows read, 3 loaded, 1 repeated, 0 rejected$/m);
    assert.match(stdout, /^ana\/cortado\.xlsx: left in entrada\/; its end has not arrived yet /m);
    assert.match(stdout, /^ana\/notas\.txt: left in entrada\/; only/m);
    assert.match(stdout, /cell by cell: rejeitados\/ana\/ruim\.xlsx\.rejections\.csv$/m);
    const status = (await entrada(['status', '--home', home, '--json'])).objects();
    assert.deepEqual(
      status
        .filter(({ type }) => type === 'file')
        .map(({ fileName, sender }) => [fileName, sender]),
      [
        ['ana/bom.xlsx', 'ana'],
        ['ana/ruim.xlsx', 'ana'],
      ],
    );
    const got = join(desk, 'got.csv');
    const back = await sftp(
      port,
      'ls -1 entrada',
      `get rejeitados/ruim.xlsx.rejections.csv "${got}"`,
      'rm entrada/cortado.xlsx',
    );
    assert.deepEqual([back.code, back.stderr], [0, '']);
    assert.match(back.stdout, /^entrada\/cortado\.xlsx *\nentrada\/notas\.txt *$/m);
    assert.match(await readFile(got, 'utf8'), /F2,QTD_VENDA,doze,cell\.notNumber/);
    assert.equal(await stopped(server, 'SIGTERM'), 0);
  });

  test('watch --sftp takes what is uploaded, and ends as watch does', async () => {
    const { home, sftp, file } = await homeOfAna();
    const watcher = start(['watch', '--sftp', '--home', home, '--json'], { env: FREE });
    const { port, said } = await listening(watcher);
    const sent = await sftp(
      port,
      `put "${await file('cortado.xlsx', GOOD.subarray(0, 700))}" entrada/`,
      `put "${await file('bom.xlsx', GOOD)}" entrada/`,
    );
    assert.deepEqual([sent.code, sent.stderr], [0, '']);
    const kept = async () => (await readdir(join(home, 'backup/ana')).catch(() => [])).length;
    while ((await kept()) === 0) await sleep(100);
    // A later look, at which it has nothing new to say of what waits.
    await sftp(port, `put "${await file('bom.xlsx', GOOD)}" entrada/`);
    while ((await kept()) === 1) await sleep(100);
    assert.equal(await stopped(watcher, 'SIGINT'), 0);
    assert.deepEqual(
      said
        .filter(({ type }) => type === 'waiting')
        .map(({ fileName, reason }) => [fileName, reason]),
      [['ana/cortado.xlsx', 'wait.incomplete']],
    );
    assert.deepEqual(
      await answerOf(home, 'SELECT FILE_NAME, STATE FROM ledger_files ORDER BY ALL'),
      [
        ['ana/bom.xlsx', 'loaded'],
        ['ana/bom.xlsx', 'repeated'],
      ],
    );
  });

  test('what CLOSE has acknowledged is there after kill -9, and half an upload is not', async () => {
    const { home, sftp, file } = await homeOfAna();
    const first = start(['sftp', '--home', home, '--json'], { env: FREE });
    const sent = await sftp(
      (await listening(first)).port,
      `put "${await file('bom.xlsx', GOOD)}" entrada/`,
    );
    assert.equal(sent.code, 0, sent.stderr);
    // As a killed server leaves it; what else lies there is not the server's.
    const left = '5b891de6-85f2-4e3d-a08c-26efaac52560.part';
    await writeFile(join(home, 'sftp/uploads', left), 'half an upload');
    await writeFile(join(home, 'sftp/uploads/notes.txt'), 'somebody’s');
    assert.equal(await stopped(first, 'SIGKILL'), null);
    const second = start(['sftp', '--home', home, '--json'], { env: FREE });
    const after = await sftp((await listening(second)).port, 'ls -1 entrada');
    assert.match(after.stdout, /^entrada\/bom\.xlsx *$/m);
    assert.deepEqual(await readFile(join(home, 'entrada/ana/bom.xlsx')), GOOD);
    assert.deepEqual(await readdir(join(home, 'sftp/uploads')), ['notes.txt']);
    assert.equal(await stopped(second, 'SIGTERM'), 0);
  });
});

test('ssh2 is loaded by nobody who does not serve', async () => {
  const loads = async (...command: readonly string[]) => {
    const { stdout } = await run(process.execPath, [
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module';
       const { cache } = createRequire(import.meta.url);
       process.argv = ['node', 'entrada', ...${JSON.stringify([...command, '--home', newPlace()])}];
       process.on('exit', () => console.log(Object.keys(cache).some((file) => /ssh2.lib/.test(file))));
       await import(${JSON.stringify(PROGRAM)});`,
    ]);
    return stdout.trimEnd().split('\n').at(-1);
  };
  assert.equal(await loads('sftp', 'user', 'list'), 'true');
  assert.equal(await loads('run'), 'false');
});
