import type { ParseArgsConfig } from 'node:util';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Output } from '../output.ts';

export interface Invocation {
  readonly settings: Settings;
  readonly output: Output;
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
}

/** Runs a command and gives its exit code. */
export type Run = (invocation: Invocation) => Promise<number>;

export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  /** What `--help` says besides, where the summary leaves a newcomer asking. */
  readonly about?: string;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What each option does, as `--help` says it. */
  readonly optionHelp: Readonly<Record<string, string>>;
  /** The fewest and the most arguments. */
  readonly takes: readonly [number, number];
  /** Loaded only when it runs: starting must be quick. */
  load(): Promise<Run>;
}

export const globalOptions = {
  home: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const globalHelp = {
  'home DIR':
    'the folder with entrada/, backup/, rejeitados/ and the database (default: ENTRADA_HOME, or here)',
  json: 'one JSON object a line on stdout; what a person reads goes to stderr',
  help: 'this text',
};

export const commands: readonly Command[] = [
  {
    name: 'demo',
    usage: 'entrada demo',
    summary: 'make sample workbooks in a new home and take them through',
    options: {},
    optionHelp: { 'home DIR': 'the folder to make, or to make anew (default: ./demo)' },
    takes: [0, 0],
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'run',
    usage: 'entrada run',
    summary: 'load every workbook that waits in entrada/, consolidate, archive',
    options: { replaces: { type: 'boolean' } },
    optionHelp: { replaces: 'a file takes the place of the earlier one of its name' },
    takes: [0, 0],
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'watch',
    usage: 'entrada watch',
    summary: 'run again whenever a workbook has arrived, until Ctrl-C',
    options: { sftp: { type: 'boolean' } },
    optionHelp: { sftp: 'serve SFTP as well, as `entrada sftp` does' },
    takes: [0, 0],
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'sftp',
    usage: 'entrada sftp [user|fingerprint]',
    summary:
      'serve SFTP, so that clients upload into entrada/; keep its accounts, show its host key',
    about: `  entrada sftp: serves until Ctrl-C.
  entrada sftp user add NAME: makes an account, or gives one that is there more keys, another password or quota.
  entrada sftp user list: the accounts.
  entrada sftp user remove NAME: takes an account away; its files stay.
  entrada sftp fingerprint: the host key, as clients are shown it.
`,
    options: {
      key: { type: 'string', multiple: true },
      password: { type: 'boolean' },
      quota: { type: 'string' },
    },
    optionHelp: {
      'key FILE': 'for `sftp user add NAME`: public keys that the account logs in with',
      password: 'for `sftp user add NAME`: ask for its password, or take the first line of stdin',
      'quota MB': 'for `sftp user add NAME`: how much of it may wait in entrada/ at one time',
    },
    takes: [0, 3],
    load: async () => (await import('./sftp.ts')).sftp,
  },
  {
    name: 'spotify',
    usage: 'entrada spotify',
    summary: 'ask Spotify for the podcasts and episodes, and bring their three tables up to date',
    options: { only: { type: 'string' }, replay: { type: 'string' } },
    optionHelp: {
      'only podcasts|episodes|gb': 'one of the three tables (default: all)',
      'replay RUN': 'take the answers that an earlier run kept, without the network',
    },
    takes: [0, 0],
    load: async () => (await import('./spotify.ts')).spotify,
  },
  {
    name: 'check',
    usage: 'entrada check FILE...',
    summary: 'read workbooks against the contract and load nothing',
    about: `  FILE is a workbook anywhere, not only in entrada/. Shown are the sheet and the header row that were found, which
  column of the sheet is which of the contract, and the rows: those that would be loaded, those that repeat one (of
  the file, or of the home's tables where there is a home), and those rejected, with each cell and why; then, of the
  first table of sums, the keys that would change.

  Example: entrada check "vendas abril.xlsx"

  Exit codes: 0 nothing would be rejected; 3 something would be; 2 a file is not there, or waits for a dataset.
`,
    options: { any: { type: 'boolean' }, format: { type: 'string' } },
    optionHelp: {
      any: 'without a contract: list every cell of every sheet that holds a value',
      'format table|json':
        'with --any, how cells are written (default: table; --json is --format json)',
    },
    takes: [1, Number.POSITIVE_INFINITY],
    load: async () => (invocation) => loadCheck(invocation.values.any === true, invocation),
  },
  {
    name: 'status',
    usage: 'entrada status',
    summary: 'what became of every file, and what waits',
    options: {},
    optionHelp: {},
    takes: [0, 0],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'query',
    usage: 'entrada query "SQL"',
    summary: 'query the tables; read only',
    options: { format: { type: 'string' } },
    optionHelp: {
      'format table|json|csv': 'how rows are written (default: table; --json is --format json)',
    },
    takes: [1, 1],
    load: async () => (await import('./query.ts')).query,
  },
  {
    name: 'retract',
    usage: 'entrada retract FILE|HASH',
    summary: 'take a loaded file out of the tables, as if it had never been dropped',
    options: { 'dry-run': { type: 'boolean' } },
    optionHelp: {
      'dry-run':
        'only show what would change: keys, before and after (20 of each table; all with --json)',
    },
    takes: [1, 1],
    load: async () => (await import('./retract.ts')).retract,
  },
  {
    name: 'trace',
    usage: 'entrada trace TABLE [KEY=VALUE...]',
    summary: 'the file, sheet and row of every sale behind a number',
    about: `  TABLE is one that \`entrada datasets\` lists under tables: that of the rows, or one of sums. KEY is a column of it,
  and VALUE what \`entrada query\` prints there. A row must match every pair; without any, it is the whole table.
  Shown are each row's file, sheet and row, and what it adds to the sum. One that names another in the last column
  repeats that one and adds nothing.

  Examples: entrada trace con_ano_mes ANO=2019 MES=3
            entrada trace con_mar_lin "MARCA=QUEM DISSE BERENICE" ID_LINHA=2

  Exit codes: 0 done, also where no row matches; 2 there is no such table or column.
`,
    options: {},
    optionHelp: {},
    takes: [1, Number.POSITIVE_INFINITY],
    load: async () => (await import('./trace.ts')).trace,
  },
  {
    name: 'deploy',
    usage: 'entrada deploy',
    summary: 'make or update the tables and procedures in BigQuery; say which of the two options',
    options: { 'dry-run': { type: 'boolean' }, apply: { type: 'boolean' } },
    optionHelp: { 'dry-run': 'only show what would change', apply: 'show it and do it' },
    takes: [0, 0],
    load: async () => (await import('./deploy.ts')).deploy,
  },
  {
    name: 'datasets',
    usage: 'entrada datasets',
    summary: 'the datasets known and their contracts',
    options: {},
    optionHelp: {},
    takes: [0, 0],
    load: async () => (await import('./datasets.ts')).datasets,
  },
];

/** Reading without a contract needs no database, so it does not wait for one to load. */
async function loadCheck(any: boolean, invocation: Invocation): Promise<number> {
  if (any) return (await import('./check-any.ts')).checkAny(invocation);
  if (invocation.values.format !== undefined)
    throw new UserError('usage.flagValue', { command: 'check', flag: '--format' });
  return (await import('./check.ts')).check(invocation);
}

export function helpFor(command: Command): string {
  const own = command.optionHelp;
  // A command may say something else of an option that all have.
  const shared = Object.entries(globalHelp).filter(([flag]) => !(flag in own));
  const options = [...Object.entries(own), ...shared];
  const lines = options.map(([flag, text]) => `  --${flag.padEnd(24)} ${text}`);
  const about = command.about ? `\n${command.about}` : '';
  return `${command.usage}\n  ${command.summary}\n${about}\n${lines.join('\n')}\n`;
}

export function helpForAll(): string {
  const lines = commands.map(({ usage, summary }) => `  ${usage.padEnd(26)} ${summary}`);
  return [
    'Entrada: drop a spreadsheet, get tables.',
    '',
    ...lines,
    '',
    'Every command has --help, --home DIR and --json; entrada --version says which this is.',
    'Exit codes: 0 well; 1 a fault of ours; 2 wrong usage; 3 something was rejected; 4 try again later.',
    '',
  ].join('\n');
}
