import { createHash } from 'node:crypto';
import type { Dataset } from '../../contract/dataset.ts';
import { COSTS_TABLE } from '../../ledger/costs.ts';
import { LEDGER_TABLES } from '../../ledger/events.ts';
import {
  createLandingTable,
  landingTable,
  linesIn,
  nameMade,
  type Statement,
  statements,
  sumTables,
} from '../dataset-sql.ts';
import { requireSums } from '../sum-tables.ts';
import { LEDGER_VERSION } from '../versions.ts';
import type { BigQueryPlace } from './client.ts';
import {
  checkBody,
  checkProcedure,
  dueBody,
  dueProcedure,
  monthsBody,
  monthsProcedure,
} from './procedures.ts';
import { fullName, qualify, script } from './scripts.ts';
import { type ParsedTables, parseTables, type WantedTable, type WantedView } from './tables.ts';

export interface WantedProcedure {
  readonly name: string;
  readonly body: string;
  /** The statement that makes it. */
  readonly create: string;
  /** The statements of a dataset's file in the body, and the line of it at which each begins, from 1. */
  readonly parts: readonly { readonly at: number; readonly statement: Statement }[];
}

/** What the warehouse must have for the ledger, or for one dataset of workbooks or of Spotify. */
export interface Wanted {
  readonly name: string;
  /** When another one is deployed, the dataset's tables must be made anew of its rows. */
  readonly version: number;
  readonly tables: readonly WantedTable[];
  readonly views: readonly WantedView[];
  readonly procedures: readonly WantedProcedure[];
  /** Changes when anything of it does. */
  readonly fingerprint: string;
}

/** A dataset that has tables but no contract of workbooks. */
export type TablesOnly = Pick<Dataset, 'name' | 'folder'> & {
  /** What makes tables that its tables.sql does not. */
  readonly statements: readonly string[];
};

/** By what the ledger's tables are asked for. */
const LEDGER_CLUSTERING: Readonly<Record<string, readonly string[]>> = {
  ledger_events: ['DROP_ID'],
  ledger_months: ['DATASET', 'LOAD_ID'],
  rejections: ['LOAD_ID'],
};
/** What a procedure takes that works on a range of months. */
const MONTHS = 'p_from DATE, p_to DATE';
/** BigQuery takes no more. */
const CLUSTERING = 4;

/** Of tables that are not made of rows loaded. */
const NO_VERSION = 0;

export function wantedLedger(place: BigQueryPlace): Wanted {
  const all = [...LEDGER_TABLES, COSTS_TABLE].map(ours);
  const parsed = parseTables('ledger', all, (table) => LEDGER_CLUSTERING[table] ?? []);
  // The ledger is asked for loads, not for months.
  const tables = parsed.tables.map((table) => ({ ...table, byMonth: false }));
  return finish('ledger', LEDGER_VERSION, { ...parsed, tables }, [], place);
}

/**
 * Throws UserError `dataset.sqlForeign` for a statement in tables.sql that makes neither a table nor a view, and what
 * `requireSums` throws.
 */
export async function wantedOf(
  dataset: Dataset | TablesOnly,
  place: BigQueryPlace,
): Promise<Wanted> {
  const tables = await statements(dataset, 'tables.sql');
  if ('statements' in dataset) {
    const parsed = parseTables(
      dataset.name,
      [...tables, ...dataset.statements.map(ours)],
      () => [],
    );
    return finish(dataset.name, NO_VERSION, parsed, [], place);
  }
  const landing = landingTable(dataset);
  const keys = dataset.columns.filter(({ key }) => key).map(({ name }) => name);
  const parsed = parseTables(
    dataset.name,
    [ours(createLandingTable(dataset)), ...tables],
    (table) => (table === landing ? ['LOAD_ID'] : keys.slice(0, CLUSTERING)),
  );
  for (const { name, fields } of parsed.tables) {
    // Of a view nobody knows the columns before it is there.
    const statement = tables.find(({ sql }) => nameMade(sql) === name);
    if (statement && sumTables(dataset).includes(name))
      requireSums(
        dataset,
        statement,
        fields.map((field) => field.name),
      );
  }
  const own = await Promise.all(
    dataset.procedures.flat().map(async (name) => {
      const made = await statements(dataset, `${name}.sql`);
      return { name, parameters: MONTHS, body: script(made.map(({ sql }) => sql)), made };
    }),
  );
  const checks = await statements(dataset, 'checks.sql');
  const months = { parameters: MONTHS, body: monthsBody(place, dataset), made: [] };
  const check = { parameters: MONTHS, body: checkBody(dataset, checks), made: checks };
  const procedures = [
    ...own,
    { name: monthsProcedure(dataset), ...months },
    { name: checkProcedure(dataset), ...check },
    { name: dueProcedure(dataset), parameters: '', body: dueBody(place, dataset), made: [] },
  ];
  return finish(dataset.name, dataset.version, parsed, procedures, place);
}

interface Procedure {
  readonly name: string;
  readonly parameters: string;
  readonly body: string;
  /** What it has of the dataset's files. */
  readonly made: readonly Statement[];
}

/** What is made besides the files of a dataset. */
const ours = (sql: string): Statement => ({ sql, file: 'Entrada', line: 1 });

function finish(
  name: string,
  version: number,
  { tables, views }: ParsedTables,
  procedures: readonly Procedure[],
  place: BigQueryPlace,
): Wanted {
  const ledger = LEDGER_TABLES.map(nameMade);
  const names = new Set([...ledger, ...[...tables, ...views].map((one) => one.name)]);
  const wanted = {
    name,
    version,
    tables,
    views: views.map(({ name, query }) => ({ name, query: qualify(query, names, place) })),
    procedures: procedures.map((procedure) => {
      const body = qualify(procedure.body, names, place);
      const target = fullName(place, procedure.name);
      const create = `CREATE OR REPLACE PROCEDURE ${target}(${procedure.parameters})\nBEGIN\n${body}END;`;
      return { name: procedure.name, body, create };
    }),
  };
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(wanted))
    .digest('hex')
    .slice(0, 32);
  return {
    ...wanted,
    views: wanted.views.map((view, i) => ({ ...view, source: views[i].source })),
    procedures: wanted.procedures.map((procedure, i) => ({
      ...procedure,
      parts: partsOf(procedures[i]),
    })),
    fingerprint,
  };
}

function partsOf({ body, made }: Procedure): WantedProcedure['parts'] {
  let from = 0;
  return made.map((statement) => {
    const begins = body.indexOf(statement.sql, from);
    from = begins + statement.sql.length;
    return { at: linesIn(body.slice(0, begins)) + 1, statement };
  });
}
