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

/**
 * Moving or removing a version that may have gone already, or to which another has come: then there is nothing to do.
 * Says whether there was.
 */
export async function ifThere(moving: Promise<void>): Promise<boolean> {
  try {
    await moving;
    return true;
  } catch (error) {
    if (!(error instanceof EntradaError) || !['lake.missing', 'lake.changed'].includes(error.code))
      throw error;
    return false;
  }
}
