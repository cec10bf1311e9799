import type { Dataset } from '../../contract/dataset.ts';
import { TerminalError, UserError } from '../../errors.ts';
import { IS_DUE } from '../../ledger/ledger.ts';
import {
  CHECK_COLUMNS,
  namingStatement,
  removal,
  requireColumns,
  type Statement,
  stagesOf,
  statements,
  withMonths,
} from '../dataset-sql.ts';
import { type MonthRows, portionsOf, rowsIn } from '../months.ts';
import type { MonthRange, Warehouse } from '../warehouse.ts';
import { MEMORY, type Memory } from './memory.ts';

/** What the procedures keep of so many rows fits DuckDB's memory, whatever the length of the history. */
const PORTION_ROWS = 2 ** 20;

/** Of so many rows the first procedures keep a quarter as much. */
const FEW_ROWS = 2 ** 18;

/** Of how many rows a piece is. Each costs a look at the whole table: only a small one is taken in small pieces. */
function rowsAtOnce(months: readonly MonthRows[]): number {
  const all = months.reduce((sum, { rows }) => sum + rows, 0);
  return Math.min(Math.max(FEW_ROWS, all / 4), PORTION_ROWS);
}

interface ConsolidateContext extends Pick<Memory, 'allow'> {
  readonly run: (sql: string) => Promise<unknown>;
  readonly query: Warehouse['query'];
}

/** Gives Warehouse.consolidate, to be called within a transaction. */
export function createConsolidate({
  run,
  query,
  allow,
}: ConsolidateContext): Warehouse['consolidate'] {
  async function consolidate(dataset: Dataset, ranges: readonly MonthRange[]): Promise<void> {
    const checks = await statements(dataset, 'checks.sql');
    const [first = [], ...later] = await stagesOf(dataset);
    const months = await rowsByMonth(dataset);
    const others = await monthsOfOthers(dataset);
    const atOnce = rowsAtOnce(months);
    const portions = ranges.flatMap((range) => portionsOf(months, range, PORTION_ROWS));
    /** Of many rows what was taken for one step would be kept, and more taken for the next one. */
    const isLong = rowsIn(months, ranges) > PORTION_ROWS;
    const settle = async () => {
      if (isLong) await allow(MEMORY);
    };
    for (const portion of portions) {
      for (const piece of portionsOf(months, portion, atOnce)) {
        await takeOutWithdrawn(dataset, piece);
        await runAll(dataset, first, piece);
      }
      await settle();
      for (const stage of later) await runAll(dataset, stage, portion);
      await settle();
    }
    for (const portion of portions) {
      for (const check of checks) await runCheck(dataset, check, portion);
      await settle();
    }
    await checkMonths(dataset);
    for (const range of ranges) await requireCounted(dataset, range);
    if ((await monthsOfOthers(dataset)) !== others)
      throw new UserError('dataset.monthsOfOthers', { dataset: dataset.name });
  }

  async function takeOutWithdrawn(dataset: Dataset, range: MonthRange): Promise<void> {
    const { isAny, body } = removal(dataset);
    if ((await query(withMonths(isAny, range))).rows.length === 0) return;
    for (const statement of body) await run(withMonths(statement, range));
  }

  async function runAll(
    dataset: Dataset,
    stage: readonly Statement[],
    range: MonthRange,
  ): Promise<void> {
    for (const statement of stage)
      await namingStatement(dataset, statement, (sql) => run(withMonths(sql, range)));
  }

  /**
   * Every month that a load of the dataset has touched, in order, those of withdrawn rows too: what they leave is
   * found so.
   */
  async function rowsByMonth({ name }: Dataset): Promise<MonthRows[]> {
    const { rows } = await query(
      `SELECT MONTH_START, SUM(ROWS_ACCEPTED) FROM ledger_months
       WHERE DATASET = @name GROUP BY MONTH_START ORDER BY MONTH_START`,
      { name },
    );
    return rows.map(([month, count]) => ({ month: String(month), rows: Number(count) }));
  }

  /** What tells whether the ledger's months of all other datasets are as they were. */
  async function monthsOfOthers({ name }: Dataset): Promise<string> {
    const { rows } = await query(
      'SELECT COUNT(*), BIT_XOR(HASH(m)) FROM ledger_months AS m WHERE DATASET <> @name',
      { name },
    );
    return rows[0].join();
  }

  /** Throws UserError `dataset.counted` when the procedures count more rows of a load than there are, or less than none. */
  async function checkMonths({ name: dataset }: Dataset): Promise<void> {
    const { rows } = await query(
      `SELECT MONTH_START, ROWS_COUNTED, ROWS_ACCEPTED FROM ledger_months
       WHERE DATASET = @dataset AND ROWS_COUNTED NOT BETWEEN 0 AND ROWS_ACCEPTED ORDER BY MONTH_START LIMIT 1`,
      { dataset },
    );
    if (rows.length === 0) return;
    const [month, counted, accepted] = rows[0].map(String);
    throw new UserError('dataset.counted', {
      dataset,
      month: month.slice(0, 7),
      counted,
      accepted,
    });
  }

  /** Throws UserError where the procedures have left months uncounted: they would be due at every run. */
  async function requireCounted({ name: dataset }: Dataset, range: MonthRange): Promise<void> {
    const { rows } = await query(
      withMonths(
        `SELECT MIN(MONTH_START) FROM ledger_months
         WHERE DATASET = @dataset AND (${IS_DUE}) AND MONTH_START >= p_from AND MONTH_START < p_to`,
        range,
      ),
      { dataset },
    );
    const [[from]] = rows;
    if (from !== null) throw new UserError('dataset.notCounted', { dataset, from: String(from) });
  }

  async function runCheck(dataset: Dataset, check: Statement, range: MonthRange): Promise<void> {
    // Within another SELECT nothing but a query is taken.
    const { columns, rows } = await namingStatement(dataset, check, (sql) =>
      query(`SELECT * FROM (${withMonths(sql, range)}\n)`),
    );
    requireColumns(check, columns, CHECK_COLUMNS);
    if (rows.length === 0) return;
    const [compared, expected, found] = rows[0].map(String);
    const { name } = dataset;
    throw new TerminalError('check.failed', { dataset: name, compared, expected, found });
  }

  return consolidate;
}
