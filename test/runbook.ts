import { readFile } from 'node:fs/promises';

export const runbook = () => readFile(new URL('../docs/runbook.md', import.meta.url), 'utf8');

/** What stands under a heading of the second level, or of the third. */
export function section(text: string, heading: string): string {
  const found = new RegExp(`^(##+) ${heading}\n(.*?)(?=^##? |^\\1 |(?![\\s\\S]))`, 'ms').exec(text);
  if (!found) throw new Error(`docs/runbook.md has no heading "${heading}"`);
  return found[2];
}

/** The rows of a section's tables, without their heads. */
function rowsIn(text: string): string[] {
  const lines = text.split('\n');
  return lines.filter((line, at) => /^\| /.test(line) && !lines[at + 1]?.startsWith('|--'));
}

/** What a row is about, as it stands first in it: the words set as code, or else the cell. */
function keysOf(row: string): string[] {
  const [, cell] = row.split(' | ')[0].split('| ');
  const [codes] = /^(`[\w.]+`(, )?)*/.exec(cell) ?? [''];
  const keys = [...codes.matchAll(/`([\w.]+)`/g)].map(([, key]) => key);
  return keys.length > 0 ? keys : [cell];
}

/** What the rows of a section's tables are about. */
export const keysIn = (text: string, heading: string): string[] =>
  rowsIn(section(text, heading)).flatMap(keysOf);

/**
 * What a person is told to type, by where it stands: a heading ("" before the first), or a row, as "Files: loaded". Of
 * a block every line is typed, and in the text whatever is set as code and has a space in it.
 */
export function placesIn(text: string): Map<string, readonly string[]> {
  const [first, ...rest] = text.split(/^##+ (.*)$/m);
  const places = new Map([['', commandsIn(first)]]);
  for (let at = 0; at < rest.length; at += 2) {
    const [heading, body] = [rest[at], rest[at + 1]];
    const rows = rowsIn(body);
    const others = body.split('\n').filter((line) => !rows.includes(line));
    places.set(heading, commandsIn(others.join('\n')));
    for (const row of rows) places.set(`${heading}: ${keysOf(row)[0]}`, commandsIn(row));
  }
  return places;
}

function commandsIn(text: string): string[] {
  const parts = text.split(/^```sh\n(.*?)^```$/ms);
  const all = parts.flatMap((part, at) =>
    at % 2 === 1
      ? part.split('\n').filter((line) => line !== '')
      : [...part.matchAll(/`([^`]+)`/g)]
          .map(([, code]) => code.replace(/\s+/g, ' '))
          .filter((code) => code.includes(' ')),
  );
  return [...new Set(all)];
}
