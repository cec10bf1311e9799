import type { TableRows, Value, Warehouse } from '../warehouse/warehouse.ts';

/** The topic on which a run is announced, as the case names it. */
export const TOPIC = 'api-spotify';

/** The tables, each kept by the subscriber of its name. */
export const TABLES = ['spotify_podcasts', 'spotify_all_episodes', 'dh_gb_episodes'] as const;
export type SpotifyTable = (typeof TABLES)[number];

/** What Spotify is asked for, and of which list each table is made. */
export type List = 'shows' | 'episodes';
export const listOf = (table: SpotifyTable): List =>
  table === 'spotify_podcasts' ? 'shows' : 'episodes';

const EPISODE_COLUMNS = [
  'id',
  'name',
  'description',
  'release_date',
  'duration_ms',
  'language',
  'explicit',
  'type',
  'release_date_precision',
  'release_day',
  'vanished_at',
] as const;

const COLUMNS: Record<SpotifyTable, readonly string[]> = {
  spotify_podcasts: ['name', 'description', 'id', 'total_episodes'],
  spotify_all_episodes: EPISODE_COLUMNS,
  dh_gb_episodes: EPISODE_COLUMNS,
};

/** A row by its columns. Every table has an `id`, and that once. */
export type Row = Readonly<Record<string, Value>>;

/** What a fetch did to a table. */
export interface Changes {
  readonly added: number;
  readonly changed: number;
  readonly vanished: number;
  readonly returned: number;
  readonly removed: number;
}

export const NO_CHANGES: Changes = { added: 0, changed: 0, vanished: 0, returned: 0, removed: 0 };

export async function readTable(warehouse: Warehouse, table: SpotifyTable): Promise<Row[]> {
  const columns = COLUMNS[table];
  const { rows } = await warehouse.query(`SELECT ${columns.join(', ')} FROM ${table}`);
  return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}

/**
 * What a table holds, and what is known besides of rows that Spotify may not list any more: each of the two tables of
 * episodes takes the vanished ones from the other, so that it has also those of runs that it had no part in. Where both
 * have one, spotify_all_episodes is right.
 */
export async function readKnown(
  warehouse: Warehouse,
  table: SpotifyTable,
): Promise<{ readonly before: readonly Row[]; readonly known: readonly Row[] }> {
  const before = await readTable(warehouse, table);
  if (listOf(table) === 'shows') return { before, known: before };
  const isAll = table === 'spotify_all_episodes';
  const other = await readTable(warehouse, isAll ? 'dh_gb_episodes' : 'spotify_all_episodes');
  const gone = other.filter(isGone);
  const rows = isAll ? [...gone, ...before] : [...before, ...gone];
  return { before, known: [...new Map(rows.map((row) => [row.id, row])).values()] };
}

const isGone = (row: Row) => (row.vanished_at ?? null) !== null;

/** Rows to take the place of the table's own. */
export function tableRows(table: SpotifyTable, rows: readonly Row[]): TableRows {
  const columns = COLUMNS[table];
  return {
    table,
    columns,
    rows: rows.map((row) => columns.map((name) => row[name] ?? null)),
    replace: true,
  };
}

/**
 * What the table holds after a fetch: what was fetched, and of the other rows that are known what `absent` makes of
 * them, which is nothing where it gives undefined.
 */
export function mergeRows(
  table: SpotifyTable,
  { before, known }: Awaited<ReturnType<typeof readKnown>>,
  fetched: readonly Row[],
  absent: (row: Row) => Row | undefined,
): { readonly rows: readonly Row[]; readonly changes: Changes } {
  const ids = new Set(fetched.map(({ id }) => id));
  const rest = known.filter(({ id }) => !ids.has(id)).map(absent);
  const rows = [...fetched, ...rest.filter((row) => row !== undefined)];
  return { rows, changes: countChanges(table, before, rows) };
}

function countChanges(table: SpotifyTable, before: readonly Row[], after: readonly Row[]): Changes {
  const old = new Map(before.map((row) => [row.id, row]));
  const count = { added: 0, changed: 0, vanished: 0, returned: 0 };
  for (const row of after) {
    const was = old.get(row.id);
    if (was === undefined) count.added += 1;
    else if (!isGone(was) && isGone(row)) count.vanished += 1;
    else if (isGone(was) && !isGone(row)) count.returned += 1;
    else if (COLUMNS[table].some((name) => (was[name] ?? null) !== (row[name] ?? null)))
      count.changed += 1;
    old.delete(row.id);
  }
  return { ...count, removed: old.size };
}
