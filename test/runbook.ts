import { readFile } from 'node:fs/promises';

export const runbook = () => readFile(new URL('../docs/runbook.md', import.meta.url), 'utf8');

/** What stands under a heading of the second level, or of the third. */
export function section(text: string, heading: string): string {
  const found = new RegExp(`^(##+) ${heading}\n(.*?)(?=^##? |^\\1 |(?![\\s\\S]))`, 'ms').exec(text);
  if (!found) throw new Error(`docs/runbook.md has no heading "${heading}"`);
  return found[2];
}

/** The states that the tables of a section have a row for: what stands first in each row, as code. */
export function keysIn(text: string, heading: string): string[] {
  const rows = section(text, heading).matchAll(/^\| ((?:`[\w.]+`(?:, )?)+)/gm);
  return [...rows].flatMap(([, cell]) => [...cell.matchAll(/`([\w.]+)`/g)].map(([, key]) => key));
}

/** The commands of a program that a person is told to type, each once, in their order. */
export function commandsIn(text: string, program = 'entrada'): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, lines]) =>
    lines.split('\n'),
  );
  const words = text.replace(/^```.*?^```$/gms, '').matchAll(/`([^`]+)`/g);
  const all = [...[...words].map(([, code]) => code.replace(/\s+/g, ' ')), ...blocks];
  return [...new Set(all.filter((one) => one.startsWith(`${program} `)))];
}
