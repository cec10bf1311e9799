import { randomIntegers } from '../../src/samples/sales.ts';
import type { Row } from './warehouse-rows.ts';

/* Random histories of loads of the sales dataset, and what a person with a pencil makes of them. */

interface History {
  /** A load of rows, or the retraction of an earlier load. */
  readonly steps: readonly ({ readonly load: readonly Row[] } | { readonly retract: number })[];
}

const BRANDS: readonly Row[] = [
  [1, 'BOTICÁRIO'],
  [2, 'EUDORA'],
  [2, 'Eudora'],
  [3, 'EUDORA'],
  [4, '📈 "VULT"'],
];
const LINES: readonly Row[] = [
  [1, 'CABELOS'],
  [2, 'SOLAR'],
  [3, "D'ÁGUA"],
];

// The first and the last of a month, the turn of a year, and a month apart from the others.
const DAYS = ['2017-12-01', '2017-12-31', '2018-01-01', '2018-01-31', '2018-03-31'];

/** Few different keys, so that rows repeat within a load and across loads; units may be negative or nothing. */
export function randomHistory(seed: number): History {
  const below = randomIntegers(seed);
  const steps: ({ load: Row[] } | { retract: number })[] = [];
  const inForce: number[] = [];
  for (let step = 0, loads = 0; step < 5; step++) {
    if (inForce.length > 0 && below(4) === 0) {
      steps.push({ retract: inForce.splice(below(inForce.length), 1)[0] });
      continue;
    }
    const rows = Array.from({ length: 1 + below(60) }, () => {
      const day = DAYS[below(DAYS.length)];
      const time = ['00:00:00', '23:59:59.999'][below(2)];
      return [
        ...BRANDS[below(BRANDS.length)],
        ...LINES[below(LINES.length)],
        `${day}T${time}`,
        below(5) - 1,
      ];
    });
    steps.push({ load: rows });
    inForce.push(loads++);
  }
  return { steps };
}

/** The five tables as plain JavaScript makes them of the rows of all loads in force. */
export function naiveTables(loads: readonly (readonly Row[])[]): Record<string, Row[]> {
  const distinct = [...new Map(loads.flat().map((row) => [JSON.stringify(row), row])).values()];
  const sums = (key: (row: Row) => Row): Row[] => {
    const units = new Map<string, number>();
    for (const row of distinct) {
      const text = JSON.stringify(key(row));
      units.set(text, (units.get(text) ?? 0) + Number(row[5]));
    }
    return Array.from(units, ([text, sum]) => [...JSON.parse(text), sum]);
  };
  const period = (row: Row) => String(row[4]).split('-').slice(0, 2).map(Number);
  return {
    bases_vendas: distinct,
    con_ano_mes: sums(period),
    con_mar_lin: sums((row) => row.slice(0, 4)),
    con_mar_ano_mes: sums((row) => [...row.slice(0, 2), ...period(row)]),
    con_lin_ano_mes: sums((row) => [...row.slice(2, 4), ...period(row)]),
  };
}

/** Rows in an order of their own, to compare sets of them. */
export function sorted(rows: readonly Row[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
