import { UserError } from '../errors.ts';
import { traceRows } from '../ledger/trace.ts';
import { allDatasets } from '../open.ts';
import type { Value } from '../warehouse/warehouse.ts';
import type { Run } from './commands.ts';
import { openForReading } from './home.ts';
import { nameOfLoaded, sayBroken } from './summary.ts';

export const trace: Run = async ({ settings, output, positionals }) => {
  const [wanted, ...pairs] = positionals;
  const given: [key: string, value: string][] = pairs.map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new UserError('trace.pair', { pair });
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const { datasets, broken } = await allDatasets(settings);
  const known = datasets.flatMap((dataset) => dataset.tables.map((table) => ({ dataset, table })));
  const found = known.find(({ table }) => table.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) {
    sayBroken(output, broken);
    const tables = known.map(({ table }) => table).join(', ');
    throw new UserError('trace.table', { table: wanted, tables });
  }
  const { dataset, table } = found;
  const warehouse = await openForReading(settings);
  try {
    const { column, keys, rows } = await traceRows(warehouse, dataset, table, given).catch(
      (error) => {
        if (error.code !== 'query.invalid') throw error;
        // Nobody typed that query: a dataset that is new, or has a new column, is in the tables from the next run on.
        throw new UserError('trace.notYet', { dataset: dataset.name }, { cause: error });
      },
    );
    for (const row of rows) output.object({ type: 'row', ...row });
    const counted = rows.filter(({ repeats }) => repeats === undefined);
    const count = { rows: counted.length, repeated: rows.length - counted.length };
    const sum = sumOf(counted.map(({ value }) => value));
    const has = Number.isNaN(sum) ? {} : { sum, column };
    output.table(
      output.columns({ code: 'trace.columns', values: { column } }),
      rows.map((traced) => [
        nameOfLoaded(output, traced),
        traced.sheet,
        traced.row,
        has.column ? output.number(traced.value) : traced.value,
        traced.repeats && `${nameOfLoaded(output, traced.repeats)}, ${traced.repeats.row}`,
      ]),
    );
    output.object({ type: 'trace', table, keys, ...count, ...has });
    if (rows.length === 0) output.say({ code: 'trace.none', values: { table } });
    else if (has.column) output.say({ code: 'trace.sum', values: { ...count, ...has } });
    else output.say({ code: 'trace.rows', values: count });
  } finally {
    await warehouse.close();
  }
  return 0;
};

/**
 * What values add up to: exactly, as the tables have it, unless one of them has more than two decimal places. Text where
 * it has more digits than a number keeps, and NaN when one of them is no number.
 */
function sumOf(values: readonly Value[]): number | string {
  const amounts = values.map(centsOf);
  if (amounts.includes(undefined)) {
    const total = values.reduce<number>((before, value) => before + Number(value), 0);
    // Without what adding doubles leaves behind.
    return Number(total.toPrecision(15));
  }
  const total = amounts.reduce<bigint>((before, cents = 0n) => before + cents, 0n);
  if (Number.isSafeInteger(Number(total))) return Number(total) / 100;
  const [, whole, cents] = /^(.*)(..)$/.exec(String(total)) ?? [];
  if (cents !== '00') return `${whole}.${cents}`;
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
}

/** The hundredths that a whole number or an amount is. */
function centsOf(value: Value): bigint | undefined {
  const [, whole, cents = ''] = /^(-?\d+)(?:\.(\d\d?))?$/.exec(String(value ?? 0)) ?? [];
  return whole === undefined ? undefined : BigInt(whole + cents.padEnd(2, '0'));
}
