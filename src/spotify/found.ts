import type { SpotifyDataset } from './dataset.ts';
import { matches } from './match.ts';
import type { Fetched } from './pages.ts';
import type { EpisodeRow, ShowRow } from './schema.ts';
import type { Source } from './source.ts';
import { listOf, type Row, type SpotifyTable } from './tables.ts';

/** What a table takes of the lists. */
export interface Found {
  readonly fetched: Fetched<unknown>;
  readonly rows: readonly Row[];
  /** What becomes of a row of the table that is not among `rows`; undefined takes it away. */
  absent(row: Row, isComplete: boolean): Row | undefined;
}

/** Fetches what the table is made of. Throws what the client throws. */
export async function find(
  { words, shows }: Pick<SpotifyDataset, 'words' | 'shows'>,
  source: Source,
  table: SpotifyTable,
): Promise<Found> {
  if (listOf(table) === 'shows') {
    const fetched = await source.shows();
    // Spotify's count of what a search finds is often wrong, and those found now are the first.
    let room = shows - fetched.items.length;
    return {
      fetched,
      rows: fetched.items.map(rowOf),
      absent: (row, isComplete) => (isComplete || fetched.isWhole || room-- <= 0 ? undefined : row),
    };
  }
  const fetched = await source.episodes();
  const listed = new Set<unknown>(fetched.items.map(({ id }) => id));
  const isWanted = (episode: { name: string; description: string }) =>
    table === 'spotify_all_episodes' || matches(episode, words);
  const now = new Date(source.times.episodes).toISOString().slice(0, 19);
  return {
    fetched,
    rows: fetched.items
      .filter(isWanted)
      .map((episode) => ({ ...rowOf(episode), vanished_at: null })),
    absent(row, isComplete) {
      // It does not speak of the words that are sought now.
      const kept = { name: String(row.name), description: String(row.description) };
      if (listed.has(row.id) || !isWanted(kept)) return undefined;
      return isComplete ? { ...row, vanished_at: row.vanished_at ?? now } : row;
    },
  };
}

/** Half a surrogate pair cannot be stored, and would make the row another one each time. */
function rowOf(item: ShowRow | EpisodeRow): Row {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.toWellFormed() : value,
    ]),
  );
}
