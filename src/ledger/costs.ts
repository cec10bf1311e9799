import type { Logger } from 'pino';
import { dateTime } from '../warehouse/date-time.ts';
import type { Warehouse } from '../warehouse/warehouse.ts';

export const COST_COLUMNS = ['RUN_ID', 'RUN_TIME', 'JOBS', 'BYTES_BILLED', 'SLOT_MS'];

/**
 * What each run has been billed, where a warehouse is: rows are only ever added. A table of its own, because every
 * event of ledger_events is about a dropped file. A procedure that an orchestrator calls writes its row itself.
 */
export const COSTS_TABLE = `CREATE TABLE IF NOT EXISTS ledger_costs (
  RUN_ID STRING, RUN_TIME DATETIME, JOBS INT64, BYTES_BILLED INT64, SLOT_MS INT64)`;

/**
 * Tells the log and the table what the warehouse's jobs have cost since it was last asked. Nothing where nothing was
 * billed: who looks again and again is answered from BigQuery's cache as long as nothing is new. Never throws: what was
 * done stays done when its cost cannot be written down.
 */
export async function recordCost({
  warehouse: { query, usage },
  log,
  runId,
  now,
}: {
  readonly warehouse: Pick<Warehouse, 'query' | 'usage'>;
  readonly log: Logger;
  readonly runId: string;
  now(): number;
}): Promise<void> {
  if (!usage) return;
  const spent = { ...usage };
  Object.assign(usage, { jobs: 0, bytesBilled: 0, slotMs: 0 });
  log.info(spent, 'bigquery');
  if (spent.bytesBilled === 0) return;
  await query(
    `INSERT INTO ledger_costs (${COST_COLUMNS.join(', ')})
     VALUES (@runId, CAST(@time AS DATETIME), @jobs, @bytesBilled, @slotMs)`,
    { runId, time: dateTime(now()), ...spent },
  ).catch((err) => log.warn({ err }, 'bigquery'));
}
