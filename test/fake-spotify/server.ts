import { episode } from '../../src/spotify/fake/catalog.ts';
import type { FakeHooks, FakePage, FakeReply } from '../../src/spotify/fake/hooks.ts';
import * as spotify from '../../src/spotify/fake/server.ts';

/** The simulated Spotify of src/spotify/fake, misbehaving as told: see the switches below. */
export function startFakeSpotify(
  options: Omit<spotify.FakeSpotifyOptions, 'hooks'> & { switches?: readonly FakeHooks[] } = {},
): Promise<spotify.FakeSpotify> {
  const { switches = [], ...rest } = options;
  const hooks: FakeHooks = {
    intercept(request, catalog) {
      // All of them see the request, because they count.
      return switches.map((one) => one.intercept?.(request, catalog)).find((answer) => answer);
    },
    reshape: (page, request) =>
      switches.reduce((shaped, one) => one.reshape?.(shaped, request) ?? shaped, page),
  };
  return spotify.startFakeSpotify({ ...rest, hooks });
}

export const SEARCH = '/v1/search';
export const EPISODES = '/v1/shows/';
export const TOKEN = '/api/token';

type Answer = FakeReply | 'drop' | 'hold';

/** Answers so to `times` requests of a path, after letting `after` pass. */
export function faulty(path: string, answer: Answer, { after = 0, times = 1 } = {}): FakeHooks {
  let seen = 0;
  return {
    intercept(request) {
      if (!request.path.startsWith(path)) return undefined;
      seen += 1;
      return seen > after && seen <= after + times ? answer : undefined;
    },
  };
}

export const ALWAYS = { times: Number.POSITIVE_INFINITY };

/** A 429 with this Retry-After, or without one. */
export function tooMany(retryAfter?: string): FakeReply {
  const headers: Record<string, string> = retryAfter ? { 'retry-after': retryAfter } : {};
  return { status: 429, headers, body: { error: { status: 429, message: 'Too many requests' } } };
}

export const serverError: FakeReply = { status: 503, body: 'upstream connect error' };

export const premium: FakeReply = {
  status: 403,
  body: 'Active premium subscription required for the owner of the app.',
};

/** Changes every page that `when` picks. */
export function reshaping(
  change: (page: FakePage) => FakePage,
  when: (page: FakePage) => boolean = () => true,
): FakeHooks {
  return { reshape: (page) => (when(page) ? change(page) : page) };
}

export const at = (offset: number) => (page: FakePage) => page.offset === offset;

/** Every so-maniest item of a page, from its second on, is null. */
export const nullItems = (every: number) =>
  reshaping((page) => ({
    ...page,
    items: page.items.map((item, index) => (index % every === 1 ? null : item)),
  }));

export const allNull = (offset: number) =>
  reshaping((page) => ({ ...page, items: page.items.map(() => null) }), at(offset));

export const shrinkingTotal = reshaping((page) => ({
  ...page,
  total: page.total - page.offset / page.limit,
}));

/** `next` is null at this offset, as many times. */
export function endsEarly(offset: number, times: number): FakeHooks {
  let left = times;
  return reshaping(
    (page) => ({ ...page, next: null }),
    (page) => at(offset)(page) && left-- > 0,
  );
}

/** The list changes once, just before the page at this offset is given: an episode comes or goes. */
export function shifting(offset: number, how: 'comes' | 'goes'): FakeHooks {
  let due = true;
  return {
    intercept(request, { episodes }) {
      if (due && request.query.get('offset') === String(offset)) {
        due = false;
        if (how === 'comes') episodes.unshift(episode(episodes.length + 1));
        else episodes.shift();
      }
      return undefined;
    },
  };
}

/** One field of the item at this place of the list is something else, or missing where `value` is undefined. */
export const wrongField = (place: number, field: string, value: unknown) =>
  reshaping((page) => ({
    ...page,
    items: page.items.map((item, index) =>
      item && page.offset + index === place ? { ...item, [field]: value } : item,
    ),
  }));
