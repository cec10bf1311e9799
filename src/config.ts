import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { UserError } from './errors.ts';
import type { Code } from './messages/en.ts';
import type { Language } from './messages/messages.ts';
import { nearestTo } from './near.ts';
import { defaultLimits, type Limits, limitSettings } from './workbook/limits.ts';

// A shape is compiled for many values; to compile those that check a few settings takes longer than checking them.
z.config({ jitless: true });

/** Where rows live when it is not this machine. */
interface BigQuerySettings {
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
interface SftpSettings {
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
  /** Variables that are called like a setting and are none: they may be somebody else's. */
  readonly unknown: readonly string[];
}

type LakePlace =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'bucket'; readonly bucket: string };

/** The names that Cloud Storage allows. */
const BUCKET = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])\/?$/;

/** An address and a port; an IPv6 address stands in brackets. */
const LISTEN = /^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}$/i;

/** What is no path of a folder: the letter of a Windows disk is one alone. */
const SCHEME = /^[a-z][a-z0-9+.-]+:/i;

const PREFIX = 'ENTRADA_';

/** Not for this program: the settings of the DAGs (docs/airflow.md), and what tests are given. */
const ELSEWHERE =
  /^ENTRADA_(ARRIVALS|DATASETS|LOOK_SECONDS|POOL|RETRIES|SILENT_SECONDS|BENCH|RIG|SHARED|TEST_\w+)$/;

const logLevels = ['silent', 'error', 'warn', 'info', 'debug'] as const;
type LogLevel = (typeof logLevels)[number];

/** What a shape says of a setting that it refuses, in place of zod's English. */
const says = (code: Code) => ({ error: code });

const wholeShape = z
  .string()
  .regex(/^0*[1-9]\d{0,14}$/, says('setting.whole'))
  .transform(Number);
/** What a shell would put its user's folder in the place of. */
const TILDE = /^~(\/|$)/;

/** Of a folder. */
const pathShape = z
  .string()
  .min(1)
  .refine((path) => !TILDE.test(path), says('setting.tilde'));
const urlShape = z.url({ protocol: /^https?$/, ...says('setting.url') });

/** The environment variables that Entrada reads; docs/settings.md says what each is for. */
const environmentShape = z.object({
  ENTRADA_HOME: pathShape.default('.'),
  // The option, which goes before that.
  '--home': pathShape.optional(),
  ENTRADA_LANG: z.preprocess(
    (name) => languageNamed(String(name ?? '')) ?? name,
    z.enum(['en', 'pt-BR'], says('setting.oneOf')).optional(),
  ),
  ENTRADA_LOG: z.enum(logLevels, says('setting.oneOf')).default('silent'),
  ENTRADA_LAKE: pathShape
    .refine((lake) => BUCKET.test(lake) || !SCHEME.test(lake), says('setting.lake'))
    .optional(),
  ENTRADA_BUS: z.enum(['memory', 'pubsub'], says('setting.oneOf')).default('memory'),
  ENTRADA_RECEIVER: z.enum(['here', 'functions'], says('setting.oneOf')).default('here'),
  ENTRADA_PROJECT: z.string().min(1).optional(),
  ENTRADA_STORAGE_URL: urlShape.optional(),
  ENTRADA_WAIT_SECONDS: z
    .string()
    .regex(/^\d{1,9}(\.\d+)?$/, says('setting.seconds'))
    .transform(Number)
    .default(60),
  ENTRADA_WAREHOUSE: z
    .string()
    .regex(/^bigquery:[a-z][a-z0-9:.-]*\.\w+$/, says('setting.warehouse'))
    .optional(),
  ENTRADA_LOCATION: z.string().min(1).default('US'),
  ENTRADA_MAX_BYTES: wholeShape.optional(),
  ENTRADA_BIGQUERY_URL: urlShape.optional(),
  ENTRADA_SFTP_LISTEN: z
    .string()
    .refine((place) => LISTEN.test(place) && portOf(place) <= 65_535, says('setting.listen'))
    .default('127.0.0.1:2222'),
  ENTRADA_SFTP_FOLDER: pathShape.optional(),
  [limitSettings.inflatedBytes]: wholeShape.default(defaultLimits.inflatedBytes),
  [limitSettings.ratio]: wholeShape.default(defaultLimits.ratio),
  [limitSettings.cells]: wholeShape.default(defaultLimits.cells),
  [limitSettings.sheets]: wholeShape.default(defaultLimits.sheets),
  [limitSettings.texts]: wholeShape.default(defaultLimits.texts),
  [limitSettings.textBytes]: wholeShape.default(defaultLimits.textBytes),
  LC_ALL: z.string().optional(),
  LANG: z.string().optional(),
});

type Read = z.infer<typeof environmentShape>;

/** The names of all settings. */
export const settingNames = Object.keys(environmentShape.shape).filter((name) =>
  name.startsWith(PREFIX),
);

