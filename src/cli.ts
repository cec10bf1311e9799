import { parseArgs } from 'node:util';
import { commands, globalOptions, helpFor, helpForAll } from './commands/commands.ts';
import { readSettings, type Settings } from './config.ts';
import { EntradaError, UserError } from './errors.ts';
import { render } from './messages/messages.ts';
import { createOutput } from './output.ts';

/** Exit codes, documented in README.md. */
const OURS = 1;
const USAGE = 2;
const LATER = 4;

// Whoever reads may stop early, as `head` does; that is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

let settings: Settings | undefined;
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = report(error);
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(helpForAll());
    return name === undefined ? USAGE : 0;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) throw new UserError('usage.command', { command: name });
  const { values, positionals } = parse(rest, command);
  if (values.help) {
    process.stdout.write(helpFor(command));
    return 0;
  }
  settings = readSettings(process.env, typeof values.home === 'string' ? values.home : undefined);
  const output = createOutput(values.json === true, settings.language);
  const run = await command.load();
  return run({ settings, output, values, positionals });
}

function parse(args: string[], command: (typeof commands)[number]) {
  try {
    const parsed = parseArgs({
      args,
      options: { ...command.options, ...globalOptions },
      allowPositionals: true,
    });
    const count = parsed.positionals.length;
    const [fewest, most] = command.takes;
    if (!parsed.values.help && (count < fewest || count > most)) {
      throw new UserError('usage.arguments', { command: command.name, usage: command.usage });
    }
    return parsed;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw new UserError('usage.flag', { command: command.name, detail });
  }
}

/** Says what went wrong, never with a stack trace unless the logs are on, and gives the exit code. */
function report(error: unknown): number {
  const language = settings?.language ?? 'en';
  const problem =
    error instanceof EntradaError
      ? error
      : ({
          code: 'fault',
          values: { detail: error instanceof Error ? error.message : String(error) },
        } as const);
  const message = render(problem, language);
  if (process.argv.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ error: problem.code, message, values: problem.values })}\n`,
    );
  }
  process.stderr.write(`entrada: ${message}\n`);
  if (settings && settings.logLevel !== 'silent' && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  if (!(error instanceof EntradaError)) return OURS;
  return { user: USAGE, transient: LATER, terminal: OURS }[error.kind];
}
