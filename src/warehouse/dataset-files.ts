import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../contract/dataset.ts';
import { readText } from '../contract/documents.ts';
import { parseYaml } from '../contract/yaml.ts';
import { UserError } from '../errors.ts';
import { COSTS_TABLE } from '../ledger/costs.ts';
import { LEDGER_TABLES } from '../ledger/events.ts';
import { isTable, landingTable, nameMade, OPTIONAL, stagesOf, statements } from './dataset-sql.ts';
import { bareSql } from './sql-text.ts';
import { VERSIONS_TABLE } from './versions.ts';

/** Whose a table or view is, by its name in small letters: engines may not tell them apart by their case. */
type Owners = Map<string, string>;

/** Of what is made without any tables.sql. */
export function ownersOf(datasets: readonly Dataset[]): Owners {
  const ledger = [...LEDGER_TABLES, COSTS_TABLE, VERSIONS_TABLE].map(nameMade);
  return new Map([
    ...ledger.map((table) => [table, 'ledger'] as const),
    ...datasets.map((dataset) => [landingTable(dataset), dataset.name] as const),
  ]);
}

/**
 * Sees to it that what a contract names is there, and that no table is another's, before anything is run; adds the
 * tables that the dataset makes to those that have an owner, even where it is wrong itself. Throws UserError
 * `dataset.noProcedure`, `dataset.noTable`, `dataset.noTables`, `dataset.unfilled` or `dataset.tableOfOther` with the
 * line, and what reading the files throws.
 */
export async function checkFiles(dataset: Dataset, owners: Owners): Promise<void> {
  const { name, folder, procedures, tables } = dataset;
  const making = await statements(dataset, 'tables.sql');
  for (const { sql, file, line } of making) {
    const found = nameMade(sql);
    const owner = owners.get(found.toLowerCase());
    if (owner !== undefined)
      throw new UserError('dataset.tableOfOther', { file, line, found, owner });
  }
  const made = making.map(({ sql }) => nameMade(sql));
  for (const table of made) owners.set(table.toLowerCase(), name);
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
  const stages = await stagesOf(dataset);
  for (const [i, found] of tables.entries()) {
    if (made.includes(found) || found === landingTable(dataset)) continue;
    const values = { ...(await placeIn(dataset, ['tables', i])), found };
    throw made.length === 0
      ? new UserError('dataset.noTables', values)
      : new UserError('dataset.noTable', { ...values, made: made.join(', ') });
  }
  // What no procedure fills would be empty for ever, and nothing would say so; a table made AS a query has its rows.
  const filling = stages.flatMap((stage) => stage.map(({ sql }) => bareSql(sql))).join(';\n');
  const isFilled = (table: string) =>
    new RegExp(`\\bINTO\\s+\\S*\\b${table}\\b`, 'i').test(filling);
  for (const { sql, file, line } of making) {
    const found = nameMade(sql);
    const isOfQuery = new RegExp(`\\b${found}\\s+AS\\b`, 'i').test(sql);
    if (isTable(sql) && !isOfQuery && !isFilled(found))
      throw new UserError('dataset.unfilled', { dataset: name, file, line, found });
  }
}

/** Where in its contract a dataset says something. */
export async function placeIn({ folder }: Dataset, path: readonly PropertyKey[]) {
  const file = join(folder, 'dataset.yaml');
  return { file, line: parseYaml(await readText(file), file).lineOf(path) };
}
