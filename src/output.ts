import { styleText } from 'node:util';
import type { Problem } from './errors.ts';
import type { Code } from './messages/en.ts';
import { asWritten } from './messages/local.ts';
import { type Language, render } from './messages/messages.ts';
import { formatTable, visible } from './table.ts';
import type { Value } from './warehouse/warehouse.ts';

/** Where a command speaks: to a person, or with `--json` to a program on stdout and to the person on stderr. */
export interface Output {
  readonly language: Language;
  readonly json: boolean;
  /** A line for the person. */
  line(text?: string): void;
  /** A message of the catalogue for the person. */
  say<C extends Code>(problem: Problem<C>): void;
  /** The same, unless it was said so before. */
  sayOnce<C extends Code>(problem: Problem<C>): void;
  /** A message as text. */
  render<C extends Code>(problem: Problem<C>): string;
  /** The heads of a table's columns, from a message that names them with commas. */
  columns<C extends Code>(problem: Problem<C>): readonly string[];
  /** A number as the person writes it. */
  number(value: Value): string;
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
  const saidOnce = new Set<string>();
  let barShown = false;

  function line(text = ''): void {
    if (barShown) process.stderr.write(CLEAR_LINE);
    barShown = false;
    human.write(`${text}\n`);
  }

  const words = (problem: Problem): string => renderVisibly(problem, language);

  return {
    language,
    json,
    line,
    say: (problem) => line(words(problem)),
    sayOnce(problem) {
      const text = words(problem);
      if (!saidOnce.has(text)) line(text);
      saidOnce.add(text);
    },
    render: words,
    columns: (problem) => words(problem).split(', '),
    number: (value) => asWritten(String(value ?? ''), language),
    heading: (text) => line(`\n${styleText('bold', visible(text), { stream: human })}`),
    table(headers, rows) {
      line(formatTable(headers, rows, human.columns));
    },
    object(value) {
      if (json) process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    progress(label, fraction) {
      if (!process.stderr.isTTY) return;
      const done = Math.round(fraction * BAR);
      const bar = `${'█'.repeat(done)}${'░'.repeat(BAR - done)}`;
      process.stderr.write(`${CLEAR_LINE}${bar} ${Math.floor(fraction * 100)}% ${visible(label)}`);
      barShown = true;
    },
  };
}

/** A problem in words; what a file's name or a cell brings into them cannot speak to the terminal. */
export function renderVisibly<C extends Code>(
  { code, values }: Problem<C>,
  language: Language,
): string {
  const shown = Object.entries(values).map(([name, value]) => [name, visible(String(value))]);
  return render({ code, values: Object.fromEntries(shown) }, language);
}
