import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { UserError } from './errors.ts';
import type { Language } from './messages/messages.ts';
import { defaultLimits, type Limits, limitSettings } from './workbook/limits.ts';

/** Where rows live when it is not this machine. */
export interface BigQuerySettings {
  readonly project: string;
  readonly dataset: string;
  /** Where the dataset is made when it is not there yet. */
  readonly location: string;
  /** Where BigQuery answers, if not at Google's address. */
  readonly endpoint: string | undefined;
  /** No query may be billed more bytes than this. */
  readonly maxBytes: number | undefined;
}

/** Where SFTP is served, and where its accounts, its host key and the uploads on their way are. */
export interface SftpSettings {
  readonly address: string;
  readonly port: number;
  readonly accountsFile: string;
  readonly hostKeyFile: string;
  readonly partsFolder: string;
}

/** Everything that can be set, checked once. */
export interface Settings {
  /** The folder that holds the lake's folders and the database. */
  readonly home: string;
  /** The database's file. */
  readonly database: string;
  /** The dataset of BigQuery that takes the database's place, if any. */
  readonly bigquery: BigQuerySettings | undefined;
  /** Folders of datasets: those that come with Entrada, and the home's own. */
  readonly datasetFolders: readonly string[];
  readonly language: Language;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  /** Where workbooks arrive and rest. */
  readonly lake: LakePlace;
  /** How a run tells of what has arrived. */
  readonly bus: 'memory' | 'pubsub';
  /** Who takes what a run announces: the run itself, or functions, for which it then waits. */
  readonly receiver: 'here' | 'functions';
  /** The Google Cloud project; undefined for that of the Application Default Credentials. */
  readonly project: string | undefined;
  /** Where Cloud Storage answers, if not at Google's address. */
  readonly storageUrl: string | undefined;
  /** The inlet by SFTP. */
  readonly sftp: SftpSettings;
  /** How long to wait for another process that has the database, in milliseconds. */
  readonly waitMs: number;
}

export type LakePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'bucket'; readonly bucket: string };

/** The names that Cloud Storage allows. */
const BUCKET = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/?$/;

/** An address and a port; an IPv6 address stands in brackets. */
const LISTEN = /^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}$/i;

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** The environment variables that Entrada reads; docs/settings.md says what each is for. */
const environmentShape = z.object({
  ENTRADA_HOME: z.string().min(1).default('.'),
  ENTRADA_LANG: z.enum(['en', 'pt-BR']).optional(),
  ENTRADA_LOG: z.enum(logLevels).default('silent'),
  ENTRADA_LAKE: z
    .string()
    .min(1)
    .refine((lake) => BUCKET.test(lake) || !/^[a-z]+:\/\//i.test(lake), {
      message: 'expected gs://bucket or a folder',
    })
    .optional(),
  ENTRADA_BUS: z.enum(['memory', 'pubsub']).default('memory'),
  ENTRADA_RECEIVER: z.enum(['here', 'functions']).default('here'),
  ENTRADA_PROJECT: z.string().min(1).optional(),
  ENTRADA_STORAGE_URL: z.url({ protocol: /^https?$/ }).optional(),
  ENTRADA_WAIT_SECONDS: z.coerce.number().nonnegative().default(60),
  ENTRADA_WAREHOUSE: z
    .string()
    .regex(/^bigquery:[a-z][a-z0-9:.-]*\.\w+$/, 'bigquery:PROJECT.DATASET')
    .optional(),
  ENTRADA_LOCATION: z.string().min(1).default('US'),
  ENTRADA_MAX_BYTES: z.coerce.number().int().positive().optional(),
  ENTRADA_BIGQUERY_URL: z.url().optional(),
  ENTRADA_SFTP_LISTEN: z
    .string()
    .regex(LISTEN, 'expected ADDRESS:PORT')
    .refine((place) => portOf(place) <= 65_535, { message: 'expected a port up to 65535' })
    .default('127.0.0.1:2222'),
  ENTRADA_SFTP_FOLDER: z.string().min(1).optional(),
  LC_ALL: z.string().optional(),
  LANG: z.string().optional(),
});

const limitShape = z.record(z.string(), z.coerce.number().int().positive().optional());

/** The names of all settings. */
export const settingNames = [
  ...Object.keys(environmentShape.shape),
  ...Object.values(limitSettings),
].filter((name) => name.startsWith('ENTRADA_'));

/** The environment, and for what is not set there the file `.env` of the home; which home it is, the file cannot say. */
export async function withEnvFile(
  environment: NodeJS.ProcessEnv,
  home: string,
): Promise<NodeJS.ProcessEnv> {
  const text = await readFile(join(home, '.env'), 'utf8').catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return '';
    throw error;
  });
  const added = Object.entries(parseEnv(text)).filter(
    ([name, value]) => value !== '' && !environment[name] && name !== 'ENTRADA_HOME',
  );
  return { ...environment, ...Object.fromEntries(added) };
}

/** Throws UserError `setting.invalid` with the variable, its value and what it should be, and `setting.receiver`. */
export function readSettings(environment: NodeJS.ProcessEnv, home: string | undefined): Settings {
  const read = checked(environmentShape, environment, environment);
  const raised = checked(limitShape, limitsOf(environment), environment);
  const root = resolve(home ?? read.ENTRADA_HOME);
  const lake = lakeOf(read.ENTRADA_LAKE ?? root);
  const bigquery = bigqueryOf(read);
  const isCloud = read.ENTRADA_BUS === 'pubsub' && lake.kind === 'bucket' && bigquery !== undefined;
  if (read.ENTRADA_RECEIVER === 'functions' && !isCloud) throw new UserError('setting.receiver');
  return Object.freeze({
    home: root,
    database: `${root}/entrada.duckdb`,
    bigquery,
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
    lake,
    bus: read.ENTRADA_BUS,
    receiver: read.ENTRADA_RECEIVER,
    project: read.ENTRADA_PROJECT,
    storageUrl: read.ENTRADA_STORAGE_URL?.replace(/\/+$/, ''),
    sftp: sftpOf(read.ENTRADA_SFTP_LISTEN, resolve(read.ENTRADA_SFTP_FOLDER ?? `${root}/sftp`)),
    waitMs: read.ENTRADA_WAIT_SECONDS * 1000,
  });
}

function bigqueryOf(read: z.infer<typeof environmentShape>): BigQuerySettings | undefined {
  if (read.ENTRADA_WAREHOUSE === undefined) return undefined;
  const place = read.ENTRADA_WAREHOUSE.slice('bigquery:'.length);
  const dot = place.lastIndexOf('.');
  return {
    project: place.slice(0, dot),
    dataset: place.slice(dot + 1),
    location: read.ENTRADA_LOCATION,
    endpoint: read.ENTRADA_BIGQUERY_URL,
    maxBytes: read.ENTRADA_MAX_BYTES,
  };
}

function sftpOf(listen: string, folder: string): SftpSettings {
  return {
    address: listen.replace(/:\d+$/, '').replace(/[[\]]/g, ''),
    port: portOf(listen),
    accountsFile: `${folder}/accounts.json`,
    hostKeyFile: `${folder}/host_key`,
    partsFolder: `${folder}/uploads`,
  };
}

function portOf(listen: string): number {
  return Number(listen.slice(listen.lastIndexOf(':') + 1));
}

function lakeOf(setting: string): LakePlace {
  const [, bucket] = BUCKET.exec(setting) ?? [];
  return bucket ? { kind: 'bucket', bucket } : { kind: 'folder', folder: resolve(setting) };
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
