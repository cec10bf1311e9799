import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { given } from '../cloud/rig.ts';

/** One run of a DAG may not take longer, whatever hangs. */
const GIVEN_UP_MS = 120_000;
const PROGRAM = fileURLToPath(new URL('run_dags.py', import.meta.url));

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
    const child = spawn(given('ENTRADA_TEST_AIRFLOW'), [PROGRAM], {
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

interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  readonly answers: AsyncIterator<string>;
}
