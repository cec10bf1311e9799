import type { Bus } from '../bus/bus.ts';
import { FIRST_LOOK_MS, laterLook, SILENT_MINUTES } from '../bus/silence.ts';
import { TerminalError } from '../errors.ts';
import { findDrops } from '../ledger/ledger.ts';
import type { Code } from '../messages/en.ts';
import { inOrder, makeTables, type SpotifyRequest, type SpotifySummary } from './flow.ts';
import { failureName, runRows, runsOf, type TableRun } from './runs.ts';
import type { SpotifyContext } from './source.ts';
import { NO_CHANGES, type SpotifyTable, TABLES, TOPIC } from './tables.ts';

/**
 * One run whose tables functions keep: announces it, and waits until the ledgers tell what became of each. A table of
 * which they tell nothing for a quarter of an hour is recorded as postponed, and a message that comes later does
 * nothing.
 */
export async function runSpotifyElsewhere(
  context: SpotifyContext,
  bus: Bus,
  { tables = TABLES }: Pick<SpotifyRequest, 'tables'>,
): Promise<SpotifySummary> {
  const { warehouse, runId, effects } = context;
  await makeTables(context);
  for (const message of tables.length === TABLES.length ? [{}] : tables.map((table) => ({ table })))
    await bus.publish(TOPIC, { run: runId, ...message });
  const began = effects.now();
  for (let wait = FIRST_LOOK_MS; ; wait = laterLook(wait)) {
    const runs = await runsOf(warehouse, runId);
    const without = (done: readonly { readonly table: SpotifyTable }[]) => (table: SpotifyTable) =>
      !done.some((one) => one.table === table);
    const unrecorded = tables.filter(without(runs));
    const failed = await failuresOf(context, unrecorded);
    const waiting = unrecorded.filter(without(failed));
    if (waiting.length === 0) return { runId, tables: inOrder(runs), failed };
    if (effects.now() - began < SILENT_MINUTES * 60_000) {
      await effects.sleep(wait);
      continue;
    }
    const silent = waiting.map((table) => silentRun(runId, table, effects.now()));
    await warehouse.write(silent.map(runRows));
    return { runId, tables: inOrder([...runs, ...silent]), failed };
  }
}

async function failuresOf(
  { warehouse, runId }: SpotifyContext,
  tables: readonly SpotifyTable[],
): Promise<SpotifySummary['failed']> {
  const names = new Map(tables.map((table) => [failureName(runId, table), table]));
  return (await findDrops(warehouse, [...names.keys()])).flatMap(({ drop, code, detail }) => {
    const table = names.get(drop);
    return table ? [{ table, error: new TerminalError(code as Code, detail) }] : [];
  });
}

function silentRun(runId: string, table: SpotifyTable, time: number): TableRun {
  const values = { topic: table, minutes: SILENT_MINUTES };
  return {
    runId,
    table,
    time,
    fetchedAt: time,
    outcome: 'postponed',
    rows: 0,
    nulls: 0,
    changes: NO_CHANGES,
    warnings: [],
    problem: { code: 'bus.silent', values },
    until: null,
    replayOf: null,
  };
}
