import { UserError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { SpotifyEffects } from './effects.ts';
import { type Fetched, type FetchPage, fetchList } from './pages.ts';
import { refusal } from './refusal.ts';
import { createAsk, type RetrySettings } from './retry.ts';
import {
  type EpisodeRow,
  readEpisode,
  readEpisodesPage,
  readSearchPage,
  readShow,
  type ShowRow,
} from './schema.ts';
import { createTokens, type TokenSettings } from './token.ts';

export interface SpotifySettings extends TokenSettings, RetrySettings {
  /** The API's host, without a slash at the end. */
  readonly apiUrl: string;
  /** Two letters, as BR: without a market Spotify answers 404 or nulls. */
  readonly market: string;
}

/**
 * The two lists, as complete as Spotify gives them. Beside what the network may do to them (refusal.ts, retry.ts),
 * both throw TransientError `spotify.allNull`, TerminalError `spotify.field`, `spotify.fieldMissing` or
 * `spotify.pageCap`: an error means that there is no complete list.
 */
export interface SpotifyClient {
  /** The first `count` different shows found for `term`; fewer where Spotify has no more. */
  searchShows(term: string, count: number): Promise<Fetched<ShowRow>>;
  /** Every episode of a show, newest first. */
  episodes(showId: string): Promise<Fetched<EpisodeRow>>;
}

/** More is refused in Development Mode, and this works in every mode. */
const SEARCH_LIMIT = 10;
const EPISODES_LIMIT = 50;
/** Search takes no offset above 1,000. */
const SEARCH_PAGES = 100;
const EPISODES_PAGES = 400;

/**
 * A client for one run: the budget counts from here, and the token is shared by all its calls.
 * `keep` is given each page as it was received, before it is looked into, and is awaited; names are unique within a
 * run of one search and any number of shows.
 */
export function createSpotifyClient(options: {
  readonly settings: SpotifySettings;
  readonly keep: (name: string, text: string) => Promise<void>;
  readonly effects: SpotifyEffects;
}): SpotifyClient {
  const { settings, keep, effects } = options;
  const ask = createAsk(settings, effects);
  const tokens = createTokens(settings, effects, ask);

  return createLists(async ({ name, path, query, show }) => {
    const url = new URL(`${settings.apiUrl}${path}`);
    url.search = String(new URLSearchParams({ ...query, market: settings.market }));
    let token = '';
    const authorized = async () => {
      token = await tokens.get();
      return { headers: { authorization: `Bearer ${token}` } };
    };
    let answer = await ask(url, authorized);
    let { requests } = answer;
    if (answer.status === 401) {
      tokens.drop(token);
      answer = await ask(url, authorized);
      requests += answer.requests;
    }
    if (answer.status !== 200) throw refusal(answer, url, show);
    await keep(name, answer.text);
    return { json: answer.json, requests };
  });
}

/**
 * The same lists from the pages that a run kept, without the network. `read` gives the text of a page, or undefined
 * where there is none; then UserError `spotify.replay` is thrown, as for a run that was stopped half-way.
 */
export function createSpotifyReplay(
  read: (name: string) => Promise<string | undefined>,
): SpotifyClient {
  return createLists(async ({ name }) => {
    const json = parseJson((await read(name)) ?? '');
    if (json === undefined) throw new UserError('spotify.replay', { page: name });
    return { json, requests: 0 };
  });
}

function createLists(fetchPage: FetchPage): SpotifyClient {
  return {
    searchShows: (term, count) =>
      fetchList(fetchPage, {
        path: '/v1/search',
        query: { q: term, type: 'show' },
        prefix: 'shows',
        limit: SEARCH_LIMIT,
        maxPages: SEARCH_PAGES,
        wanted: count,
        readPage: readSearchPage,
        readItem: readShow,
      }),
    episodes: (showId) => {
      const show = encodeURIComponent(showId);
      return fetchList(fetchPage, {
        path: `/v1/shows/${show}/episodes`,
        query: {},
        show: showId,
        prefix: `episodes-${show}`,
        limit: EPISODES_LIMIT,
        maxPages: EPISODES_PAGES,
        wanted: Number.POSITIVE_INFINITY,
        readPage: readEpisodesPage,
        readItem: readEpisode,
      });
    },
  };
}
