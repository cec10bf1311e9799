import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAccounts, writeAccounts } from '../../src/sftp/accounts.ts';
import { openInlet } from '../../src/sftp/inlet.ts';
import { hostKey } from '../../src/sftp/keys.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { temporaryFolder } from '../lake/temporary.ts';

test('accounts that cannot be put in their place leave no copy of themselves', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'accounts.json');
  await mkdir(join(file, 'in the way'), { recursive: true });
  await assert.rejects(writeAccounts(file, []));
  assert.deepEqual(await readdir(folder.path), ['accounts.json']);
});

test('accounts that are there and cannot be read are not taken for none', async () => {
  await using folder = await temporaryFolder();
  await assert.rejects(readAccounts(folder.path), { code: 'EISDIR' });
});

test('a file of accounts that is not right is refused with the place', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'accounts.json');
  for (const [text, place] of [
    ['{"accounts":[', 'accounts'],
    ['{"accounts":[{"name":"ana"},{"name":"root"}]}', 'accounts.1.name'],
    [`{"accounts":[{"name":"${'a'.repeat(33)}"}]}`, 'accounts.0.name'],
  ]) {
    await writeFile(file, text);
    await assert.rejects(readAccounts(file), { code: 'sftp.accounts', values: { file, place } });
  }
});

test('nobody else reads the accounts, nor what is on its way', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'accounts.json');
  await writeAccounts(file, []);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  const parts = join(folder.path, 'uploads');
  await openInlet(createMemoryLake(), parts);
  assert.equal((await stat(parts)).mode & 0o777, 0o700);
  assert.deepEqual(await readAccounts(file), []);
});

test('a host key that two make at once is one', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'sftp/host_key');
  const [one, other] = await Promise.all([hostKey(file), hostKey(file)]);
  assert.equal(one.privateKey, other.privateKey);
  assert.deepEqual(await readdir(join(folder.path, 'sftp')), ['host_key']);
});

test('a host key of another kind is refused: no client of this server would take it', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, 'host_key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(file, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  await assert.rejects(hostKey(file), { code: 'sftp.hostKey', values: { file } });
});

test('of what an earlier server left among the uploads only its parts are removed', async () => {
  await using folder = await temporaryFolder();
  for (const name of [`${randomUUID()}.part`, 'notes.txt', 'other.part'])
    await writeFile(join(folder.path, name), '');
  await openInlet(createMemoryLake(), folder.path);
  assert.deepEqual((await readdir(folder.path)).sort(), ['notes.txt', 'other.part']);
});

test('a file in the place of the folder for uploads is named', async () => {
  await using folder = await temporaryFolder();
  const parts = join(folder.path, 'uploads');
  await writeFile(parts, '');
  const problem = { code: 'lake.noFolder', values: { folder: parts } };
  await assert.rejects(openInlet(createMemoryLake(), parts), problem);
});
