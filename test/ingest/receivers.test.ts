import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import type { Message } from '../../src/bus/bus.ts';
import { createMemoryBus } from '../../src/bus/memory.ts';
import { readSettings } from '../../src/config.ts';
import { TerminalError, TransientError } from '../../src/errors.ts';
import { recordRested } from '../../src/ingest/archive.ts';
import type { Context } from '../../src/ingest/context.ts';
import { deliveryOf } from '../../src/ingest/drop.ts';
import { recordFailure } from '../../src/ingest/failure.ts';
import { runOnce } from '../../src/ingest/flow.ts';
import { createIncoming } from '../../src/ingest/incoming.ts';
import { receive } from '../../src/ingest/receive.ts';
import { receiveElsewhere, TOPIC } from '../../src/ingest/receivers.ts';
import type { Lake } from '../../src/lake/lake.ts';
import { allFiles } from '../../src/ledger/ledger.ts';
import { openDuckDb } from '../../src/warehouse/duckdb/duckdb.ts';
import { defaultLimits } from '../../src/workbook/limits.ts';
import { createMemoryLake } from '../lake/memory.ts';
import { sale, sales, shippedDatasets } from './home.ts';

interface Options {
  readonly runs?: number;
  readonly files?: Readonly<Record<string, Uint8Array>>;
  readonly replaces?: boolean;
  /** What the function does later, so many minutes after the run began. */
  readonly later?: (context: Context, minutes: number) => Promise<void>;
}

type Function = (context: Context, message: Message) => Promise<void>;

/** A run whose files are received by a function, in a time that passes only while it waits. */
async function runWith(
  receiver: Function,
  { runs = 1, files = { 'a.xlsx': sales(sale(1)) }, replaces = false, later }: Options = {},
) {
  const lake = createMemoryLake();
  await using incoming = createIncoming({ lake, limits: defaultLimits });
  const warehouse = await openDuckDb({ file: ':memory:', waitMs: 0 });
  try {
    for (const [name, bytes] of Object.entries(files)) await lake.write(`entrada/${name}`, bytes);
    const bus = createMemoryBus({ maxAttempts: 1 });
    let clock = Date.now() + 60_000;
    const began = clock;
    const sleep = async (ms: number) => {
      clock += ms;
      // What functions do in the meantime.
      await bus.drain();
      await later?.({ ...context, runId: 'function' }, (clock - began) / 60_000);
    };
    const context: Context = {
      lake,
      warehouse,
      isShared: true,
      datasets: await shippedDatasets(),
      broken: [],
      incoming,
      language: 'en',
      replaceSameName: replaces,
      runId: 'run-1',
      log: pino({ level: 'silent' }),
      now: () => clock++,
    };
    await bus.subscribe(TOPIC, 'function', {
      handle: (message) => receiver({ ...context, runId: 'function' }, message),
    });
    const effects = { now: () => clock, sleep, limits: defaultLimits };
    let summary = await runOnce(context, bus, effects, receiveElsewhere(sleep));
    for (let again = 1; again < runs; again++)
      summary = await runOnce(context, bus, effects, receiveElsewhere(sleep));
    await bus.close();
    const ledger = await allFiles(warehouse);
    const { rows: events } = await warehouse.query('SELECT EVENT FROM ledger_events ORDER BY 1');
    return { ...summary, minutes: (clock - began) / 60_000, ledger, events, lake };
  } finally {
    await warehouse.close();
  }
}

const told = (failures: readonly { readonly name: string; readonly error: unknown }[]) =>
  failures.map(({ name, error }) => [name, (error as { code?: string }).code]);

const receiving: Function = async (context, { data: { name, version } }) => {
  const file = { name, version };
  const rested = await receive(context, file, await deliveryOf(context.warehouse, file));
  await recordRested(context.warehouse, rested);
};

/** A delivery that reads its file from another lake than the rest of the run. */
async function receivingFrom(lake: Lake, context: Context, message: Message): Promise<void> {
  await using incoming = createIncoming({ lake, limits: defaultLimits });
  await receiving({ ...context, incoming }, message);
}

const failing =
  (error: Error): Function =>
  async (context, { data: { name, version } }) => {
    const { drop } = await deliveryOf(context.warehouse, { name, version });
    await recordFailure(context, drop, error);
    throw error;
  };

