import type { Dataset } from '../contract/dataset.ts';
import type { QueryResult } from './warehouse.ts';

/** How the rows of a load stand to those of another. */
export interface Overlap {
  /** How many say the same as a row of the other. */
  readonly common: number;
  /** How many do not. */
  readonly fresh: number;
}

/** Compares the rows of one source with those of another. Grouped, not joined: two blanks are the same. */
export function comparing({ columns }: Dataset, own: string, other: string): string {
  const names = columns.map(({ name }) => name).join(', ');
  return `SELECT IFNULL(SUM(OWN), 0), IFNULL(SUM(IF(OTHER > 0, OWN, 0)), 0)
FROM (
  SELECT COUNT(IS_OWN) AS OWN, COUNT(IS_OTHER) AS OTHER
  FROM (
    SELECT ${names}, TRUE AS IS_OWN, CAST(NULL AS BOOL) AS IS_OTHER FROM ${own}
    UNION ALL SELECT ${names}, NULL, TRUE FROM ${other}
  )
  GROUP BY ${names}
)`;
}

/** What `comparing` answers. */
export function toOverlap([row]: QueryResult['rows']): Overlap {
  const [all, common] = row.map(Number);
  return { common, fresh: all - common };
}
