import type { Dataset } from '../../contract/dataset.ts';
import { UserError } from '../../errors.ts';
import { landingTable } from '../dataset-sql.ts';
import { LEDGER, LEDGER_VERSION, VERSIONS_TABLE } from '../versions.ts';
import type { Warehouse } from '../warehouse.ts';
import { hasTable } from './has-table.ts';

/**
 * By the last version that they were part of: what is taken away before the ledger's tables of the next version are
 * made. Who comes from an earlier one passes by it.
 */
const OUTDATED: Readonly<Record<number, readonly string[]>> = {
  3: ['DROP VIEW IF EXISTS ledger_files'],
};

interface Engine {
  readonly run: (sql: string) => Promise<unknown>;
  readonly query: Warehouse['query'];
}

/**
 * Drops what the ledger of an earlier version has no more, writes down of which version all tables will now be, and
 * says which datasets have tables of another version, and whether anything was written.
 * Throws UserError `home.newer` when a later Entrada made the ledger.
 */
export async function followVersions(
  { run, query }: Engine,
  datasets: readonly Dataset[],
): Promise<{ readonly outdated: readonly Dataset[]; readonly isWritten: boolean }> {
  await run(VERSIONS_TABLE);
  const known = await recorded(query);
  const ledger = await versionOf(query, known, LEDGER, 'ledger_events');
  refuseNewer(ledger);
  for (let from = ledger ?? LEDGER_VERSION; from < LEDGER_VERSION; from++)
    for (const statement of OUTDATED[from] ?? []) await run(statement);
  const outdated = await otherThan(query, known, datasets);
  const all = [{ name: LEDGER, version: LEDGER_VERSION }, ...datasets];
  const others = all.filter(({ name, version }) => known.get(name) !== version);
  for (const { name, version } of others) {
    await run(`DELETE FROM ledger_schema WHERE NAME = '${name}'`);
    await run(`INSERT INTO ledger_schema (NAME, VERSION) VALUES ('${name}', ${version})`);
  }
  return { outdated, isWritten: others.length > 0 };
}

/** The datasets that have tables of another version. */
export async function outdatedAmong(
  { query }: Pick<Warehouse, 'query'>,
  datasets: readonly Dataset[],
): Promise<readonly Dataset[]> {
  return otherThan(query, await recorded(query), datasets);
}

async function otherThan(
  query: Warehouse['query'],
  known: ReadonlyMap<string, number>,
  datasets: readonly Dataset[],
): Promise<readonly Dataset[]> {
  const outdated: Dataset[] = [];
  for (const dataset of datasets) {
    const found = await versionOf(query, known, dataset.name, landingTable(dataset));
    if (found !== undefined && found !== dataset.version) outdated.push(dataset);
  }
  return outdated;
}

/**
 * For who only reads and can bring nothing up to date. Throws UserError `home.older` or `home.newer` when the ledger is
 * of another version. What a dataset's tables hold is whole, of whichever version they are.
 */
export async function refuseOtherVersions({ query }: Pick<Warehouse, 'query'>): Promise<void> {
  const found = await versionOf(query, await recorded(query), LEDGER, 'ledger_events');
  refuseNewer(found);
  if (found !== undefined && found < LEDGER_VERSION) throw new UserError('home.older');
}

function refuseNewer(found: number | undefined): void {
  if (found !== undefined && found > LEDGER_VERSION)
    throw new UserError('home.newer', { name: LEDGER, found, version: LEDGER_VERSION });
}

/** The version that the tables are of, the first where they do not say; undefined where there are none. */
async function versionOf(
  query: Warehouse['query'],
  known: ReadonlyMap<string, number>,
  name: string,
  table: string,
): Promise<number | undefined> {
  return known.get(name) ?? ((await hasTable(query, table)) ? 1 : undefined);
}

async function recorded(query: Warehouse['query']): Promise<Map<string, number>> {
  if (!(await hasTable(query, 'ledger_schema'))) return new Map();
  const { rows } = await query('SELECT NAME, VERSION FROM ledger_schema');
  return new Map(rows.map(([name, version]) => [String(name), Number(version)]));
}
