import { problemOf } from '../errors.ts';
import { asWritten } from '../messages/local.ts';
import type { Output } from '../output.ts';
import type { SpotifySummary } from '../spotify/flow.ts';
import type { TableRun } from '../spotify/runs.ts';
import { type Changes, NO_CHANGES } from '../spotify/tables.ts';
import { LATER, OURS, USAGE, worstOf } from './exit-codes.ts';

const EXIT_CODES: Record<TableRun['outcome'], number> = {
  changed: 0,
  unchanged: 0,
  limited: LATER,
  postponed: LATER,
  refused: USAGE,
  failed: OURS,
};

export function exitCodeOfSpotify({ tables, failed }: SpotifySummary): number {
  const codes = tables.map(({ outcome }) => EXIT_CODES[outcome]);
  if (failed.length > 0) codes.push(OURS);
  return worstOf(codes);
}

/** What became of each table of a run. */
export function saySpotify(output: Output, { runId, tables, failed }: SpotifySummary): void {
  for (const run of tables) {
    output.line(textOfRun(output, run));
    if (run.nulls > 0) output.say({ code: 'spotify.nulls', values: { nulls: run.nulls } });
    for (const warning of run.warnings)
      output.say({ code: 'spotify.warning', values: { reason: output.render(warning) } });
    output.object(objectOf(run));
  }
  for (const { table, error } of failed) {
    const problem = problemOf(error);
    output.say({ code: 'spotify.asItWas', values: { table, reason: output.render(problem) } });
    const { code, values } = problem;
    output.object({ type: 'spotify', runId, table, outcome: 'failed', problem: { code, values } });
  }
}

/** An outcome in a line. */
function textOfRun(output: Output, run: TableRun): string {
  const { table, rows, changes, problem, outcome } = run;
  if (problem)
    return output.render({
      code: 'spotify.asItWas',
      values: { table, reason: output.render(problem) },
    });
  if (outcome === 'unchanged')
    return output.render({ code: 'spotify.unchanged', values: { table, rows } });
  const said = (Object.keys(NO_CHANGES) as (keyof Changes)[])
    .filter((kind) => changes[kind] > 0)
    .map((kind) =>
      output.render({ code: `spotify.change.${kind}`, values: { count: changes[kind] } }),
    );
  return output.render({
    code: 'spotify.changed',
    values: { table, rows, changes: said.join(', ') },
  });
}

/** Every run that is recorded, a line for each table; nothing where there was none. */
export function sayRuns(output: Output, runs: readonly TableRun[]): void {
  if (runs.length === 0) return;
  output.heading('Spotify');
  output.table(
    output.columns({ code: 'status.runColumns', values: {} }),
    runs.map((run) => [
      run.runId,
      run.table,
      output.render({ code: `spotify.outcome.${run.outcome}`, values: {} }),
      run.rows,
      run.nulls,
      asWritten(new Date(run.time).toISOString().slice(0, 19), output.language),
      [...(run.problem ? [run.problem] : []), ...run.warnings].map(output.render).join(' '),
    ]),
  );
  for (const run of runs) output.object(objectOf(run));
}

/** As a program reads it, with its times as text. */
function objectOf(run: TableRun): object {
  const { time, fetchedAt, until } = run;
  const iso = (moment: number) => new Date(moment).toISOString();
  return {
    type: 'spotify',
    ...run,
    time: iso(time),
    fetchedAt: iso(fetchedAt),
    until: until === null ? null : iso(until),
  };
}
