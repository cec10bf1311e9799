import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { openGcsLake } from '../../src/lake/gcs.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { lakeContract, namesIn, put, refuses, textOf } from '../contracts/lake.ts';
import { freePort } from './children.ts';
import { given, JSON_TYPE, newBucket, skipWithout } from './rig.ts';
import { type Fault, type StrictGcsOptions, startStrictGcs } from './strict-gcs.ts';

const skip = skipWithout('storage');

/** A lake in a new bucket, behind a Cloud Storage that behaves as told. */
async function lakeBehind(
  options: StrictGcsOptions & { readonly maxRetries?: number },
  keep: (lake: Lake) => Promise<void>,
): Promise<void> {
  await using strict = await startStrictGcs(given('ENTRADA_TEST_FAKE_GCS_URL'), options);
  const bucket = await newBucket(strict.url);
  const { maxRetries = 1 } = options;
  await keep(await openGcsLake({ bucket, endpoint: strict.url, maxRetries }));
}

const bucketOf = (lake: Lake) => lake.locate('x').slice('gs://'.length, -'/x'.length);

/** The first request that is like this suffers the fault. */
function once(method: string, path: RegExp, fault: Fault): NonNullable<StrictGcsOptions['fault']> {
  let done = false;
  return (m, p) => {
    if (done || m !== method || !path.test(p)) return undefined;
    done = true;
    return fault;
  };
}

describe('lake in Cloud Storage', { skip }, () => {
  if (skip) return;

  lakeContract('Cloud Storage', async () => {
    const strict = await startStrictGcs(given('ENTRADA_TEST_FAKE_GCS_URL'));
    const bucket = await newBucket(strict.url);
    return {
      lake: await openGcsLake({ bucket, endpoint: strict.url }),
      cleanup: async () => strict[Symbol.asyncDispose](),
    };
  });

  test('what a console makes for an empty folder is no file, nor is what has no name of a file', () =>
    lakeBehind({}, async (lake) => {
      await put(lake, 'entrada/a.xlsx', 'abc');
      const url = `${given('ENTRADA_TEST_FAKE_GCS_URL')}/upload/storage/v1/b/${bucketOf(lake)}/o`;
      for (const name of ['', '.', '..', 'ana/', 'ana/.', 'ana/..', '..a']) {
        const query = `uploadType=media&name=${encodeURIComponent(`entrada/${name}`)}`;
        const made = await fetch(`${url}?${query}`, { method: 'POST' });
        assert.ok(made.ok);
      }
      const expected = ['entrada/..a', 'entrada/a.xlsx'];
      assert.deepEqual(await namesIn(lake, 'entrada'), expected);
      const all = await lake.list('entrada', 'deep');
      assert.deepEqual(all.map(({ name }) => name).sort(), expected);
    }));

  test('a workbook read piece by piece takes few requests', async () => {
    let downloads = 0;
    const fault: StrictGcsOptions['fault'] = (_, path) => {
      if (path.includes('alt=media')) downloads += 1;
      return undefined;
    };
    await lakeBehind({ fault }, async (lake) => {
      await lake.write('entrada/large.xlsx', Buffer.alloc(10_000_000, 7));
      await using open = await lake.open('entrada/large.xlsx');
      for (let at = 0; at < open.file.size; at += 65_536)
        assert.equal((await open.read(at, 65_536))[0], 7);
      assert.equal(downloads, 4);
    });
  });

  test('what is read is the version that was opened, or lake.changed', () =>
    lakeBehind({}, async (lake) => {
      await put(lake, 'entrada/a.xlsx', 'first');
      await using open = await lake.open('entrada/a.xlsx');
      await put(lake, 'entrada/a.xlsx', 'other');
      await refuses(open.read(0, 5), 'transient', 'lake.changed', 'entrada/a.xlsx');
    }));
});

describe('moves in Cloud Storage', { skip }, () => {
  for (const fault of ['lose request', 'lose answer'] as const) {
    test(`one step: ${fault}, and the file is in its place once`, () =>
      lakeBehind({ fault: once('POST', /moveTo/, fault) }, async (lake) => {
        const file = await put(lake, 'entrada/a.xlsx', 'abc');
        // The client asks again by itself; that the move was done is told as a file that is gone.
        await lake.move(file, 'backup/a.xlsx').catch(({ code }) => {
          assert.equal(code, 'lake.missing');
        });
        assert.deepEqual(await lake.list('entrada'), []);
        assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
      }));
  }

  test('two deliveries of one file, moved to one place at once', () =>
    lakeBehind({}, async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'abc');
      const moves = [lake.move(file, 'backup/a.xlsx'), lake.move(file, 'backup/a.xlsx')];
      const refused = (await Promise.allSettled(moves)).filter(
        ({ status }) => status === 'rejected',
      );
      assert.equal(refused.length, 1);
      assert.deepEqual(await lake.list('entrada'), []);
      assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
    }));

  test('a version of another kind of lake is never the one that is there', () =>
    lakeBehind({}, async (lake) => {
      const name = 'entrada/a.xlsx';
      await put(lake, name, 'abc');
      const move = lake.move({ name, version: '12-3-456' }, 'backup/a.xlsx');
      await refuses(move, 'transient', 'lake.changed', name);
    }));
});

