import * as z from 'zod';
import { EntradaError } from '../errors.ts';
import { recordFailureOf } from '../ingest/failure.ts';
import { recordCost } from '../ledger/costs.ts';
import { readAccess } from '../spotify/access.ts';
import { spotifyDataset } from '../spotify/dataset.ts';
import { realEffects } from '../spotify/effects.ts';
import { failureName } from '../spotify/runs.ts';
import { openSource, type SpotifyContext } from '../spotify/source.ts';
import { createSubscriber } from '../spotify/subscribers.ts';
import { type SpotifyTable, TABLES, TOPIC } from '../spotify/tables.ts';
import { createTurns } from '../turns.ts';
import type { Instance } from './instance.ts';
import { dataIn, type Event } from './message.ts';

/** A run, and the one table that it is for if not for all. The run names a folder. */
const announcement = z.object({
  run: z.string().regex(/^[\w-]+$/),
  table: z.enum(TABLES).optional(),
});

/** Keeps one table in the run that a message announces. Each function asks Spotify for itself. */
export async function keepTable(
  instance: Instance,
  event: Event,
  table: SpotifyTable,
): Promise<void> {
  const {
    message,
    run,
    table: only = table,
  } = await instance.reading(TOPIC, event, (message) => ({
    message,
    ...dataIn(message, TOPIC, announcement),
  }));
  if (only !== table) return;
  const { settings } = await instance.opened();
  const common = await instance.contextOf(run);
  try {
    const context: SpotifyContext = {
      ...common,
      dataset: await spotifyDataset(settings),
      access: await readAccess(process.env, settings.home),
      effects: realEffects,
    };
    // The episodes are asked for by two functions, and kept by one of them.
    const source = await openSource(context, { keeps: table !== 'dh_gb_episodes' });
    const subscriber = createSubscriber(context, source, table, createTurns());
    await subscriber.handle({ id: message.id, topic: TOPIC, data: { run }, attempt: 1 });
  } catch (error) {
    // What passes cannot be told: only the warehouse fails so.
    if (!(error instanceof EntradaError) || error.kind === 'terminal')
      await recordFailureOf(common, failureName(run, table), error);
    throw error;
  } finally {
    await recordCost(common);
  }
}
