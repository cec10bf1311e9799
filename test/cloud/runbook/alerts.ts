import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sale, sales } from '../../ingest/home.ts';
import { date } from '../../workbook-builder.ts';
import { pubsub } from '../scene.ts';
import { relabel } from '../warehouses.ts';
import { type Desk, openDesk, type Type } from './desk.ts';
import { AIRFLOW, logged } from './recorder.ts';

const book = (units: number) => sales(sale(units, date(2019, 3, 1)));

/** The messages that gcloud shows once there are some; it waits for them. */
async function shown(type: Type, which: RegExp): Promise<unknown[]> {
  const { stdout, stderr } = await type(which);
  assert.match(stdout, /^\[/, stderr);
  return JSON.parse(stdout).map(({ message }: { message: { data: string } }) =>
    JSON.parse(Buffer.from(message.data, 'base64').toString()),
  );
}

/** Takes the one message of a subscription away, for good. */
async function taken(type: Type, project: string, subscription: string): Promise<void> {
  const { stdout, stderr } = await type(/--auto-ack/);
  assert.match(stdout, /SUCCESS/, stderr);
  const pull = { returnImmediately: true, maxMessages: 1 };
  const left = await pubsub(`${project}/subscriptions/${subscription}:pull`, pull, 'POST');
  assert.deepEqual(left, {});
}

describe('alerts', { timeout: 600_000 }, () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk[Symbol.asyncDispose]());
  /** What gcloud asked, as method and address; the project's name is left out. */
  const asked = () =>
    desk.recorder
      .taken()
      .map(({ method, url }) => `${method} ${url.replaceAll(desk.scene.project, 'PROJECT')}`);
  const drop = (name: string, units: number) =>
    desk.scene.lake.write(`entrada/${name}`, book(units));

  test('dead letters: shown, and left; taken in, and taken away; a function tries one again', async () => {
    const type = desk.at('Dead letters');
    await drop('given up.xlsx', 1);
    await desk.tell('given up.xlsx', 'failed', { code: 'fault', detail: { detail: 'it broke' } });
    const message = { name: 'entrada/given up.xlsx', version: '1' };
    await desk.subscribe('entrada-dead-letters', message);
    // Shown, and not taken: it is there again once its ten seconds are over.
    for (let times = 0; times < 2; times++)
      assert.deepEqual(await shown(type, /--format=json/), [message]);
    assert.match((await type(/status/)).stdout, /^given up\.xlsx +failed .*it broke/m);
    assert.equal(
      await logged(desk, type, /logging/),
      'resource.type="cloud_run_revision" AND log_id("run.googleapis.com/stderr") AND NOT jsonPayload.level<50',
    );

    const run = await type(/^entrada run/);
    assert.equal(run.code, 0, run.stderr);
    await taken(type, desk.scene.project, 'entrada-dead-letters');
    assert.match((await type(/status/)).stdout, /^given up\.xlsx +loaded/m);

    const execute = await type(/gcloud run/);
    assert.equal(execute.code, 0, execute.stderr);
    const jobs = 'us-central1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/PROJECT';
    assert.equal(asked()[0], `POST ${jobs}/jobs/entrada-spotify:run`);

    await using receiver = await desk.scene.start('bases_vendas');
    await desk.scene.push('bases_vendas', receiver);
    await drop('x.xlsx', 2);
    const listed = await type(/--all-versions/);
    const [, generation] = /entrada\/x\.xlsx#(\d+)\n$/.exec(listed.stdout) ?? [];
    assert.ok(generation, listed.stdout);
    const published = await type(/publish/, { '1795516586290544': generation });
    assert.equal(published.code, 0, published.stderr);
    await desk.scene.files((files) =>
      files.some(
        ({ fileName, state, archived }) => fileName === 'x.xlsx' && state === 'loaded' && archived,
      ),
    );
  });

  test('a message waits: where each subscription pushes to, and how that ended', async () => {
    const type = desk.at('A message waits');
    await using receiver = await desk.scene.start('bases_vendas');
    await desk.scene.push('bases_vendas', receiver);
    const { stdout, stderr } = await type(/subscriptions list/);
    assert.match(stdout, /^NAME +TOPIC +PUSH_ENDPOINT\n/, stderr);
    const { project } = desk.scene;
    assert.match(
      stdout,
      new RegExp(` projects/${project}/topics/bases_vendas +${receiver.url}/projects/`),
    );
    assert.equal(
      await logged(desk, type, /logging/),
      'resource.type="cloud_run_revision" AND httpRequest.status>=400',
    );
    await drop('meanwhile.xlsx', 3);
    const run = await type(/^entrada run/);
    assert.match(run.stdout, /meanwhile\.xlsx/, run.stderr);
  });

  test('a workbook waits: status says why', async () => {
    await desk.scene.lake.write('entrada/half.xlsx', book(4).subarray(0, 200));
    const { stdout } = await desk.at('A workbook waits')(/status/);
    assert.match(stdout, /^half\.xlsx: .*its end has not arrived yet/m);
  });

  test('the flow fails: the log has what the job wrote, and another version of the tables is deployed', async () => {
    const type = desk.at('The flow fails');
    const [, place] = desk.scene.environment.ENTRADA_WAREHOUSE.split('.');
    await relabel({ dataset: place }, 'bases_vendas', (version) => version - 1);
    const failed = await desk.type('entrada run --json');
    assert.equal(failed.code, 2, failed.stderr);
    const listed = await type(/executions list/);
    assert.match(listed.stdout, /entrada-run +entrada-run-1/, listed.stderr);
    const jobs = 'us-central1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/PROJECT';
    const [{ query }] = desk.recorder.taken();
    assert.equal(query.labelSelector, 'run.googleapis.com/job = entrada-run');
    const filter = await logged(desk, type, /logging/);
    assert.equal(filter, 'resource.type="cloud_run_job" AND jsonPayload.error:*');
    assert.ok(failed.objects().some(({ error }) => error === 'deploy.needed'));

    const rehearsed = await type(/--dry-run/);
    assert.match(rehearsed.stdout, /bases_vendas/, rehearsed.stderr);
    assert.equal((await type(/--apply/)).code, 0);
    const again = await desk.type('entrada run');
    assert.equal(again.code, 0, again.stderr);
    const execute = await type(/jobs execute/);
    assert.match(execute.stderr, /successfully completed/);
    assert.deepEqual(asked().slice(0, 2), [
      `POST ${jobs}/jobs/entrada-run:run`,
      `GET ${jobs}/executions/entrada-run-1`,
    ]);
  });

  test('the flow does not run: the clock is looked at, and goes on', async () => {
    const type = desk.at('The flow does not run');
    const filter = await logged(desk, type, /logging/);
    assert.equal(filter, 'resource.type="cloud_scheduler_job" AND severity>=ERROR');
    const described = await type(/describe/);
    assert.match(described.stdout, /^state: PAUSED$/m, described.stderr);
    assert.equal((await type(/resume/)).code, 0);
    const job = 'cloudscheduler.googleapis.com/v1/projects/PROJECT/locations/us-central1/jobs';
    assert.deepEqual(asked(), [`GET ${job}/entrada-run`, `POST ${job}/entrada-run:resume`]);
    await drop('of the clock.xlsx', 6);
    const run = await type(/^entrada run/);
    assert.match(run.stdout, /of the clock\.xlsx/, run.stderr);
  });

  test('Spotify does not start: what its clock was told is looked at, and the job is run', async () => {
    const type = desk.at('Spotify does not start');
    const filter = await logged(desk, type, /logging/);
    assert.equal(
      filter,
      'resource.type="cloud_scheduler_job" AND resource.labels.job_id="entrada-spotify" AND severity>=ERROR',
    );
    const execute = await type(/jobs execute/);
    assert.match(execute.stderr, /successfully completed/);
    const jobs = 'us-central1-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/PROJECT';
    assert.equal(asked()[0], `POST ${jobs}/jobs/entrada-spotify:run`);
  });

  test('a DAG failed: what it said is shown, and taken away', async () => {
    const type = desk.at('A DAG failed');
    const message = { dag: 'cloud_storage_to_bigquery', task: 'wait' };
    await desk.subscribe('entrada-alerts', message);
    assert.deepEqual(await shown(type, /--format=json/), [message]);
    desk.recorder.taken();
    const { stdout, stderr } = await type(/composer/);
    assert.equal(stdout.trim(), AIRFLOW, stderr);
    const composer = 'composer.googleapis.com/v1/projects/PROJECT/locations/us-central1';
    assert.deepEqual(asked(), [`GET ${composer}/environments/entrada`]);
    await drop('of the DAG.xlsx', 5);
    assert.match((await type(/status/)).stdout, /^of the DAG\.xlsx: ready/m);
    const run = await type(/^entrada run/);
    assert.match(run.stdout, /of the DAG\.xlsx/, run.stderr);
    await taken(type, desk.scene.project, 'entrada-alerts');
  });

  test('the budget: what each run was billed', async () => {
    const { code, stdout, stderr } = await desk.at('The budget')(/ledger_costs/);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.trim().split('\n').length > 2, stdout);
  });
});
