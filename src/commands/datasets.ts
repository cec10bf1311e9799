import { allDatasets } from '../open.ts';
import { readSpotifyDataset } from '../spotify/settings.ts';
import { TABLES } from '../spotify/tables.ts';
import type { Run } from './commands.ts';
import { USAGE } from './exit-codes.ts';
import { sayBroken } from './summary.ts';

export const datasets: Run = async ({ settings, output }) => {
  const { datasets: right, broken } = await allDatasets(settings);
  for (const dataset of right) {
    output.object({ type: 'dataset', ...dataset });
    output.heading(`${dataset.name}: ${dataset.description}`);
    output.line(dataset.folder);
    output.table(
      ['column', 'type', 'key', 'optional', 'min', 'max', 'also called'],
      dataset.columns.map(({ name, type, key, optional, min, max, aliases }) => [
        name,
        type,
        key ? 'key' : '',
        optional ? 'optional' : '',
        min,
        max,
        aliases.join(', '),
      ]),
    );
    output.line(`tables: ${dataset.tables.join(', ')}`);
    output.line(
      `procedures: ${dataset.procedures.map((step) => step.join(' | ')).join(', then ')}`,
    );
  }
  sayBroken(output, broken);
  const spotify = await readSpotifyDataset(settings.datasetFolders);
  if (spotify) {
    const { folder, name, description, ...rest } = spotify;
    output.object({ type: 'dataset', kind: 'spotify', ...spotify });
    output.heading(`${name}: ${description}`);
    output.line(folder);
    output.table(['setting', 'value'], Object.entries(rest));
    output.line(`tables: ${TABLES.join(', ')}`);
  }
  return broken.length > 0 ? USAGE : 0;
};
