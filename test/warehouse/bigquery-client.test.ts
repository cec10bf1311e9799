import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { recordCost } from '../../src/ledger/costs.ts';
import { createBigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import { openBigQueryClient } from '../../src/warehouse/bigquery/client.ts';
import { onceDone } from '../../src/warehouse/bigquery/once.ts';
import { bigQueryProblem } from '../../src/warehouse/bigquery/problem.ts';
import { toRow, toValue } from '../../src/warehouse/bigquery/values.ts';
import { shippedDatasets } from '../ingest/home.ts';

const PLACE = { project: 'p', dataset: 'd' };

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: string;
}

/** A BigQuery that answers as told, and otherwise that all is well. */
async function withService(
  answer: (asked: Asked) => { readonly status?: number; readonly json: unknown } | undefined,
  work: (endpoint: string, asked: readonly Asked[]) => Promise<void>,
): Promise<void> {
  const all: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      const { pathname, searchParams: query } = new URL(String(request.url), 'http://service');
      const path = pathname.replace('/bigquery/v2/projects/p', '');
      const asked = { method: String(request.method), path, query, body };
      all.push(asked);
      const { status = 200, json } = answer(asked) ?? { json: usual(asked) };
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, all);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function usual({ method, path }: Asked): unknown {
  if (path === '/datasets/d') return { location: 'EU' };
  const jobReference = { projectId: 'p', jobId: 'j', location: 'EU' };
  if (method === 'POST') return { jobReference, status: { state: 'RUNNING' } };
  if (path.startsWith('/queries/'))
    return {
      jobComplete: true,
      schema: { fields: [{ name: 'A', type: 'INTEGER' }] },
      rows: [{ f: [{ v: '7' }] }],
    };
  const statistics = { totalSlotMs: '250', query: { totalBytesBilled: '10485760' } };
  return { jobReference, status: { state: 'DONE' }, statistics };
}

const open = (endpoint: string, maxBytes?: number) =>
  openBigQueryClient({ ...PLACE, location: 'US', endpoint, maxBytes });

test('every query goes with the most that it may be billed, where the dataset is; the cost is summed', () =>
  withService(
    () => undefined,
    async (endpoint, asked) => {
      const client = await open(endpoint, 123_456);
      assert.deepEqual((await client.run('SELECT 7 AS A')).rows, [[7]]);
      await client.run('BEGIN TRANSACTION; COMMIT TRANSACTION;', { jobId: 'mine' });
      const jobs = asked
        .filter(({ method }) => method === 'POST')
        .map(({ body }) => JSON.parse(body));
      assert.equal(jobs.length, 2);
      for (const { configuration, jobReference } of jobs) {
        assert.equal(configuration.query.maximumBytesBilled, '123456');
        assert.equal(jobReference.location, 'EU');
      }
      assert.equal(jobs[1].jobReference.jobId, 'mine');
      assert.deepEqual(client.usage, { jobs: 2, bytesBilled: 20_971_520, slotMs: 500 });
    },
  ));

test('an error that an answer with rows hides is thrown', () =>
  withService(
    ({ method, path }) =>
      method === 'GET' && path.startsWith('/jobs/')
        ? {
            json: {
              status: { state: 'DONE', errorResult: { reason: 'invalidQuery', message: 'no' } },
            },
          }
        : undefined,
    async (endpoint) => {
      await assert.rejects((await open(endpoint)).run('SELECT 1'), {
        code: 'query.invalid',
        values: { detail: 'no' },
      });
    },
  ));

test('a job that is there already is waited for', () =>
  withService(
    ({ method }) =>
      method === 'POST'
        ? { status: 409, json: { error: { code: 409, message: 'Already Exists' } } }
        : undefined,
    async (endpoint) => {
      let known = 0;
      const onKnown = () => {
        known += 1;
      };
      const { rows } = await (await open(endpoint)).run('SELECT 1', { jobId: 'x', onKnown });
      assert.deepEqual([rows, known], [[[7]], 1]);
    },
  ));

