import type { Bus } from '../bus/bus.ts';
import { createTurns } from '../turns.ts';
import { namingStatement, statements } from '../warehouse/dataset-sql.ts';
import { RUNS_TABLE, runsOf, type TableRun } from './runs.ts';
import { openReplay, openSource, type Source, type SpotifyContext } from './source.ts';
import { createSubscriber } from './subscribers.ts';
import { listOf, type SpotifyTable, TABLES, TOPIC } from './tables.ts';

export interface SpotifyRequest {
  /** All where none are named; in a replay, those of which the run kept pages. */
  readonly tables?: readonly SpotifyTable[];
  /** The run whose answers are taken, in place of asking. */
  readonly replay?: string;
}

export interface SpotifySummary {
  readonly runId: string;
  /** What became of each table. */
  readonly tables: readonly TableRun[];
  /** Tables that a fault of ours or of the warehouse kept from being written, and from being recorded. */
  readonly failed: readonly { readonly table: SpotifyTable; readonly error: unknown }[];
}

/**
 * What the DAG `pipeline_spotify` does, on one machine: announces one run to the subscribers and waits for all.
 * What Spotify does wrong is in the summary; it throws UserError `spotify.replayMissing`, and what the warehouse
 * and the lake throw before the run is announced.
 */
export async function runSpotify(
  context: SpotifyContext,
  bus: Bus,
  request: SpotifyRequest = {},
): Promise<SpotifySummary> {
  const { warehouse, runId, log } = context;
  await makeTables(context);
  const { replay } = request;
  const source =
    replay === undefined ? await openSource(context) : await openReplay(context, replay);
  const alone = createTurns();
  const failed: { table: SpotifyTable; error: unknown }[] = [];
  for (const table of request.tables ?? tablesOf(source)) {
    await bus.subscribe(TOPIC, table, {
      ...createSubscriber(context, source, table, alone),
      async onDeadLetter(_, error) {
        log.error({ table, err: error }, 'failed');
        failed.push({ table, error });
      },
    });
  }
  await bus.publish(TOPIC, { run: runId });
  await bus.drain();
  const runs = await runsOf(warehouse, runId);
  return {
    runId,
    tables: inOrder(runs),
    failed,
  };
}

export async function makeTables({ warehouse, dataset }: SpotifyContext): Promise<void> {
  await warehouse.query(RUNS_TABLE);
  for (const statement of await statements(dataset, 'tables.sql'))
    await namingStatement(dataset, statement, warehouse.query);
}

/** In the order of TABLES, whatever order they came in. */
export function inOrder(runs: readonly TableRun[]): TableRun[] {
  return TABLES.flatMap((table) => runs.filter((run) => run.table === table));
}

function tablesOf({ pages }: Source): readonly SpotifyTable[] {
  if (pages === undefined) return TABLES;
  const kept = TABLES.filter((table) => pages.some((name) => name.startsWith(`${listOf(table)}-`)));
  return kept.length > 0 ? kept : TABLES;
}
