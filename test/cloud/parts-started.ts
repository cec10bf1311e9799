import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Emulator,
  offerAirflow,
  offerAnalyzer,
  offerSdk,
  PROJECT,
  type Scene,
  startBigQuery,
  startFakeGcs,
  startPubSub,
} from './emulators.ts';
import {
  cacheFolder,
  type Effects,
  Missing,
  prepareAirflow,
  prepareAnalyzer,
  prepareBigQuery,
  prepareFakeGcs,
  preparePubSub,
  prepareSdk,
} from './parts.ts';
import { MISSING, type PartName } from './rig.ts';

const prepare: Readonly<Record<PartName, (cache: string, effects: Effects) => Promise<Start>>> = {
  async pubsub() {
    const command = await preparePubSub();
    return (scene) => startPubSub(command, scene);
  },
  async storage(cache, effects) {
    const program = await prepareFakeGcs(cache, effects);
    return (scene) => startFakeGcs(program, scene);
  },
  async bigquery(cache, effects) {
    const python = await prepareBigQuery(cache, effects);
    return (scene) => startBigQuery(python, scene);
  },
  async analyzer(cache, effects) {
    const python = await prepareAnalyzer(cache, effects);
    return () => offerAnalyzer(python);
  },
  async sdk() {
    const discovery = await prepareSdk();
    return () => offerSdk(discovery);
  },
  async airflow(cache, effects) {
    const python = await prepareAirflow(cache, effects);
    return (scene) => offerAirflow(python, scene);
  },
};
type Start = (scene: Scene) => Promise<Emulator>;

interface Rig {
  /** What says what is done. */
  readonly name: string;
  /** In the order in which they start: fake-gcs-server tells Pub/Sub what arrives. */
  readonly parts: readonly PartName[];
  /** Whether a part that this machine lacks is a failure; it is with CI=1 in any case. */
  readonly all: boolean;
  /** Whether nothing is run once the parts are ready. */
  readonly prepare: boolean;
}

/** Runs a program in the environment that the parts give; its exit code. */
export type RunIn = (program: string, ...args: readonly string[]) => Promise<number>;

/** Makes the parts ready, starts them, and stops them when `use` has ended, also after Ctrl-C. Gives the exit code. */
export async function withParts(
  rig: Rig,
  use: (run: RunIn, environment: NodeJS.ProcessEnv) => Promise<number>,
): Promise<number> {
  const say = (line: string) => process.stderr.write(`${rig.name}: ${line}\n`);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort());
  const starts: { part: PartName; start: Start }[] = [];
  const missing: Partial<Record<PartName, string>> = {};
  for (const part of rig.parts) {
    try {
      starts.push({ part, start: await prepare[part](cacheFolder(), { say }) });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      say(error.message);
      missing[part] = error.message;
    }
  }
  const needsAll = rig.all || ['1', 'true'].includes(process.env.CI ?? '');
  if (needsAll && Object.keys(missing).length > 0) return 1;
  if (rig.prepare || stopping.signal.aborted) return stopping.signal.aborted ? 130 : 0;

  const folder = await mkdtemp(join(tmpdir(), 'entrada-cloud-'));
  await using running = new AsyncDisposableStack();
  running.defer(() => rm(folder, { recursive: true, force: true }));
  const environment: NodeJS.ProcessEnv = {
    ...cleanEnvironment(),
    METADATA_SERVER_DETECTION: 'none',
    GOOGLE_CLOUD_PROJECT: PROJECT,
    [MISSING]: JSON.stringify(missing),
  };
  for (const { part, start } of starts) {
    const began = performance.now();
    const emulator = running.use(await start({ folder, environment }));
    Object.assign(environment, emulator.environment);
    if (stopping.signal.aborted) return 130;
    say(`${part} is ready (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  }
  // Awaited here: what runs must not be stopped before it has ended.
  const run: RunIn = (program, ...args) => runIn(environment, stopping.signal, program, args);
  return await use(run, environment);
}

/** What a person has set for their own work must not reach the tests. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign =
    /^(ENTRADA_|GOOGLE_|STORAGE_EMULATOR_HOST|PUBSUB_|BIGQUERY_|AIRFLOW_|NODE_TEST_CONTEXT)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function runIn(
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
  program: string,
  args: readonly string[],
): Promise<number> {
  if (signal.aborted) return 130;
  const child = spawn(program, args, { env, stdio: 'inherit' });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve) => child.on('close', (c) => resolve(c ?? 1)));
  return signal.aborted ? 130 : code;
}
