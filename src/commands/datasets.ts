import { UserError } from '../errors.ts';
import { allDatasets } from '../open.ts';
import { readSpotifyDataset } from '../spotify/dataset.ts';
import { TABLES } from '../spotify/tables.ts';
import type { Run } from './commands.ts';
import { USAGE } from './exit-codes.ts';
import { sayBroken } from './summary.ts';

export const datasets: Run = async ({ settings, output }) => {
  const { datasets: right, broken } = await allDatasets(settings);
  const heads = output.columns({ code: 'datasets.columns', values: {} });
  const then = output.render({ code: 'datasets.then', values: {} });
  for (const dataset of right) {
    output.object({ type: 'dataset', ...dataset });
    output.heading(`${dataset.name}: ${dataset.description}`);
    output.line(dataset.folder);
    output.table(
      heads,
      dataset.columns.map(({ name, type, key, optional, min, max, aliases }) => [
        name,
        type,
        key ? heads[2] : '',
        optional ? heads[3] : '',
        min,
        max,
        aliases.join(', '),
      ]),
    );
    const keys = ['version', 'period', 'numbers', 'dates', 'sameName'] as const;
    output.line(keys.map((key) => `${key}: ${dataset[key]}`).join('; '));
    output.say({ code: 'datasets.tables', values: { tables: dataset.tables.join(', ') } });
    const procedures = dataset.procedures.map((step) => step.join(' | ')).join(`, ${then} `);
    output.say({ code: 'datasets.procedures', values: { procedures } });
  }
  sayBroken(output, broken);
  const spotify = await readSpotifyDataset(settings.datasetFolders).catch((error) => {
    // Told among those that are wrong.
    if (error instanceof UserError) return undefined;
    throw error;
  });
  if (spotify) {
    const { folder, name, description, ...rest } = spotify;
    output.object({ type: 'dataset', kind: 'spotify', ...spotify });
    output.heading(`${name}: ${description}`);
    output.line(folder);
    output.table(output.columns({ code: 'datasets.settings', values: {} }), Object.entries(rest));
    output.say({ code: 'datasets.tables', values: { tables: TABLES.join(', ') } });
  }
  return broken.length > 0 ? USAGE : 0;
};
