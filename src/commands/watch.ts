import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../config.ts';
import type { BrokenDataset } from '../contract/broken.ts';
import { stampOf, stampOfFile } from '../contract/documents.ts';
import { EntradaError, problemOf } from '../errors.ts';
import type { Failure } from '../ingest/failure.ts';
import type { RunSummary } from '../ingest/flow.ts';
import type { IsEnough } from '../ingest/receivers.ts';
import type { LakeFile } from '../lake/lake.ts';
import { hasOutcome } from '../ledger/ledger.ts';
import type { Output } from '../output.ts';
import { stoppedBy } from '../spotify/effects.ts';
import type { Run } from './commands.ts';
import { lakeName, requireHome } from './home.ts';
import { runHome } from './run.ts';
import { createAsking } from './spotify-watch.ts';
import { untilStopped } from './stopping.ts';
import { exitCodeOf, sayError, sayFiles, saySummary } from './summary.ts';

const LOOK_MS = 2_000;

/** After so long a run begins no other file: what has come is published, and others have their turn. */
const TURN_MS = 20_000;

/**
 * Looks, runs when there is something new, and lets go of the database between two looks so that others can query.
 * A signal ends it after the file under way, never in the middle of one, and what it has loaded is published; it does
 * not wait for Spotify.
 */
export const watch: Run = async ({ settings, output, values }) => {
  const stop = untilStopped();
  // Loaded for those alone who want it.
  const serve = values.sftp === true && (await import('./sftp.ts')).serve;
  await using _ = serve ? await serve(settings, output) : undefined;
  output.say({ code: 'watch.started', values: { home: lakeName(settings) } });
  const askSpotify = await createAsking(settings, output, stoppedBy(stop));
  const replaceSameName = values.replaces === true;
  const look = createLook(settings, output, { replaceSameName, isEnough: enoughUntil(stop) });
  while (!stop.aborted) {
    const broken = await look();
    if (broken) {
      // Each look would consolidate anew, and fail.
      output.say({ code: 'watch.ended', values: {} });
      return exitCodeOf(broken);
    }
    await askSpotify?.();
    await sleep(LOOK_MS, undefined, { signal: stop }).catch(() => {});
  }
  output.say({ code: 'watch.stopped', values: {} });
  return 0;
};

function enoughUntil(stop: AbortSignal): IsEnough {
  let began = 0;
  return (received) => {
    if (received === 0) began = performance.now();
    return stop.aborted || performance.now() - began > TURN_MS;
  };
}

/**
 * Gives what runs once and says what is new. That gives a run after which somebody has to mend a dataset. What may pass
 * by itself, such as a database that somebody queries at length, does not end the watch; nor does a home that goes
 * with its disk, in whose place none is made.
 */
function createLook(
  settings: Settings,
  output: Output,
  options: { readonly replaceSameName: boolean; readonly isEnough: IsEnough },
): () => Promise<RunSummary | undefined> {
  const told = new Set<string>();
  let isMade = false;
  let hadGaps: LakeFile[] = [];
  let refused: readonly BrokenDataset[] = [];
  let known = '';

  return async () => {
    try {
      if (isMade) await requireHome(settings);
      const contracts = await Promise.all(settings.datasetFolders.map(stampOf));
      const withRows = async () => [...contracts, await stampOfFile(settings.database)].join();
      // Else each look would make the tables of all their months, to be refused again.
      if ((await withRows()) !== known) refused = [];
      const summary = await runHome(settings, output, { ...options, hadGaps, refused });
      refused = summary.broken;
      known = await withRows();
      isMade = true;
      hadGaps = summary.waiting.flatMap(({ file, reason }) => (reason === 'wait.gaps' ? file : []));
      const { waiting, postponed, failed, broken, ...rest } = newsOf(summary, told);
      const { files, consolidated, unpublished } = rest;
      const isNew = files.length + consolidated.length + unpublished.length > 0;
      const stays = waiting.length + postponed.length + failed.length + broken.length > 0;
      if (isNew || stays) sayFiles(output, { waiting, postponed, failed, broken, ...rest });
      if (isNew) saySummary(output, summary);
      const needsMending = unpublished.some(({ error }) => error.kind !== 'transient');
      return needsMending ? summary : undefined;
    } catch (error) {
      if (!(error instanceof EntradaError)) throw error;
      const { kind, code, message } = error;
      if (kind !== 'transient' && code !== 'home.missing') throw error;
      if (!told.has(message)) sayError(output, error);
      told.add(message);
      return undefined;
    }
  };
}

/** A run without what was so at the look before: what stays is told of when it begins to, not at each look. */
function newsOf(summary: RunSummary, told: Set<string>): RunSummary {
  const before = new Set(told);
  told.clear();
  const isNew = (why: string, name: string) => {
    told.add(`${why} ${name}`);
    return !before.has(`${why} ${name}`);
  };
  const isNewFailure = ({ name, error }: Failure) => isNew(problemOf(error).code, name);
  return {
    ...summary,
    files: summary.files.filter(hasOutcome),
    waiting: summary.waiting.filter(({ file, reason }) => isNew(reason, file.name)),
    postponed: summary.postponed.filter(isNewFailure),
    failed: summary.failed.filter(isNewFailure),
    broken: summary.broken.filter(({ folder, error }) => isNew(error.message, folder)),
  };
}
