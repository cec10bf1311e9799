import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Settings } from '../config.ts';
import type { BrokenDataset } from '../contract/broken.ts';
import { mapping, parseDocument, readDocuments } from '../contract/documents.ts';
import { says } from '../contract/wrong.ts';
import { UserError } from '../errors.ts';
import { statements } from '../warehouse/dataset-sql.ts';
import { matches } from './match.ts';
import { comes, isPattern, isTimezone } from './schedule.ts';
import { TABLES, TOPIC } from './tables.ts';

/** A search reaches no further. */
const MOST_SHOWS = 1000;
/** A run may wait for hours, but not for days with the database in its hands. */
const LONGEST_BUDGET = 6 * 3600;
const LONGEST_TIMEOUT = 300;

function whole(least: number, most: number) {
  const error = says('dataset.notWhole', `${least} .. ${most}`);
  return z.int(error).min(least, error).max(most, error);
}

const datasetShape = mapping({
  name: z.literal('spotify'),
  description: z.string(),
  // What functions and subscriptions are called. Whoever else must know, as an orchestrator, reads them here.
  topic: z.literal(TOPIC),
  tables: z.array(z.string()).refine((tables) => tables.join() === TABLES.join(), {
    error: says('dataset.notOneOf', TABLES.join(', ')),
  }),
  term: z.string().trim().min(1),
  shows: whole(1, MOST_SHOWS),
  show: z.string().regex(/^[0-9A-Za-z]{22}$/, says('dataset.showId')),
  market: z.string().regex(/^[A-Z]{2}$/, says('dataset.market')),
  words: z.string().refine((words) => !matches({ name: '', description: '' }, words), {
    error: says('dataset.words'),
  }),
  schedule: z
    .string()
    .refine(isPattern, { error: says('dataset.schedule'), abort: true })
    .refine(comes, { error: says('dataset.never') }),
  timezone: z.string().refine(isTimezone, { error: says('dataset.timezone') }),
  budgetSeconds: whole(1, LONGEST_BUDGET),
  timeoutSeconds: whole(1, LONGEST_TIMEOUT),
});

/** What is asked of Spotify, and when. */
export type SpotifyDataset = z.infer<typeof datasetShape> & { readonly folder: string };

/**
 * The Spotify dataset in force: the home's own, which takes the place of the one that comes with Entrada. `folders`
 * are in that order, the last one counting most. Throws a UserError where one is wrong or lacks its tables.sql, or where
 * a folder has two.
 */
export async function readSpotifyDataset(
  folders: readonly string[],
): Promise<SpotifyDataset | undefined> {
  let found: SpotifyDataset | undefined;
  for (const folder of folders) {
    const broken: BrokenDataset[] = [];
    const documents = (await readDocuments(folder, (one) => broken.push(one))).filter(
      ({ kind }) => kind === 'spotify',
    );
    for (const one of broken) if (await isMeantForSpotify(one)) throw one.error;
    if (documents.length > 1) {
      const [{ file: other }, { file, lineOf }] = documents.map(({ yaml }) => yaml);
      throw new UserError('dataset.kindTwice', { file, line: lineOf(['kind']), other });
    }
    for (const document of documents) found = parseDocument(datasetShape, document);
  }
  if (found) await statements(found, 'tables.sql');
  return found;
}

/** The same of the settings' folders. Throws UserError `spotify.noDataset` where there is none. */
export async function spotifyDataset({
  datasetFolders,
}: Pick<Settings, 'datasetFolders'>): Promise<SpotifyDataset> {
  const dataset = await readSpotifyDataset(datasetFolders);
  if (dataset) return dataset;
  throw new UserError('spotify.noDataset', { folders: datasetFolders.join(', ') });
}

/** What cannot be read as a dataset of any kind may say all the same that it is this one's. */
async function isMeantForSpotify({ folder, error }: BrokenDataset): Promise<boolean> {
  const isMisnamed = error.code === 'dataset.misnamed';
  const file = isMisnamed ? String(error.values.file) : join(folder, 'dataset.yaml');
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^kind:\s*["']?spotify/m.test(text);
}
