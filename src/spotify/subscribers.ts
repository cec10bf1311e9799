import type { Subscriber } from '../bus/bus.ts';
import { EntradaError, type Problem, UserError } from '../errors.ts';
import type { Turns } from '../turns.ts';
import { type Found, find } from './found.ts';
import { lastApplied, runRows, runsOf, type TableRun } from './runs.ts';
import type { Source, SpotifyContext } from './source.ts';
import {
  listOf,
  mergeRows,
  NO_CHANGES,
  type Row,
  readKnown,
  type SpotifyTable,
  tableRows,
} from './tables.ts';

const OUTCOMES = { user: 'refused', transient: 'postponed', terminal: 'failed' } as const;

/**
 * Keeps one table: fetches all of its rows, then changes the table and records the run, both at once.
 * A message that comes again finds the run recorded and does nothing. What Spotify does wrong is an outcome;
 * it throws only what a warehouse throws, or a fault of ours. A warehouse takes one change at a time: each is `alone`.
 */
export function createSubscriber(
  context: SpotifyContext,
  source: Source,
  table: SpotifyTable,
  alone: Turns,
): Subscriber {
  const { warehouse, runId, log, effects } = context;

  async function record(outcome: Partial<TableRun> & Pick<TableRun, 'outcome'>, rows?: Row[]) {
    const run: TableRun = {
      runId,
      table,
      time: effects.now(),
      fetchedAt: source.times[listOf(table)],
      rows: 0,
      nulls: 0,
      changes: NO_CHANGES,
      warnings: [],
      problem: null,
      until: null,
      replayOf: source.replayOf,
      ...outcome,
    };
    await warehouse.write([...(rows ? [tableRows(table, rows)] : []), runRows(run)]);
    const { changes, warnings, problem } = run;
    log.info(
      { table, outcome: run.outcome, rows: run.rows, changes, warnings, problem },
      'spotify',
    );
  }

  async function apply({ fetched, rows, absent }: Found): Promise<void> {
    if (source.replayOf !== null) await refuseOlder(source.replayOf, source.times[listOf(table)]);
    const warnings: Problem[] = [...fetched.warnings];
    if (fetched.items.length === 0) warnings.push({ code: 'spotify.empty', values: { table } });
    const has = await readKnown(warehouse, table);
    // Where it is not known that everything came, nothing is known of what did not.
    const isComplete = warnings.length === 0;
    const merged = mergeRows(table, has, rows, (row) => absent(row, isComplete));
    const isChanged = Object.values(merged.changes).some((count) => count > 0);
    await record(
      {
        outcome: isChanged ? 'changed' : 'unchanged',
        rows: rows.length,
        nulls: fetched.nulls,
        changes: merged.changes,
        warnings,
      },
      isChanged ? [...merged.rows] : undefined,
    );
  }

  /** A replay of an older run would undo what a newer one has found. */
  async function refuseOlder(run: string, time: number): Promise<void> {
    const applied = await lastApplied(warehouse, table, effects.now());
    if (applied === undefined || time >= applied.fetchedAt) return;
    const newer = applied.replayOf ?? applied.runId;
    // Of a run's two fetches of the episodes one is kept.
    if (newer !== run) throw new UserError('spotify.replayOlder', { run, newer, table });
  }

  return {
    async handle() {
      const done = await alone(() => runsOf(warehouse, runId));
      if (done.some((run) => run.table === table)) return;
      try {
        const found = await find(context.dataset, source, table);
        await alone(() => apply(found));
      } catch (error) {
        if (!(error instanceof EntradaError) || error.code.startsWith('warehouse.')) throw error;
        const { code, values } = error;
        const isLimited = code === 'spotify.rateLimited' || code === 'spotify.notYet';
        const until = isLimited ? Date.parse(String(values.until)) : null;
        const outcome = isLimited ? 'limited' : OUTCOMES[error.kind];
        await alone(() => record({ outcome, problem: { code, values }, until }));
      }
    },
  };
}
