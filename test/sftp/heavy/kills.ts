import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { makeKeyPair } from '../../../src/sftp/keys.ts';
import { start } from '../../cli/entrada.ts';
import { connect } from '../rig.ts';

const ROUNDS = 20;

function bytesOf(n: number): Buffer {
  return Buffer.alloc(1_000 + ((n * 7_919) % 400_000), `file ${n} `);
}

test('killed at random moments, the server loses nothing that it acknowledged, and keeps no half', async () => {
  const home = await mkdtemp(join(tmpdir(), 'entrada-kills-'));
  await mkdir(join(home, 'sftp'));
  const pair = makeKeyPair('ana');
  const accounts = [{ name: 'ana', keys: [pair.public] }];
  await writeFile(join(home, 'sftp/accounts.json'), JSON.stringify({ accounts }));
  const acknowledged = new Set<number>();
  let next = 0;

  async function serve() {
    const env = { ENTRADA_SFTP_LISTEN: '127.0.0.1:0' };
    const child = start(['sftp', '--home', home, '--json'], { env });
    for await (const line of createInterface({ input: child.stdout }))
      return { child, port: JSON.parse(line).port as number };
    throw new Error('it did not start');
  }

  /** Uploads one file after the other, until the connection is gone. */
  async function uploadUntilGone(port: number, onUpload: () => void): Promise<void> {
    const { client, sftp } = await connect({ port, username: 'ana', privateKey: pair.private });
    const gone = new Promise<'gone'>((resolve) => client.once('close', () => resolve('gone')));
    for (;;) {
      const n = next++;
      const upload = async () => {
        const handle = await sftp.open(`/entrada/${n}.xlsx`, 'w');
        const bytes = bytesOf(n);
        for (let at = 0; at < bytes.length; at += 32_768)
          await sftp.write(handle, bytes.subarray(at, at + 32_768), at);
        await sftp.close(handle);
      };
      const done = upload().then(
        () => 'done' as const,
        () => gone,
      );
      if ((await Promise.race([done, gone])) === 'gone') return;
      acknowledged.add(n);
      onUpload();
    }
  }

  for (let round = 1; round <= ROUNDS; round++) {
    const { child, port } = await serve();
    const killed = once(child, 'close');
    let left = 3 + ((round * 5) % 11);
    await uploadUntilGone(port, () => {
      left -= 1;
      // A little later each time: in an OPEN, a WRITE or a CLOSE of the next one.
      if (left === 0) setTimeout(() => child.kill('SIGKILL'), round * 0.5);
    });
    await killed;
    const names = await readdir(join(home, 'entrada/ana'));
    for (const name of names.filter((one) => !one.startsWith('.'))) {
      const n = Number.parseInt(name, 10);
      assert.ok((await readFile(join(home, 'entrada/ana', name))).equals(bytesOf(n)), name);
    }
    for (const n of acknowledged) assert.ok(names.includes(`${n}.xlsx`), `${n}.xlsx is there`);
  }
  assert.ok(acknowledged.size > ROUNDS);
  await rm(home, { recursive: true });
});
