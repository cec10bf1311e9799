import type { Warehouse } from '../warehouse/warehouse.ts';
import { isoTime } from './events.ts';

export const COST_COLUMNS = ['RUN_ID', 'RUN_TIME', 'JOBS', 'BYTES_BILLED', 'SLOT_MS'];

/**
 * What each run has been billed, where a warehouse is: rows are only ever added. A table of its own, because every event
 * of ledger_events is about a dropped file. A procedure that an orchestrator calls writes its row itself.
 */
export const COSTS_TABLE = `CREATE TABLE IF NOT EXISTS ledger_costs (
  RUN_ID STRING, RUN_TIME DATETIME, JOBS INT64, BYTES_BILLED INT64, SLOT_MS INT64)`;

/**
 * Records what the warehouse's jobs have cost so far; `time` in milliseconds since 1970. Nothing where nothing was billed:
 * who looks again and again is answered from BigQuery's cache as long as nothing is new.
 */
export async function recordCost(
  { query, usage }: Warehouse,
  runId: string,
  time: number,
): Promise<void> {
  if (!usage?.bytesBilled) return;
  await query(
    `INSERT INTO ledger_costs (${COST_COLUMNS.join(', ')})
     VALUES (@runId, CAST(@time AS DATETIME), @jobs, @bytesBilled, @slotMs)`,
    { runId, time: isoTime({ time }), ...usage },
  );
}
