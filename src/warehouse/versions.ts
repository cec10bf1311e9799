/** What the ledger is called among the datasets, which say their versions themselves; none can have this name. */
export const LEDGER = '(ledger)';

/** The version of the ledger's tables that this Entrada keeps. */
export const LEDGER_VERSION = 4;

/** Where a home's database says of which version its tables are; BigQuery says it in labels. */
export const VERSIONS_TABLE =
  'CREATE TABLE IF NOT EXISTS ledger_schema (NAME STRING, VERSION INT64)';
