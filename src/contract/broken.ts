import { basename } from 'node:path';
import { type EntradaError, UserError } from '../errors.ts';

/** A dataset that cannot be used until somebody mends it. */
export interface BrokenDataset {
  readonly folder: string;
  readonly error: EntradaError;
}

/** Told of a dataset that cannot be used; the others are read on. */
export type OnBroken = (broken: BrokenDataset) => void;

/** For who wants all of them or none. */
export const throwBroken: OnBroken = ({ error }) => {
  throw error;
};

/** What `read` gives; undefined when it throws a UserError, which is told. */
export async function orBroken<T>(
  folder: string,
  onBroken: OnBroken,
  read: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    onBroken({ folder, error });
    return undefined;
  }
}

/** What a workbook that no dataset takes waits for: it may be of one that is broken. Undefined for any other error. */
export function awaitedBy(error: unknown, broken: readonly BrokenDataset[]): UserError | undefined {
  const isOfContract = error instanceof UserError && error.code.startsWith('contract.');
  if (!isOfContract || broken.length === 0) return undefined;
  const datasets = broken.map(nameOf).join(', ');
  return new UserError('dataset.awaited', { datasets }, { cause: error });
}

/** Its folder's name: what it calls itself may be what is wrong. */
export const nameOf = ({ folder }: BrokenDataset) => basename(folder);
