/** What the ledger is called among the datasets; none of them can have this name. */
export const LEDGER = '(ledger)';

/** The tables that this Entrada keeps. A dataset that is not named here has no version. */
const VERSIONS: Readonly<Record<string, number>> = { [LEDGER]: 4, bases_vendas: 2 };

/** The version of the ledger's tables, or of a dataset's; 0 where it has none. */
export const tablesVersion = (name: string) => VERSIONS[name] ?? 0;

/** Where a home's database says of which version its tables are; BigQuery says it in labels. */
export const VERSIONS_TABLE =
  'CREATE TABLE IF NOT EXISTS ledger_schema (NAME STRING, VERSION INT64)';