test('a result is asked for until it is there, and page by page', () =>
  withService(
    (() => {
      let looks = 0;
      return ({ path, query }) => {
        if (!path.startsWith('/queries/')) return undefined;
        if (++looks === 1) return { json: { jobComplete: false } };
        const schema = { fields: [{ name: 'A', type: 'INTEGER' }] };
        const page = Number(query.get('pageToken') ?? 0);
        const rows = [{ f: [{ v: String(page) }] }];
        return { json: { schema, rows, ...(page < 2 && { pageToken: String(page + 1) }) } };
      };
    })(),
    async (endpoint) => {
      const { columns, rows } = await (await open(endpoint)).run('SELECT A FROM t');
      assert.deepEqual([columns, rows], [['A'], [[0], [1], [2]]]);
    },
  ));

test('a job is over when BigQuery says so', () => {
  let looks = 0;
  return withService(
    ({ path }) =>
      path.startsWith('/jobs/') && ++looks === 1
        ? { json: { status: { state: 'RUNNING' } } }
        : undefined,
    async (endpoint) => {
      const client = await open(endpoint);
      await client.run('SELECT 1');
      assert.deepEqual([looks, client.usage.jobs], [2, 1]);
    },
  );
});

test('where the dataset is, is asked again where it could not be told', () => {
  let asked = 0;
  return withService(
    ({ path }) =>
      path === '/datasets/d' && ++asked <= 2
        ? { status: 403, json: { error: { code: 403, message: 'no' } } }
        : undefined,
    async (endpoint) => {
      const client = await open(endpoint);
      const refused = { kind: 'user', code: 'warehouse.refused' };
      await assert.rejects(client.run('SELECT 1'), refused);
      const upload = { table: 't', file: 'none', format: 'PARQUET', fields: [] } as const;
      await assert.rejects(client.upload(upload), refused);
      await client.run('SELECT 1');
      await client.run('SELECT 1');
      assert.equal(asked, 3);
    },
  );
});

test('what is not there is undefined, but for what was to be made or changed', () =>
  withService(
    () => ({ status: 404, json: { error: { code: 404, message: 'Not found' } } }),
    async (endpoint) => {
      const client = await open(endpoint);
      for (const method of ['GET', 'DELETE'] as const)
        assert.equal(await client.ask('/datasets/d/tables/t', { method }), undefined);
      for (const method of ['POST', 'PATCH'] as const)
        await assert.rejects(client.ask('/datasets/d/tables/t', { method, json: {} }), {
          code: 'query.invalid',
        });
    },
  ));

