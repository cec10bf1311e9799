import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import ssh2, { type AuthContext, type ParsedKey, type SFTPWrapper } from 'ssh2';
import { writeAccounts } from '../../src/sftp/accounts.ts';
import { createGuard, guardLimits } from '../../src/sftp/guard.ts';
import { makeKeyPair, parsePublicKey, publicKeysOf } from '../../src/sftp/keys.ts';
import { logIn } from '../../src/sftp/login.ts';
import { hashPassword } from '../../src/sftp/passwords.ts';
import { ended, newPlace, start } from '../cli/entrada.ts';
import { connect, noClient, PASSWORD, run, startRig } from './rig.ts';

/** Offers a public key, which anybody may know, and signs with a private one. */
class Agent extends ssh2.BaseAgent {
  readonly #offered: ParsedKey;
  readonly #signing: ParsedKey;

  constructor(offered: ParsedKey, signing: ParsedKey) {
    super();
    this.#offered = offered;
    this.#signing = signing;
  }

  getIdentities(done: (error: undefined, keys: ParsedKey[]) => void): void {
    done(undefined, [this.#offered]);
  }

  sign(_key: unknown, data: Buffer, _options: unknown, done?: unknown): void {
    (done as (error: undefined, signature: Buffer) => void)(undefined, this.#signing.sign(data));
  }
}

test('a public key lets in nobody who cannot sign with its private half', async () => {
  await using rig = await startRig();
  const keyOf = (text: string) => ssh2.utils.parseKey(text) as ParsedKey;
  const own = keyOf(await readFile(join(rig.desk, 'ana.key'), 'utf8'));
  const other = keyOf(makeKeyPair('other').private);
  const asAna = (signing: ParsedKey) =>
    connect({ port: rig.port, username: 'ana', agent: new Agent(own, signing) });
  await assert.rejects(asAna(other), /authentication methods failed/);
  await using connected = await asAna(own);
  assert.deepEqual(await connected.sftp.names('/'), ['entrada', 'rejeitados']);
});

describe('keys', { skip: noClient }, () => {
  /** A key of this kind, made by OpenSSH, as the only one of ana's. */
  async function withKey(kind: readonly string[], ...options: readonly string[]) {
    await using rig = await startRig();
    const file = join(rig.desk, 'other.key');
    spawnSync('ssh-keygen', ['-q', '-N', '', '-f', file, ...kind]);
    const line = (await readFile(`${file}.pub`, 'utf8')).trim();
    const accounts = [{ name: 'ana', keys: [line] }];
    await writeFile(join(rig.home, 'sftp/accounts.json'), JSON.stringify({ accounts }));
    const others = rig.options('ana').map((option) => (option.endsWith('ana.key') ? file : option));
    return await run(
      'sftp',
      ['-b', '-', '-P', String(rig.port), ...others, ...options, 'ana@127.0.0.1'],
      { stdin: 'ls -1\n' },
    );
  }

  for (const kind of [
    ['-t', 'ed25519'],
    ['-t', 'ecdsa', '-b', '384'],
    ['-t', 'rsa', '-b', '2048'],
  ]) {
    test(`${kind.join(' ')} lets in`, async () => {
      const { code, stderr } = await withKey(kind);
      assert.equal(code, 0, stderr);
    });
  }

  test('an RSA key that signs with SHA-1 does not', async () => {
    const sha1 = ['-o', 'PubkeyAcceptedAlgorithms=ssh-rsa'];
    assert.equal((await withKey(['-t', 'rsa', '-b', '2048'], ...sha1)).code, 255);
  });

  test("another account's key, and a key that was taken away, do not", async () => {
    await using rig = await startRig();
    const wrong = rig.options('bia');
    const asAna = await run(
      'sftp',
      ['-b', '-', '-P', String(rig.port), ...wrong, 'ana@127.0.0.1'],
      {
        stdin: 'ls\n',
      },
    );
    assert.equal(asAna.code, 255);
    assert.match(asAna.stderr, /Permission denied \(publickey,password\)/);
    const shown = spawnSync('ssh-keygen', ['-l', '-f', join(rig.desk, 'bia.key')]);
    const [, fingerprint] = String(shown.stdout).split(' ');
    const refused = rig.log.filter(({ msg }) => msg === 'key refused');
    assert.deepEqual(
      refused.map(({ level, account, address, fingerprint }) => [
        level,
        account,
        address,
        fingerprint,
      ]),
      [[30, 'ana', '127.0.0.1', fingerprint]],
      'who asked, from where and with which key, at info',
    );
    const key = (await readFile(join(rig.home, 'sftp/accounts.json'), 'utf8')).match(/AAAA\w{20}/g);
    for (const part of key ?? []) assert.ok(!JSON.stringify(rig.log).includes(part));
    assert.equal((await rig.sftp('bia', 'ls')).code, 0);
    await writeFile(join(rig.home, 'sftp/accounts.json'), '{"accounts":[]}');
    assert.equal((await rig.sftp('bia', 'ls')).code, 255, 'from the next login on');
  });

  test('a file of keys is read whole or refused with the line that is none', async () => {
    await using rig = await startRig();
    const file = join(rig.desk, 'weak.key');
    spawnSync('ssh-keygen', ['-q', '-N', '', '-t', 'rsa', '-b', '1024', '-f', file]);
    const weak = await readFile(`${file}.pub`, 'utf8');
    assert.equal(parsePublicKey(weak), undefined);
    for (const [given, start] of [
      [weak, weak.slice(0, 20)],
      ['', ''],
      ['# none\n\n', ''],
      ['command="sh" ssh-ed25519 AAAA', 'command="sh" ssh-ed2'],
    ]) {
      const problem = { code: 'sftp.key', values: { file: 'ana.pub', start } };
      assert.throws(() => publicKeysOf(given, 'ana.pub'), problem);
    }
    const { public: line } = makeKeyPair('ana');
    assert.deepEqual(publicKeysOf(`# of her desk\n\n${line}\n`, 'ana.pub'), [line.trim()]);
  });
});

test('a connection that has tried ten keys is hung up on', async () => {
  await using rig = await startRig();
  const { private: key } = makeKeyPair('other');
  let asked = 0;
  const client = new ssh2.Client();
  client.on('error', () => {});
  client.connect({
    host: '127.0.0.1',
    port: rig.port,
    username: 'ana',
    authHandler: (_left, _partial, next) => {
      // That a client asks what there is, as every one does, is no try.
      if (asked === 0) next('none');
      else next(asked > 12 ? (false as never) : { type: 'publickey', username: 'ana', key });
      asked += 1;
    },
  });
  await once(client, 'close');
  assert.equal(rig.log.filter(({ msg }) => msg === 'key refused').length, 10);
});

describe('passwords tried at once', () => {
  // "password", RFC 7914, chapter 12.
  const password =
    'scrypt$10$8$16$TmFDbA$_bq-HJ00cgB4VucZDQHp_nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG_xCSedmDDaxyevuUqD7m2DYMvfoswGQA';
  const accounts = async () => ['ana', 'bia'].map((name) => ({ name, keys: [], password }));

  /** The names of those that are let in, in the order of the tries. */
  async function letIn(
    tries: readonly (readonly [account: string, password: string, address?: string])[],
  ) {
    const guard = createGuard(guardLimits, pino({ level: 'silent' }), () => 0);
    const found = tries.map(([username, password, address = '192.0.2.1']) => {
      const context = { method: 'password', username, password } as AuthContext;
      return logIn(context, address, guard, { accounts, sleep: async () => undefined });
    });
    return (await Promise.all(found)).flatMap((account) => account?.name ?? []);
  }

  test('count like those tried one after the other', async () => {
    const wrong = Array.from({ length: 8 }, () => ['ana', 'guessed'] as const);
    const right = ['ana', 'password'] as const;
    assert.deepEqual(await letIn([...wrong, right, ['bia', 'password']]), ['bia']);
    const almost = wrong.slice(1);
    assert.deepEqual(await letIn([...almost, right, ...almost, right]), ['ana', 'ana']);
  });

  test('from all addresses of one IPv6 network together, and from each of IPv4 for itself', async () => {
    const guessedFrom = (address: (n: number) => string) =>
      Array.from({ length: 8 }, (_, n) => ['ana', 'guessed', address(n)] as const);
    const rightFrom = (address: string) => ['ana', 'password', address] as const;
    // The same 64 bits, however they are spelt.
    const one = guessedFrom((n) => (n % 2 ? `2001:db8::7:0:0:${n}` : `2001:db8:0:0:${n}::9`));
    assert.deepEqual(await letIn([...one, rightFrom('2001:db8::1')]), []);
    assert.deepEqual(await letIn([...one, rightFrom('2001:db8:0:1::1')]), ['ana']);
    const mapped = guessedFrom((n) => `::ffff:192.0.2.${n}`);
    assert.deepEqual(await letIn([...mapped, rightFrom('::ffff:192.0.2.9')]), ['ana']);
  });

  test('and the right ones do not', async () => {
    const right = Array.from({ length: 12 }, () => ['ana', 'password'] as const);
    assert.equal((await letIn(right)).length, 12);
  });
});

test('of ten thousand names that are tried the oldest are forgotten, and not who is tried still', () => {
  const guard = createGuard(guardLimits, pino({ level: 'silent' }), () => 0);
  const [address, other] = ['192.0.2.1', '192.0.2.2'];
  for (let tries = 0; tries < 8; tries++) guard.failed('bia', address);
  for (let tries = 0; tries < 10_500; tries++) {
    if (tries % 1_000 === 0) guard.failed('ana', address);
    guard.failed(`name ${tries}`, other);
  }
  assert.deepEqual(
    ['ana', 'bia'].map((name) => guard.isBlocked(name, address)),
    [true, false],
  );
});

test('a connection has ten sessions at most, however many it asks for at once', async () => {
  await using rig = await startRig();
  await using connected = await rig.connect('ana');
  const begin = () =>
    new Promise<SFTPWrapper | undefined>((resolve) => {
      connected.client.sftp((error, sftp) => resolve(error ? undefined : sftp));
    });
  const begun = await Promise.all(Array.from({ length: 20 }, begin));
  const open = begun.flatMap((sftp) => sftp ?? []);
  assert.equal(open.length, 9, 'besides the first');
  open[0].end();
  await once(open[0], 'close');
  assert.ok(await begin());
});

test('who speaks no SSH is hung up on, and the server goes on', async () => {
  await using rig = await startRig();
  const socket = createConnection(rig.port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  assert.match(await text(socket), /^SSH-2\.0-Entrada\r\n/);
  await using connected = await rig.connect('ana');
  assert.deepEqual(await connected.sftp.names('/'), ['entrada', 'rejeitados']);
});

test('a server that ends while somebody logs in lets nobody in any more, and ends', async () => {
  const home = newPlace();
  const file = join(home, 'sftp/accounts.json');
  await writeAccounts(file, [{ name: 'ana', keys: [], password: await hashPassword(PASSWORD) }]);
  const accounts = await readFile(file);
  const env = { ENTRADA_SFTP_LISTEN: '127.0.0.1:0', ENTRADA_LOG: 'info' };
  const child = start(['sftp', '--home', home, '--json'], { env });
  const end = ended(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  // From a pipe the accounts come when the test says so.
  await rm(file);
  spawnSync('mkfifo', [file]);
  const client = new ssh2.Client();
  const { port } = JSON.parse(line);
  const login = { username: 'ana', password: PASSWORD, authHandler: ['password' as const] };
  client.on('error', () => {}).connect({ host: '127.0.0.1', port, ...login });
  const pipe = await open(file, 'w');
  child.kill('SIGTERM');
  await once(client, 'close');
  await pipe.writeFile(accounts);
  await pipe.close();
  const { code, stderr } = await end;
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /logged in/);
});
