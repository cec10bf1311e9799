import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

export interface Measured {
  readonly seconds: number;
  /** The most memory that the process ever held; NaN where there is no /usr/bin/time to tell it. */
  readonly megabytes: number;
}

export interface Contender {
  readonly name: string;
  readonly turns: number;
  /** Throws with the reason when there is nothing to measure. */
  run(): Measured;
}

export interface Outcome {
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
  readonly failure?: string;
}

const TIME = '/usr/bin/time';

/** A whole process, its start included. What it prints must be `expected`: a wrong answer is no contender's. */
export function measure(
  command: string,
  args: readonly string[],
  { cwd = root, expected }: { readonly cwd?: string; readonly expected?: string | undefined } = {},
): Measured {
  const scratch = mkdtempSync(join(tmpdir(), 'entrada-bench-time-'));
  const note = join(scratch, 'peak');
  try {
    // A process of its own between us and it: else ours would count as its memory.
    const timed = existsSync(TIME) ? [TIME, '-f', '%M', '-o', note, command] : [command];
    const [first, ...rest] = [...timed, ...args];
    const start = performance.now();
    const { status, stdout, stderr, error } = spawnSync(first, rest, { cwd, encoding: 'utf8' });
    const seconds = (performance.now() - start) / 1000;
    if (status !== 0) throw new Error(reasonIn(error?.message ?? `${stderr}\n${stdout}`));
    if (expected !== undefined && stdout.trim() !== expected)
      throw new Error(`another answer: ${stdout.trim().slice(0, 200)} instead of ${expected}`);
    const peak = existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n').at(-1) : '';
    return { seconds, megabytes: Number(peak || Number.NaN) / 1024 };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The line of a failed process's words that says most. */
export function reasonIn(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.findLast((line) => /error|out of memory|abort|corrupt/i.test(line));
  return (telling ?? lines.at(-1) ?? 'it ended without a word').trim().slice(0, 200);
}

/** One after the other, turn by turn, so that a slow minute is everybody's. Gives the medians. */
export function inTurns(contenders: readonly Contender[]): Outcome[] {
  const runs = contenders.map((): Measured[] => []);
  const failures: (string | undefined)[] = [];
  const most = Math.max(...contenders.map(({ turns }) => turns));
  for (let turn = 0; turn < most; turn++) {
    contenders.forEach(({ name, turns, run }, i) => {
      if (turn >= turns || failures[i] !== undefined) return;
      try {
        const measured = run();
        runs[i].push(measured);
        say(`  ${turn + 1} ${name}: ${timeOf(measured.seconds)}, ${memoryOf(measured.megabytes)}`);
      } catch (error) {
        failures[i] = error instanceof Error ? error.message : String(error);
        say(`  ${turn + 1} ${name}: ${failures[i]}`);
      }
    });
  }
  return contenders.map(({ name }, i) => ({
    name,
    seconds: median(runs[i].map(({ seconds }) => seconds)),
    megabytes: median(runs[i].map(({ megabytes }) => megabytes)),
    ...(failures[i] !== undefined && { failure: failures[i] }),
  }));
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function timeOf(seconds: number): string {
  return Number.isNaN(seconds) ? 'failed' : `${seconds.toFixed(2)} s`;
}

export function memoryOf(megabytes: number): string {
  return Number.isNaN(megabytes) ? 'not measured' : `${megabytes.toFixed(0)} MB`;
}
