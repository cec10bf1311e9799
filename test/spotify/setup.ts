import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { EntradaError } from '../../src/errors.ts';
import { render } from '../../src/messages/messages.ts';
import { createSpotifyClient, type SpotifySettings } from '../../src/spotify/client.ts';
import type { SpotifyEffects } from '../../src/spotify/effects.ts';
import { startFakeSpotify } from '../fake-spotify/server.ts';

export const START = Date.parse('2026-11-24T12:00:00Z');

/** A clock that moves only when somebody sleeps; `expire` makes every request under way too slow. */
export function fakeClock() {
  let time = START;
  const slept: number[] = [];
  const timeouts = new Set<AbortController>();
  const effects: SpotifyEffects = {
    fetch: (url, init) => fetch(url, init),
    now: () => time,
    async sleep(ms) {
      slept.push(ms);
      time += ms;
    },
    random: () => 0,
    timeout() {
      const controller = new AbortController();
      timeouts.add(controller);
      return controller.signal;
    },
  };
  return {
    effects,
    slept,
    pass: (ms: number) => {
      time += ms;
    },
    expire() {
      for (const controller of timeouts) controller.abort(new DOMException('', 'TimeoutError'));
      timeouts.clear();
    },
  };
}

type Options = NonNullable<Parameters<typeof startFakeSpotify>[0]>;

/** A misbehaving Spotify, a client of it with a budget of ten minutes, and what it keeps. */
export async function setup(
  t: TestContext,
  options: Options = {},
  change: Partial<SpotifySettings> = {},
) {
  const clock = fakeClock();
  const fake = await startFakeSpotify({ now: clock.effects.now, ...options });
  t.after(() => fake.close());
  const kept = new Map<string, string>();
  const settings = {
    apiUrl: fake.url,
    accountsUrl: fake.url,
    clientId: fake.clientId,
    clientSecret: fake.clientSecret,
    market: 'BR',
    budgetMs: 600_000,
    timeoutMs: 10_000,
    ...change,
  };
  const create = (effects = clock.effects) =>
    createSpotifyClient({
      settings,
      effects,
      keep: async (name, text) => {
        assert.ok(!kept.has(name), `${name} is kept once`);
        kept.set(name, text);
      },
    });
  const asked = (path: string) => fake.requests.filter((one) => one.path.startsWith(path));
  return { clock, fake, kept, create, client: create(), asked };
}

/** What a person reads, in English; a placeholder left without a value fails. */
export function words(problem: Parameters<typeof render>[0]): string {
  const text = render(problem, 'en');
  assert.doesNotMatch(text + render(problem, 'pt-BR'), /\{\w+\}/);
  return text;
}

/** The error that `doing` ends with. */
export async function failure(doing: Promise<unknown>): Promise<EntradaError> {
  const error = await doing.then(
    () => assert.fail('it went through'),
    (reason) => reason,
  );
  assert.ok(error instanceof EntradaError, String(error));
  return error;
}
