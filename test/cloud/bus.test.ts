import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type IncomingHttpHeaders } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '../../src/bus/bus.ts';
import { openPubSubBus } from '../../src/bus/pubsub.ts';
import { busContract } from '../contracts/bus.ts';
import { freePort } from './children.ts';
import { given, JSON_TYPE, newProject, skipWithout } from './rig.ts';
import { until } from './scene.ts';

const skip = skipWithout('pubsub');
const TOPICS = ['files', 'shows', 'nobody', 'ping', 'pong'];

/** A bus in a new project that has the topics, closed afterwards. */
async function onBus(keep: (bus: Bus, project: string) => Promise<void>): Promise<void> {
  const project = await newProject(...TOPICS);
  const bus = await openPubSubBus({ project, maxAttempts: 3 });
  try {
    await keep(bus, project);
  } finally {
    await bus.close();
  }
}

/** A bus that looks for the emulator there. */
async function openAt(host: string, project: string): Promise<Bus> {
  const { PUBSUB_EMULATOR_HOST } = process.env;
  process.env.PUBSUB_EMULATOR_HOST = host;
  return openPubSubBus({ project }).finally(() => {
    process.env.PUBSUB_EMULATOR_HOST = PUBSUB_EMULATOR_HOST;
  });
}

/** Stands before the emulator, and refuses to delete one subscription, as where a role is missing. */
async function startRefusing(subscription: string) {
  const emulator = connect(`http://${given('PUBSUB_EMULATOR_HOST')}`);
  const server = createServer();
  server.on('stream', async (asked, headers) => {
    const isDeletion = headers[':path']?.endsWith('/DeleteSubscription');
    const deletion = isDeletion ? await buffer(asked) : undefined;
    if (deletion?.includes(`/${subscription}`)) {
      const refusal = { 'content-type': 'application/grpc', 'grpc-status': '7' };
      return asked.respond(refusal, { endStream: true });
    }
    const answer = emulator.request(headers);
    if (deletion) answer.end(deletion);
    else asked.pipe(answer);
    let trailers: IncomingHttpHeaders = {};
    answer.on('trailers', (told) => {
      trailers = told;
    });
    asked.on('wantTrailers', () => asked.sendTrailers(trailers));
    answer.on('response', (told) => {
      const isAll = 'grpc-status' in told;
      asked.respond(told, isAll ? { endStream: true } : { waitForTrailers: true });
      if (!isAll) answer.pipe(asked);
    });
    asked.on('close', () => answer.close());
    for (const stream of [asked, answer]) stream.on('error', () => {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      emulator.destroy();
    },
  };
}

const rest = (project: string, path: string) =>
  `http://${given('PUBSUB_EMULATOR_HOST')}/v1/projects/${project}/${path}`;

async function subscriptionsIn(project: string): Promise<string[]> {
  const found = (await (await fetch(rest(project, 'subscriptions'))).json()) as {
    readonly subscriptions?: readonly { readonly name: string }[];
  };
  return (found.subscriptions ?? []).map(({ name }) => name.slice(name.lastIndexOf('/') + 1));
}

describe('bus on Pub/Sub', { skip }, () => {
  if (skip) return;

  busContract('Pub/Sub', async () => {
    const bus = await openPubSubBus({ project: await newProject(...TOPICS), maxAttempts: 3 });
    return { bus, maxAttempts: 3, cleanup: () => bus.close() };
  });

  test('a topic that is not there is named, with what makes it', () =>
    onBus(async (bus) => {
      const problem = { kind: 'user', code: 'bus.topic', values: { topic: 'absent' } };
      await assert.rejects(bus.publish('absent', { file: 'a' }), problem);
      await assert.rejects(bus.subscribe('absent', 'receive', { handle: async () => {} }), problem);
    }));

  test('a subscription handles one message at a time', () =>
    onBus(async (bus) => {
      let [atWork, most] = [0, 0];
      await bus.subscribe('files', 'receive', {
        async handle() {
          most = Math.max(most, ++atWork);
          await sleep(20);
          atWork -= 1;
        },
      });
      const files = ['a', 'b', 'c', 'd', 'e'];
      await Promise.all(files.map((file) => bus.publish('files', { file })));
      await bus.drain();
      assert.equal(most, 1);
    }));

  test('a value may be longer than an attribute', () =>
    onBus(async (bus) => {
      const seen: string[] = [];
      await bus.subscribe('files', 'receive', {
        handle: async ({ data }) => void seen.push(data.file),
      });
      const file = 'ã'.repeat(1_000);
      await bus.publish('files', { file });
      await bus.drain();
      assert.equal(seen[0], file);
    }));

  test('a message of somebody else is given up at once, with the reason', () =>
    onBus(async (bus, project) => {
      const dead = Promise.withResolvers<string>();
      await bus.subscribe('files', 'receive', {
        handle: async () => assert.fail('it has no data'),
        onDeadLetter: async (_, reason) => dead.resolve(String(reason)),
      });
      const messages = [{ data: Buffer.from('not ours').toString('base64') }];
      const sent = await fetch(rest(project, 'topics/files:publish'), {
        method: 'POST',
        headers: JSON_TYPE,
        body: JSON.stringify({ messages }),
      });
      assert.ok(sent.ok);
      assert.match(await dead.promise, /bus\.message.*not ours/);
    }));

  test('a subscription of its own goes with it, one that was there stays with what it holds', async () => {
    const project = await newProject('files');
    const made = await fetch(rest(project, 'subscriptions/files.kept'), {
      method: 'PUT',
      headers: JSON_TYPE,
      body: JSON.stringify({ topic: `projects/${project}/topics/files` }),
    });
    assert.ok(made.ok);
    const first = await openPubSubBus({ project });
    await first.subscribe('files', 'mine', { handle: async () => {} });
    assert.deepEqual((await subscriptionsIn(project)).sort(), ['files.kept', 'files.mine']);
    const id = await first.publish('files', { file: 'a' });
    await first.close();
    assert.deepEqual(await subscriptionsIn(project), ['files.kept']);

    const second = await openPubSubBus({ project });
    const seen = Promise.withResolvers<string>();
    await second.subscribe('files', 'kept', {
      handle: async (message) => seen.resolve(message.id),
    });
    assert.equal(await seen.promise, id);
    await second.close();
    assert.deepEqual(await subscriptionsIn(project), ['files.kept']);
  });

  test('one that may not be taken away is told, and the others go', async () => {
    const project = await newProject('files', 'shows');
    await using refusing = await startRefusing('files.first');
    const bus = await openAt(refusing.host, project);
    const heard: string[] = [];
    for (const [topic, name] of [
      ['files', 'first'],
      ['shows', 'second'],
    ])
      await bus.subscribe(topic, name, { handle: async ({ data }) => void heard.push(data.file) });
    await bus.publish('shows', { file: 'a' });
    await bus.drain();
    assert.deepEqual(heard, ['a']);
    const problem = { kind: 'user', code: 'bus.refused' };
    await assert.rejects(bus.close(), problem);
    assert.deepEqual(await subscriptionsIn(project), ['files.first']);
  });

  test('a subscription that is taken away does not make drain wait for ever', () =>
    onBus(async (bus, project) => {
      const entered = Promise.withResolvers<void>();
      const leave = Promise.withResolvers<void>();
      await bus.subscribe('files', 'receive', {
        async handle() {
          entered.resolve();
          await leave.promise;
          throw new Error('not yet');
        },
      });
      await bus.publish('files', { file: 'a' });
      await entered.promise;
      await fetch(rest(project, 'subscriptions/files.receive'), { method: 'DELETE' });
      leave.resolve();
      await assert.rejects(bus.drain(), { kind: 'transient', code: 'bus.unreachable' });
    }));

  test('nor does one that was taken away before something was published', () =>
    onBus(async (bus, project) => {
      const gone = { kind: 'transient', code: 'bus.unreachable' };
      await bus.subscribe('files', 'receive', { handle: async () => {} });
      await fetch(rest(project, 'subscriptions/files.receive'), { method: 'DELETE' });
      const isTold = () =>
        bus.drain().then(
          () => false,
          () => true,
        );
      await until(isTold, (told) => told);
      await bus.publish('files', { file: 'a' });
      await assert.rejects(bus.drain(), gone);
    }));

  test('nobody answers: bus.unreachable, for a later try', { timeout: 120_000 }, async () => {
    const bus = await openAt(`127.0.0.1:${await freePort()}`, 'nowhere');
    const problem = { kind: 'transient', code: 'bus.unreachable' };
    await assert.rejects(bus.publish('files', { file: 'a' }), problem);
    await bus.close();
  });
});
