import type { Settings } from '../config.ts';
import { UserError } from '../errors.ts';
import type { Output } from '../output.ts';
import { runSpotify, type SpotifyRequest, type SpotifySummary } from '../spotify/flow.ts';
import {
  hasSecrets,
  readAccess,
  readSpotifyDataset,
  type SpotifyAccess,
  type SpotifyDataset,
} from '../spotify/settings.ts';
import type { SpotifyTable } from '../spotify/tables.ts';
import type { Run } from './commands.ts';
import { openBus, openHome } from './home.ts';
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
  if (replay === undefined && !hasSecrets(access)) throw new UserError('spotify.secrets');
  const summary = await runSpotifyHome(settings, output, dataset, access, {
    ...(only === undefined ? {} : { tables: [ONLY[only]] }),
    ...(replay === undefined ? {} : { replay }),
  });
  saySpotify(output, summary);
  return exitCodeOfSpotify(summary);
};

/** Throws UserError `spotify.noDataset`, and what reading it throws. */
export async function spotifyDataset({ datasetFolders }: Settings): Promise<SpotifyDataset> {
  const dataset = await readSpotifyDataset(datasetFolders);
  if (dataset) return dataset;
  throw new UserError('spotify.noDataset', { folders: datasetFolders.join(', ') });
}

/** One run of a home's Spotify tables; the home is open only while it works. */
export async function runSpotifyHome(
  settings: Settings,
  output: Output,
  dataset: SpotifyDataset,
  access: SpotifyAccess,
  request: SpotifyRequest = {},
): Promise<SpotifySummary> {
  await using home = await openHome(settings, output);
  const { lake, warehouse, runId, log, datasets } = home.context;
  await warehouse.prepare(datasets);
  const context = { lake, warehouse, runId, log, dataset, access };
  const bus = await openBus(settings);
  try {
    // Awaited here: the home must not close before the run has ended.
    return await runSpotify(context, bus, request);
  } finally {
    await bus.close();
  }
}