const OUTCOMES = { loaded: sales(sale(1)), rejected: Buffer.from('no workbook') };

const fault = new TerminalError('warehouse.failed', { detail: 'of the test' });
const passing = new TransientError('lake.unreachable', { file: 'a', detail: 'of the test' });

test('a run waits until each file that it announced has come to rest', async () => {
  const { files, postponed, failed, consolidated, minutes } = await runWith(receiving, {
    files: { 'a.xlsx': sales(sale(1)), 'b.xlsx': sales(sale(2)) },
  });
  assert.deepEqual([postponed, failed], [[], []]);
  assert.deepEqual(
    files.map(({ state, archived }) => [state, archived]),
    [
      ['loaded', true],
      ['loaded', true],
    ],
  );
  assert.equal(consolidated.length, 1);
  assert.ok(minutes < 2);
});

test('a function that never answers is given up after a quarter of an hour, and the ledger says so', async () => {
  const { postponed, failed, ledger, minutes, lake } = await runWith(async () => {});
  assert.deepEqual(told(postponed), [['entrada/a.xlsx', 'bus.silent']]);
  assert.deepEqual(failed, []);
  assert.ok(minutes >= 15 && minutes < 16, `${minutes}`);
  assert.deepEqual(
    ledger.map(({ state, code }) => [state, code]),
    [['postponed', 'bus.silent']],
  );
  assert.equal((await lake.list('entrada')).length, 1);
});

test('a fault ends the wait at once, and an earlier one is not taken for it', async () => {
  const once = await runWith(failing(fault));
  assert.deepEqual(told(once.failed), [['entrada/a.xlsx', 'warehouse.failed']]);
  assert.ok(once.minutes < 1);
  let tries = 0;
  const again = await runWith(
    (context, message) => (tries++ === 0 ? failing(fault) : receiving)(context, message),
    { runs: 2 },
  );
  assert.deepEqual([again.failed, again.postponed], [[], []]);
  assert.deepEqual(
    again.files.map(({ state }) => state),
    ['loaded'],
  );
});

test('what passes by itself is waited for, and told with its reason in the end, but not by the next run', async () => {
  const { postponed, ledger, minutes } = await runWith(failing(passing));
  assert.deepEqual(told(postponed), [['entrada/a.xlsx', 'lake.unreachable']]);
  assert.deepEqual(
    ledger.map(({ state }) => state),
    ['postponed'],
  );
  assert.ok(minutes >= 15);
  let tries = 0;
  const again = await runWith(
    async (context, message) => {
      if (tries++ === 0) await failing(passing)(context, message);
    },
    { runs: 2 },
  );
  assert.deepEqual(told(again.postponed), [['entrada/a.xlsx', 'bus.silent']]);
});

test('as long as something new is told, it is waited for', async () => {
  const messages: Message[] = [];
  let told = 0;
  const { files, postponed, minutes } = await runWith(async (_, one) => void messages.push(one), {
    async later(context, minutes) {
      const [message] = messages;
      if (minutes < 10 * (told + 1)) return;
      told += 1;
      if (told === 3) await receiving(context, message);
      else await assert.rejects(failing(passing)(context, message), passing);
    },
  });
  assert.deepEqual([postponed, files.map(({ state }) => state)], [[], ['loaded']]);
  assert.ok(minutes > 30, `${minutes}`);
});

test('a delivery that another one of the same drop overtakes is no copy of it', async () => {
  const overtaken: Function = async (context, message) => {
    const { lake } = context;
    const move = () => Promise.reject(passing);
    const open = async (name: string) => {
      await assert.rejects(receiving({ ...context, lake: { ...lake, move } }, message), passing);
      return lake.open(name);
    };
    await receivingFrom({ ...lake, open }, context, message);
  };
  const { events, ledger, failed, postponed } = await runWith(overtaken);
  assert.deepEqual([failed, postponed], [[], []]);
  assert.deepEqual(events, [['archived'], ['loaded'], ['received']]);
  assert.deepEqual(
    ledger.map(({ state, archived, rowsLoaded }) => [state, archived, rowsLoaded]),
    [['loaded', true, 1]],
  );
});

