import { serialOfDay } from './serial.ts';

export const SALES_HEADER = ['ID_MARCA', 'MARCA', 'ID_LINHA', 'LINHA', 'DATA_VENDA', 'QTD_VENDA'];

/** One sale in the header's order: brand id and name, line id and name, day, quantity. */
export type SalesRow = readonly [
  number,
  string,
  number,
  string,
  { readonly serial: number },
  number,
];

interface SalesPlan {
  readonly rows: number;
  /** First and last day, `YYYY-MM-DD`. */
  readonly from?: string;
  readonly to?: string;
  readonly seed?: number;
}

// Invented names. The ampersand and the accents are there to pass through every escape and encoding.
const BRANDS = ['LUMICATU', 'BRISALMA', 'CAJUVELA', 'ORQUIRÉ', 'ANIL & ARUÁ'];
const LINES = ['BANHO', 'ROSTO', 'MÃOS E PÉS', 'FRAGRÂNCIAS', 'INFANTIL'];

/** Synthetic sales, without the header: the same plan always gives the same rows. */
export function* salesRows(plan: SalesPlan): Generator<SalesRow> {
  const { rows, from = '2017-01-01', to = '2019-12-31', seed = 7 } = plan;
  const below = randomIntegers(seed);
  const first = serialOfDay(from);
  const days = serialOfDay(to) - first + 1;
  for (let row = 0; row < rows; row++) {
    const brand = below(BRANDS.length);
    const line = below(LINES.length);
    const serial = first + below(days);
    yield [brand + 1, BRANDS[brand], line + 1, LINES[line], { serial }, 1 + below(99)];
  }
}

/** Whole numbers from 0 to below a limit. Mulberry32: small, fast, and the same on every machine. */
export function randomIntegers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
