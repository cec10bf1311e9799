import { UserError } from '../../errors.ts';
import { linesIn, type Statement } from '../dataset-sql.ts';
import { type Field, standardType } from './values.ts';

/* What statements of tables.sql make, so that BigQuery can be asked for it by REST and compared with it. */

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
  /** The query as it was written, and where. */
  readonly source: Statement;
}

export interface ParsedTables {
  readonly tables: readonly WantedTable[];
  readonly views: readonly WantedView[];
}

const MONTH = 'MONTH_START';
const TABLE = /^CREATE TABLE IF NOT EXISTS (\w+)\s*\(([\s\S]*)\)$/;
const VIEW = /^CREATE VIEW IF NOT EXISTS (\w+) AS\s+([\s\S]+)$/;
const COLUMN =
  /^(\w+) (INT64|STRING|DATE|DATETIME|BOOL|FLOAT64|DOUBLE|DECIMAL|NUMERIC)(?:\((\d+), ?(\d+)\))?$/;

/**
 * The tables and views that statements make. Throws UserError `dataset.sqlForeign` for one that makes neither.
 * `part` is what they are of, and `clusteringOf` says by what a table is clustered, as far as it has such columns.
 */
export function parseTables(
  part: string,
  texts: readonly Statement[],
  clusteringOf: (table: string) => readonly string[],
): ParsedTables {
  const tables: WantedTable[] = [];
  const views: WantedView[] = [];
  for (const statement of texts) {
    const { sql, file, line } = statement;
    const [, view, query] = VIEW.exec(sql) ?? [];
    const [, name, columns] = TABLE.exec(sql) ?? [];
    if (view) {
      const begins = line + linesIn(sql.slice(0, sql.length - query.length));
      views.push({ name: view, query, source: { sql: query, file, line: begins } });
    } else if (name) {
      const fields = columns
        .split(/,(?![^(]*\))/)
        .map((column) => toField(part, statement, column.trim()));
      const has = (wanted: string) => fields.some((field) => field.name === wanted);
      const clustering = clusteringOf(name).filter(has);
      tables.push({ name, fields, byMonth: has(MONTH), clustering });
    } else throw foreign(part, statement, sql);
  }
  return { tables, views };
}

function toField(part: string, statement: Statement, column: string): Field {
  const [, name, type, precision, scale] = COLUMN.exec(column) ?? [];
  if (!name) throw foreign(part, statement, column);
  const field = { name, type: standardType(type), mode: 'NULLABLE' };
  return precision ? { ...field, precision, scale } : field;
}

function foreign(dataset: string, { file, line }: Statement, text: string): UserError {
  return new UserError('dataset.sqlForeign', {
    dataset,
    file,
    line,
    start: text.split('\n', 1)[0].slice(0, 80),
  });
}
