import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { faultOf, makeCase, readBases } from './cases.ts';

/*
 * Damages workbooks and reads them: `npm run fuzz -- --cases N --seed S`, and `--only K` for one case again.
 * Each case must end in a right read or a UserError, within a second of processor time and with the whole
 * process within 256 MB. The cases run in a worker, so that one that hangs can be named.
 */

const SECONDS = 1;
const MEGABYTES = 256;
const HANGS_MS = 60_000;

interface Plan {
  readonly cases: number;
  readonly seed: number;
  readonly only: number | undefined;
}

if (isMainThread) await supervise(planOf(process.argv.slice(2)));
else await work(workerData as Plan);

function planOf(args: string[]): Plan {
  const { values } = parseArgs({
    args,
    options: { cases: { type: 'string' }, seed: { type: 'string' }, only: { type: 'string' } },
  });
  const only = values.only === undefined ? undefined : Number(values.only);
  return { cases: Number(values.cases ?? 2_000), seed: Number(values.seed ?? 1), only };
}

async function supervise(plan: Plan): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), {
    workerData: plan,
    // Garbage of earlier cases is not what a case takes.
    resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 16 },
  });
  let running = -1;
  const watch = setInterval(() => {}, HANGS_MS);
  let timer: NodeJS.Timeout | undefined;
  worker.on('message', (number: number) => {
    running = number;
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(`case ${running} (seed ${plan.seed}) hangs`);
      process.exit(1);
    }, HANGS_MS);
  });
  const code = await new Promise<number>((resolve, reject) => {
    worker.on('error', reject);
    worker.on('exit', resolve);
  });
  clearInterval(watch);
  clearTimeout(timer);
  process.exitCode = code;
}

async function work({ cases, seed, only }: Plan): Promise<void> {
  const bases = await readBases();
  let faults = 0;
  const first = only ?? 0;
  const last = only ?? cases - 1;
  for (let number = first; number <= last; number++) {
    parentPort?.postMessage(number);
    const made = makeCase(bases, seed, number);
    const before = process.cpuUsage();
    let fault = await faultOf(made);
    const { user, system } = process.cpuUsage(before);
    const seconds = (user + system) / 1e6;
    const megabytes = process.resourceUsage().maxRSS / 1024;
    if (seconds > SECONDS) fault ??= `it takes ${seconds.toFixed(1)} seconds`;
    if (megabytes > MEGABYTES) fault ??= `the process is at ${Math.round(megabytes)} MB`;
    if (fault === undefined) continue;
    faults++;
    const file = join(tmpdir(), `entrada-fuzz-${seed}-${number}.xlsx`);
    await writeFile(file, made.bytes);
    say(`case ${number} (seed ${seed}, from ${made.base.name}): ${fault}\n  kept as ${file}`);
    if (megabytes > MEGABYTES) break;
  }
  const peak = Math.round(process.resourceUsage().maxRSS / 1024);
  say(
    `${last - first + 1} cases of ${bases.length} workbooks, seed ${seed}: ${faults} faults, at most ${peak} MB`,
  );
  if (faults > 0) process.exitCode = 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
