import { createHash } from 'node:crypto';
import type { Dataset } from '../contract/dataset.ts';
import { UserError } from '../errors.ts';
import { COSTS_TABLE } from '../ledger/costs.ts';
import { LEDGER_TABLES } from '../ledger/events.ts';
import type { BigQueryPlace } from './bigquery-client.ts';
import {
  checkBody,
  checkProcedure,
  dueBody,
  dueProcedure,
  monthsBody,
  monthsProcedure,
} from './bigquery-procedures.ts';
import { fullName, qualify, script } from './bigquery-scripts.ts';
import { type Field, standardType } from './bigquery-values.ts';
import { createLandingTable, landingTable, statements } from './dataset-sql.ts';
import { LEDGER, versionOf } from './schema.ts';

export interface WantedTable {
  readonly name: string;
  readonly fields: readonly Field[];
  /** Whether it is kept in partitions, one for each month of MONTH_START. */
  readonly byMonth: boolean;
  readonly clustering: readonly string[];
}

export interface WantedView {
  readonly name: string;
  /** With every table's full name: a view knows no other. */
  readonly query: string;
}

export interface WantedProcedure {
  readonly name: string;
  readonly body: string;
  /** The statement that makes it. */
  readonly create: string;
}

/** What the warehouse must have for the ledger, or for one dataset of workbooks or of Spotify. */
export interface Wanted {
  readonly name: string;
  /** When it is a later one than what is deployed, the dataset's tables must be made anew of its rows. */
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

const MONTH = 'MONTH_START';
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

export function wantedLedger(place: BigQueryPlace): Wanted {
  const all = [...LEDGER_TABLES, COSTS_TABLE];
  const parsed = parse('ledger', all, (table) => LEDGER_CLUSTERING[table] ?? []);
  // The ledger is asked for loads, not for months.
  const tables = parsed.tables.map((table) => ({ ...table, byMonth: false }));
  return finish('ledger', versionOf(LEDGER), { ...parsed, tables }, [], place);
}

/** Throws UserError `dataset.sqlForeign` for a statement in tables.sql that makes neither a table nor a view. */
export async function wantedOf(
  dataset: Dataset | TablesOnly,
  place: BigQueryPlace,
): Promise<Wanted> {
  const tables = await statements(dataset, 'tables.sql');
  if ('statements' in dataset) {
    const parsed = parse(dataset.name, [...tables, ...dataset.statements], () => []);
    return finish(dataset.name, versionOf(dataset.name), parsed, [], place);
  }
  const landing = landingTable(dataset);
  const keys = dataset.columns.filter(({ key }) => key).map(({ name }) => name);
  const parsed = parse(dataset.name, [createLandingTable(dataset), ...tables], (table) =>
    table === landing ? ['LOAD_ID'] : keys.slice(0, CLUSTERING),
  );
  const own = await Promise.all(
    dataset.procedures.flat().map(async (name) => {
      return { name, parameters: MONTHS, body: script(await statements(dataset, `${name}.sql`)) };
    }),
  );
  const months = { parameters: MONTHS, body: monthsBody(place, dataset) };
  const check = { parameters: MONTHS, body: checkBody(await statements(dataset, 'checks.sql')) };
  const procedures = [
    ...own,
    { name: monthsProcedure(dataset), ...months },
    { name: checkProcedure(dataset), ...check },
    { name: dueProcedure(dataset), parameters: '', body: dueBody(place, dataset) },
  ];
  return finish(dataset.name, versionOf(dataset.name), parsed, procedures, place);
}

type Parsed = Pick<Wanted, 'tables' | 'views'>;

interface Procedure {
  readonly name: string;
  readonly parameters: string;
  readonly body: string;
}

function finish(
  name: string,
  version: number,
  { tables, views }: Parsed,
  procedures: readonly Procedure[],
  place: BigQueryPlace,
): Wanted {
  const ledger = LEDGER_TABLES.map((sql) => NAME.exec(sql)?.[1] ?? '');
  const names = new Set([...ledger, ...[...tables, ...views].map((one) => one.name)]);
  const wanted = {
    name,
    version,
    tables,
    views: views.map((view) => ({ ...view, query: qualify(view.query, names, place) })),
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
  return { ...wanted, fingerprint };
}

const NAME = /^CREATE (?:TABLE|VIEW) IF NOT EXISTS (\w+)/;
const TABLE = /^CREATE TABLE IF NOT EXISTS (\w+)\s*\(([\s\S]*)\)$/;
const VIEW = /^CREATE VIEW IF NOT EXISTS (\w+) AS\s+([\s\S]+)$/;
const COLUMN =
  /^(\w+) (INT64|STRING|DATE|DATETIME|BOOL|FLOAT64|DOUBLE|DECIMAL|NUMERIC)(?:\((\d+), ?(\d+)\))?$/;

function parse(
  part: string,
  texts: readonly string[],
  clusteringOf: (table: string) => readonly string[],
): Parsed {
  const tables: WantedTable[] = [];
  const views: WantedView[] = [];
  for (const text of texts) {
    const [, view, query] = VIEW.exec(text) ?? [];
    const [, name, columns] = TABLE.exec(text) ?? [];
    if (view) views.push({ name: view, query });
    else if (name) {
      const fields = columns.split(/,(?![^(]*\))/).map((column) => toField(part, column.trim()));
      const has = (wanted: string) => fields.some((field) => field.name === wanted);
      const clustering = clusteringOf(name).filter(has);
      tables.push({ name, fields, byMonth: has(MONTH), clustering });
    } else throw foreign(part, text);
  }
  return { tables, views };
}

function toField(part: string, column: string): Field {
  const [, name, type, precision, scale] = COLUMN.exec(column) ?? [];
  if (!name) throw foreign(part, column);
  const field = { name, type: standardType(type), mode: 'NULLABLE' };
  return precision ? { ...field, precision, scale } : field;
}

function foreign(dataset: string, text: string): UserError {
  return new UserError('dataset.sqlForeign', {
    dataset,
    start: text.split('\n', 1)[0].slice(0, 80),
  });
}
