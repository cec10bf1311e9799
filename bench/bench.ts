/**
 * npm run bench: builds the inputs, measures inflate, the reader, whole runs and the peers, in turns, and writes
 * bench/results.md. npm run bench -- increment measures what one more file costs. Inputs and peers are kept in a
 * cache folder ($ENTRADA_BENCH, or ~/.cache/entrada/bench).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cpus, homedir, tmpdir, totalmem } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureIncrement } from './increment.ts';
import { type Input, makeInput, makeSales, shapes } from './inputs.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = process.env.ENTRADA_BENCH ?? join(homedir(), '.cache/entrada/bench');
const TURNS = 5;

export interface Measured {
  readonly seconds: number;
  readonly megabytes: number;
}

export const say = (text: string) => process.stderr.write(`${text}\n`);

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** A whole process, by the operating system's own account. */
export function measure(command: string, args: readonly string[], cwd = root): Measured {
  const result = spawnSync('/usr/bin/time', ['-f', '%e %M', command, ...args], {
    cwd,
    encoding: 'utf8',
  });
  const last = result.stderr.trim().split('\n').at(-1) ?? '';
  const [seconds, kilobytes] = last.split(' ').map(Number);
  if (result.status !== 0 || Number.isNaN(seconds))
    throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`);
  return { seconds, megabytes: kilobytes / 1024 };
}

/** A fresh home with these workbooks waiting, settled long ago. */
export function homeWith(paths: readonly string[]): string {
  const home = mkdtempSync(join(tmpdir(), 'entrada-bench-'));
  mkdirSync(join(home, 'entrada'));
  paths.forEach((path, i) => {
    const target = join(home, 'entrada', `${i}-${basename(path)}`);
    copyFileSync(path, target);
    utimesSync(target, new Date(0), new Date(0));
  });
  return home;
}

export function runEntrada(home: string): Measured {
  return measure(process.execPath, ['bin/entrada.js', 'run', '--home', home]);
}

function runFresh(paths: readonly string[]): Measured {
  const home = homeWith(paths);
  try {
    return runEntrada(home);
  } finally {
    rmSync(home, { recursive: true });
  }
}

function python(): string {
  const venv = join(cache, 'venv');
  const interpreter = join(venv, 'bin/python');
  if (!existsSync(interpreter)) {
    say('installing the peers from PyPI ...');
    execFileSync('python3', ['-m', 'venv', venv]);
    execFileSync(interpreter, [
      '-m',
      'pip',
      'install',
      '-q',
      '-r',
      join(root, 'bench/requirements.txt'),
    ]);
  }
  return interpreter;
}

function npmPeers(): string {
  const folder = join(cache, 'npm');
  if (!existsSync(join(folder, 'node_modules'))) {
    say('installing the peers from npm ...');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', 'exceljs@4.4.0', 'xlsx@0.18.5'], {
      cwd: folder,
    });
  }
  return folder;
}

function peers(input: Input): Record<string, () => Measured> {
  const interpreter = python();
  const npm = npmPeers();
  const py = (peer: string) => () =>
    measure(interpreter, [join(root, 'bench/peers/read.py'), peer, input.path]);
  const js = (peer: string) => () =>
    measure(process.execPath, [join(root, 'bench/peers/read.mjs'), peer, input.path], npm);
  return {
    'fastexcel -> DuckDB': py('fastexcel-duckdb'),
    'DuckDB excel extension': py('duckdb-excel'),
    'python-calamine': py('python-calamine'),
    exceljs: js('exceljs'),
  };
}

/** Every contender once a turn, in the same order, so that a slow minute is everybody's. */
function inTurns(contenders: Record<string, () => Measured>): Record<string, Measured[]> {
  const results: Record<string, Measured[]> = {};
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [name, run] of Object.entries(contenders)) {
      const measured = run();
      say(`  ${name}: ${measured.seconds.toFixed(2)} s, ${measured.megabytes.toFixed(0)} MB`);
      results[name] = [...(results[name] ?? []), measured];
    }
  }
  return results;
}

function timeReader(input: Input): { inflate: number; read: number } {
  const out = execFileSync(process.execPath, ['bench/reader.ts', input.path, String(TURNS)], {
    cwd: root,
    encoding: 'utf8',
  });
  const { inflates, reads } = JSON.parse(out);
  return { inflate: median(inflates), read: median(reads) };
}

async function whole(): Promise<string> {
  say('making the inputs ...');
  const inputs: Input[] = [];
  for (const shape of shapes) inputs.push(await makeInput(cache, shape));
  const [main] = inputs;

  const lines = [
    '## Reading to typed, checked columns, within one process',
    '',
    '| input | inflate alone | reader | ratio | ns a cell |',
    '|---|---|---|---|---|',
  ];
  for (const input of inputs) {
    say(input.name);
    const { inflate, read } = timeReader(input);
    const cell = (read * 1e6) / input.cells;
    lines.push(
      `| ${input.name} | ${inflate.toFixed(0)} ms | ${read.toFixed(0)} ms | ${(read / inflate).toFixed(1)} | ${cell.toFixed(0)} |`,
    );
  }

  say('whole processes, 1,000,000 rows x 6');
  const results = inTurns({
    'entrada run, to all five tables': () => runFresh([main.path]),
    ...peers(main),
  });
  const [ours] = Object.values(results);
  const ourMedian = median(ours.map(({ seconds }) => seconds));
  lines.push(
    '',
    '## Whole processes, 1,000,000 rows x 6, in turns',
    '',
    '| what | seconds | times ours | peak MB |',
    '|---|---|---|---|',
  );
  for (const [name, runs] of Object.entries(results)) {
    const seconds = median(runs.map((run) => run.seconds));
    const megabytes = median(runs.map((run) => run.megabytes));
    lines.push(
      `| ${name} | ${seconds.toFixed(2)} | ${(seconds / ourMedian).toFixed(2)} | ${megabytes.toFixed(0)} |`,
    );
  }

  say('ten workbooks in one run');
  const paths: string[] = [];
  for (let seed = 1; seed <= 10; seed++) paths.push(await makeSales(cache, seed));
  const ten = runFresh(paths);
  const text = `${ten.seconds.toFixed(2)} s, ${ten.megabytes.toFixed(0)} MB`;
  lines.push('', `Ten such workbooks, each its own, in one run: ${text}.`);
  return lines.join('\n');
}

const [what] = process.argv.slice(2);
const machine = `${cpus().length} cores (${cpus()[0].model}), ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Node ${process.versions.node}`;
if (what === 'increment') process.stdout.write(`${await measureIncrement(cache)}\n`);
else {
  const report = `# Measured\n\nMedians of ${TURNS} turns by \`npm run bench\`, on ${machine}.\n\n${await whole()}\n`;
  writeFileSync(join(root, 'bench/results.md'), report);
  process.stdout.write(report);
}