test('a delivery whose file another one of the same drop takes to its rest has nothing more to tell', async () => {
  for (const [outcome, bytes] of Object.entries(OUTCOMES)) {
    let isContent = false;
    let overtaking: Promise<void> | undefined;
    const overtaken: Function = async (context, message) => {
      const { lake } = context;
      const open = async (name: string) => {
        const opened = await lake.open(name);
        const read = async (offset: number, length: number) => {
          overtaking ??= receiving(context, message);
          await overtaking;
          await opened.verify();
          return opened.read(offset, length);
        };
        return { ...opened, read };
      };
      await receivingFrom({ ...lake, open }, context, message);
      isContent = true;
    };
    const { events, failed, postponed } = await runWith(overtaken, { files: { 'a.xlsx': bytes } });
    assert.deepEqual([isContent, failed, postponed], [true, [], []]);
    assert.deepEqual(events.flat(), ['archived', outcome, 'received'].sort());
  }
});

test('a delivery whose file could not be moved is not read again', async () => {
  for (const [outcome, bytes] of Object.entries(OUTCOMES)) {
    let reads = 0;
    const twice: Function = async (context, message) => {
      const { lake } = context;
      const move = () => Promise.reject(passing);
      await assert.rejects(receiving({ ...context, lake: { ...lake, move } }, message), passing);
      const open = (name: string) => {
        reads += 1;
        return lake.open(name);
      };
      await receivingFrom({ ...lake, open }, context, message);
    };
    const { events } = await runWith(twice, { files: { 'a.xlsx': bytes } });
    assert.deepEqual([reads, events.flat()], [0, ['archived', outcome, 'received'].sort()]);
  }
});

test('a delivery that fails when its file was hashed moves it nowhere, and another one loads it', async () => {
  let tries = 0;
  const { lake, ledger, postponed } = await runWith(
    async (context, message) => {
      const beginLoad = () => Promise.reject(passing);
      const warehouse = { ...context.warehouse, ...(tries++ === 0 && { beginLoad }) };
      await receiving({ ...context, warehouse }, message);
    },
    { runs: 2 },
  );
  assert.equal(tries, 2);
  assert.deepEqual(postponed, []);
  assert.deepEqual(
    ledger.map(({ state, rowsLoaded }) => [state, rowsLoaded]),
    [['loaded', 1]],
  );
  assert.deepEqual(await lake.list('entrada'), []);
});

test('what has come to rest is not recorded as failed', async () => {
  const late: Function = async (context, message) => {
    const { name, version } = message.data;
    const { drop } = await deliveryOf(context.warehouse, { name, version });
    await receiving(context, message);
    await recordFailure(context, drop, passing);
  };
  const { events } = await runWith(late);
  assert.deepEqual(events, [['archived'], ['loaded'], ['received']]);
});

test('a file that somebody takes back is not waited for', async () => {
  const { postponed, failed, files, minutes } = await runWith(async ({ lake }, { data }) => {
    await lake.move({ name: data.name, version: data.version }, 'elsewhere/a.xlsx');
  });
  assert.deepEqual([postponed, failed, files], [[], [], []]);
  assert.ok(minutes < 1);
});

test('an announcement says which run it is of, and that files replace their namesakes', async () => {
  const seen: unknown[] = [];
  await runWith(
    async (context, message) => {
      const { name, run, replaces } = message.data;
      seen.push({ name, run, replaces });
      await receiving(context, message);
    },
    { replaces: true },
  );
  assert.deepEqual(seen, [{ name: 'entrada/a.xlsx', run: 'run-1', replaces: 'true' }]);
});

test('functions receive from a bucket into BigQuery, and from nowhere else', () => {
  const cloud = {
    ENTRADA_RECEIVER: 'functions',
    ENTRADA_LAKE: 'gs://bucket',
    ENTRADA_BUS: 'pubsub',
    ENTRADA_WAREHOUSE: 'bigquery:project.dataset',
  };
  assert.equal(readSettings(cloud, undefined).receiver, 'functions');
  for (const lacking of ['ENTRADA_LAKE', 'ENTRADA_BUS', 'ENTRADA_WAREHOUSE'])
    assert.throws(() => readSettings({ ...cloud, [lacking]: undefined }, undefined), {
      kind: 'user',
      code: 'setting.receiver',
    });
});
