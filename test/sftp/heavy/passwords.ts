import assert from 'node:assert/strict';
import { chmod } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { createGuard, guardLimits } from '../../../src/sftp/guard.ts';
import { hashPassword, isPassword } from '../../../src/sftp/passwords.ts';
import { noClient, PASSWORD, type Rig, run, startRig } from '../rig.ts';

/** OpenSSH's sftp with this answer to its question for a password. */
async function withPassword(rig: Rig, account: string, password: string) {
  const ask = await rig.file('ask', `#!/bin/sh\necho '${password}'\n`);
  await chmod(ask, 0o755);
  return run(
    'sftp',
    [
      ...['-P', String(rig.port), ...rig.common, '-o', 'PubkeyAuthentication=no'],
      ...['-o', 'BatchMode=no', '-b', '-', `${account}@127.0.0.1`],
    ],
    { stdin: 'ls -1\n', env: { SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' } },
  );
}

const logged = (rig: Rig, msg: string) => rig.log.filter((line) => line.msg === msg);

describe('passwords', { skip: noClient }, () => {
  test('the right one lets in', async () => {
    await using rig = await startRig();
    const { code, stdout } = await withPassword(rig, 'ana', PASSWORD);
    assert.equal(code, 0);
    assert.match(stdout, /^rejeitados *$/m);
  });

  test('a wrong one many times: later each time, then blocked from there, in the log; others and keys are not', async () => {
    const guard = { ...guardLimits, firstDelayMs: 1, longestDelayMs: 4, blockAfter: 5 };
    let clock = 1e12;
    await using rig = await startRig({ guard, now: () => clock });
    for (let n = 0; n < 2; n++) {
      const { code, stderr } = await withPassword(rig, 'ana', 'errada');
      assert.equal(code, 255);
      // What the client sees: its program asks three times.
      assert.equal(stderr.match(/Permission denied, please try again\./g)?.length, 2);
      assert.match(stderr, /ana@127\.0\.0\.1: Permission denied \(publickey,password\)\./);
    }
    assert.equal(logged(rig, 'password refused').length, 6);
    const blocked = logged(rig, 'blocked');
    assert.deepEqual(
      blocked.map(({ account, address, failures }) => [account, address, failures]),
      [['ana', '127.0.0.1', 5]],
    );
    assert.equal((await withPassword(rig, 'ana', PASSWORD)).code, 255, 'blocked');
    assert.equal((await rig.sftp('ana', 'ls')).code, 0, 'a key cannot be guessed');
    assert.equal((await withPassword(rig, 'bia', PASSWORD)).code, 0);
    clock += guard.blockMs;
    assert.equal((await withPassword(rig, 'ana', PASSWORD)).code, 0, 'after a while');
  });

  test('an account that is not there is refused, counted and blocked like one that is', async () => {
    const guard = { ...guardLimits, firstDelayMs: 1, longestDelayMs: 4, blockAfter: 3 };
    await using rig = await startRig({ guard });
    const known = await withPassword(rig, 'ana', 'errada');
    const unknown = await withPassword(rig, 'zoe', 'errada');
    assert.equal(unknown.stderr.replaceAll('zoe', 'ana'), known.stderr);
    assert.deepEqual(
      logged(rig, 'blocked').map(({ account }) => account),
      ['ana', 'zoe'],
    );
  });

  test('many accounts tried from one address block the address', async () => {
    const guard = { ...guardLimits, firstDelayMs: 1, longestDelayMs: 4, blockAddressAfter: 6 };
    await using rig = await startRig({ guard });
    for (const account of ['zoe', 'zeca']) await withPassword(rig, account, 'errada');
    assert.equal((await withPassword(rig, 'ana', PASSWORD)).code, 255);
    const blocked = logged(rig, 'blocked');
    assert.deepEqual(
      blocked.map(({ account, address }) => [account, address]),
      [[undefined, '127.0.0.1']],
    );
  });

  test('the delay doubles, up to the longest', async () => {
    const guard = createGuard(guardLimits, pino({ level: 'silent' }), () => 0);
    const delays = Array.from({ length: 7 }, () => guard.failed('ana', '192.0.2.1'));
    assert.deepEqual(delays, [500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
    guard.passed('ana', '192.0.2.1');
    assert.equal(guard.failed('ana', '192.0.2.1'), 500);
  });

  test('a hash holds its own parameters, never twice the same salt, and one accent is one', async () => {
    const hashed = await hashPassword('ação de março'.normalize('NFD'));
    assert.match(hashed, /^scrypt\$15\$8\$1\$/);
    assert.notEqual(hashed, await hashPassword('ação de março'.normalize('NFD')));
    assert.equal(await isPassword('ação de março'.normalize('NFC'), hashed), true);
    assert.equal(await isPassword('acao de marco', hashed), false);
    assert.equal(await isPassword('ação de março', undefined), false);
    // scrypt of "password" and "NaCl" with N=1024, r=8, p=16: RFC 7914, chapter 12.
    const known =
      'scrypt$10$8$16$TmFDbA$_bq-HJ00cgB4VucZDQHp_nxq18vII3gw53N2Y0s3MWIurzDZLiKjiG_xCSedmDDaxyevuUqD7m2DYMvfoswGQA';
    assert.equal(await isPassword('password', known), true);
  });
});
