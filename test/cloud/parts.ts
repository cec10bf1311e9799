import { createHash } from 'node:crypto';
import {
  access,
  constants,
  glob,
  mkdir,
  readFile,
  realpath,
  rm,
  writeFile,
} from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { told } from './told.ts';

/** Something that this machine lacks, in one line that says how to get it. */
export class Missing extends Error {}

export interface Effects {
  say(line: string): void;
}

const FAKE_GCS = 'github.com/fsouza/fake-gcs-server@v1.55.1';
const EMULATOR = ['bqemulator==1.4.0', 'sqlglot==30.11.0', 'duckdb==1.5.6', 'numpy==2.4.6'];
const UV = 'uv==0.13.9';
const ANALYZER = [
  'zetasql==0.1.5',
  'wasmtime==50.0.1',
  'protobuf==7.36.2',
  'tzdata==2026.6',
  'typing_extensions==4.16.0',
];

/** Where what was fetched and built is kept between runs; outside the checkout. */
export const cacheFolder = (environment = process.env) =>
  environment.ENTRADA_RIG ??
  join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'entrada', 'rig');

/** The program fake-gcs-server, built once. */
export async function prepareFakeGcs(cache: string, { say }: Effects): Promise<string> {
  const folder = join(cache, 'fake-gcs-server-1.55.1');
  const program = join(folder, 'fake-gcs-server');
  if (await isRunnable(program)) return program;
  const go = await find('go');
  if (!go)
    throw new Missing(
      'Go is not on the PATH (it builds fake-gcs-server): https://go.dev/doc/install',
    );
  say(`building ${FAKE_GCS} (once, about 3 minutes) ...`);
  // Not optimised, which takes a third less, and there is little for it to do.
  const install = ['install', '-gcflags=all=-N -l', FAKE_GCS];
  await run('fake-gcs-server', go, install, { GOBIN: folder, CGO_ENABLED: '0' });
  return program;
}

/** Java and the Pub/Sub emulator of the Google Cloud SDK, as a command. */
export async function preparePubSub(): Promise<readonly string[]> {
  const java = await find('java');
  if (!java)
    throw new Missing(
      'Java is not on the PATH (it runs the Pub/Sub emulator): apt-get install default-jre-headless',
    );
  const jar = await findInSdk('platform/pubsub-emulator/lib/cloud-pubsub-emulator-*.jar');
  if (jar) return [java, '-jar', jar];
  throw new Missing(
    'The Google Cloud SDK has no Pub/Sub emulator: gcloud components install pubsub-emulator, or apt-get install google-cloud-cli-pubsub-emulator (https://cloud.google.com/sdk/docs/install)',
  );
}

/** gcloud and bq; the file from which bq knows BigQuery where what it asks does not say. */
export async function prepareSdk(): Promise<string> {
  const discovery = await findInSdk('platform/bq/discovery*/bigquery.json');
  if (discovery && (await find('gcloud')) && (await find('bq'))) return discovery;
  throw new Missing(
    'The Google Cloud SDK is not on the PATH with gcloud and bq: https://cloud.google.com/sdk/docs/install',
  );
}

async function findInSdk(pattern: string): Promise<string | undefined> {
  const gcloud = await find('gcloud');
  const roots = [
    process.env.CLOUDSDK_ROOT_DIR,
    gcloud && dirname(dirname(await realpath(gcloud))),
    '/usr/lib/google-cloud-sdk',
    join(homedir(), 'google-cloud-sdk'),
  ].filter((root) => root !== undefined);
  for (const root of roots)
    for await (const file of glob(pattern, { cwd: root })) return join(root, file);
  return undefined;
}

/** A Python that has the BigQuery emulator. */
export function prepareBigQuery(cache: string, effects: Effects): Promise<string> {
  return prepareVenv(join(cache, 'bqemulator'), EMULATOR, [], effects);
}

/** A Python that has Google's analyzer of GoogleSQL, whose dependencies would bring far more than it needs. */
export function prepareAnalyzer(cache: string, effects: Effects): Promise<string> {
  return prepareVenv(join(cache, 'gsqlcheck'), ANALYZER, ['--no-deps'], effects);
}

/** A Python that has Airflow and what its lock file names besides, installed by uv: pip takes minutes. */
export async function prepareAirflow(cache: string, effects: Effects): Promise<string> {
  const lock = fileURLToPath(new URL('../airflow/requirements.lock', import.meta.url));
  return prepareVenv(join(cache, 'airflow'), [UV], [], effects, lock);
}

async function prepareVenv(
  folder: string,
  packages: readonly string[],
  flags: readonly string[],
  { say }: Effects,
  lock?: string,
): Promise<string> {
  const python = join(folder, 'bin', 'python');
  const stamp = join(folder, 'entrada-installed');
  const locked = lock === undefined ? '' : await readFile(lock, 'utf8');
  const wanted = createHash('sha256')
    .update(packages.join('\n') + locked)
    .digest('hex');
  const has = await readFile(stamp, 'utf8').catch(() => '');
  if (has === wanted && (await isRunnable(python))) return python;
  const system = await find('python3');
  if (!system)
    throw new Missing(
      `Python is not on the PATH (it runs ${packages[0]}): apt-get install python3 python3-venv`,
    );
  say(`installing ${packages.join(' ')} (once, about a minute) ...`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(dirname(folder), { recursive: true });
  await run('a Python environment (apt-get install python3-venv)', system, ['-m', 'venv', folder]);
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  await run(packages[0], python, [...install, ...flags, ...packages]);
  if (lock !== undefined) {
    const uv = ['-m', 'uv', 'pip', 'install', '--quiet', '--python', python];
    await run(lock, python, [...uv, '--require-hashes', '--requirement', lock]);
  }
  await writeFile(stamp, wanted);
  return python;
}

/** Where a program is, if it is on the PATH. */
export async function find(program: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    if (folder !== '' && (await isRunnable(path))) return path;
  }
  return undefined;
}

export async function isRunnable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Runs a program to its end. Throws Missing with what it said last where it fails. */
export async function run(
  what: string,
  program: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<void> {
  await told(program, args, environment).catch((error) => {
    throw new Missing(
      `${what} could not be made ready: ${error.message.trim().split('\n').at(-1)}`,
    );
  });
}
