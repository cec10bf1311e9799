import { retractFile } from '../ingest/retract.ts';
import type { Run } from './commands.ts';
import { openHome } from './home.ts';
import { monthsText, showChanges } from './summary.ts';

export const retract: Run = async ({ settings, output, values, positionals }) => {
  const rehearse = values['dry-run'] === true;
  await using home = await openHome(settings, output);
  await home.context.warehouse.prepare(home.context.datasets);
  const report = await retractFile(home.context, positionals[0], rehearse);
  const { fileName, months, changes } = report;
  output.object({ type: 'retraction', rehearse, ...report });
  showChanges(output, changes);
  output.say({
    code: rehearse ? 'retract.rehearsed' : 'retract.done',
    values: {
      file: fileName,
      months: monthsText(months) || '-',
      keys: changes.length,
    },
  });
  return 0;
};
