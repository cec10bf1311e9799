import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from './errors.ts';
import type { Language } from './messages/messages.ts';
import { defaultLimits, type Limits, limitSettings } from './workbook/limits.ts';

/** Everything that can be set, checked once. */
export interface Settings {
  /** The folder that holds the lake's folders and the database. */
  readonly home: string;
  /** The database's file. */
  readonly database: string;
  /** Folders of datasets: those that come with Entrada, and the home's own. */
  readonly datasetFolders: readonly string[];
  readonly language: Language;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** How long to wait for another process that has the database, in milliseconds. */
  readonly waitMs: number;
}

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The environment variables that Entrada reads; docs/settings.md says what each is for. */
const environmentShape = z.object({
  ENTRADA_HOME: z.string().min(1).default('.'),
  ENTRADA_LANG: z.enum(['en', 'pt-BR']).optional(),
  ENTRADA_LOG: z.enum(logLevels).default('silent'),
  ENTRADA_WAIT_SECONDS: z.coerce.number().nonnegative().default(60),
  LC_ALL: z.string().optional(),
  LANG: z.string().optional(),
});

const limitShape = z.record(z.string(), z.coerce.number().int().positive().optional());

/** The names of all settings. */
export const settingNames = [
  ...Object.keys(environmentShape.shape),
  ...Object.values(limitSettings),
].filter((name) => name.startsWith('ENTRADA_'));

/** Throws UserError `setting.invalid` with the variable, its value and what it should be. */
export function readSettings(environment: NodeJS.ProcessEnv, home: string | undefined): Settings {
  const read = checked(environmentShape, environment, environment);
  const raised = checked(limitShape, limitsOf(environment), environment);
  const root = resolve(home ?? read.ENTRADA_HOME);
  return Object.freeze({
    home: root,
    database: `${root}/entrada.duckdb`,
    // A home in the project's own folder has the same datasets, not twice as many.
    datasetFolders: [
      ...new Set([fileURLToPath(new URL('../datasets', import.meta.url)), `${root}/datasets`]),
    ],
    language: languageOf(environment),
    logLevel: read.ENTRADA_LOG,
    limits: {
      inflatedBytes: raised[limitSettings.inflatedBytes] ?? defaultLimits.inflatedBytes,
      ratio: raised[limitSettings.ratio] ?? defaultLimits.ratio,
      cells: raised[limitSettings.cells] ?? defaultLimits.cells,
      sheets: raised[limitSettings.sheets] ?? defaultLimits.sheets,
      texts: raised[limitSettings.texts] ?? defaultLimits.texts,
      textBytes: raised[limitSettings.textBytes] ?? defaultLimits.textBytes,
    },
    waitMs: read.ENTRADA_WAIT_SECONDS * 1000,
  });
}

function limitsOf(environment: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.values(limitSettings).map((name) => [name, environment[name]]));
}

function checked<T>(shape: z.ZodType<T>, value: unknown, environment: NodeJS.ProcessEnv): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const setting = String(issue.path[0]);
  throw new UserError('setting.invalid', {
    setting,
    value: environment[setting] ?? '',
    detail: issue.message,
  });
}

/** The language to speak, also while the settings are not known to be right. */
export function languageOf({ ENTRADA_LANG, LC_ALL, LANG }: NodeJS.ProcessEnv): Language {
  if (ENTRADA_LANG === 'en' || ENTRADA_LANG === 'pt-BR') return ENTRADA_LANG;
  // An empty variable is one that is not set, as in every locale.
  return (LC_ALL || LANG)?.toLowerCase().startsWith('pt') ? 'pt-BR' : 'en';
}
