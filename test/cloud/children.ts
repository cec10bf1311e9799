import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Started extends AsyncDisposable {
  readonly pid: number;
}

const GIVEN_UP_MS = 60_000;
const MERCY_MS = 5_000;

/** A port of the loopback that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/**
 * Starts a program and waits until `answers` says that it does. That it is this child that answers, and nobody
 * who took its port first, is certain because the child is alive: it ends when it cannot have its port.
 * `says` is what it prints once it has it.
 */
export async function startChild(
  [program, ...args]: readonly string[],
  {
    log,
    environment,
    says,
    answers,
  }: {
    readonly log: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly says: RegExp;
    readonly answers: () => Promise<boolean>;
  },
): Promise<Started> {
  const file = openSync(log, 'w');
  const child = spawn(program, args, { env: environment, stdio: ['ignore', file, file] });
  const ended = new Promise<void>((resolve) => {
    child.on('error', () => resolve());
    child.on('exit', () => resolve());
  });
  const started = { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => stop(child, ended) };
  const isAlive = () => child.exitCode === null && child.signalCode === null && child.pid;
  const until = Date.now() + GIVEN_UP_MS;
  while (isAlive() && Date.now() < until) {
    const ready = says.test(await readFile(log, 'utf8')) && (await answers().catch(() => false));
    if (ready && isAlive()) return started;
    await sleep(50);
  }
  await stop(child, ended);
  throw new Error(`${program} did not start:\n${await readFile(log, 'utf8')}`);
}

/** Runs a program to its end, and ends it when that takes too long. Throws with what it said where it fails. */
export async function runToEnd(
  [program, ...args]: readonly string[],
  {
    log,
    environment,
    timeoutMs = GIVEN_UP_MS,
  }: {
    readonly log: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly timeoutMs?: number;
  },
): Promise<void> {
  const file = openSync(log, 'w');
  const child = spawn(program, args, {
    env: environment,
    stdio: ['ignore', file, file],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const code = await new Promise((resolve) => {
    child.on('error', resolve);
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  closeSync(file);
  if (code !== 0) {
    const said = (await readFile(log, 'utf8')).slice(-10_000);
    throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${said}`);
  }
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const mercy = new AbortController();
  const killing = sleep(MERCY_MS, undefined, { signal: mercy.signal }).then(
    () => child.kill('SIGKILL'),
    () => {},
  );
  await ended;
  mercy.abort();
  await killing;
}
