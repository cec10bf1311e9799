import { type EntradaError, TransientError, UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { createSpotifyClient, createSpotifyReplay, type SpotifyClient } from './client.ts';
import { realEffects, type SpotifyEffects } from './effects.ts';
import type { Fetched } from './pages.ts';
import { createRaw, openRaw } from './raw.ts';
import { dateTime, waitUntil } from './runs.ts';
import type { EpisodeRow, ShowRow } from './schema.ts';
import { hasSecrets, type SpotifyAccess, type SpotifyDataset } from './settings.ts';

/** What a run of the Spotify tables works with. Its clock is that of the effects. */
export interface SpotifyContext extends Pick<Context, 'lake' | 'warehouse' | 'runId' | 'log'> {
  readonly dataset: SpotifyDataset;
  readonly access: SpotifyAccess;
  readonly effects?: SpotifyEffects;
}

/** The lists of one run. Each is fetched once, when it is first wanted, whoever wants it. */
export interface Source {
  /** When the answers are from. */
  readonly time: number;
  readonly replayOf: string | null;
  /** The names of the pages that a replay has to read; undefined where Spotify is asked. */
  readonly pages?: readonly string[];
  shows(): Promise<Fetched<ShowRow>>;
  episodes(): Promise<Fetched<EpisodeRow>>;
}

/**
 * One client for the run, which keeps what it is answered; or none, without the secrets (UserError `spotify.secrets`)
 * and before the time that an earlier run was told to wait for (TransientError `spotify.notYet`): then both lists
 * throw. Of several processes that ask for one run, all say the same `time`, and one `keeps` each list.
 */
export async function openSource(
  context: SpotifyContext,
  { time, keeps = true }: { readonly time?: number; readonly keeps?: boolean } = {},
): Promise<Source> {
  const { lake, warehouse, runId, dataset, access, effects = realEffects } = context;
  const began = time ?? effects.now();
  if (!hasSecrets(access)) return refusing(began, new UserError('spotify.secrets'));
  const until = await waitUntil(warehouse);
  if (effects.now() < until)
    return refusing(began, new TransientError('spotify.notYet', { until: `${dateTime(until)}Z` }));
  const settings = {
    ...access,
    market: dataset.market,
    budgetMs: dataset.budgetSeconds * 1000,
    timeoutMs: dataset.timeoutSeconds * 1000,
  };
  const keep = keeps ? (await createRaw(lake, runId, began)).keep : async () => {};
  const client = createSpotifyClient({ settings, keep, effects });
  return { time: began, replayOf: null, ...listsOf(client, dataset) };
}

function refusing(time: number, error: EntradaError): Source {
  const refuse = () => Promise.reject(error);
  return { time, replayOf: null, shows: refuse, episodes: refuse };
}

/** The lists from what an earlier run kept. Throws UserError `spotify.replayMissing`. */
export async function openReplay(context: SpotifyContext, replayOf: string): Promise<Source> {
  const { time, read, names } = await openRaw(context.lake, replayOf);
  const client = createSpotifyReplay(read);
  return { time, replayOf, pages: await names(), ...listsOf(client, context.dataset) };
}

function listsOf(
  client: SpotifyClient,
  { term, shows, show }: SpotifyDataset,
): Pick<Source, 'shows' | 'episodes'> {
  return {
    shows: once(() => client.searchShows(term, shows)),
    episodes: once(() => client.episodes(show)),
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
