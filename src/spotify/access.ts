import * as z from 'zod';
import { withEnvFile } from '../config.ts';
import { UserError } from '../errors.ts';

const host = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*[^\s?#/])?$/)
  .refine(URL.canParse);

const accessShape = z.object({
  SPOTIFY_CLIENT_ID: z.string().trim().default(''),
  SPOTIFY_CLIENT_SECRET: z.string().trim().default(''),
  SPOTIFY_API_URL: host.default('https://api.spotify.com'),
  SPOTIFY_ACCOUNTS_URL: host.default('https://accounts.spotify.com'),
});

/** The settings of this part, by name; docs/settings.md says what each is for. */
export const accessNames = Object.keys(accessShape.shape);

/** Where Spotify is, and what proves who asks. Never to be printed whole. */
export interface SpotifyAccess {
  readonly apiUrl: string;
  readonly accountsUrl: string;
  /** Both are empty where they are not set. */
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Reads it from the environment, and what is not set there from the file `.env` of the home.
 * Throws UserError `setting.url`, and what `withEnvFile` throws.
 */
export async function readAccess(
  environment: NodeJS.ProcessEnv,
  home: string,
): Promise<SpotifyAccess> {
  const all = Object.entries(await withEnvFile(environment, home));
  const values: Record<string, string | undefined> = Object.fromEntries(
    all.filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = accessShape.safeParse(values);
  if (!result.success) {
    const [issue] = result.error.issues;
    const setting = String(issue.path[0]);
    // No other can be wrong: a secret is never shown, nor is the password that an address may have before its host.
    const value = (values[setting] ?? '').replace(/^(\w+:\/\/)?.*@/, '$1***@');
    throw new UserError('setting.url', { setting, value });
  }
  return Object.freeze({
    apiUrl: result.data.SPOTIFY_API_URL,
    accountsUrl: result.data.SPOTIFY_ACCOUNTS_URL,
    clientId: result.data.SPOTIFY_CLIENT_ID,
    clientSecret: result.data.SPOTIFY_CLIENT_SECRET,
  });
}

export function hasSecrets({ clientId, clientSecret }: SpotifyAccess): boolean {
  return clientId !== '' && clientSecret !== '';
}
