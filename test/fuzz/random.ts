import { randomIntegers } from '../../src/samples/sales.ts';

/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** A whole number from 0 to before `end`. */
  below(end: number): number;
  pick<T>(items: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  const below = randomIntegers(Math.imul(seed, 0x9e3779b1));
  return { below, pick: (items) => items[below(items.length)] };
}
