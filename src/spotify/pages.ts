import { type Problem, TerminalError, TransientError } from '../errors.ts';
import type { Page } from './schema.ts';

/** One page to ask for. `name` is the name under which it is kept, the same in a replay. */
interface PageRequest {
  readonly name: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** The show that is asked for, where there is one. */
  readonly show?: string;
}

/** Where pages come from: the network, or the pages that an earlier run kept. */
export type FetchPage = (page: PageRequest) => Promise<{ json: unknown; requests: number }>;

/** A list fetched to its end. */
export interface Fetched<Row> {
  /** In the order of Spotify, each id once. */
  readonly items: Row[];
  /** How many items were null and left out. */
  readonly nulls: number;
  /** `spotify.total` when the items are not as many as Spotify counts: an item that is not here may still exist. */
  readonly warnings: Problem[];
  /** Whether it was read to a last page with room for more, without a null, and so holds all, whatever the count says. */
  readonly isWhole: boolean;
  /** Sent for pages, retries with them; a replay sends none. */
  readonly requests: number;
}

/** What differs between the two lists. */
interface Listing<Row> {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly show?: string;
  /** The first part of the names of its pages. */
  readonly prefix: string;
  readonly limit: number;
  readonly maxPages: number;
  /** Enough rows to stop at. */
  readonly wanted: number;
  readPage(json: unknown, name: string): Page;
  readItem(json: unknown, item: string, page: string): Row;
}

interface Pass<Row> {
  readonly rows: ReadonlyMap<string, Row>;
  readonly nulls: number;
  readonly total: number;
  readonly reconciled: boolean;
  readonly isWhole: boolean;
  readonly requests: number;
}

/**
 * Reads a list page by page; a second time, once, when what came is not what Spotify counts.
 * Throws TransientError `spotify.allNull`, TerminalError `spotify.pageCap`, and what schema.ts and `fetchPage` throw.
 */
export async function fetchList<Row extends { readonly id: string }>(
  fetchPage: FetchPage,
  listing: Listing<Row>,
): Promise<Fetched<Row>> {
  const first = await readThrough(fetchPage, listing, 1);
  if (first.reconciled) return fetched(listing, first, first.requests, []);
  const second = await readThrough(fetchPage, listing, 2);
  const requests = first.requests + second.requests;
  if (second.reconciled) return fetched(listing, second, requests, []);
  // Neither is the whole list for sure, so that what only the first has seen is kept, behind the rest.
  const rows = new Map([...second.rows, ...[...first.rows].filter(([id]) => !second.rows.has(id))]);
  const values = { found: rows.size + second.nulls, total: second.total };
  return fetched(listing, { ...second, rows }, requests, [{ code: 'spotify.total', values }]);
}

function fetched<Row>(
  { wanted }: Listing<Row>,
  { rows, nulls, isWhole }: Pass<Row>,
  requests: number,
  warnings: Problem[],
): Fetched<Row> {
  return { items: [...rows.values()].slice(0, wanted), nulls, warnings, isWhole, requests };
}

async function readThrough<Row extends { readonly id: string }>(
  fetchPage: FetchPage,
  listing: Listing<Row>,
  pass: number,
): Promise<Pass<Row>> {
  const rows = new Map<string, Row>();
  const totals = new Set<number>();
  let nulls = 0;
  let requests = 0;
  let offset = 0;
  for (let asked = 0; asked < listing.maxPages; asked += 1) {
    const request = pageRequest(listing, pass, offset);
    const answer = await fetchPage(request);
    requests += answer.requests;
    const page = listing.readPage(answer.json, request.name);
    const items = page.items.filter((item) => item !== null);
    nulls += page.items.length - items.length;
    if (items.length === 0 && page.items.length > 0) {
      throw new TransientError('spotify.allNull', { page: request.name, count: page.items.length });
    }
    for (const [index, item] of page.items.entries()) {
      if (item === null) continue;
      const row = listing.readItem(item, `items[${index}]`, request.name);
      rows.set(row.id, row);
    }
    totals.add(page.total);
    const following = page.offset + page.limit;
    const enough = rows.size >= listing.wanted;
    if (enough || !page.next || items.length === 0 || following <= offset) {
      // A total that moved tells that the list did, whatever the sum at its end.
      const reconciled = enough || (totals.size === 1 && rows.size + nulls === page.total);
      const isWhole = !page.next && page.items.length < page.limit && rows.size > 0 && nulls === 0;
      return { rows, nulls, total: page.total, reconciled, isWhole, requests };
    }
    offset = following;
  }
  throw new TerminalError('spotify.pageCap', { cap: listing.maxPages, list: listing.prefix });
}

/**
 * Spotify's `next` is only looked at, never followed: the next offset is worked out, so no host of its choice is
 * asked.
 */
function pageRequest<Row>(listing: Listing<Row>, pass: number, offset: number): PageRequest {
  const { path, query, show, prefix, limit } = listing;
  return {
    name: `${prefix}-${pass}-${String(offset).padStart(5, '0')}.json`,
    path,
    query: { ...query, limit: String(limit), offset: String(offset) },
    ...(show === undefined ? {} : { show }),
  };
}
