import { setTimeout } from 'node:timers/promises';

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
