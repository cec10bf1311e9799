import * as z from 'zod';
import { TerminalError } from '../errors.ts';

/** A show as the table `spotify_podcasts` has it. */
export interface ShowRow {
  readonly name: string;
  readonly description: string;
  readonly id: string;
  readonly total_episodes: number;
}

/** An episode as the table `spotify_all_episodes` has it. */
export interface EpisodeRow {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** As Spotify writes it: YYYY, YYYY-MM or YYYY-MM-DD. */
  readonly release_date: string;
  readonly release_date_precision: 'year' | 'month' | 'day';
  /** YYYY-MM-DD when the precision is a day, else null. */
  readonly release_day: string | null;
  readonly duration_ms: number;
  readonly language: string | null;
  readonly explicit: boolean;
  readonly type: string;
}

const count = z.int().nonnegative();

const show = z.object({
  name: z.string(),
  description: z.string(),
  id: z.string().min(1),
  total_episodes: count,
});

const episode = z.object({
  id: z.string().min(1),
  name: z.string(),
  description: z.string(),
  release_date: z.string(),
  release_date_precision: z.enum(['year', 'month', 'day']),
  duration_ms: count,
  language: z.string().nullish(),
  languages: z.array(z.string()).nullish(),
  explicit: z.boolean(),
  type: z.string(),
});

const page = z.object({
  items: z.array(z.unknown()),
  total: count,
  offset: count,
  limit: count,
  next: z.string().nullish(),
});

const searchPage = z.object({ shows: page });

/** One page of a list; an item may be null. */
export type Page = z.infer<typeof page>;

/** `name` is that of the kept page, for the error. Throws TerminalError `spotify.field` or `spotify.fieldMissing`. */
export function readSearchPage(json: unknown, name: string): Page {
  return check(searchPage, json, name, name).shows;
}

/** As readSearchPage, for the episodes of a show. */
export function readEpisodesPage(json: unknown, name: string): Page {
  return check(page, json, name, name);
}

/** `item` says which one it is when it has no id; throws as readSearchPage. */
export function readShow(json: unknown, item: string, page: string): ShowRow {
  return check(show, json, idOf(json) ?? item, page);
}

/** As readShow, for an episode. */
export function readEpisode(json: unknown, item: string, page: string): EpisodeRow {
  const { language, languages, ...rest } = check(episode, json, idOf(json) ?? item, page);
  // Spotify writes 0000 where it does not know the year, and no calendar has that one.
  const isDay =
    rest.release_date_precision === 'day' &&
    z.iso.date().safeParse(rest.release_date).success &&
    rest.release_date >= '0001';
  return {
    ...rest,
    release_day: isDay ? rest.release_date : null,
    language: language ?? languages?.[0] ?? null,
  };
}

const identified = z.object({ id: z.string().min(1) });

const idOf = (json: unknown): string | undefined => identified.safeParse(json).data?.id;

function check<T>(schema: z.ZodType<T>, json: unknown, item: string, page: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path ?? [];
  const found = path.reduce<unknown>((value, key) => Object(value)[key], json);
  const values = { field: path.join('.') || '$', item, page };
  if (found === undefined) throw new TerminalError('spotify.fieldMissing', values);
  throw new TerminalError('spotify.field', {
    ...values,
    found: JSON.stringify(found).slice(0, 80),
  });
}