test('a file is sent again where that may help, three times in all, as another job each time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-upload-'));
  const file = join(folder, 'rows.ndjson');
  await writeFile(file, '{"A":7}\n');
  const fields = [{ name: 'A', type: 'INTEGER' }];
  const wanted = { table: 't', file, format: 'NEWLINE_DELIMITED_JSON', fields } as const;
  /** What becomes of the file where its jobs are answered so, or end so, one after the other; how many there were. */
  async function sent(...outcomes: readonly (number | string)[]) {
    const ids: string[] = [];
    let told: unknown;
    await withService(
      ({ path, body }) => {
        const outcome = outcomes[ids.length - (path.startsWith('/upload/') ? 0 : 1)];
        if (path.startsWith('/upload/')) {
          assert.match(body, /"writeDisposition":"WRITE_TRUNCATE"[\s\S]*\{"A":7\}/);
          ids.push(/"jobId":"(\w+[\w-]*)"/.exec(body)?.[1] ?? '');
          if (typeof outcome !== 'number') return { json: { jobReference: { jobId: ids.at(-1) } } };
          return { status: outcome, json: { error: { message: `says ${outcome}` } } };
        }
        if (!path.startsWith('/jobs/')) return undefined;
        assert.equal(path, `/jobs/${ids.at(-1)}`);
        const errorResult = outcome && { reason: outcome, message: 'it says' };
        return { json: { status: { state: 'DONE', errorResult } } };
      },
      async (endpoint) => {
        const client = await open(endpoint);
        told = await client.upload(wanted).then(
          () => client.usage.jobs,
          ({ code }) => code,
        );
      },
    );
    return [new Set(ids).size, told];
  }
  try {
    assert.deepEqual(await sent(), [1, 1]);
    assert.deepEqual(await sent(503, 'backendError'), [3, 2]);
    assert.deepEqual(await sent(503, 'backendError', 503), [3, 'warehouse.unreachable']);
    assert.deepEqual(await sent(403), [1, 'warehouse.refused']);
    assert.deepEqual(await sent('invalid'), [1, 'query.invalid']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('what was billed is told once; where that cannot be written down, all else stays done', () => {
  const bodies: string[] = [];
  let refuses = false;
  return withService(
    ({ method, path, body }) => {
      if (method !== 'POST' || path !== '/jobs') return undefined;
      bodies.push(body);
      const isRefused = refuses && body.includes('ledger_costs');
      return isRefused ? { status: 403, json: { error: { code: 403, message: 'no' } } } : undefined;
    },
    async (endpoint) => {
      const client = await open(endpoint);
      const warehouse = createBigQueryWarehouse(client, { location: 'EU' });
      const log = pino({ enabled: false });
      const record = async () => {
        bodies.length = 0;
        await recordCost({ warehouse, log, runId: 'r', now: () => 0 });
        return bodies.map((body) => {
          const { query } = JSON.parse(body).configuration;
          return query.queryParameters.map(
            ({ parameterValue }: { parameterValue: { value: string } }) => parameterValue.value,
          );
        });
      };
      assert.deepEqual(await record(), [], 'nothing was billed');
      for (const sql of ['SELECT 1', 'SELECT 2']) await client.run(sql);
      assert.deepEqual(await record(), [['r', '1970-01-01T00:00:00.000', 2, 20_971_520, 500]]);
      // Of what was told, only writing it down is left to tell.
      assert.deepEqual((await record())[0].slice(2), [1, 10_485_760, 250]);
      refuses = true;
      assert.equal((await record()).length, 1);
    },
  );
});

test('what is refused says what to do', () => {
  const error = (code: number | undefined, reason: string, message = 'it says') =>
    Object.assign(new Error(message), { ...(code && { code }), errors: [{ reason, message }] });
  const check = 'Query error: entrada.check:vendas:["units \\"x\\"","5","6"] at [12:3]';
  for (const [cause, kind, code] of [
    [error(403, 'accessDenied'), 'user', 'warehouse.refused'],
    [error(403, 'rateLimitExceeded'), 'transient', 'warehouse.unreachable'],
    [error(403, 'quotaExceeded'), 'transient', 'warehouse.quota'],
    [error(400, 'bytesBilledLimitExceeded'), 'user', 'warehouse.tooManyBytes'],
    [error(400, 'invalidQuery'), 'user', 'query.invalid'],
    [error(404, 'notFound'), 'user', 'query.invalid'],
    [error(409, 'duplicate'), 'transient', 'warehouse.conflict'],
    [error(503, 'backendError'), 'transient', 'warehouse.unreachable'],
    [error(401, 'authError'), 'user', 'cloud.credentials'],
    [error(undefined, 'x', 'Could not load the default credentials'), 'user', 'cloud.credentials'],
    [
      error(
        400,
        'invalidQuery',
        'Transaction is aborted due to concurrent update against table p:d.t',
      ),
      'transient',
      'warehouse.conflict',
    ],
    [
      error(400, 'invalidQuery', 'Query error: entrada.taken at [3:1]'),
      'transient',
      'warehouse.conflict',
    ],
    [error(400, 'invalidQuery', 'could not serialize'), 'transient', 'warehouse.conflict'],
    [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      'transient',
      'warehouse.unreachable',
    ],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error(), { code: 'ECONNRESET' }) }),
      'transient',
      'warehouse.unreachable',
    ],
    [{ reason: 'invalid', message: 'bad row' }, 'user', 'query.invalid'],
    [{ reason: 'invalidQuery', message: check }, 'terminal', 'check.failed'],
    [new Error('who knows'), 'terminal', 'warehouse.failed'],
  ] as const) {
    const problem = bigQueryProblem(cause, PLACE);
    assert.deepEqual([problem.kind, problem.code], [kind, code], String(cause));
  }
  assert.deepEqual(bigQueryProblem({ reason: 'invalidQuery', message: check }, PLACE).values, {
    dataset: 'vendas',
    compared: 'units "x"',
    expected: '5',
    found: '6',
  });
});

