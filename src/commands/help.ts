import type { Code } from '../messages/en.ts';
import { type Language, render } from '../messages/messages.ts';
import { type Command, commands } from './commands.ts';

const SHARED = {
  'home DIR': 'help.home',
  json: 'help.json',
  help: 'help.help',
} as const satisfies Record<string, Code>;

export function helpFor(
  { usage, summary, about, optionHelp }: Command,
  language: Language,
): string {
  const say = (code: Code) => render({ code, values: {} }, language);
  // A command may say something else of an option that all have.
  const shared = Object.entries(SHARED).filter(([flag]) => !(flag in optionHelp));
  const options = [...Object.entries(optionHelp), ...shared];
  const width = Math.max(...options.map(([flag]) => flag.length));
  return [
    usage,
    `  ${say(summary)}`,
    '',
    ...(about ? [say(about), ''] : []),
    ...options.map(([flag, code]) => `  --${flag.padEnd(width)}  ${say(code)}`),
    '',
  ].join('\n');
}

export function helpForAll(language: Language): string {
  const say = (code: Code) => render({ code, values: {} }, language);
  const width = Math.max(...commands.map(({ usage }) => usage.length));
  return [
    say('help.title'),
    '',
    ...commands.map(({ usage, summary }) => `  ${usage.padEnd(width)}  ${say(summary)}`),
    '',
    say('help.every'),
    say('help.exitCodes'),
    '',
  ].join('\n');
}
