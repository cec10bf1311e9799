import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { version } from '@duckdb/node-api';

/** A part of the report: its lines of Markdown, and what the project promises of what it measured. */
export interface Section {
  readonly lines: readonly string[];
  readonly targets: readonly Target[];
}

interface Target {
  readonly promise: string;
  /** NaN where it could not be measured, infinite where it failed. */
  readonly measured: number;
  readonly met: boolean;
}

export function atMost(what: string, measured: number, bound: number): Target {
  return { promise: `${what}: at most ${bound}`, measured, met: measured <= bound };
}

export function under(what: string, measured: number, bound: number): Target {
  return { promise: `${what}: under ${bound}`, measured, met: measured < bound };
}

export function atLeast(what: string, measured: number, bound: number): Target {
  return { promise: `${what}: at least ${bound}`, measured, met: measured >= bound };
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return ['', line(header), line(header.map(() => '---')), ...rows.map(line), ''];
}

export function report(sections: readonly Section[], peers: readonly string[]): string {
  const targets = sections.flatMap((section) => section.targets);
  return [
    '# Measured',
    '',
    'By `npm run bench`. Medians; whole processes are measured from their start to their end, in turns.',
    ...machine(peers),
    '## Against what is promised',
    ...table(
      ['promise', 'measured', ''],
      targets.map(({ promise, measured, met }) =>
        Number.isNaN(measured)
          ? [promise, 'not measured', '']
          : [
              promise,
              measured === Number.POSITIVE_INFINITY ? 'failed' : measured.toFixed(2),
              met ? 'met' : 'missed',
            ],
      ),
    ),
    ...sections.flatMap(({ lines }) => lines),
    '',
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

function machine(peers: readonly string[]): string[] {
  const [load] = loadavg();
  return table(
    ['machine', ''],
    [
      ['processor', `${cpus()[0].model}, ${cpus().length} cores`],
      ['memory', `${(totalmem() / 2 ** 30).toFixed(0)} GiB`],
      ['system', `${distribution()}, ${type()} ${release()}`],
      ['Node', process.versions.node],
      ['DuckDB, ours', version()],
      ['peers', peers.length > 0 ? peers.join(', ') : 'none measured'],
      ['load when it began', load.toFixed(2)],
    ],
  );
}

function distribution(): string {
  try {
    return /^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  } catch {
    return process.platform;
  }
}