test('values come in the form that the port promises', () => {
  for (const [type, text, value] of [
    ['INTEGER', '9007199254740991', Number.MAX_SAFE_INTEGER],
    ['INT64', '9007199254740993', '9007199254740993'],
    ['FLOAT', '5e-324', 5e-324],
    ['FLOAT64', 'NaN', 'NaN'],
    ['BOOLEAN', 'false', false],
    ['DOUBLE', '2.5', 2.5],
    ['NUMERIC', '0', '0.00'],
    ['DECIMAL', '1.5', '1.50'],
    ['NUMERIC', '1.5', '1.50'],
    ['NUMERIC', '-1.500000000', '-1.50'],
    ['NUMERIC', '0.125000000', '0.125'],
    ['DATETIME', '2019-03-14T15:09:26.535000', '2019-03-14T15:09:26.535'],
    ['DATETIME', '2019-03-14 15:09:26', '2019-03-14T15:09:26'],
    ['TIMESTAMP', '1577836800000000', '2020-01-01T00:00:00.000Z'],
    ['DATE', '2019-03-14', '2019-03-14'],
    ['STRING', '2019-03-14 15:09:26', '2019-03-14 15:09:26'],
  ] as const)
    assert.equal(toValue(type, text), value, `${type} ${text}`);
  const fields = [
    { name: 'A', type: 'INTEGER', mode: 'REPEATED' },
    { name: 'B', type: 'RECORD' },
    { name: 'C', type: 'STRING' },
  ];
  const cells = [{ v: [{ v: '1' }, { v: '2' }] }, { v: { f: [{ v: 'x' }] } }, { v: null }];
  assert.deepEqual(toRow(fields, cells), ['["1","2"]', '["x"]', null]);
});

test('a rehearsal makes nothing that was not deployed', () => {
  let labels: Record<string, string> | undefined;
  return withService(
    ({ method, path, body }) => {
      if (method === 'GET' && path.startsWith('/datasets/d/')) return { status: 404, json: {} };
      if (path !== '/datasets/d') return undefined;
      if (method === 'PATCH') ({ labels } = JSON.parse(body));
      return { json: { location: 'EU', labels } };
    },
    async (endpoint, asked) => {
      const warehouse = createBigQueryWarehouse(await open(endpoint), { location: 'EU' });
      const datasets = await shippedDatasets();
      const rehearse = () => warehouse.prepare(datasets, { rehearse: true });
      await assert.rejects(rehearse(), { kind: 'user', code: 'deploy.missing' });
      await warehouse.prepare([]);
      const before = asked.length;
      await assert.rejects(rehearse(), { kind: 'user', code: 'deploy.needed' });
      const changing = asked.slice(before).filter(({ method }) => method !== 'GET');
      assert.deepEqual([asked.length > before, changing], [true, []]);
      await warehouse.prepare(datasets);
      assert.deepEqual(await rehearse(), []);
    },
  );
});

test('once: a job that failed before is followed by the next one, a failure of ours is told', async () => {
  const ids: string[] = [];
  const failed = new Error('failed before');
  await onceDone(
    'k',
    async (jobId, onKnown) => {
      ids.push(jobId);
      if (ids.length < 3) {
        onKnown();
        throw failed;
      }
    },
    async () => assert.fail('our own job needs no look'),
  );
  assert.deepEqual(ids, ['entrada_once_k_0', 'entrada_once_k_1', 'entrada_once_k_2']);
  await assert.rejects(
    onceDone(
      'k',
      () => Promise.reject(failed),
      async () => true,
    ),
    failed,
  );
});

test('once: a known job that no longer counts is followed by the next one', async () => {
  let runs = 0;
  await onceDone(
    'k',
    async (_, onKnown) => {
      runs += 1;
      if (runs < 3) onKnown();
    },
    async () => runs === 2,
  );
  assert.equal(runs, 2);
});

test('once: of jobs that fail for others, one after the other, there is an end', async () => {
  let runs = 0;
  const failing = onceDone(
    'k',
    async (_, onKnown) => {
      runs += 1;
      onKnown();
      throw new Error('failed before');
    },
    async () => true,
  );
  await assert.rejects(failing, { kind: 'transient', code: 'warehouse.conflict' });
  assert.equal(runs, 100);
});
