import { spawn } from 'node:child_process';
import { glob, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Emulator,
  offerAnalyzer,
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
  prepareAnalyzer,
  prepareBigQuery,
  prepareFakeGcs,
  preparePubSub,
} from './parts.ts';
import { MISSING, type PartName } from './rig.ts';

const HELP = `npm run test:cloud [-- OPTIONS] [SUITE...]
  runs test/cloud/*.test.ts, or those whose names begin with SUITE, against emulators on this machine

  --all      a part that this machine lacks is a failure, not a skip (also with CI=1)
  --prepare  only make the parts ready; the suites are not run
  --help     this text

What was fetched and built is kept in $ENTRADA_RIG (default: ~/.cache/entrada/rig).
`;

/** In the order in which they start: fake-gcs-server tells Pub/Sub what arrives. */
const parts: Readonly<Record<PartName, (cache: string, effects: Effects) => Promise<Start>>> = {
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
};
type Start = (scene: Scene) => Promise<Emulator>;

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, prepare: { type: 'boolean' }, help: { type: 'boolean' } },
  allowPositionals: true,
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = await main();

async function main(): Promise<number> {
  const say = (line: string) => process.stderr.write(`test:cloud: ${line}\n`);
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stopping.abort());
  const starts: { part: PartName; start: Start }[] = [];
  const missing: Partial<Record<PartName, string>> = {};
  for (const [part, prepare] of Object.entries(parts) as [PartName, (typeof parts)[PartName]][]) {
    try {
      starts.push({ part, start: await prepare(cacheFolder(), { say }) });
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      say(error.message);
      missing[part] = error.message;
    }
  }
  const needsAll = values.all || ['1', 'true'].includes(process.env.CI ?? '');
  if (needsAll && Object.keys(missing).length > 0) return 1;
  if (values.prepare || stopping.signal.aborted) return stopping.signal.aborted ? 130 : 0;

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
  // Awaited here: what runs must not be stopped before the suites have ended.
  return await runSuites(await suites(), environment, stopping.signal);
}

/** What a person has set for their own work must not reach the tests. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(ENTRADA_|GOOGLE_|STORAGE_EMULATOR_HOST|PUBSUB_|BIGQUERY_|NODE_TEST_CONTEXT)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

async function suites(): Promise<string[]> {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  const found: string[] = [];
  for await (const file of glob('*.test.ts', { cwd: folder }))
    if (positionals.length === 0 || positionals.some((start) => file.startsWith(start)))
      found.push(join(folder, file));
  return found.sort();
}

async function runSuites(
  files: readonly string[],
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<number> {
  if (files.length === 0) throw new Error(`no suite begins with ${positionals.join(' or ')}`);
  const child = spawn(process.execPath, ['--test', '--test-concurrency=2', ...files], {
    env,
    stdio: 'inherit',
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  const code = await new Promise<number>((resolve) => child.on('close', (c) => resolve(c ?? 1)));
  return signal.aborted ? 130 : code;
}
