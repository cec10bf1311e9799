import type { ParseArgsConfig } from 'node:util';
import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Code } from '../messages/en.ts';
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
  /** What it is for, as `--help` says it. */
  readonly summary: Code;
  /** What `--help` says besides, where the summary leaves a newcomer asking. */
  readonly about?: Code;
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** What each option does, as `--help` says it. */
  readonly optionHelp: Readonly<Record<string, Code>>;
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

export const commands: readonly Command[] = [
  {
    name: 'demo',
    usage: 'entrada demo',
    summary: 'help.demo',
    options: {},
    optionHelp: { 'home DIR': 'help.demo.home' },
    takes: [0, 0],
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'run',
    usage: 'entrada run',
    summary: 'help.run',
    options: { replaces: { type: 'boolean' }, rebuild: { type: 'boolean' } },
    optionHelp: { replaces: 'help.run.replaces', rebuild: 'help.run.rebuild' },
    takes: [0, 0],
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'watch',
    usage: 'entrada watch',
    summary: 'help.watch',
    options: { replaces: { type: 'boolean' }, sftp: { type: 'boolean' } },
    optionHelp: { replaces: 'help.run.replaces', sftp: 'help.watch.sftp' },
    takes: [0, 0],
    load: async () => (await import('./watch.ts')).watch,
  },
  {
    name: 'sftp',
    usage: 'entrada sftp [user|fingerprint]',
    summary: 'help.sftp',
    about: 'help.sftp.about',
    options: {
      key: { type: 'string', multiple: true },
      password: { type: 'boolean' },
      quota: { type: 'string' },
    },
    optionHelp: {
      'key FILE': 'help.sftp.key',
      password: 'help.sftp.password',
      'quota MB': 'help.sftp.quota',
    },
    takes: [0, 3],
    load: async () => (await import('./sftp.ts')).sftp,
  },
  {
    name: 'spotify',
    usage: 'entrada spotify',
    summary: 'help.spotify',
    options: { only: { type: 'string' }, replay: { type: 'string' } },
    optionHelp: {
      'only podcasts|episodes|gb': 'help.spotify.only',
      'replay RUN': 'help.spotify.replay',
    },
    takes: [0, 0],
    load: async () => (await import('./spotify.ts')).spotify,
  },
  {
    name: 'check',
    usage: 'entrada check FILE...',
    summary: 'help.check',
    about: 'help.check.about',
    options: {
      replaces: { type: 'boolean' },
      any: { type: 'boolean' },
      format: { type: 'string' },
    },
    optionHelp: {
      replaces: 'help.check.replaces',
      any: 'help.check.any',
      'format table|json': 'help.check.format',
    },
    takes: [1, Number.POSITIVE_INFINITY],
    load: async () => check,
  },
  {
    name: 'status',
    usage: 'entrada status',
    summary: 'help.status',
    options: {},
    optionHelp: {},
    takes: [0, 0],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'query',
    usage: 'entrada query "SQL"',
    summary: 'help.query',
    options: { format: { type: 'string' } },
    optionHelp: {
      'format table|json|csv': 'help.query.format',
    },
    takes: [1, 1],
    load: async () => (await import('./query.ts')).query,
  },
  {
    name: 'retract',
    usage: 'entrada retract FILE|HASH [HASH]',
    summary: 'help.retract',
    options: { 'dry-run': { type: 'boolean' } },
    optionHelp: {
      'dry-run': 'help.retract.dryRun',
    },
    takes: [1, 2],
    load: async () => (await import('./retract.ts')).retract,
  },
  {
    name: 'trace',
    usage: 'entrada trace TABLE [KEY=VALUE...]',
    summary: 'help.trace',
    about: 'help.trace.about',
    options: {},
    optionHelp: {},
    takes: [1, Number.POSITIVE_INFINITY],
    load: async () => (await import('./trace.ts')).trace,
  },
  {
    name: 'deploy',
    usage: 'entrada deploy',
    summary: 'help.deploy',
    options: { 'dry-run': { type: 'boolean' }, apply: { type: 'boolean' } },
    optionHelp: { 'dry-run': 'help.deploy.dryRun', apply: 'help.deploy.apply' },
    takes: [0, 0],
    load: async () => (await import('./deploy.ts')).deploy,
  },
  {
    name: 'datasets',
    usage: 'entrada datasets',
    summary: 'help.datasets',
    options: {},
    optionHelp: {},
    takes: [0, 0],
    load: async () => (await import('./datasets.ts')).datasets,
  },
];

/** Reading without a contract needs no database, so it does not wait for one to load. */
async function check(invocation: Invocation): Promise<number> {
  if (invocation.values.any === true) return (await import('./check-any.ts')).checkAny(invocation);
  if (invocation.values.format !== undefined)
    throw new UserError('usage.flagValue', { command: 'check', flag: '--format' });
  return (await import('./check.ts')).check(invocation);
}
