import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openGcsLake } from '../../src/lake/gcs.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { allFiles, type FileState } from '../../src/ledger/ledger.ts';
import type { BigQueryWarehouse } from '../../src/warehouse/bigquery/bigquery.ts';
import { type Answer, entrada, newPlace as newHomePlace } from '../cli/entrada.ts';
import { freePort, type Started, startChild } from './children.ts';
import { PROJECT } from './emulators.ts';
import { given, JSON_TYPE, newBucket, newProject } from './rig.ts';
import { newPlace, openEmulated } from './warehouses.ts';

/* A bucket, a dataset of BigQuery, topics, and functions in processes of their own: what is deployed, on one machine. */

const PROGRAM = fileURLToPath(new URL('function-process.ts', import.meta.url));
/** The emulator pushes ever more slowly to whoever refuses. */
const GIVEN_UP_MS = 300_000;

interface FunctionProcess extends AsyncDisposable {
  readonly pid: number;
  readonly url: string;
  /** Ends it at once, and waits until it has ended. */
  kill(): Promise<void>;
  /** Starts it again at its address. */
  restart(): Promise<void>;
}

export interface CloudScene extends AsyncDisposable {
  readonly lake: Lake;
  readonly warehouse: BigQueryWarehouse;
  readonly project: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a function; `environment` counts more than that of the scene. */
  start(name: string, environment?: Readonly<Record<string, string>>): Promise<FunctionProcess>;
  /** Lets a topic push to a function, with a dead-letter topic; gives what is put there so far. */
  push(topic: string, to: FunctionProcess, options?: PushOptions): Promise<DeadLetters>;
  publish(topic: string, data: unknown, project?: string): Promise<void>;
  /** Runs the program. */
  run(...args: string[]): Promise<Answer>;
  rows(sql: string): Promise<unknown[][]>;
  /** The ledger's files, once all of them are as wanted. */
  files(isDone: (files: readonly FileState[]) => boolean): Promise<FileState[]>;
}

interface PushOptions {
  /** Where the topic is, if not in the scene's project. */
  readonly project?: string;
}

/** The texts of the messages that were given up. */
type DeadLetters = () => Promise<string[]>;

export async function cloudScene(
  environment: Readonly<Record<string, string>> = {},
): Promise<CloudScene> {
  const home = newHomePlace();
  await mkdir(home);
  const [bucket, endpoint, place] = [
    await newBucket(),
    given('ENTRADA_TEST_STORAGE_URL'),
    newPlace(),
  ];
  const project = await newProject('bases_vendas', 'api-spotify');
  const warehouse = await openEmulated(place);
  const all: Record<string, string> = {
    ENTRADA_LAKE: `gs://${bucket}`,
    ENTRADA_STORAGE_URL: endpoint,
    ENTRADA_BUS: 'pubsub',
    ENTRADA_RECEIVER: 'functions',
    ENTRADA_PROJECT: project,
    ENTRADA_WAREHOUSE: `bigquery:${place.project}.${place.dataset}`,
    ENTRADA_BIGQUERY_URL: given('ENTRADA_TEST_BIGQUERY_URL'),
    ENTRADA_HOME: home,
    ENTRADA_LANG: 'en',
    PUBSUB_EMULATOR_HOST: given('PUBSUB_EMULATOR_HOST'),
    METADATA_SERVER_DETECTION: 'none',
    ...environment,
  };
  const run = (...args: string[]) => entrada(args, { env: all });
  const deployed = await run('deploy', '--apply');
  assert.equal(deployed.code, 0, deployed.stderr);

  const resources = new AsyncDisposableStack();

  async function start(name: string, own: Readonly<Record<string, string>> = {}) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const { PATH = '', HOME = '' } = process.env;
    const begin = () =>
      startChild([process.execPath, PROGRAM, name, String(port)], {
        log: join(home, `${name}-${port}-${randomUUID()}.log`),
        environment: { PATH, HOME, ENTRADA_LOG: 'info', ...all, ...own },
        says: /listens/,
        answers: async () => true,
      });
    let started: Started = await begin();
    const stop = () => started[Symbol.asyncDispose]();
    resources.defer(stop);
    return {
      url,
      get pid() {
        return started.pid;
      },
      async kill() {
        process.kill(started.pid, 'SIGKILL');
        await stop();
      },
      async restart() {
        await stop();
        started = await begin();
      },
      [Symbol.asyncDispose]: stop,
    };
  }

  async function push(topic: string, to: FunctionProcess, { project: where = project } = {}) {
    const name = `s-${randomUUID()}`;
    const dead = `${name}-dead`;
    await pubsub(`${project}/topics/${dead}`, {});
    await pubsub(`${project}/subscriptions/${dead}`, {
      topic: `projects/${project}/topics/${dead}`,
    });
    const subscription = `${where}/subscriptions/${name}`;
    await pubsub(subscription, {
      topic: `projects/${where}/topics/${topic}`,
      ackDeadlineSeconds: 600,
      pushConfig: { pushEndpoint: `${to.url}/projects/${where}/topics/${topic}` },
      retryPolicy: { minimumBackoff: '0.1s', maximumBackoff: '1s' },
      deadLetterPolicy: {
        deadLetterTopic: `projects/${project}/topics/${dead}`,
        maxDeliveryAttempts: 5,
      },
    });
    resources.defer(async () => void (await pubsub(subscription, undefined, 'DELETE')));
    const texts: string[] = [];
    return async () => {
      const pulled = await pubsub<{ receivedMessages?: { message: { data?: string } }[] }>(
        `${project}/subscriptions/${dead}:pull`,
        { maxMessages: 100, returnImmediately: true },
        'POST',
      );
      for (const { message } of pulled.receivedMessages ?? [])
        texts.push(Buffer.from(message.data ?? '', 'base64').toString());
      return texts;
    };
  }

  const rows = async (sql: string) => (await warehouse.query(sql)).rows.map((row) => [...row]);
  return {
    lake: await openGcsLake({ bucket, endpoint }),
    warehouse,
    project,
    environment: all,
    start,
    push,
    publish: async (topic, data, where = project) => {
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      const messages = [{ data: Buffer.from(text).toString('base64') }];
      await pubsub(`${where}/topics/${topic}:publish`, { messages }, 'POST');
    },
    run,
    rows,
    files: (isDone) => until(() => allFiles(warehouse), isDone),
    async [Symbol.asyncDispose]() {
      await resources.disposeAsync();
      await warehouse.close();
    },
  };
}

/** Looks until what it sees is as wanted; fails with the last of it. */
export async function until<T>(look: () => Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + GIVEN_UP_MS;
  for (;;) {
    const seen = await look();
    if (isDone(seen)) return seen;
    assert.ok(Date.now() < end, `still not: ${JSON.stringify(seen)}`);
    await sleep(100);
  }
}

/** Asks the emulator of Pub/Sub. */
export async function pubsub<T>(path: string, body: unknown, method = 'PUT'): Promise<T> {
  const url = `http://${given('PUBSUB_EMULATOR_HOST')}/v1/projects/${path}`;
  const answer = await fetch(url, {
    method,
    headers: JSON_TYPE,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${text}`);
  return JSON.parse(text || '{}');
}

/** The project in which the emulator of Cloud Storage tells what arrives. */
export const NOTIFIED = { project: PROJECT };
