import type { Dataset } from '../../contract/dataset.ts';
import { COST_COLUMNS } from '../../ledger/costs.ts';
import { IS_DUE } from '../../ledger/ledger.ts';
import { CHECK_COLUMNS, removal, type Statement, tablesMade, uncounting } from '../dataset-sql.ts';
import type { MonthRange } from '../warehouse.ts';
import type { BigQueryPlace } from './client.ts';
import { fullName, qualify, script, transaction } from './scripts.ts';

/* Three procedures make one of a dataset's many: a transaction of BigQuery is one script. */

/**
 * takes withdrawn rows out of a range of months and calls the dataset's procedures for it, in the caller's
 * transaction;
 */
export const monthsProcedure = ({ name }: Dataset) => `consolidate_${name}_months`;
/** fails when a check finds something in a range of months; */
export const checkProcedure = ({ name }: Dataset) => `check_${name}_months`;
/** finds the months due and publishes them, all in one transaction. */
export const dueProcedure = ({ name }: Dataset) => `consolidate_${name}`;

export function monthsBody(place: BigQueryPlace, dataset: Dataset): string {
  const { isAny, body } = removal(dataset);
  const names = dataset.procedures.flat();
  const calls = names.map((name) => `CALL ${fullName(place, name)}(p_from, p_to)`);
  return script([`IF EXISTS (${isAny}) THEN\n${script(body)}END IF`, ...calls]);
}

export function checkBody({ name }: Dataset, checks: readonly Statement[]): string {
  const texts = CHECK_COLUMNS.map((column) => `CAST(${column} AS STRING)`);
  const looks = checks.map(
    ({ sql }) => `SET v_failed = (SELECT TO_JSON_STRING([${texts.join(', ')}]) FROM (
${sql}
) LIMIT 1);
IF v_failed IS NOT NULL THEN
  RAISE USING MESSAGE = CONCAT('entrada.check:${name}:', v_failed);
END IF`,
  );
  return script(['DECLARE v_failed STRING', ...looks]);
}

/** What it has cost is recorded: an orchestrator that calls it does not know. */
export function dueBody(place: BigQueryPlace, dataset: Dataset): string {
  const cost = `INSERT INTO ${fullName(place, 'ledger_costs')} (${COST_COLUMNS.join(', ')})
VALUES (@@script.job_id, CAST(CURRENT_TIMESTAMP() AS DATETIME), 1, @@script.bytes_billed, @@script.slot_ms)`;
  return consolidatingWhere(place, dataset, IS_DUE) + script([cost]);
}

/** One transaction that empties the tables that the dataset's procedures keep, and consolidates all months. */
export async function rebuilding(place: BigQueryPlace, dataset: Dataset): Promise<string> {
  const emptied = (await tablesMade(dataset)).map(
    (table) => `DELETE FROM ${fullName(place, table)} WHERE TRUE`,
  );
  const uncounted = qualify(uncounting(dataset), new Set(['ledger_months']), place);
  return consolidatingWhere(place, dataset, 'TRUE', [...emptied, uncounted]);
}

/** One transaction for the months of such rows of ledger_months, and what comes first in it. */
function consolidatingWhere(
  place: BigQueryPlace,
  dataset: Dataset,
  where: string,
  first: readonly string[] = [],
): string {
  // Unbroken ranges: each month as a statement of its own would be billed its minimum as often.
  const due = `CREATE OR REPLACE TEMP TABLE months_due AS
SELECT MIN(MONTH_START) AS FIRST_MONTH, DATE_ADD(MAX(MONTH_START), INTERVAL 1 MONTH) AS NEXT_MONTH
FROM (
  SELECT MONTH_START,
    EXTRACT(YEAR FROM MONTH_START) * 12 + EXTRACT(MONTH FROM MONTH_START)
      - ROW_NUMBER() OVER (ORDER BY MONTH_START) AS UNBROKEN
  FROM (
    SELECT DISTINCT MONTH_START FROM ${fullName(place, 'ledger_months')}
    WHERE DATASET = '${dataset.name}' AND (${where})
  )
)
GROUP BY UNBROKEN`;
  const loops = callsOf(place, dataset).map(
    (call) => `FOR due IN (SELECT FIRST_MONTH, NEXT_MONTH FROM months_due ORDER BY FIRST_MONTH) DO
  ${call}(due.FIRST_MONTH, due.NEXT_MONTH);
END FOR`,
  );
  return transaction([...first, ...loops], { before: [due] });
}

/** The same for months that are given, as statements of a transaction. */
export function consolidating(
  place: BigQueryPlace,
  dataset: Dataset,
  ranges: readonly MonthRange[],
): string[] {
  return callsOf(place, dataset).flatMap((call) =>
    ranges.map(({ from, to }) => `${call}(DATE '${from}', DATE '${to}')`),
  );
}

/** The checks see all months consolidated: some compare sums over all of them. */
const callsOf = (place: BigQueryPlace, dataset: Dataset) =>
  [monthsProcedure(dataset), checkProcedure(dataset)].map(
    (name) => `CALL ${fullName(place, name)}`,
  );
