import type { Settings } from '../config.ts';
import { EntradaError } from '../errors.ts';
import type { Output } from '../output.ts';
import { createSchedule } from '../spotify/schedule.ts';
import { hasSecrets, readAccess, spotifyDataset } from '../spotify/settings.ts';
import { hasHome } from './home.ts';
import { runSpotifyHome } from './spotify.ts';
import { saySpotify } from './spotify-summary.ts';

/** Asks Spotify when the schedule says so; to be called often. */
export type Asking = (now: number) => Promise<void>;

/**
 * Undefined without the secrets: then Spotify is no part of this home, and nothing is said of it. Undefined too where
 * its dataset is wrong, which is said: the workbooks do not wait for it.
 */
export async function createAsking(
  settings: Settings,
  output: Output,
  now: number,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Asking | undefined> {
  const access = await readAccess(environment, settings.home);
  if (!hasSecrets(access)) return undefined;
  const dataset = await spotifyDataset(settings).catch((error) => {
    if (!(error instanceof EntradaError)) throw error;
    output.say(error);
  });
  if (!dataset) return undefined;
  const schedule = createSchedule(dataset, now);
  const sayNext = () => {
    const next = schedule.next();
    if (next === undefined) return;
    const time = new Date(next).toISOString().slice(0, 16);
    output.say({ code: 'spotify.scheduled', values: { time } });
  };
  sayNext();
  return async (time) => {
    // None is made in its place. The look at the inbox says that it has gone; once it is back, what came due is asked.
    if (!(await hasHome(settings))) return;
    if (!schedule.isDue(time)) return;
    try {
      saySpotify(output, await runSpotifyHome(settings, output, dataset, access));
    } catch (error) {
      // The workbooks do not wait for Spotify to be well.
      if (!(error instanceof EntradaError)) throw error;
      output.say(error);
    }
    sayNext();
  };
}
