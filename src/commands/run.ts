import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../config.ts';
import type { BrokenDataset } from '../contract/broken.ts';
import type { ArrivalEffects } from '../ingest/arrivals.ts';
import { runOnce } from '../ingest/flow.ts';
import { type IsEnough, receiveElsewhere, receiveHere } from '../ingest/receivers.ts';
import { openBus } from '../open.ts';
import type { Output } from '../output.ts';
import type { Run } from './commands.ts';
import { openHome } from './home.ts';
import { exitCodeOf, sayFiles, saySummary } from './summary.ts';

export const run: Run = async ({ settings, output, values }) => {
  const summary = await runHome(settings, output, {
    replaceSameName: values.replaces === true,
    rebuilds: values.rebuild === true,
  });
  sayFiles(output, summary);
  saySummary(output, summary);
  return exitCodeOf(summary);
};

/** One run of a home's flow, and what it has cost; the home is open only while it works. */
export async function runHome(
  settings: Settings,
  output: Output,
  {
    isEnough,
    hadGaps,
    rebuilds,
    refused,
    ...options
  }: Pick<ArrivalEffects, 'hadGaps'> & {
    readonly replaceSameName?: boolean;
    readonly isEnough?: IsEnough;
    readonly rebuilds?: boolean;
    readonly refused?: readonly BrokenDataset[];
  } = {},
) {
  const receives = settings.receiver === 'here';
  await using home = await openHome(settings, output, { ...options, receives });
  const bus = await openBus(settings);
  const receiving = receives ? receiveHere(isEnough) : receiveElsewhere(sleep);
  try {
    // Awaited here: the home must not close before the run has ended.
    const effects = { now: Date.now, sleep, limits: settings.limits, hadGaps };
    const summary = await runOnce(home.context, bus, effects, receiving, { rebuilds, refused });
    const { usage } = home.context.warehouse;
    return { ...summary, usage: usage && { ...usage } };
  } finally {
    await bus.close();
  }
}
