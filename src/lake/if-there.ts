import { EntradaError } from '../errors.ts';
import type { Lake, OpenFile } from './lake.ts';

/** Opens a file that may have gone: undefined when there is none. */
export async function openIfThere(lake: Lake, name: string): Promise<OpenFile | undefined> {
  try {
    return await lake.open(name);
  } catch (error) {
    if (error instanceof EntradaError && error.code === 'lake.missing') return undefined;
    throw error;
  }
}
