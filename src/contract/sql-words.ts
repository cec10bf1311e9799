/**
 * What cannot be the name of a column: SQL keeps it for itself, in either engine, every landing table has it already, a
 * table of sums has it of the month, or it stands for the months of a procedure.
 */
export function isReserved(name: string): boolean {
  const word = name.toUpperCase();
  const own = [...LANDING_COLUMNS, ...Object.keys(MONTH_COLUMNS), ...ARGUMENTS];
  return own.includes(word) || RESERVED.has(word);
}

/** The columns that a landing table has besides those of its contract. */
export const LANDING_COLUMNS: readonly string[] = ['LOAD_ID', 'SHEET_ROW', 'MONTH_START'];

/** What a table of sums may say of the month, besides columns of the contract, and how the landing table says it. */
export const MONTH_COLUMNS: Readonly<Record<string, string>> = {
  MONTH_START: 'MONTH_START',
  ANO: 'EXTRACT(YEAR FROM MONTH_START)',
  MES: 'EXTRACT(MONTH FROM MONTH_START)',
};

/** What procedures are given. */
const ARGUMENTS: readonly string[] = ['P_FROM', 'P_TO'];

/**
 * Of DuckDB 1.5 (`duckdb_keywords()`: what is reserved, or a type or function), then what BigQuery reserves besides.
 */
const RESERVED = new Set(
  `ALL ANALYSE ANALYZE AND ANTI ANY ARRAY AS ASC ASOF ASYMMETRIC AT AUTHORIZATION BINARY BOTH BY CASE CAST CHECK
  COLLATE COLLATION COLUMN COLUMNS CONCURRENTLY CONSTRAINT CREATE CROSS DEFAULT DEFERRABLE DESC DESCRIBE DISTINCT DO ELSE END
  EXCEPT FALSE FETCH FOR FOREIGN FREEZE FROM FULL GENERATED GLOB GROUP HAVING ILIKE IN INITIALLY INNER INTERSECT INTO IS ISNULL
  JOIN LAMBDA LATERAL LEADING LEFT LIKE LIMIT MAP NATURAL NOT NOTNULL NULL OFFSET ON ONLY OR ORDER OUTER OVERLAPS PIVOT
  PIVOT_LONGER PIVOT_WIDER PLACING POSITIONAL PRIMARY QUALIFY REFERENCES RETURNING RIGHT SELECT SEMI SHOW SIMILAR SOME
  SUMMARIZE SYMMETRIC TABLE TABLESAMPLE THEN TO TRAILING TRUE TRY_CAST UNION UNIQUE UNPACK UNPIVOT USING VARIADIC VERBOSE WHEN
  WHERE WINDOW WITH
  ASSERT_ROWS_MODIFIED BETWEEN CONTAINS CUBE CURRENT DEFINE ENUM ESCAPE EXCLUDE EXISTS EXTRACT FOLLOWING GROUPING GROUPS
  HASH IF IGNORE INTERVAL LOOKUP MERGE NEW NO NULLS OF OVER PARTITION PRECEDING PROTO RANGE RECURSIVE RESPECT ROLLUP ROWS
  SET STRUCT TREAT UNBOUNDED UNNEST WITHIN`.split(/\s+/),
);
