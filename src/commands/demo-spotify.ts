import type { Settings } from '../config.ts';
import type { Output } from '../output.ts';
import { spotifyDataset } from '../spotify/dataset.ts';
import { startFakeSpotify } from '../spotify/fake/server.ts';
import type { SpotifySummary } from '../spotify/flow.ts';
import { TABLES } from '../spotify/tables.ts';
import { showFirstRows } from './first-rows.ts';
import { openForReading } from './home.ts';
import { runSpotifyHome } from './spotify.ts';
import { exitCodeOfSpotify, saySpotify } from './spotify-summary.ts';

/**
 * The Spotify part of the demo, against the simulated Spotify whatever the environment says; gives its exit code.
 */
export async function demoSpotify(settings: Settings, output: Output): Promise<number> {
  output.line();
  output.say({ code: 'spotify.simulated', values: {} });
  output.line();
  const summary = await askSimulated(settings, output);
  saySpotify(output, summary);
  const warehouse = await openForReading(settings);
  try {
    for (const table of TABLES) {
      const isShows = table === 'spotify_podcasts';
      const columns = isShows ? 'name, total_episodes' : 'name, release_date, description';
      await showFirstRows(output, warehouse, table, columns);
    }
  } finally {
    await warehouse.close();
  }
  return exitCodeOfSpotify(summary);
}

async function askSimulated(settings: Settings, output: Output): Promise<SpotifySummary> {
  const fake = await startFakeSpotify();
  try {
    const { url, clientId, clientSecret } = fake;
    const access = { apiUrl: url, accountsUrl: url, clientId, clientSecret };
    return await runSpotifyHome(settings, output, await spotifyDataset(settings), access);
  } finally {
    await fake.close();
  }
}
