import { prepareDatasets } from '../ingest/prepare.ts';
import { retractFile } from '../ingest/retract.ts';
import type { Run } from './commands.ts';
import { openHome, requireHome } from './home.ts';
import { monthsText, sayBroken, showChanges } from './summary.ts';

export const retract: Run = async ({ settings, output, values, positionals }) => {
  const rehearse = values['dry-run'] === true;
  await requireHome(settings);
  await using home = await openHome(settings, output);
  const context = { ...home.context, ...(await prepareDatasets(home.context)) };
  sayBroken(output, context.broken);
  const report = await retractFile(context, positionals[0], rehearse);
  const { fileName, months, changes, copies } = report;
  output.object({ type: 'retraction', rehearse, ...report });
  showChanges(output, changes);
  const [rehearsed, done] =
    months.length > 0
      ? (['retract.rehearsed', 'retract.done'] as const)
      : (['retract.rehearsedEmpty', 'retract.doneEmpty'] as const);
  output.say({
    code: rehearse ? rehearsed : done,
    values: { file: fileName, months: monthsText(months), keys: changes.length },
  });
  if (copies.length > 0)
    output.say({ code: 'retract.copies', values: { files: copies.join(', ') } });
  return 0;
};
