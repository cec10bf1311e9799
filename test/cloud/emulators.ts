import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, runToEnd, type Started, startChild } from './children.ts';
import { JSON_TYPE } from './rig.ts';
import { startStrictGcs } from './strict-gcs.ts';

/** What a part gives to the suites: variables of the environment, and how to stop it. */
export interface Emulator extends AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
}

/** The project that the emulators know. */
export const PROJECT = 'demo';
/** fake-gcs-server announces here what arrives in entrada/, as the notification of a real bucket would. */
const FINALIZED = 'gcs-finalized';

export interface Scene {
  /** A folder for logs and data, thrown away afterwards. */
  readonly folder: string;
  /** What the suites get, and what was started before gives. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The folder in which fake-gcs-server keeps objects and from which the BigQuery emulator reads them. */
const rootOf = ({ folder }: Scene) => join(folder, 'objects');

const answersAt = (url: string) => async () => (await fetch(url)).ok;

export async function startPubSub(command: readonly string[], scene: Scene): Promise<Emulator> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const emulator = await startChild([...command, '--host=127.0.0.1', `--port=${port}`], {
    log: join(scene.folder, 'pubsub.log'),
    environment: scene.environment,
    says: /Server started, listening on/,
    answers: answersAt(`http://${host}`),
  });
  const topic = `http://${host}/v1/projects/${PROJECT}/topics/${FINALIZED}`;
  const made = await fetch(topic, { method: 'PUT', headers: JSON_TYPE, body: '{}' });
  if (!made.ok) throw new Error(`no topic: ${await made.text()}`);
  const environment = { PUBSUB_EMULATOR_HOST: host, ENTRADA_TEST_FINALIZED_TOPIC: FINALIZED };
  return emulatorOf(emulator, environment);
}

/**
 * fake-gcs-server twice: one whose objects are files, which the BigQuery emulator can read and whose names must
 * fit a disk, behind what holds to preconditions; and one in memory, for suites that put what they like before it.
 */
export async function startFakeGcs(program: string, scene: Scene): Promise<Emulator> {
  const root = rootOf(scene);
  await mkdir(root, { recursive: true });
  await using started = new AsyncDisposableStack();
  const strictPort = await freePort();
  const onDisk = await startOne(program, scene, strictPort, [
    ...['-backend', 'filesystem', '-filesystem-root', root],
    ...announcing(scene),
  ]);
  started.use(onDisk);
  const strict = started.use(await startStrictGcs(onDisk.url, { port: strictPort }));
  const inMemory = started.use(await startOne(program, scene, undefined, ['-backend', 'memory']));
  const all = started.move();
  return {
    environment: {
      ENTRADA_TEST_STORAGE_URL: strict.url,
      ENTRADA_TEST_STORAGE_ROOT: root,
      ENTRADA_TEST_FAKE_GCS_URL: inMemory.url,
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Starts one that calls itself by another port, if there is something before it. */
async function startOne(
  program: string,
  { folder, environment }: Scene,
  publicPort: number | undefined,
  flags: readonly string[],
) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const known = `127.0.0.1:${publicPort ?? port}`;
  const address = ['-scheme', 'http', '-host', '127.0.0.1', '-port', String(port)];
  const name = ['-public-host', known, '-external-url', `http://${known}`];
  const started = await startChild([program, ...address, ...name, ...flags], {
    log: join(folder, `fake-gcs-${port}.log`),
    environment,
    says: /server started/,
    answers: answersAt(`${url}/_internal/healthcheck`),
  });
  return { ...started, url };
}

/** Says on Pub/Sub what arrives in entrada/, when Pub/Sub is there. */
function announcing({ environment }: Scene): string[] {
  if (!environment.PUBSUB_EMULATOR_HOST) return [];
  const topic = ['-event.pubsub-project-id', PROJECT, '-event.pubsub-topic', FINALIZED];
  return [...topic, '-event.list', 'finalize', '-event.object-prefix', 'entrada/'];
}

export async function startBigQuery(python: string, scene: Scene): Promise<Emulator> {
  const root = rootOf(scene);
  await mkdir(root, { recursive: true });
  const [rest, grpc] = [await freePort(), await freePort()];
  const launcher = fileURLToPath(new URL('start_bqemulator.py', import.meta.url));
  const emulator = await startChild(
    [
      ...[python, launcher, 'start', '--project', PROJECT],
      ...['--rest-port', String(rest), '--grpc-port', String(grpc)],
    ],
    {
      log: join(scene.folder, 'bigquery.log'),
      environment: {
        ...scene.environment,
        BQEMU_GCS_LOCAL_ROOT: root,
        BQEMU_ENABLE_FORMAT_EXTENSIONS: 'false',
        PYTHONUNBUFFERED: '1',
      },
      says: new RegExp(`${rest}`),
      answers: answersAt(`http://127.0.0.1:${rest}/bigquery/v2/projects/${PROJECT}/datasets`),
    },
  );
  return emulatorOf(emulator, {
    ENTRADA_TEST_BIGQUERY_URL: `http://127.0.0.1:${rest}`,
    ENTRADA_TEST_BIGQUERY_GRPC: `127.0.0.1:${grpc}`,
  });
}

/** Nothing runs: the suites call the analyzer themselves. */
export async function offerAnalyzer(python: string): Promise<Emulator> {
  const script = fileURLToPath(new URL('gsqlcheck.py', import.meta.url));
  const environment = { ENTRADA_TEST_ANALYZER: JSON.stringify([python, script]) };
  return { environment, async [Symbol.asyncDispose]() {} };
}

/** Nothing runs: the suites call gcloud and bq themselves. */
export async function offerSdk(discovery: string): Promise<Emulator> {
  return {
    environment: { ENTRADA_TEST_BQ_DISCOVERY: discovery },
    async [Symbol.asyncDispose]() {},
  };
}

/** A new metadata database; the suites run the DAGs themselves. */
export async function offerAirflow(python: string, { folder, environment }: Scene) {
  const made = {
    AIRFLOW_HOME: join(folder, 'airflow'),
    AIRFLOW__CORE__DAGS_FOLDER: fileURLToPath(new URL('../../cloud/airflow/dags', import.meta.url)),
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW_CONN_GOOGLE_CLOUD_DEFAULT: JSON.stringify({
      conn_type: 'google_cloud_platform',
      extra: { project: PROJECT, is_anonymous: true },
    }),
    ENTRADA_TEST_AIRFLOW: python,
  };
  const log = join(folder, 'airflow.log');
  await runToEnd([python, '-m', 'airflow', 'db', 'migrate'], {
    log,
    environment: { ...environment, ...made },
  });
  return { environment: made, async [Symbol.asyncDispose]() {} };
}

function emulatorOf(started: Started, environment: Emulator['environment']): Emulator {
  return { environment, [Symbol.asyncDispose]: () => started[Symbol.asyncDispose]() };
}
