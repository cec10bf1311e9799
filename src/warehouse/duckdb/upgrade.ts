import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { landingTable } from '../dataset-sql.ts';
import { LEDGER, tablesVersion, VERSIONS_TABLE } from '../versions.ts';
import type { Warehouse } from '../warehouse.ts';

/**
 * By the last version that they were part of: what is taken away before the tables of the next version are made. Who comes
 * from an earlier one passes by it.
 */
const OUTDATED: Readonly<Record<string, Readonly<Record<number, readonly string[]>>>> = {
  [LEDGER]: {
    3: ['DROP VIEW IF EXISTS ledger_files'],
  },
  bases_vendas: {
    1: ['DROP VIEW IF EXISTS bases_vendas', 'DROP TABLE IF EXISTS bases_vendas_distinct'],
  },
};

interface Engine {
  readonly run: (sql: string) => Promise<unknown>;
  readonly query: Warehouse['query'];
}

/** The ledger, and the datasets whose tables have a version; the table tells whether there are any yet. */
function versioned(datasets: readonly Dataset[]) {
  const all = [
    { name: LEDGER, table: 'ledger_events', dataset: undefined },
    ...datasets.map((dataset) => ({ name: dataset.name, table: landingTable(dataset), dataset })),
  ];
  return all
    .map((one) => ({ ...one, version: tablesVersion(one.name) }))
    .filter(({ version }) => version > 0);
}

/**
 * Drops what tables of an earlier version have no more, and says which datasets are to be consolidated anew.
 * Throws UserError `home.newer` when a later Entrada made the tables.
 */
export async function takeAwayOutdated(
  { run, query }: Engine,
  datasets: readonly Dataset[],
): Promise<Dataset[]> {
  await run(VERSIONS_TABLE);
  const known = await recorded(query);
  const outdated: Dataset[] = [];
  for (const { name, table, dataset, version } of versioned(datasets)) {
    const found = known.get(name) ?? ((await exists(query, table)) ? 1 : version);
    refuseNewer(name, found);
    for (let from = found; from < version; from++)
      for (const statement of OUTDATED[name]?.[from] ?? []) await run(statement);
    if (dataset && found < version) outdated.push(dataset);
  }
  return outdated;
}

/** Says that the tables are now of this Entrada's version. */
export async function recordVersions(
  { run, query }: Engine,
  datasets: readonly Dataset[],
): Promise<void> {
  const known = await recorded(query);
  for (const { name, version } of versioned(datasets)) {
    if (known.get(name) === version) continue;
    await run(`DELETE FROM ledger_schema WHERE NAME = '${name}'`);
    await run(`INSERT INTO ledger_schema (NAME, VERSION) VALUES ('${name}', ${version})`);
  }
}

/**
 * For who only reads and can bring nothing up to date. Throws UserError `home.older` or `home.newer` when the tables
 * are of another version.
 */
export async function refuseOtherVersions({ query }: Pick<Warehouse, 'query'>): Promise<void> {
  if (!(await exists(query, 'ledger_schema'))) {
    if (await exists(query, 'ledger_events')) throw new UserError('home.older');
    return;
  }
  for (const [name, version] of await recorded(query)) {
    refuseNewer(name, version);
    if (version < tablesVersion(name)) throw new UserError('home.older');
  }
}

function refuseNewer(name: string, found: number): void {
  const version = tablesVersion(name);
  if (found > version) throw new UserError('home.newer', { name, found, version });
}

async function recorded(query: Warehouse['query']): Promise<Map<string, number>> {
  const { rows } = await query('SELECT NAME, VERSION FROM ledger_schema');
  return new Map(rows.map(([name, version]) => [String(name), Number(version)]));
}

async function exists(query: Warehouse['query'], table: string): Promise<boolean> {
  const { rows } = await query(
    // A tenth of what information_schema takes, which looks at everything there is.
    'SELECT 1 FROM duckdb_tables() WHERE table_name = @table',
    { table },
  );
  return rows.length > 0;
}
