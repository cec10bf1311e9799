import { setTimeout } from 'node:timers/promises';
import { TransientError } from '../errors.ts';

/** What the client needs of the world. Times are milliseconds, moments milliseconds since 1970 UTC. */
export interface SpotifyEffects {
  fetch(url: string | URL, init: RequestInit): Promise<Response>;
  now(): number;
  sleep(ms: number): Promise<unknown>;
  /** From 0 up to 1, as Math.random. */
  random(): number;
  /** A signal that aborts one request after so long. */
  timeout(ms: number): AbortSignal;
}

export const realEffects: SpotifyEffects = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
  sleep: (ms) => setTimeout(ms),
  random: () => Math.random(),
  timeout: (ms) => AbortSignal.timeout(ms),
};

/** The same until `stop`: then a wait ends at once, with TransientError `spotify.stopped`, and so does a request. */
export function stoppedBy(stop: AbortSignal): SpotifyEffects {
  return {
    ...realEffects,
    sleep: (ms) =>
      setTimeout(ms, undefined, { signal: stop }).catch(() => {
        throw new TransientError('spotify.stopped');
      }),
    timeout: (ms) => AbortSignal.any([stop, AbortSignal.timeout(ms)]),
  };
}
