import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCatalog, type Item, MAIN_SHOW } from './catalog.ts';
import type { FakeHooks, FakePage, FakeReply, FakeRequest } from './hooks.ts';

export interface FakeSpotifyOptions {
  /** How many shows a search finds, and how many episodes the one show has. */
  readonly shows?: number;
  readonly episodes?: number;
  readonly clientId?: string;
  readonly clientSecret?: string;
  /** The clock by which a token grows old. */
  readonly now?: () => number;
  readonly hooks?: FakeHooks;
}

/** Stands for both of Spotify's hosts. */
export interface FakeSpotify {
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Every request, in order. */
  readonly requests: readonly FakeRequest[];
  /** Every token given out, in order. */
  readonly tokens: readonly string[];
  close(): Promise<void>;
}

const TOKEN_PATH = '/api/token';
const TOKEN_LIFE_MS = 3_600_000;

/**
 * A Spotify of invented shows and episodes on a free port of 127.0.0.1, behaving as the real one in Development Mode.
 */
export async function startFakeSpotify(options: FakeSpotifyOptions = {}): Promise<FakeSpotify> {
  const { shows = 60, episodes = 120, now = Date.now, hooks = {} } = options;
  const { clientId = 'simulated-client', clientSecret = 'simulated-client-secret' } = options;
  const catalog = createCatalog(shows, episodes);
  const requests: FakeRequest[] = [];
  const tokens = new Map<string, number>();

  function token(request: FakeRequest): FakeReply {
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    if (request.authorization !== `Basic ${basic}`) {
      const body = { error: 'invalid_client', error_description: 'Invalid client' };
      return { status: 400, body };
    }
    const access_token = `simulated-token-${tokens.size + 1}`;
    tokens.set(access_token, now() + TOKEN_LIFE_MS);
    const body = { access_token, token_type: 'Bearer', expires_in: TOKEN_LIFE_MS / 1000 };
    return { status: 200, body };
  }

  function reply(request: FakeRequest): FakeReply {
    if (request.path === TOKEN_PATH) return token(request);
    const expires = tokens.get(request.authorization.replace(/^Bearer /, ''));
    if (expires === undefined) return refuse(401, 'Invalid access token');
    if (expires <= now()) return refuse(401, 'The access token expired');
    const market = request.query.has('market');
    if (request.path === '/v1/search') {
      return list(request, catalog.shows, 10, (page) => ({
        shows: market ? page : { ...page, items: page.items.map(() => null) },
      }));
    }
    if (request.path === `/v1/shows/${MAIN_SHOW}/episodes` && market) {
      return list(request, catalog.episodes, 50, (page) => page);
    }
    return refuse(404, 'non existing id');
  }

  function list(
    request: FakeRequest,
    all: readonly Item[],
    most: number,
    wrap: (page: FakePage) => unknown,
  ): FakeReply {
    const limit = Number(request.query.get('limit') ?? 5);
    const offset = Number(request.query.get('offset') ?? 0);
    if (!(limit >= 1 && limit <= most)) return refuse(400, 'Invalid limit');
    if (!(offset >= 0 && (most > 10 || offset <= 1000))) return refuse(400, 'Invalid offset');
    const at = (place: number) => {
      const query = new URLSearchParams(request.query);
      query.set('offset', String(place));
      return `${url}${request.path}?${query}`;
    };
    const page: FakePage = {
      href: at(offset),
      items: all.slice(offset, offset + limit),
      limit,
      next: offset + limit < all.length ? at(offset + limit) : null,
      offset,
      previous: offset > 0 ? at(Math.max(0, offset - limit)) : null,
      total: all.length,
    };
    return { status: 200, body: wrap(hooks.reshape?.(page, request) ?? page) };
  }

  const server = createServer((incoming, response) => {
    const request = read(incoming);
    requests.push(request);
    const answer = hooks.intercept?.(request, catalog) ?? reply(request);
    if (answer === 'drop') incoming.socket.destroy();
    else if (answer !== 'hold') send(response, answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    clientId,
    clientSecret,
    requests,
    get tokens() {
      return [...tokens.keys()];
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function read(incoming: IncomingMessage): FakeRequest {
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    path: pathname,
    query: searchParams,
    authorization: incoming.headers.authorization ?? '',
  };
}

function send(response: ServerResponse, { status, headers = {}, body }: FakeReply): void {
  const text = typeof body === 'string';
  const type = text ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(text ? body : JSON.stringify(body));
}

const refuse = (status: number, message: string): FakeReply => ({
  status,
  body: { error: { status, message } },
});
