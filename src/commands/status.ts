import { setTimeout as sleep } from 'node:timers/promises';
import { findArrivals } from '../ingest/arrivals.ts';
import { INBOX, senderOf } from '../ingest/folders.ts';
import { allFiles, type FileState } from '../ledger/ledger.ts';
import { allDatasets, openLake } from '../open.ts';
import type { Output } from '../output.ts';
import { allRuns } from '../spotify/runs.ts';
import type { Run } from './commands.ts';
import { openForReading } from './home.ts';
import { sayRuns } from './spotify-summary.ts';
import { sayBroken, textOf } from './summary.ts';

export const status: Run = async ({ settings, output }) => {
  const warehouse = await openForReading(settings);
  try {
    const files = await allFiles(warehouse);
    for (const file of files)
      output.object({ type: 'file', ...file, sender: senderOf(file.fileName) });
    output.table(
      output.columns({ code: 'status.columns', values: {} }),
      files.map((file) => [
        file.fileName,
        output.render({ code: `state.${file.state}`, values: {} }),
        file.rowsRead,
        file.rowsLoaded,
        file.rowsRejected,
        file.rowsRepeated,
        file.time.slice(0, 19),
        whyOf(output, file),
      ]),
    );
    sayRuns(output, await allRuns(warehouse));
  } finally {
    await warehouse.close();
  }
  sayBroken(output, (await allDatasets(settings)).broken);
  const { ready, waiting } = await findArrivals(await openLake(settings), {
    now: Date.now,
    sleep,
  });
  for (const { name } of ready) {
    const fileName = name.slice(INBOX.length + 1);
    output.say({ code: 'wait.ready', values: { file: fileName } });
    output.object({ type: 'waiting', fileName, reason: 'wait.ready' });
  }
  for (const { file, reason } of waiting) {
    const fileName = file.name.slice(INBOX.length + 1);
    output.say({ code: reason, values: { file: fileName } });
    output.object({ type: 'waiting', fileName, reason });
  }
  return 0;
};

/** Why a file is in its state, or why it added nothing. */
function whyOf(output: Output, file: FileState): string {
  const { sameContent } = file.detail;
  if (!sameContent) return textOf(output, file);
  return output.render({ code: 'file.sameContent', values: { file: sameContent } }).trim();
}
