import type { Dataset } from '../../contract/dataset.ts';
import { sumTables } from '../dataset-sql.ts';
import type { KeyChange, MonthRange, Value } from '../warehouse.ts';
import type { BigQueryClient, Parameters } from './client.ts';
import { namingCalled } from './naming.ts';
import { consolidating } from './procedures.ts';
import { type Wanted, wantedOf } from './schema.ts';
import { changes, remembering, type SumTable, transaction } from './scripts.ts';
import { toValue } from './values.ts';

interface Work {
  /** What is done before the procedures run. */
  readonly body: readonly string[];
  readonly ranges: readonly MonthRange[];
  /** What is done once the checks have found nothing. */
  readonly after?: readonly string[];
  readonly parameters?: Parameters;
  /** Whether all of it is only tried. */
  readonly rehearse: boolean;
  /** Tables that are compared as the dataset's own are. */
  readonly beside?: readonly SumTable[];
}

/** Does the work and consolidates in one transaction; tells which keys of the consolidated tables changed. */
export async function consolidatedWith(
  client: BigQueryClient,
  dataset: Dataset,
  work: Work,
): Promise<KeyChange[]> {
  const wanted = await wantedOf(dataset, client);
  const { body, after = [], ranges, rehearse, parameters, beside = [] } = work;
  const tables = [...sumsOf(dataset, wanted), ...beside];
  const script = transaction([...body, ...consolidating(client, dataset, ranges), ...after], {
    before: remembering(client, tables),
    result: changes(client, tables),
    rehearse,
  });
  const { rows } = await namingCalled(client, dataset, () => client.run(script, { parameters }));
  const found = rows.map((row) => toChange(wanted, tables, row));
  const order = (table: string) => tables.findIndex(({ name }) => name === table);
  return found.sort((a, b) => order(a.table) - order(b.table) || compareKeys(a, b));
}

function sumsOf(dataset: Dataset, { tables }: Wanted): SumTable[] {
  return sumTables(dataset).flatMap((name) => {
    const columns =
      tables.find((table) => table.name === name)?.fields.map((field) => field.name) ?? [];
    const sum = columns.at(-1);
    return sum === undefined ? [] : [{ name, keys: columns.slice(0, -1), sum }];
  });
}

function toChange(wanted: Wanted, sums: readonly SumTable[], row: readonly Value[]): KeyChange {
  const [table, keyValues, before, after] = row;
  const { keys = [], sum = '' } = sums.find(({ name }) => name === table) ?? {};
  const fields = wanted.tables.find(({ name }) => name === table)?.fields ?? [];
  const typed = (column: string, text: unknown): Value => {
    const { type = 'STRING' } = fields.find(({ name }) => name === column) ?? {};
    return text === null ? null : toValue(type, String(text));
  };
  const texts: unknown[] = JSON.parse(String(keyValues));
  return {
    table: String(table),
    key: Object.fromEntries(keys.map((name, i) => [name, typed(name, texts[i])])),
    before: typed(sum, before),
    after: typed(sum, after),
  };
}

function compareKeys(a: KeyChange, b: KeyChange): number {
  for (const name of Object.keys(a.key)) {
    const [one, other] = [a.key[name], b.key[name]];
    if (one === other) continue;
    if (typeof one === 'number' && typeof other === 'number') return one - other;
    return String(one) < String(other) ? -1 : 1;
  }
  return 0;
}
