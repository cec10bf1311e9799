import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { freePort } from '../cloud/children.ts';
import { given } from '../cloud/rig.ts';

/** One run of a DAG may not take longer, whatever hangs. */
const GIVEN_UP_MS = 120_000;
const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export interface Ended {
  readonly state: string;
  readonly run: string;
  /** The state of each task, of each of its instances where it is mapped. */
  readonly tasks: Readonly<Record<string, readonly string[]>>;
}

export interface Airflow extends AsyncDisposable {
  /** Runs a DAG with these settings. Throws with what was logged where it does not end. */
  dag(name: string, environment: Readonly<Record<string, string>>): Promise<Ended>;
}

/** A process that runs DAGs, one after the other; it starts with the first, and anew where it had to be ended. */
export function startAirflow(): Airflow {
  const log = join(given('AIRFLOW_HOME'), 'dags.log');
  let running: Running | undefined;

  function start(): Running {
    const file = openSync(log, 'a');
    const child = spawn(given('ENTRADA_TEST_AIRFLOW'), [program('run_dags.py')], {
      stdio: ['pipe', file, file, 'pipe'],
    });
    closeSync(file);
    const ended = new Promise<void>((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', () => resolve());
    });
    const answers = createInterface({ input: child.stdio[3] as Readable });
    return { child, ended, answers: answers[Symbol.asyncIterator]() };
  }

  async function stop(): Promise<void> {
    running?.child.kill('SIGKILL');
    await running?.ended;
    running = undefined;
  }

  return {
    async dag(name, environment) {
      running ??= start();
      running.child.stdin?.write(`${JSON.stringify({ dag: name, environment })}\n`);
      const tooLate = setTimeout(stop, GIVEN_UP_MS);
      const answer = await running.answers.next();
      clearTimeout(tooLate);
      if (!answer.done) return JSON.parse(answer.value);
      await stop();
      throw new Error(`${name} did not end:\n${(await readFile(log, 'utf8')).slice(-10_000)}`);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** Airflow as it runs anywhere else, with the DAGs in force: scheduler, triggerer, API, and workers. */
export async function startStandalone(
  environment: Readonly<Record<string, string>>,
): Promise<AsyncDisposable> {
  const home = `${given('AIRFLOW_HOME')}-standalone`;
  const [api, workers, triggers] = [await freePort(), await freePort(), await freePort()];
  await mkdir(home);
  const file = openSync(join(home, 'standalone.log'), 'a');
  const child = spawn(given('ENTRADA_TEST_AIRFLOW'), [program('run_standalone.py')], {
    stdio: ['pipe', file, file],
    env: {
      ...process.env,
      ...environment,
      PATH: `${dirname(given('ENTRADA_TEST_AIRFLOW'))}:${process.env.PATH}`,
      AIRFLOW_HOME: home,
      AIRFLOW__API__HOST: '127.0.0.1',
      AIRFLOW__API__PORT: String(api),
      AIRFLOW__API__WORKERS: '1',
      AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${api}/execution/`,
      AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION: 'False',
      AIRFLOW__CORE__PARALLELISM: '2',
      AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT: String(workers),
      AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT: String(triggers),
    },
  });
  closeSync(file);
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  return {
    async [Symbol.asyncDispose]() {
      child.stdin?.end();
      await ended;
    },
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly answers: AsyncIterator<string>;
}
