import { UserError } from '../errors.ts';
import { allDatasets } from '../open.ts';
import { spotifyDataset } from '../spotify/dataset.ts';
import { RUNS_TABLE } from '../spotify/runs.ts';
import type { Change } from '../warehouse/bigquery/changes.ts';
import { openDeployed } from '../warehouse/open.ts';
import type { Run } from './commands.ts';

/** Shows what BigQuery lacks, and with `--apply` makes it. What is there already is left as it is. */
export const deploy: Run = async ({ settings, output, values }) => {
  if (!settings.bigquery) throw new UserError('deploy.local', { database: settings.database });
  const apply = values.apply === true;
  if (apply === (values['dry-run'] === true)) throw new UserError('deploy.choose');
  const { project, dataset } = settings.bigquery;
  const place = `${project}.${dataset}`;
  const { name, folder } = await spotifyDataset(settings);
  const spotify = { name, folder, statements: [RUNS_TABLE] };
  const { datasets, broken } = await allDatasets(settings);
  // All of them, or nothing.
  if (broken.length > 0) throw broken[0].error;
  const warehouse = await openDeployed(settings);
  try {
    const changes = await warehouse.plan([...datasets, spotify]);
    for (const { action, kind, name: what, columns } of changes)
      output.object({ type: 'change', action, kind, name: what, columns });
    for (const change of changes) output.say(sayingOf(change));
    if (apply) for (const change of changes) await change.apply();
    const count = changes.length;
    const code = apply ? 'deploy.done' : 'deploy.rehearsed';
    output.say({ code: count === 0 ? 'deploy.nothing' : code, values: { place, count } });
  } finally {
    await warehouse.close();
  }
  return 0;
};

function sayingOf({ action, kind, name, columns }: Change) {
  const values = { kind, name, columns: columns.join(', ') };
  if (kind === 'months') return { code: 'deploy.months', values } as const;
  if (columns.length > 0) return { code: 'deploy.addColumns', values } as const;
  return { code: action === 'create' ? 'deploy.create' : 'deploy.update', values } as const;
}
