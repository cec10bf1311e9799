import * as z from 'zod';
import { UserError } from '../errors.ts';
import type { SpotifyEffects } from './effects.ts';
import { refusal, summary } from './refusal.ts';
import type { Ask } from './retry.ts';

export interface TokenSettings {
  /** The accounts host, without a slash at the end. */
  readonly accountsUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Tokens {
  /** The token in force, fetched when there is none; calls side by side share one fetch. */
  get(): Promise<string>;
  /** Forgets a token that Spotify has refused, unless another has taken its place already. */
  drop(token: string): void;
}

/** A token is given up this long before its end, so that it does not run out on the way. */
const MARGIN_MS = 60_000;

interface Token {
  readonly value: string;
  /** Not used from this moment on. */
  readonly until: number;
}

const tokenAnswer = z.object({
  access_token: z.string(),
  // OAuth lets it be left out; Spotify's tokens live for an hour.
  expires_in: z.number().default(3600),
});

/** Throws UserError `spotify.credentials` when Spotify refuses id or secret. */
export function createTokens(settings: TokenSettings, effects: SpotifyEffects, ask: Ask): Tokens {
  const { accountsUrl, clientId, clientSecret } = settings;
  let current: Token | undefined;
  let coming: Promise<Token> | undefined;

  async function request(): Promise<Token> {
    const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
    const url = new URL(`${accountsUrl}/api/token`);
    const answer = await ask(url, async () => ({
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    }));
    if (answer.status === 400 || answer.status === 401) {
      throw new UserError('spotify.credentials', { answer: summary(answer) });
    }
    const token = tokenAnswer.safeParse(answer.json).data;
    // The body is left out where it may hold a token.
    if (!token) throw refusal(answer.status === 200 ? { status: 200, text: '' } : answer, url);
    const until = effects.now() + token.expires_in * 1000 - MARGIN_MS;
    return { value: token.access_token, until };
  }

  return {
    async get() {
      if (current && effects.now() < current.until) return current.value;
      coming ??= request().finally(() => {
        coming = undefined;
      });
      current = await coming;
      return current.value;
    },
    drop(token) {
      if (current?.value === token) current = undefined;
    },
  };
}