describe('moves where there is no Objects: move', { skip }, () => {
  const moves = false;

  for (const work of ['move', 'remove'] as const)
    test(`a version that comes just before the delete of a ${work} stays`, async () => {
      const url = given('ENTRADA_TEST_FAKE_GCS_URL');
      let come: () => Promise<unknown> = async () => {};
      const fault: StrictGcsOptions['fault'] = async (method) => {
        if (method === 'DELETE') await come();
        return undefined;
      };
      await lakeBehind({ moves, fault }, async (lake) => {
        const file = await put(lake, 'entrada/a.xlsx', 'abc');
        const beside = await openGcsLake({ bucket: bucketOf(lake), endpoint: url });
        come = () => beside.write(file.name, Buffer.from('later'));
        const working = work === 'move' ? lake.move(file, 'backup/a.xlsx') : lake.remove(file);
        await refuses(working, 'transient', 'lake.changed', file.name);
        assert.equal(await textOf(lake, file.name), 'later');
      });
    });

  test('are a copy and a delete', () =>
    lakeBehind({ moves }, async (lake) => {
      await lake.move(await put(lake, 'entrada/a.xlsx', 'abc'), 'backup/a.xlsx');
      assert.deepEqual(await lake.list('entrada'), []);
      assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
    }));

  for (const [step, method, path] of [
    ['copy', 'POST', /rewriteTo/],
    ['delete', 'DELETE', /entrada/],
  ] as const) {
    for (const fault of ['lose request', 'lose answer'] as const) {
      test(`${fault} of the ${step}, and the file is in its place once`, () =>
        lakeBehind({ moves, fault: once(method, path, fault) }, async (lake) => {
          const file = await put(lake, 'entrada/a.xlsx', 'abc');
          await lake.move(file, 'backup/a.xlsx');
          assert.deepEqual(await lake.list('entrada'), []);
          assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
          assert.equal((await lake.list('backup')).length, 1);
        }));
    }
  }

  test('a crash between the two is mended by the next call', async () => {
    let crashed = true;
    const fault: StrictGcsOptions['fault'] = (method) =>
      crashed && method === 'DELETE' ? 'lose request' : undefined;
    await lakeBehind({ moves, fault, maxRetries: 0 }, async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'abc');
      await assert.rejects(lake.move(file, 'backup/a.xlsx'), { code: 'lake.unreachable' });
      assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
      assert.deepEqual(await namesIn(lake, 'backup'), ['backup/a.xlsx']);
      crashed = false;
      await lake.move(file, 'backup/a.xlsx');
      assert.deepEqual(await lake.list('entrada'), []);
      assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
    });
  });

  test('a crash between the two hides no version that came since', async () => {
    let crashed = true;
    const fault: StrictGcsOptions['fault'] = (method) =>
      crashed && method === 'DELETE' ? 'lose request' : undefined;
    await lakeBehind({ moves, fault, maxRetries: 0 }, async (lake) => {
      const file = await put(lake, 'entrada/a.xlsx', 'abc');
      await assert.rejects(lake.move(file, 'backup/a.xlsx'), { code: 'lake.unreachable' });
      crashed = false;
      const later = await put(lake, 'entrada/a.xlsx', 'later');
      await refuses(lake.move(file, 'backup/a.xlsx'), 'transient', 'lake.changed', file.name);
      await refuses(lake.move(later, 'backup/a.xlsx'), 'user', 'lake.exists', 'backup/a.xlsx');
      assert.equal(await textOf(lake, 'entrada/a.xlsx'), 'later');
      assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
    });
  });

  test('never overwrite, not even the same bytes, and the uploader’s metadata goes along', () =>
    lakeBehind({ moves }, async (lake) => {
      await put(lake, 'backup/a.xlsx', 'abc');
      const file = await put(lake, 'entrada/a.xlsx', 'abc');
      await refuses(lake.move(file, 'backup/a.xlsx'), 'user', 'lake.exists', 'backup/a.xlsx');
      assert.deepEqual(await namesIn(lake, 'entrada'), ['entrada/a.xlsx']);
      const bucket = bucketOf(lake);
      const metadata = { sender: 'ana' };
      const path = (name: string) =>
        `${given('ENTRADA_TEST_FAKE_GCS_URL')}/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
      const told = await fetch(path(file.name), {
        method: 'PATCH',
        headers: JSON_TYPE,
        body: JSON.stringify({ metadata }),
      });
      assert.ok(told.ok);
      const [withMetadata] = await lake.list('entrada');
      await lake.move(withMetadata, 'backup/b.xlsx');
      const moved = await (await fetch(path('backup/b.xlsx'))).json();
      assert.equal((moved as { metadata: typeof metadata }).metadata.sender, 'ana');
    }));

  test('of many at once to one name one arrives, and none is lost', () =>
    lakeBehind({ moves }, async (lake) => {
      const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`);
      const files = await Promise.all(texts.map((text, n) => put(lake, `entrada/${n}`, text)));
      await Promise.allSettled(files.map((file) => lake.move(file, 'backup/a')));
      const left = [...(await namesIn(lake, 'entrada')), ...(await namesIn(lake, 'backup'))];
      const found = await Promise.all(left.map((name) => textOf(lake, name)));
      assert.deepEqual(found.sort(), texts);
    }));

  test('an emulator that holds to no preconditions still moves, and what it shows to be another is refused', async () => {
    const endpoint = given('ENTRADA_TEST_FAKE_GCS_URL');
    const lake = await openGcsLake({ bucket: await newBucket(endpoint), endpoint });
    await lake.move(await put(lake, 'entrada/a.xlsx', 'abc'), 'backup/a.xlsx');
    const again = await put(lake, 'entrada/a.xlsx', 'xyz');
    await refuses(lake.move(again, 'backup/a.xlsx'), 'user', 'lake.exists', 'backup/a.xlsx');
    const earlier = { name: again.name, version: '1' };
    await refuses(lake.remove(earlier), 'transient', 'lake.changed', again.name);
    assert.equal(await textOf(lake, again.name), 'xyz');
    assert.equal(await textOf(lake, 'backup/a.xlsx'), 'abc');
  });
});

