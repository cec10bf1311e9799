import { TransientError } from '../errors.ts';
import { parseJson } from '../json.ts';
import type { SpotifyEffects } from './effects.ts';
import { type Answer, summary } from './refusal.ts';

/** A final answer, with its JSON (undefined where an error's body is text) and how many requests it took. */
interface Asked extends Answer {
  readonly json: unknown;
  readonly requests: number;
}

/** Asks until there is an answer that trying again would not change: any status but 408, 429 and 5xx. */
export type Ask = (url: URL, init: () => Promise<RequestInit>) => Promise<Asked>;

export interface RetrySettings {
  readonly clientId: string;
  readonly clientSecret: string;
  /** How long one run may go on waiting. */
  readonly budgetMs: number;
  /** How long one request may take. */
  readonly timeoutMs: number;
}

const SECOND = 1000;
const TRIES = 6;
const LONGEST_BACKOFF = 60 * SECOND;
/** Twice the longest that was seen. A longer one is rather a clock that is wrong, here or there. */
export const LONGEST_WAIT = 48 * 3600 * SECOND;

/**
 * A 429 holds back every request of this asker until the time it names, so that calls side by side are not early
 * either. `ask` throws TransientError `spotify.rateLimited` when that time is past the budget, which counts from
 * here, and `spotify.unavailable` after six failures or when the budget has no room for the next try.
 */
export function createAsk(settings: RetrySettings, effects: SpotifyEffects): Ask {
  const deadline = effects.now() + settings.budgetMs;
  let notBefore = 0;

  /** Whether it had to wait. Looks at the clock again because a timer may fire early. */
  async function pause(): Promise<boolean> {
    let waited = false;
    for (let wait = notBefore - effects.now(); wait > 0; wait = notBefore - effects.now()) {
      if (notBefore > deadline) {
        const until = new Date(notBefore).toISOString();
        throw new TransientError('spotify.rateLimited', { until });
      }
      await effects.sleep(wait);
      waited = true;
    }
    return waited;
  }

  /** From 1 s, growing, with the upper half left to chance. */
  function backoff(failures: number): number {
    return Math.min(2 ** failures * SECOND, LONGEST_BACKOFF) * (0.5 + effects.random() / 2);
  }

  /** The longest, where a proxy has added one: they stand behind each other, and a comma is in a date too. */
  function asked(headers: Headers): number {
    const values = (headers.get('retry-after') ?? '').split(/(?<!\b[A-Z][a-z]+),/);
    const waits = values.map((value) => {
      const seconds = Number(value);
      const ms = Number.isNaN(seconds) ? Date.parse(value) - effects.now() : seconds * SECOND;
      return Number.isNaN(ms) ? 0 : ms;
    });
    return Math.min(Math.max(...waits), LONGEST_WAIT);
  }

  return async (url, init) => {
    let limited = 0;
    let failed = 0;
    for (let requests = 1; ; requests += 1) {
      let request = await init();
      // A wait may outlast the token, so that the request is made anew after each.
      while (await pause()) request = await init();
      const answer = await attempt(url, request);
      if (answer.status === 429) {
        limited += 1;
        const wait = Math.max(asked(answer.headers), backoff(limited));
        notBefore = Math.max(notBefore, effects.now() + wait);
        continue;
      }
      if (answer.failure === undefined) return { ...answer, requests };
      failed += 1;
      const wait = Math.max(asked(answer.headers), backoff(failed));
      if (failed === TRIES || effects.now() + wait > deadline) {
        const values = { host: url.host, tries: failed, answer: answer.failure };
        throw new TransientError('spotify.unavailable', values);
      }
      await effects.sleep(wait);
    }
  };

  async function attempt(url: URL, init: RequestInit) {
    try {
      const signal = effects.timeout(settings.timeoutMs);
      // A redirect would carry the secret or the token to wherever it points.
      const response = await effects.fetch(url, { ...init, signal, redirect: 'manual' });
      const { status, headers } = response;
      const text = redact(await response.text(), init);
      const json = parseJson(text);
      // The half of an answer that arrived may be half of a token: it is not quoted.
      const cut = status === 200 && json === undefined ? '200 (not JSON)' : undefined;
      const failure = status >= 500 || status === 408 ? summary({ status, text }) : cut;
      return { status, headers, text, json, failure };
    } catch (error) {
      return {
        status: 0,
        headers: new Headers(),
        text: '',
        json: undefined,
        failure: reason(error),
      };
    }
  }

  /** What was sent in confidence may come back in a body, and bodies are kept and quoted. */
  function redact(text: string, init: RequestInit): string {
    const credential = new Headers(init.headers).get('authorization')?.split(' ')[1] ?? '';
    return [settings.clientSecret, settings.clientId, credential]
      .filter((secret) => secret !== '')
      .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
  }
}

/** A name like ECONNRESET or TimeoutError: it says enough, and a message could hold what was sent. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'error';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name;
}
