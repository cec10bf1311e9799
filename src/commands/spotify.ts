import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import { openBus, openLake } from '../open.ts';
import type { Output } from '../output.ts';
import { hasSecrets, readAccess, type SpotifyAccess } from '../spotify/access.ts';
import { type SpotifyDataset, spotifyDataset } from '../spotify/dataset.ts';
import { realEffects, type SpotifyEffects } from '../spotify/effects.ts';
import { runSpotifyElsewhere } from '../spotify/elsewhere.ts';
import { runSpotify, type SpotifyRequest, type SpotifySummary } from '../spotify/flow.ts';
import { openRaw } from '../spotify/raw.ts';
import type { SpotifyTable } from '../spotify/tables.ts';
import type { Run } from './commands.ts';
import { openHome } from './home.ts';
import { exitCodeOfSpotify, saySpotify } from './spotify-summary.ts';

const ONLY: Readonly<Record<string, SpotifyTable>> = {
  podcasts: 'spotify_podcasts',
  episodes: 'spotify_all_episodes',
  gb: 'dh_gb_episodes',
};

export const spotify: Run = async ({ settings, output, values }) => {
  const only = typeof values.only === 'string' ? values.only : undefined;
  const replay = typeof values.replay === 'string' ? values.replay : undefined;
  if (only !== undefined && !Object.hasOwn(ONLY, only)) throw new UserError('usage.only', { only });
  const dataset = await spotifyDataset(settings);
  const access = await readAccess(process.env, settings.home);
  // Functions have secrets of their own.
  const asksHere = replay === undefined && settings.receiver === 'here';
  if (asksHere && !hasSecrets(access)) throw new UserError('spotify.secrets');
  // Before a home is made for it.
  if (replay !== undefined) await openRaw(await openLake(settings), replay);
  const summary = await runSpotifyHome(settings, output, dataset, access, {
    ...(only === undefined ? {} : { tables: [ONLY[only]] }),
    ...(replay === undefined ? {} : { replay }),
  });
  saySpotify(output, summary);
  return exitCodeOfSpotify(summary);
};

/** One run of a home's Spotify tables; the home is open only while it works. */
export async function runSpotifyHome(
  settings: Settings,
  output: Output,
  dataset: SpotifyDataset,
  access: SpotifyAccess,
  request: SpotifyRequest = {},
  effects: SpotifyEffects = realEffects,
): Promise<SpotifySummary> {
  await using home = await openHome(settings, output);
  const { lake, warehouse, runId, log } = home.context;
  // The ledger's tables; those of workbooks have no part in this.
  await warehouse.prepare([]);
  const context = { lake, warehouse, runId, log, dataset, access, effects };
  const isElsewhere = settings.receiver === 'functions' && request.replay === undefined;
  // What functions have no part in is not to be heard by them.
  const bus = await openBus(isElsewhere ? settings : withoutFunctions(settings));
  try {
    // Awaited here: the home must not close before the run has ended.
    return isElsewhere
      ? await runSpotifyElsewhere(context, bus, request)
      : await runSpotify(context, bus, request);
  } finally {
    await bus.close();
  }
}

function withoutFunctions(settings: Settings): Settings {
  return settings.receiver === 'functions' ? { ...settings, bus: 'memory' } : settings;
}
