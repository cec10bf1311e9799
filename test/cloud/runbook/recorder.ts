import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Desk, Type } from './desk.ts';

/** What gcloud or bq asked. */
interface Asked {
  readonly method: string;
  /** With the host that was meant, and without the query. */
  readonly url: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Recorder extends AsyncDisposable {
  readonly url: string;
  /** What was asked since this was last called. */
  taken(): Asked[];
}

/** A line of a job's log, as Cloud Logging gives it back. */
const ENTRY = {
  logName: 'projects/p/logs/run.googleapis.com%2Fstdout',
  insertId: '1',
  timestamp: '2026-11-24T10:00:00Z',
  resource: { type: 'cloud_run_job' },
  jsonPayload: { error: 'check.failed', message: 'A number is not as it should be.' },
};
/** Where a Composer says that its Airflow is. */
export const AIRFLOW = 'https://airflow.example';

/** An execution of a job, ended well. */
const execution = (namespace: string, job: string) => ({
  apiVersion: 'run.googleapis.com/v1',
  kind: 'Execution',
  metadata: {
    name: `${job}-1`,
    namespace,
    generation: 1,
    labels: { 'run.googleapis.com/job': job },
  },
  spec: { taskCount: 1, template: {} },
  status: {
    observedGeneration: 1,
    conditions: ['ResourcesAvailable', 'Started', 'Completed'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: '2026-11-24T10:01:00Z',
    })),
    completionTime: '2026-11-24T10:01:00Z',
    succeededCount: 1,
  },
});

type Answer = (body: Asked['body'], ...found: string[]) => object;
const RUN = 'run.googleapis.com/v1/namespaces';
const answers: readonly [string, Answer][] = [
  ['POST logging.googleapis.com/v2/entries:list', () => ({ entries: [ENTRY] })],
  [
    `GET us-central1-run.googleapis.com/apis/${RUN}/(.*)/executions`,
    (_, project) => ({ metadata: {}, items: [execution(project, 'entrada-run')] }),
  ],
  [
    `GET us-central1-run.googleapis.com/apis/${RUN}/(.*)/executions/(.*)-1`,
    (_, project, job) => execution(project, job),
  ],
  [
    `POST us-central1-run.googleapis.com/apis/${RUN}/(.*)/jobs/(.*):run`,
    (_, project, job) => execution(project, job),
  ],
  ['POST cloudscheduler.googleapis.com/v1/(.*):(?:pause|resume)', (_, name) => ({ name })],
  ['GET cloudscheduler.googleapis.com/v1/(.*)', (_, name) => ({ name, state: 'PAUSED' })],
  ['GET composer.googleapis.com/v1/(.*)', (_, name) => ({ name, config: { airflowUri: AIRFLOW } })],
  [
    'GET .*/bigquery/v2/projects/([^/]*)/datasets/([^/]*)',
    (_, projectId, datasetId) => ({ datasetReference: { projectId, datasetId }, location: 'US' }),
  ],
  [
    'POST .*/bigquery/v2/projects/(.*)/jobs',
    ({ configuration }, projectId) => ({
      jobReference: { projectId, jobId: 'job', location: 'US' },
      configuration,
      status: { state: 'DONE' },
      statistics: {
        query: {
          statementType: 'CREATE_TABLE',
          ddlOperationPerformed: 'REPLACE',
          ddlTargetTable: { projectId, datasetId: 'entrada', tableId: 'con_mar_lin' },
        },
      },
    }),
  ],
];

/**
 * Stands where no emulator does, and is none: it keeps what gcloud and bq ask, and answers once in the shape that Google's
 * references give for what goes well. It is a proxy, too, since gcloud asks for a job at a host that it puts together
 * from the region; whatever else is asked through it is refused, so that nothing leaves this machine.
 */
export async function startRecorder(): Promise<Recorder> {
  let asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://recorder');
    const { method = '' } = request;
    const body = JSON.parse((await text(request)) || '{}');
    const query = Object.fromEntries(url.searchParams);
    asked.push({ method, url: `${url.host}${url.pathname}`, query, body });
    const [answer] = answers.flatMap(([pattern, give]) => {
      const found = new RegExp(`^${pattern}$`).exec(`${method} ${url.host}${url.pathname}`);
      return found ? [give(body, ...found.slice(1))] : [];
    });
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' });
    const message = `not known: ${url}`;
    const error = { code: 404, message, errors: [{ reason: 'notFound', message }] };
    response.end(JSON.stringify(answer ?? { error }));
  });
  server.on('connect', ({ url = '' }, socket) => {
    asked.push({ method: 'CONNECT', url, query: {}, body: {} });
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken() {
      const all = asked;
      asked = [];
      return all;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The filter with which gcloud asks Cloud Logging for what is latest; what it is answered is shown. */
export async function logged(
  { recorder, scene }: Desk,
  type: Type,
  which: RegExp,
): Promise<string> {
  recorder.taken();
  const { code, stdout, stderr } = await type(which);
  assert.equal(code, 0, stderr);
  assert.ok(stdout.includes(ENTRY.jsonPayload.message), stdout);
  const [{ method, url, body }, ...others] = recorder.taken();
  assert.deepEqual([method, url, others], ['POST', 'logging.googleapis.com/v2/entries:list', []]);
  assert.deepEqual(
    [body.resourceNames, body.orderBy],
    [[`projects/${scene.project}`], 'timestamp desc'],
  );
  const [, filter] = /^timestamp>="[^"]+" AND (.*)$/.exec(String(body.filter)) ?? [];
  assert.ok(filter, String(body.filter));
  return filter;
}
