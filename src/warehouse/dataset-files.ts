import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../contract/dataset.ts';
import { parseYaml } from '../contract/yaml.ts';
import { UserError } from '../errors.ts';
import { landingTable, nameMade, OPTIONAL, stagesOf, statements } from './dataset-sql.ts';

/**
 * Sees to it that what a contract names is there, before anything is run. Throws UserError `dataset.noProcedure` or
 * `dataset.noTable` with the line of the contract, and what reading the files throws.
 */
export async function checkFiles(dataset: Dataset): Promise<void> {
  const { folder, procedures, tables } = dataset;
  const made = (await statements(dataset, 'tables.sql')).map(({ sql }) => nameMade(sql));
  for (const file of OPTIONAL) await statements(dataset, file);
  const files = await readdir(folder);
  for (const [i, step] of procedures.entries()) {
    for (const [j, found] of step.entries()) {
      if (files.includes(`${found}.sql`)) continue;
      throw new UserError('dataset.noProcedure', {
        ...(await placeIn(dataset, ['procedures', i, j])),
        found,
      });
    }
  }
  await stagesOf(dataset);
  for (const [i, found] of tables.entries()) {
    if (made.includes(found) || found === landingTable(dataset)) continue;
    throw new UserError('dataset.noTable', {
      ...(await placeIn(dataset, ['tables', i])),
      found,
      made: made.join(', '),
    });
  }
}

/** Where in its contract a dataset says something. */
async function placeIn({ folder }: Dataset, path: readonly PropertyKey[]) {
  const file = join(folder, 'dataset.yaml');
  return { file, line: parseYaml(await readFile(file, 'utf8'), file).lineOf(path) };
}
