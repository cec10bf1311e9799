import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LedgerEvent } from '../../../src/ledger/events.ts';
import { type Answer, begin, ended, isPlain, newPlace } from '../../cli/entrada.ts';
import { PROGRAM } from '../../program.ts';
import { placesIn, runbook } from '../../runbook.ts';
import { given } from '../rig.ts';
import { type CloudScene, cloudScene, pubsub } from '../scene.ts';
import { type Recorder, startRecorder } from './recorder.ts';

type Values = Readonly<Record<string, string>>;
export type Why = Pick<LedgerEvent, 'code' | 'detail'>;

/** Types the commands of a place which the pattern fits, in one shell; FILE and the like stand for values. */
export type Type = (which: RegExp, values?: Values) => Promise<Answer>;

/**
 * Where the person on call sits: what they have typed first, gcloud and bq that ask the emulators of Cloud Storage and
 * Pub/Sub, and the recorder for all else.
 */
export interface Desk extends AsyncDisposable {
  readonly scene: CloudScene;
  readonly recorder: Recorder;
  /** Where what is downloaded goes, and what is uploaded comes from. */
  readonly folder: string;
  /** For what stands at a place of the runbook, or at several alike; `environment` counts more than what the desk has. */
  at(place: string | readonly string[], environment?: Values): Type;
  /** Types anything, as bash takes it, until something fails. */
  type(commands: string, environment?: Values): Promise<Answer>;
  /** A new topic and its subscription, both of this name, with a message. */
  subscribe(name: string, message: object): Promise<void>;
  /** What a receiver would tell that stopped half way, of a file that is still in the inbox. */
  tell(fileName: string, event: string, why?: Why): Promise<void>;
}

const places = placesIn(await runbook());
const typed = new Map<string, Set<string>>();

/** What the runbook tells to type, and nothing has typed, with its place. */
export function untyped(): string[] {
  return [...places].flatMap(([place, commands]) =>
    commands
      .filter((command) => !typed.get(place)?.has(command))
      .map((command) => `${place}: ${command}`),
  );
}

export async function openDesk(): Promise<Desk> {
  const folder = newPlace();
  await mkdir(folder);
  await using opened = new AsyncDisposableStack();
  const recorder = opened.use(await startRecorder());
  const scene = opened.use(await cloudScene());
  // Who is on call receives by themselves, and tells nobody.
  const { ENTRADA_BUS: _, ENTRADA_RECEIVER: __, ...settings } = scene.environment;
  const base = {
    ...settings,
    ...(await forGoogle(folder, scene, recorder)),
    PROJECT: scene.project,
    REGION: 'us-central1',
    TEST_FOLDER: folder,
    TEST_NODE: process.execPath,
    TEST_PROGRAM: PROGRAM,
  };

  const type = (commands: string, environment: Values = {}) => {
    const script = `cd "$TEST_FOLDER"; entrada() { "$TEST_NODE" "$TEST_PROGRAM" "$@"; }\n${commands}`;
    return ended(begin('bash', ['-ec', script], { ...base, ...environment }));
  };

  const all = opened.move();
  return {
    scene,
    recorder,
    folder,
    type,
    at: (place, environment) => async (which, values) => {
      const [commands, ...others] = [place].flat().map((one) => take(one, which));
      for (const other of others) assert.deepEqual(other, commands);
      const answer = await type(fill(commands.join('\n'), values), environment);
      if (commands[0].startsWith('entrada ')) isPlain(answer, commands[0]);
      return answer;
    },
    async subscribe(name, message) {
      const topic = `projects/${scene.project}/topics/${name}`;
      await pubsub(`${scene.project}/topics/${name}`, {});
      await pubsub(`${scene.project}/subscriptions/${name}`, { topic });
      await scene.publish(name, message);
    },
    async tell(fileName, event, why) {
      const files = await scene.lake.list('entrada');
      const version = files.find(({ name }) => name === `entrada/${fileName}`)?.version;
      assert.ok(version);
      const drop = `entrada/${fileName}#${version}`;
      const about = { drop, fileName, fileHash: '', runId: 'earlier', time: Date.now() };
      await scene.warehouse.record([{ ...about, event, ...why } as LedgerEvent]);
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** What of a place the pattern fits; it is typed now. */
function take(place: string, which: RegExp): string[] {
  const commands = (places.get(place) ?? []).filter((command) => which.test(command));
  assert.ok(commands.length > 0, `the runbook has no ${which} at "${place}"`);
  typed.set(place, new Set([...(typed.get(place) ?? []), ...commands]));
  return commands;
}

/** The value of a name that is written in capitals, or of an example, wherever it stands. */
function fill(commands: string, values: Values = {}): string {
  return Object.entries(values).reduce((text, [name, value]) => {
    assert.ok(text.includes(name), `${name} is not in: ${commands}`);
    return text.replaceAll(name, () => value);
  }, commands);
}

/** What lets gcloud and bq ask these and nobody else, as nobody in particular. */
async function forGoogle(folder: string, { project }: CloudScene, { url }: Recorder) {
  const [settings, token, bq] = ['gcloud', 'token', 'bigqueryrc'].map((name) => join(folder, name));
  await writeFile(token, 'nobody');
  const discovery = given('ENTRADA_TEST_BQ_DISCOVERY');
  await writeFile(bq, `api = ${url}\ndiscovery_file = ${discovery}\n`);
  const recorded = ['logging', 'run', 'cloudscheduler', 'composer'].map((api) => [
    `CLOUDSDK_API_ENDPOINT_OVERRIDES_${api.toUpperCase()}`,
    `http://${api}.googleapis.com/`,
  ]);
  return {
    CLOUDSDK_CONFIG: settings,
    CLOUDSDK_CORE_PROJECT: project,
    CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
    CLOUDSDK_CORE_CHECK_GCE_METADATA: '0',
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: token,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: `${given('ENTRADA_TEST_STORAGE_URL')}/storage/v1/`,
    CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `http://${given('PUBSUB_EMULATOR_HOST')}/`,
    ...Object.fromEntries(recorded),
    BIGQUERYRC: bq,
    http_proxy: url,
    https_proxy: url,
    no_proxy: '127.0.0.1',
  };
}
