import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openGcsLake } from '../../src/lake/gcs.ts';
import type { Lake } from '../../src/lake/lake.ts';
import type { LedgerEvent } from '../../src/ledger/events.ts';
import { type Answer, entrada, folder, newPlace } from '../cli/entrada.ts';
import { namesIn } from '../contracts/lake.ts';
import { sale, sales } from '../ingest/home.ts';
import { commandsIn, keysIn, runbook } from '../runbook.ts';
import { date } from '../workbook-builder.ts';
import { find } from './parts.ts';
import { given, JSON_TYPE, newBucket, newProject, skipWithout } from './rig.ts';
import { newPlace as newDataset, openEmulated } from './warehouses.ts';

const MARCH = date(2019, 3, 1);

interface Scene {
  readonly lake: Lake;
  run(command: string): Promise<Answer>;
  /** What a receiver would tell that stopped half way, of a file that is still in the inbox. */
  tell(file: string, event: string, code?: string): Promise<void>;
}

async function newScene(): Promise<Scene> {
  const [bucket, endpoint, home] = [
    await newBucket(),
    given('ENTRADA_TEST_STORAGE_URL'),
    newPlace(),
  ];
  const place = newDataset();
  const lake = await openGcsLake({ bucket, endpoint });
  const env = {
    ENTRADA_LAKE: `gs://${bucket}`,
    ENTRADA_STORAGE_URL: endpoint,
    ENTRADA_WAREHOUSE: `bigquery:${place.project}.${place.dataset}`,
    ENTRADA_BIGQUERY_URL: given('ENTRADA_TEST_BIGQUERY_URL'),
    ENTRADA_HOME: home,
    METADATA_SERVER_DETECTION: 'none',
  };
  return {
    lake,
    run(command) {
      const [, ...args] = (command.match(/"[^"]*"|\S+/g) ?? []).map((one) =>
        one.replaceAll('"', ''),
      );
      return entrada(args, { env });
    },
    async tell(fileName, event, code) {
      const [{ version }] = (await lake.list('entrada')).filter(({ name }) =>
        name.endsWith(fileName),
      );
      const drop = `entrada/${fileName}#${version}`;
      const told = {
        drop,
        fileName,
        fileHash: '',
        runId: 'earlier',
        time: Date.now(),
        event,
        code,
      };
      const warehouse = await openEmulated(place);
      await warehouse.record([told as LedgerEvent]);
      await warehouse.close();
    },
  };
}

/** How a file comes into each state that the runbook has a row for; each gives the file's name. */
const makers: Readonly<Record<string, (scene: Scene) => Promise<string>>> = {
  loaded: ({ lake }) => drop(lake, 'good.xlsx', sales(sale(1, MARCH))),
  repeated: ({ lake }) => drop(lake, 'good again.xlsx', sales(sale(1, MARCH))),
  rejected: ({ lake }) => drop(lake, 'wrong.xlsx', Buffer.from('no workbook')),
  retracted: ({ lake }) => drop(lake, 'taken back.xlsx', sales(sale(2, MARCH))),
  archived: ({ lake }) => drop(lake, 'other.xlsx', sales(sale(3, MARCH))),
};
/** Those that are still in the inbox. */
const kept: typeof makers = {
  received: (scene) => half(scene, 'received', 4),
  failed: (scene) => half(scene, 'failed', 5, 'fault'),
  postponed: (scene) => half(scene, 'postponed', 6, 'lake.unreachable'),
  'wait.ready': ({ lake }) => drop(lake, 'ready.xlsx', sales(sale(7, MARCH))),
  'wait.name': ({ lake }) => drop(lake, 'list.csv', Buffer.from('a;b')),
  'wait.hidden': ({ lake }) => drop(lake, '.x.xlsx', Buffer.from('x')),
  'wait.temporary': ({ lake }) => drop(lake, 'big.xlsx.part', Buffer.from('PK')),
  'wait.lockFile': ({ lake }) => drop(lake, '~$good.xlsx', Buffer.from('x')),
  'wait.empty': ({ lake }) => drop(lake, 'empty.xlsx', Buffer.from('')),
  'wait.gaps': ({ lake }) => {
    const bytes = Buffer.from(sales(sale(8)));
    // Within the first part, whose checksum then is another.
    bytes.fill(0, 60, 70);
    return drop(lake, 'loja/gaps.xlsx', bytes);
  },
  'wait.incomplete': ({ lake }) => drop(lake, 'half.xlsx', sales(sale(8)).subarray(0, 200)),
};
/** Only while somebody writes. */
const WRITING = 'wait.writing';

async function drop(lake: Lake, name: string, bytes: Uint8Array): Promise<string> {
  await lake.write(`entrada/${name}`, bytes);
  return name;
}

async function half({ lake, tell }: Scene, state: string, units: number, code?: string) {
  const name = await drop(lake, `${state}.xlsx`, sales(sale(units, MARCH)));
  await tell(name, state, code);
  return name;
}

const skip = skipWithout('storage', 'pubsub', 'bigquery');

