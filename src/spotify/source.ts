import { type EntradaError, TransientError, UserError } from '../errors.ts';
import type { Context } from '../ingest/context.ts';
import { dateTime } from '../warehouse/date-time.ts';
import { hasSecrets, type SpotifyAccess } from './access.ts';
import { createSpotifyClient, createSpotifyReplay, type SpotifyClient } from './client.ts';
import type { SpotifyDataset } from './dataset.ts';
import type { SpotifyEffects } from './effects.ts';
import type { Fetched } from './pages.ts';
import { openRaw, rawOf, type Times } from './raw.ts';
import { waitUntil } from './runs.ts';
import type { EpisodeRow, ShowRow } from './schema.ts';
import type { List } from './tables.ts';

/** What a run of the Spotify tables works with. Its clock is that of the effects. */
export interface SpotifyContext extends Pick<Context, 'lake' | 'warehouse' | 'runId' | 'log'> {
  readonly dataset: SpotifyDataset;
  readonly access: SpotifyAccess;
  readonly effects: SpotifyEffects;
}

/** The lists of one run. Each is fetched once, when it is first wanted, whoever wants it. */
export interface Source {
  /** When the answers are from. */
  readonly times: Times;
  readonly replayOf: string | null;
  /** The names of the pages that a replay has to read; undefined where Spotify is asked. */
  readonly pages?: readonly string[];
  shows(): Promise<Fetched<ShowRow>>;
  episodes(): Promise<Fetched<EpisodeRow>>;
}

/**
 * One client for the run, which keeps what it is answered; or none, without the secrets (UserError `spotify.secrets`)
 * and before the time that an earlier run was told to wait for (TransientError `spotify.notYet`): then both lists
 * throw. Of several processes that ask for one run, one `keeps` each list.
 */
export async function openSource(
  context: SpotifyContext,
  { keeps = true }: { readonly keeps?: boolean } = {},
): Promise<Source> {
  const { lake, warehouse, runId, dataset, access, effects } = context;
  const began = effects.now();
  if (!hasSecrets(access)) return refusing(began, new UserError('spotify.secrets'));
  const until = await waitUntil(warehouse, began);
  if (began < until)
    return refusing(began, new TransientError('spotify.notYet', { until: `${dateTime(until)}Z` }));
  const settings = {
    ...access,
    market: dataset.market,
    budgetMs: dataset.budgetSeconds * 1000,
    timeoutMs: dataset.timeoutSeconds * 1000,
  };
  const raw = keeps ? rawOf(lake, runId) : undefined;
  const client = createSpotifyClient({
    settings,
    keep: async (name, text) => raw?.keep(name, text),
    effects,
  });
  const begin = async (list: List) => raw?.begin(list, began);
  return { times: bothAt(began), replayOf: null, ...listsOf(client, dataset, begin) };
}

function refusing(time: number, error: EntradaError): Source {
  const refuse = () => Promise.reject(error);
  return { times: bothAt(time), replayOf: null, shows: refuse, episodes: refuse };
}

const bothAt = (time: number): Times => ({ shows: time, episodes: time });

/** The lists from what an earlier run kept. Throws UserError `spotify.replayMissing`. */
export async function openReplay(context: SpotifyContext, replayOf: string): Promise<Source> {
  const { times, read, names } = await openRaw(context.lake, replayOf);
  const client = createSpotifyReplay(read);
  return { times, replayOf, pages: await names(), ...listsOf(client, context.dataset) };
}

/** `begin` is told of each list before it is fetched: a message that comes again may find nothing to do. */
function listsOf(
  client: SpotifyClient,
  { term, shows, show }: SpotifyDataset,
  begin?: (list: List) => Promise<void>,
): Pick<Source, 'shows' | 'episodes'> {
  return {
    shows: once(async () => {
      await begin?.('shows');
      return client.searchShows(term, shows);
    }),
    episodes: once(async () => {
      await begin?.('episodes');
      return client.episodes(show);
    }),
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