/** A line of `.env`, or the lines that a value between quotes takes. */
const ASSIGNMENT = /^[ \t]*(?:export[ \t]+)?[\w.-]+[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?.*$/gm;

/** Settings that are folders: in a home's file they are meant from there, wherever the command is called. */
const FOLDERS = new Set(['ENTRADA_LAKE', 'ENTRADA_SFTP_FOLDER']);

/**
 * The environment, and for what is not set there the file `.env` of the home; which home it is, the file cannot say.
 * Throws UserError `setting.line` for a line of the file that sets nothing: what it was meant to set would be missed;
 * `setting.file` for one that is there and cannot be read.
 */
export async function withEnvFile(
  environment: NodeJS.ProcessEnv,
  home: string,
): Promise<NodeJS.ProcessEnv> {
  const file = join(home, '.env');
  const read = await readFile(file, 'utf8').catch((cause) => {
    if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') return '';
    throw new UserError('setting.file', { file, detail: cause.code }, { cause });
  });
  // Windows' editor begins a file with a mark of its encoding.
  const text = read.replace(/^\uFEFF/, '');
  const rest = text.replace(ASSIGNMENT, (lines) => lines.replace(/[^\n]/g, ''));
  const wrong = rest.split('\n').findIndex((line) => /^\s*[^\s#]/.test(line));
  // What stands there is not shown: it may be a secret.
  if (wrong !== -1) throw new UserError('setting.line', { file, line: wrong + 1 });
  const added = Object.entries(parseEnv(text)).flatMap(([name, value = '']) => {
    if (value === '' || environment[name] || name === 'ENTRADA_HOME') return [];
    const isRelative = FOLDERS.has(name) && !SCHEME.test(value) && !TILDE.test(value);
    return [[name, isRelative ? resolve(home, value) : value]];
  });
  return { ...environment, ...Object.fromEntries(added) };
}

/**
 * Throws UserError `setting.…` with the variable, its value and what it should be; for one that is misspelt, with the
 * one that was meant: what it was to bound or to name would be another thing without it.
 */
export function readSettings(environment: NodeJS.ProcessEnv, home: string | undefined): Settings {
  const unknown = unknownAmong(environment);
  const read = checked({ ...environment, '--home': home });
  const root = resolve(read['--home'] ?? read.ENTRADA_HOME);
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
      inflatedBytes: read[limitSettings.inflatedBytes],
      ratio: read[limitSettings.ratio],
      cells: read[limitSettings.cells],
      sheets: read[limitSettings.sheets],
      texts: read[limitSettings.texts],
      textBytes: read[limitSettings.textBytes],
    },
    lake,
    bus: read.ENTRADA_BUS,
    receiver: read.ENTRADA_RECEIVER,
    project: read.ENTRADA_PROJECT,
    storageUrl: read.ENTRADA_STORAGE_URL?.replace(/\/+$/, ''),
    sftp: sftpOf(read.ENTRADA_SFTP_LISTEN, resolve(read.ENTRADA_SFTP_FOLDER ?? `${root}/sftp`)),
    waitMs: read.ENTRADA_WAIT_SECONDS * 1000,
    unknown,
  });
}

function unknownAmong(environment: NodeJS.ProcessEnv): string[] {
  const unknown = Object.keys(environment).filter(
    (name) => name.startsWith(PREFIX) && !settingNames.includes(name) && !ELSEWHERE.test(name),
  );
  // All names begin alike, which would make any two of them near.
  const known = settingNames.map((name) => name.slice(PREFIX.length));
  for (const setting of unknown) {
    const near = nearestTo(setting.slice(PREFIX.length), known);
    if (near) throw new UserError('setting.unknownNear', { setting, near: PREFIX + near });
  }
  return unknown;
}

function bigqueryOf(read: Read): BigQuerySettings | undefined {
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

function checked(environment: NodeJS.ProcessEnv): Read {
  const result = environmentShape.safeParse(environment);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const setting = String(issue.path[0]);
  const value = environment[setting] ?? '';
  if (value === '') throw new UserError('setting.empty', { setting });
  const wanted = issue.code === 'invalid_value' && { wanted: issue.values.join(', ') };
  throw new UserError(issue.message as Code, { setting, value, ...wanted });
}

/** The language to speak, also while the settings are not known to be right. */
export function languageOf({ ENTRADA_LANG, LC_ALL, LANG }: NodeJS.ProcessEnv): Language {
  // An empty variable is one that is not set, as in every locale.
  return languageNamed(ENTRADA_LANG ?? '') ?? languageNamed(LC_ALL || LANG || '') ?? 'en';
}

/** As people and systems write it: `pt`, `pt-BR`, `pt_BR.UTF-8`. */
function languageNamed(name: string): Language | undefined {
  const [, language] = /^(en|pt)(?![a-z])/i.exec(name) ?? [];
  if (language === undefined) return undefined;
  return language.toLowerCase() === 'pt' ? 'pt-BR' : 'en';
}