describe('the runbook, tried', { skip }, () => {
  test('every state of a file is as its row says, and what the rows say to type works', async () => {
    const text = await runbook();
    const known = [...Object.keys(makers), ...Object.keys(kept), WRITING];
    assert.deepEqual(keysIn(text, 'Files').sort(), known.sort());
    const scene = await newScene();
    const names: Record<string, string> = {};
    for (const [state, make] of Object.entries(makers)) {
      names[state] = await make(scene);
      // Each comes by itself, so that it is known which of two alike was first.
      assert.match(String((await scene.run('entrada run')).code), /^[03]$/, state);
    }
    assert.equal((await scene.run('entrada retract "taken back.xlsx"')).code, 0);
    for (const [state, make] of Object.entries(kept)) names[state] = await make(scene);

    const seen = (await scene.run('entrada status --json')).objects();
    const stateOf = (name: string) =>
      seen
        .filter(({ fileName }) => fileName === name)
        .map(({ type, reason, state }) => (type === 'waiting' ? reason : state));
    for (const [state, name] of Object.entries(names))
      assert.ok(
        stateOf(name).includes(state === 'archived' ? 'loaded' : state),
        `${state}: ${name}`,
      );
    const at = (name: string) => seen.find(({ fileName }) => fileName === name)?.archived;
    assert.deepEqual([at(names.archived), at(names.received)], [true, false]);

    const local = join(folder, 'local.xlsx');
    await writeFile(local, sales(sale(1)));
    for (const command of commandsIn(text)) {
      // Nobody is Spotify here.
      if (command.startsWith('entrada spotify')) continue;
      const file = command.startsWith('entrada check') ? local : names.loaded;
      const { code, stderr } = await scene.run(command.replace(/\bFILE\b/, file));
      assert.equal(code, 0, `${command}: ${stderr}`);
    }
    const inbox = ['entrada', 'entrada/loja'].map((one) => namesIn(scene.lake, one));
    const left = (await Promise.all(inbox)).flat().sort();
    const waits = Object.entries(names).filter(([state]) => /^wait\.(?!ready)/.test(state));
    assert.deepEqual(left, waits.map(([, name]) => `entrada/${name}`).sort());
    const sum = 'entrada query "SELECT SUM(QTD_VENDA) AS UNITS FROM bases_vendas" --format csv';
    // All that was ever dropped and not taken back: good.xlsx (1) is what the runbook's `retract FILE` took.
    assert.equal((await scene.run(sum)).stdout, `UNITS\n${3 + 4 + 5 + 6 + 7}\n`);
  });

  test('a file that somebody writes to without end is said to be written', async () => {
    const { lake, run } = await newScene();
    await run('entrada deploy --apply');
    let ended = false;
    const writing = (async () => {
      while (!ended) await lake.write('entrada/log.xlsx', sales(sale(1)));
    })();
    const { stdout } = await run('entrada status');
    ended = true;
    await writing;
    assert.match(stdout, /log\.xlsx: left in entrada\/; it is still being written/);
  });

  test('gcloud shows a dead letter, leaves it, takes it away, and publishes one again', async (t) => {
    const gcloud = await find('gcloud');
    if (!gcloud)
      return t.skip('gcloud is not on the PATH: https://cloud.google.com/sdk/docs/install');
    const topics = ['entrada-dead-letters', 'bases_vendas'];
    const project = await newProject(...topics);
    const api = `http://${given('PUBSUB_EMULATOR_HOST')}/v1/projects/${project}`;
    for (const topic of topics)
      await fetch(`${api}/subscriptions/${topic}`, {
        method: 'PUT',
        headers: JSON_TYPE,
        body: JSON.stringify({ topic: `projects/${project}/topics/${topic}` }),
      });
    const message = { data: Buffer.from('{"name": "entrada/x.xlsx"}').toString('base64') };
    await fetch(`${api}/topics/entrada-dead-letters:publish`, {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ messages: [message] }),
    });
    const settings = await mkdtemp(join(tmpdir(), 'entrada-gcloud-'));
    t.after(() => rm(settings, { recursive: true, force: true }));
    const env = {
      ...process.env,
      CLOUDSDK_CONFIG: settings,
      CLOUDSDK_CORE_PROJECT: project,
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
      CLOUDSDK_API_ENDPOINT_OVERRIDES_PUBSUB: `http://${given('PUBSUB_EMULATOR_HOST')}/`,
    };
    const text = await runbook();
    const pull = (command: string) =>
      commandsIn(text, 'gcloud').find((one) => one.includes(command));
    const run = async (command: string | undefined) => {
      assert.ok(command, 'the runbook has another command');
      const args = (command.match(/'[^']*'|[^\s']+(?:'[^']*')?/g) ?? []).map((one) =>
        one.replaceAll("'", ''),
      );
      return (await promisify(execFile)(gcloud, args.slice(1), { env })).stdout;
    };
    const look = pull('pull entrada-dead-letters --limit=10 --format=json');
    for (const data of [message.data, message.data]) {
      // Shown, and not taken: it is there again once its ten seconds are over.
      const [shown] = await untilSome<Pulled>(async () => JSON.parse(await run(look)));
      assert.equal(shown.message.data, data);
    }
    await untilSome(async () => [
      ...(await run(pull('pull entrada-dead-letters --limit=100 --auto-ack'))),
    ]);
    await run(pull('topics publish bases_vendas'));
    const again = await run(
      'gcloud pubsub subscriptions pull bases_vendas --format=json --auto-ack',
    );
    const { name, version } = JSON.parse(
      Buffer.from(JSON.parse(again)[0].message.data, 'base64').toString(),
    );
    assert.deepEqual([name, typeof version], ['entrada/x.xlsx', 'string']);
  });
});

interface Pulled {
  readonly message: { readonly data: string };
}

async function untilSome<T>(ask: () => Promise<T[]>): Promise<T[]> {
  for (let tries = 0; tries < 15; tries++) {
    const some = await ask();
    if (some.length > 0) return some;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
  throw new Error('nothing came');
}
