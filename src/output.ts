import { styleText } from 'node:util';
import Table from 'cli-table3';
import type { Problem } from './errors.ts';
import { type Language, render } from './messages/messages.ts';

/** Where a command speaks: to a person, or with `--json` to a program on stdout and to the person on stderr. */
export interface Output {
  readonly language: Language;
  readonly json: boolean;
  /** A line for the person. */
  line(text?: string): void;
  /** A message of the catalogue for the person. */
  say(problem: Problem): void;
  /** The same, as text. */
  render(problem: Problem): string;
  table(headers: readonly string[], rows: readonly (readonly unknown[])[]): void;
  heading(text: string): void;
  /** An object for a program; nothing without `--json`. */
  object(value: object): void;
  /** How far a file has been read, 0 to 1; shown on a terminal only. */
  progress(label: string, fraction: number): void;
}

const CLEAR_LINE = '\r\u001b[K';
const BAR = 24;

export function createOutput(json: boolean, language: Language): Output {
  const human = json ? process.stderr : process.stdout;
  let barShown = false;

  function line(text = ''): void {
    if (barShown) process.stderr.write(CLEAR_LINE);
    barShown = false;
    human.write(`${text}\n`);
  }

  return {
    language,
    json,
    line,
    say: (problem) => line(render(problem, language)),
    render: (problem) => render(problem, language),
    heading: (text) => line(`\n${styleText('bold', text, { stream: human })}`),
    table(headers, rows) {
      line(formatTable(headers, rows));
    },
    object(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(label, fraction) {
      if (!process.stderr.isTTY) return;
      const done = Math.round(fraction * BAR);
      const bar = `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`;
      process.stderr.write(`${CLEAR_LINE}${bar} ${Math.floor(fraction * 100)}% ${label}`);
      barShown = true;
    },
  };
}

/** Columns side by side without borders; numbers to the right. */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly unknown[])[],
): string {
  const isNumeric = headers.map(
    (_, i) =>
      rows.length > 0 &&
      rows.every((row) => row[i] === null || /^-?\d[\d.]*$/.test(String(row[i]))),
  );
  const table = new Table({
    head: [...headers],
    colAligns: isNumeric.map((numeric) => (numeric ? 'right' : 'left')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(
      [
        'top',
        'top-mid',
        'top-left',
        'top-right',
        'bottom',
        'bottom-mid',
        'bottom-left',
        'bottom-right',
        'left',
        'left-mid',
        'mid',
        'mid-mid',
        'right',
        'right-mid',
        'middle',
      ].map((part) => [part, '']),
    ),
  });
  table.push(
    ...rows.map((row) =>
      row.map((value) => (value === null || value === undefined ? '' : String(value))),
    ),
  );
  return table.toString().replace(/ +$/gm, '');
}
