import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { commands, globalOptions } from './commands/commands.ts';
import { LATER, OURS, USAGE } from './commands/exit-codes.ts';
import type { Settings } from './config.ts';
import { EntradaError, problemOf, TransientError, UserError } from './errors.ts';
import type { Language } from './messages/messages.ts';
import { nearestTo } from './near.ts';

let settings: Settings | undefined;
let lostOutput = false;
// Whoever reads our output may stop at any time, as `head` does; the work goes on to its end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', goOn);
process.on('exit', (code) => {
  if (lostOutput && code === 0) process.exitCode = LATER;
});
process.on('uncaughtException', async (error) => process.exit(await report(error)));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = await report(error);
}

function goOn({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE' || lostOutput) return;
  lostOutput = true;
  report(new TransientError('output.lost', { detail: code ?? message })).catch(() => {});
}

async function main(argv: readonly string[]): Promise<number> {
  const { name, rest } = commandIn(argv);
  if (name === '--version') {
    const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    process.stdout.write(`${JSON.parse(manifest).version}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const { helpForAll } = await import('./commands/help.ts');
    process.stdout.write(helpForAll(await helpLanguage()));
    return name === undefined ? USAGE : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const flags = [...Object.keys(globalOptions), 'version'].map((option) => `--${option}`);
    const near = nearestTo(name, [...flags, ...commands.map((one) => one.name)]);
    throw near
      ? new UserError('usage.commandNear', { command: name, near })
      : new UserError('usage.command', { command: name });
  }
  const { values, positionals } = parse(rest, command);
  const home = typeof values.home === 'string' ? values.home : undefined;
  if (values.help) {
    const { helpFor } = await import('./commands/help.ts');
    process.stdout.write(helpFor(command, await helpLanguage(home)));
    return 0;
  }
  const [{ readSettings, withEnvFile }, { createOutput, renderVisibly }] = await Promise.all([
    import('./config.ts'),
    import('./output.ts'),
  ]);
  const environment = await withEnvFile(process.env, home ?? process.env.ENTRADA_HOME ?? '.');
  settings = readSettings(environment, home);
  for (const setting of settings.unknown) {
    const problem = { code: 'setting.unknown', values: { setting } } as const;
    process.stderr.write(`entrada: ${renderVisibly(problem, settings.language)}\n`);
  }
  const output = createOutput(values.json === true, settings.language);
  const run = await command.load();
  return run({ settings, output, values, positionals });
}

/** As for what a command says, but also where a setting or the file of settings is wrong. */
async function helpLanguage(home = process.env.ENTRADA_HOME ?? '.'): Promise<Language> {
  const { languageOf, withEnvFile } = await import('./config.ts');
  return languageOf(await withEnvFile(process.env, home).catch(() => process.env));
}

/** The command, and what is said besides: options that all commands have may also stand before it. */
function commandIn(argv: readonly string[]): { name: string | undefined; rest: string[] } {
  const { tokens } = parseArgs({
    args: [...argv],
    options: globalOptions,
    strict: false,
    tokens: true,
  });
  const isGlobal = (name: string) => name !== 'help' && Object.hasOwn(globalOptions, name);
  const isOption = (name: string) =>
    [globalOptions, ...commands.map(({ options }) => options)].some((some) =>
      Object.hasOwn(some, name),
    );
  // What follows an option that nothing has may be its value rather than a command.
  const first =
    tokens.find(
      (token) => token.kind === 'positional' || (token.kind === 'option' && !isOption(token.name)),
    ) ?? tokens.find((token) => token.kind === 'option' && !isGlobal(token.name));
  if (first === undefined) return { name: undefined, rest: [] };
  return { name: argv[first.index], rest: argv.filter((_, i) => i !== first.index) };
}

/** The home that is named, also where the rest cannot be understood. */
function homeIn(argv: readonly string[]): string | undefined {
  const { home } = parseArgs({ args: [...argv], options: globalOptions, strict: false }).values;
  return typeof home === 'string' ? home : undefined;
}

function parse(given: readonly string[], command: (typeof commands)[number]) {
  const options = { ...command.options, ...globalOptions };
  // A query may begin with a comment, which is no option.
  const args = given.map((arg) => (/^--\s/.test(arg) ? ` ${arg}` : arg));
  try {
    const parsed = parseArgs({ args, options, allowPositionals: true });
    const count = parsed.positionals.length;
    const [fewest, most] = command.takes;
    if (!parsed.values.help && (count < fewest || count > most)) {
      throw new UserError('usage.arguments', { command: command.name, usage: command.usage });
    }
    return parsed;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const isUnknown =
      error instanceof Error && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    // Node says which, in the middle of a sentence of its own.
    const flag = /--?[\w-]+/.exec(String(error))?.[0] ?? '';
    const values = { command: command.name, flag };
    if (!isUnknown) throw new UserError('usage.flagValue', values);
    const flags = Object.keys(options).map((option) => `--${option}`);
    const near = nearestTo(flag, flags);
    throw near
      ? new UserError('usage.flagNear', { ...values, near })
      : new UserError('usage.unknownFlag', values);
  }
}

/** Says what went wrong, with where it arose and its causes only if the logs are on, and gives the exit code. */
async function report(error: unknown): Promise<number> {
  const [{ renderVisibly }, { visible }] = await Promise.all([
    import('./output.ts'),
    import('./table.ts'),
  ]);
  const language = settings?.language ?? (await helpLanguage(homeIn(process.argv.slice(2))));
  const problem = problemOf(error);
  const message = renderVisibly(problem, language);
  if (process.argv.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ error: problem.code, message, values: problem.values })}\n`,
    );
  }
  process.stderr.write(`entrada: ${message}\n`);
  // What stands at the place, and a mark below it: only line by line does it show where.
  for (const line of String(problem.values.excerpt ?? '')
    .split('\n')
    .filter(Boolean))
    process.stderr.write(`  ${visible(line.replaceAll('\t', ' '))}\n`);
  if (settings && settings.logLevel !== 'silent')
    for (let one = error; one instanceof Error; one = one.cause)
      process.stderr.write(`${one === error ? '' : 'caused by '}${one.stack}\n`);
  if (!(error instanceof EntradaError)) return OURS;
  return { user: USAGE, transient: LATER, terminal: OURS }[error.kind];
}
