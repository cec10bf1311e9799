import { archiveLeft } from '../ingest/archive.ts';
import { prepareDatasets } from '../ingest/prepare.ts';
import { type RetractionReport, retractFile } from '../ingest/retract.ts';
import { shortHash } from '../ledger/loaded-files.ts';
import type { Code } from '../messages/en.ts';
import { monthsText } from '../warehouse/months.ts';
import type { Run } from './commands.ts';
import { openHome, requireHome } from './home.ts';
import { sayAnew, sayBroken, showChanges } from './summary.ts';

export const retract: Run = async ({ settings, output, values, positionals }) => {
  const rehearse = values['dry-run'] === true;
  await requireHome(settings);
  await using home = await openHome(settings, output);
  const prepared = await prepareDatasets(home.context, { rehearse });
  const context = { ...home.context, ...prepared };
  sayBroken(output, prepared.broken);
  sayAnew(output, prepared.anew, { rehearse });
  const [wanted, hash = ''] = positionals;
  // Else what comes in again under its name, just as it was, would be taken for what is left of it.
  if (!rehearse) await archiveLeft(context);
  const report = await retractFile(context, wanted, rehearse, hash);
  const { fileName, fileHash, months, changes, stillAs, alsoAs } = report;
  output.object({ type: 'retraction', rehearse, ...report });
  showChanges(output, changes);
  const [rehearsed, done] = outcomeOf(report);
  output.say({
    code: rehearse ? rehearsed : done,
    values: {
      file: fileName,
      months: monthsText(months),
      keys: changes.length,
      files: stillAs.join(', '),
      hash: shortHash(fileHash),
    },
  });
  if (alsoAs.length > 0)
    output.say({
      code: rehearse ? 'retract.wouldAlso' : 'retract.alsoAs',
      values: { files: alsoAs.join(', ') },
    });
  return 0;
};

/** How it is told when it is rehearsed, and when it is done. */
function outcomeOf({ stillAs, months }: RetractionReport): readonly [Code, Code] {
  if (stillAs.length > 0) return ['retract.rehearsedStill', 'retract.doneStill'];
  if (months.length === 0) return ['retract.rehearsedEmpty', 'retract.doneEmpty'];
  return ['retract.rehearsed', 'retract.done'];
}
