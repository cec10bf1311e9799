import type { Settings } from '../config.ts';
import { EntradaError } from '../errors.ts';
import type { Output } from '../output.ts';
import { hasSecrets, readAccess } from '../spotify/access.ts';
import { type SpotifyDataset, spotifyDataset } from '../spotify/dataset.ts';
import type { SpotifyEffects } from '../spotify/effects.ts';
import type { SpotifySummary } from '../spotify/flow.ts';
import { createSchedule, type Schedule } from '../spotify/schedule.ts';
import { type SpotifyTable, TABLES } from '../spotify/tables.ts';
import { hasHome } from './home.ts';
import { runSpotifyHome } from './spotify.ts';
import { saySpotify } from './spotify-summary.ts';
import { sayError } from './summary.ts';

/** Asks Spotify when the schedule says so; to be called often. */
type Asking = () => Promise<void>;

/** What is to be asked for, and when. */
interface Due {
  readonly tables: readonly SpotifyTable[];
  readonly at: number;
  /** How long to wait if it does not go through then: longer each time. */
  readonly pause: number;
}

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** Undefined without the secrets: then Spotify is no part of this home, and nothing is said of it. */
export async function createAsking(
  settings: Settings,
  output: Output,
  effects: SpotifyEffects,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Asking | undefined> {
  const access = await readAccess(environment, settings.home);
  if (!hasSecrets(access)) return undefined;
  let known: SpotifyDataset | undefined;
  let schedule: Schedule | undefined;
  let told = '';
  let due: Due | undefined;

  function sayNext(): void {
    const next = Math.min(due?.at ?? Infinity, schedule?.next() ?? Infinity);
    if (next === Infinity) return;
    const time = new Date(next).toISOString().slice(0, 16);
    output.say({ code: 'spotify.scheduled', values: { time } });
  }

  /** The dataset as it is now. What is wrong with it is told once: the workbooks do not wait for it. */
  async function read(): Promise<SpotifyDataset | undefined> {
    try {
      const dataset = await spotifyDataset(settings);
      told = '';
      const isAsKnown = dataset.schedule === known?.schedule && dataset.timezone === known.timezone;
      known = dataset;
      if (isAsKnown) return dataset;
      schedule = createSchedule(dataset, effects.now());
      sayNext();
      return dataset;
    } catch (error) {
      if (!(error instanceof EntradaError)) throw error;
      if (error.message !== told) sayError(output, error);
      told = error.message;
      return undefined;
    }
  }

  /** Gives what is left to be asked for again, because what hindered it passes. */
  async function ask(dataset: SpotifyDataset, { tables, pause }: Due): Promise<Due | undefined> {
    let left: Pick<Due, 'tables' | 'at'> = { tables, at: 0 };
    try {
      const summary = await runSpotifyHome(settings, output, dataset, access, { tables }, effects);
      saySpotify(output, summary);
      left = leftOf(summary);
    } catch (error) {
      // The workbooks do not wait for Spotify to be well.
      if (!(error instanceof EntradaError)) throw error;
      sayError(output, error);
      if (error.kind !== 'transient') return undefined;
    }
    if (left.tables.length === 0) return undefined;
    const at = Math.max(left.at, effects.now() + pause);
    return { tables: left.tables, at, pause: Math.min(2 * pause, LONGEST_PAUSE_MS) };
  }

  await read();
  return async () => {
    // None is made in its place. The look at the inbox says that it has gone; once it is back, what came due is asked.
    if (!(await hasHome(settings))) return;
    const dataset = await read();
    if (dataset === undefined) return;
    const now = effects.now();
    if (schedule?.isDue(now)) due = { tables: TABLES, at: now, pause: FIRST_PAUSE_MS };
    if (due === undefined || now < due.at) return;
    due = await ask(dataset, due);
    sayNext();
  };
}

/** The tables that may go through later, and before when it is of no use to ask. */
function leftOf({ tables, failed }: SpotifySummary): Pick<Due, 'tables' | 'at'> {
  const left = tables.filter(({ outcome }) => outcome === 'limited' || outcome === 'postponed');
  const passing = failed.filter(
    ({ error }) => error instanceof EntradaError && error.kind === 'transient',
  );
  return {
    tables: [...left, ...passing].map(({ table }) => table),
    at: Math.max(0, ...left.map(({ until }) => until ?? 0)),
  };
}