describe('what Cloud Storage refuses', { skip }, () => {
  /** A lake whose requests get such an answer. */
  async function answering(
    answer: (path: string) => { readonly status: number; readonly body: string },
    keep: (lake: Lake) => Promise<void>,
  ): Promise<void> {
    const server = createServer(({ url = '' }, response) => {
      const { status, body } = answer(url);
      response.writeHead(status, JSON_TYPE).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await keep(await openGcsLake({ bucket: 'some-bucket', endpoint, maxRetries: 0 }));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  const everyCall = (lake: Lake): (() => Promise<unknown>)[] => [
    () => lake.list('entrada'),
    () => lake.open('entrada/a.xlsx'),
    () => lake.write('entrada/a.xlsx', Buffer.from('abc')),
    () => lake.move({ name: 'entrada/a.xlsx', version: '1' }, 'backup/a.xlsx'),
  ];

  for (const [status, message, kind, code] of [
    [401, 'Invalid Credentials', 'user', 'cloud.credentials'],
    [403, 'x does not have storage.objects.get access', 'user', 'lake.refused'],
    [404, 'The specified bucket does not exist.', 'user', 'lake.bucket'],
  ] as const) {
    test(`${status}: ${code}`, () => {
      const body = JSON.stringify({ error: { code: status, message } });
      return answering(
        () => ({ status, body }),
        async (lake) => {
          for (const call of everyCall(lake)) await assert.rejects(call(), { kind, code });
        },
      );
    });
  }

  test('fewer bytes than there are: lake.unreachable, and no workbook that ends there', () =>
    answering(
      (path) =>
        path.includes('alt=media')
          ? { status: 206, body: 'ab' }
          : { status: 200, body: '{"size":"5","generation":"1"}' },
      async (lake) => {
        await using open = await lake.open('entrada/a.xlsx');
        const unreachable = { kind: 'transient', code: 'lake.unreachable' };
        await assert.rejects(open.read(0, 5), unreachable);
      },
    ));

  test('nobody answers: lake.unreachable, for a later try', async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const lake = await openGcsLake({ bucket: 'some-bucket', endpoint, maxRetries: 0 });
    await assert.rejects(lake.list('entrada'), { kind: 'transient', code: 'lake.unreachable' });
  });
});
