import type { Dataset } from '../../contract/dataset.ts';
import { TransientError } from '../../errors.ts';
import type { LedgerEvent } from '../../ledger/events.ts';
import { findInForce } from '../../ledger/in-force.ts';
import { monthsDue, monthsOf } from '../../ledger/ledger.ts';
import { landingTable } from '../dataset-sql.ts';
import { together, withinMonths } from '../months.ts';
import { comparing, type Overlap, toOverlap } from '../overlap.ts';
import type { Load, LoadChange, Warehouse } from '../warehouse.ts';
import type { BigQueryClient } from './client.ts';
import { keyOf, onceDone } from './once.ts';
import { type Wanted, wantedLedger, wantedOf } from './schema.ts';
import {
  changingLoads,
  fullName,
  landing,
  recording,
  type SumTable,
  transaction,
  withdrawing,
} from './scripts.ts';
import { type LocalRows, newLoadId, openLocalLoad, stage, stagingTable, unstage } from './stage.ts';
import { consolidatedWith } from './sums.ts';
import type { Field } from './values.ts';

interface LoadContext {
  readonly client: BigQueryClient;
  readonly warehouse: Warehouse;
  readonly dataset: Dataset;
  readonly sheet: string;
  readonly fileHash: string;
}

/** What the ledger says of the rows that count, by load and month. */
const COUNTED: SumTable = {
  name: 'ledger_months',
  keys: ['LOAD_ID', 'MONTH_START'],
  sum: 'ROWS_COUNTED',
};

/**
 * A load: rows rest in a file of this machine, then in a staging table that nobody reads, and land with their
 * months, rejections and events in one transaction, as a job of a name that only this content has.
 */
export async function createBigQueryLoad({
  client,
  warehouse,
  dataset,
  sheet,
  fileHash,
}: LoadContext): Promise<Load> {
  const loadId = newLoadId(Date.now());
  const local = await openLocalLoad(dataset, sheet, fileHash);
  const rows = stagingTable(loadId, 'rows');
  const rejections = stagingTable(loadId, 'rejections');
  let staged: Promise<LocalRows> | undefined;
  let open = true;

  async function stageAll(): Promise<LocalRows> {
    const written = await local.finish();
    /** The columns of the table that the rows are for, but for the load's number. */
    const fieldsOf = ({ tables }: Wanted, wanted: string) => {
      const { fields = [] } = tables.find(({ name }) => name === wanted) ?? {};
      return fields.filter(({ name }) => name !== 'LOAD_ID');
    };
    const stageParquet = (table: string, file: string, fields: readonly Field[]) =>
      stage(client, { table, file, format: 'PARQUET', fields });
    const rowFields = fieldsOf(await wantedOf(dataset, client), landingTable(dataset));
    await stageParquet(rows, written.rowsFile, rowFields);
    if (written.rejectionsFile !== undefined) {
      const fields = fieldsOf(wantedLedger(client), 'rejections');
      await stageParquet(rejections, written.rejectionsFile, fields);
    }
    return written;
  }

  const finish = () => {
    staged ??= stageAll();
    return staged;
  };

  async function landStatements(): Promise<string[]> {
    const { rejectionsFile } = await finish();
    return landing(client, { dataset, loadId, rows, rejections: rejectionsFile && rejections });
  }

  async function commit(
    events: readonly LedgerEvent[],
    changes: readonly LoadChange[],
  ): Promise<void> {
    const { sql, parameters } = recording(client, events);
    const script = transaction([
      ...(await landStatements()),
      ...changingLoads(client, changes),
      sql,
    ]);
    const [loaded] = events.filter((one) => one.event === 'loaded' && one.loadId === loadId);
    const runAs = async (jobId: string, onKnown: () => void) => {
      await client.run(script, { parameters, jobId, onKnown });
    };
    await onceDone(await contentKey(loaded), runAs, () => isInForce(loaded));
    await close();
  }

  /** The same for every delivery of the same content, until a load of it is over: then it may be loaded anew. */
  async function contentKey({ fileHash: hash }: LedgerEvent): Promise<string> {
    const { rows: found } = await warehouse.query(
      `SELECT EVENT, DROP_ID, LOAD_ID FROM ledger_events
       WHERE FILE_HASH = @hash AND EVENT IN ('loaded', 'retracted')`,
      { hash },
    );
    const retracted = found.flatMap(([kind, drop]) => (kind === 'retracted' ? [drop] : []));
    const loaded = found.filter(([kind]) => kind === 'loaded');
    const inForce = loaded.filter(([, drop]) => !retracted.includes(drop));
    const countLoads = (events: typeof loaded) => new Set(events.map(([, , id]) => id)).size;
    return keyOf(client, dataset.name, hash, countLoads(loaded) - countLoads(inForce));
  }

  /** Whether the content is in force through this drop. Through another one, this drop must be looked at again. */
  async function isInForce({ fileHash: hash, fileName, drop }: LedgerEvent): Promise<boolean> {
    const found = await findInForce(warehouse, hash);
    if (found && found.loadedBy.drop !== drop)
      throw new TransientError('warehouse.sameContent', { file: fileName });
    return found !== undefined;
  }

  async function compare(other: number): Promise<Overlap> {
    await finish();
    const there = `${fullName(client, landingTable(dataset))}
      WHERE LOAD_ID = ${other} AND ${withinMonths(await monthsOf(warehouse, other))}`;
    const { rows: found } = await client.run(comparing(dataset, fullName(client, rows), there));
    return toOverlap(found);
  }

  async function preview(replaced: readonly number[]) {
    const { ranges } = await finish();
    // A run takes up what an earlier one left, too.
    const months = [...ranges, ...(await monthsDue(warehouse, dataset))];
    for (const other of replaced) months.push(...(await monthsOf(warehouse, other)));
    const found = await consolidatedWith(client, dataset, {
      body: [...(await landStatements()), ...replaced.map((other) => withdrawing(client, other))],
      ranges: together(months),
      rehearse: true,
      beside: [COUNTED],
    });
    const changes = found.filter(({ table }) => table !== COUNTED.name);
    const own = found.filter(
      ({ table, key }) => table === COUNTED.name && key.LOAD_ID === String(loadId),
    );
    return { newRows: own.reduce((sum, { after }) => sum + Number(after), 0), changes };
  }

  async function close(): Promise<void> {
    if (!open) return;
    open = false;
    await local.close();
    if (staged) await unstage(client, [rows, rejections]);
  }

  const { write, reject, discard } = local;
  return { loadId, write, reject, discard, commit, compare, preview, abort: close };
}
