import { UserError } from '../errors.ts';
import { inflate } from '../workbook/inflate.ts';
import type { Limits } from '../workbook/limits.ts';
import { type ByteSource, endsLikeZip, readDirectory } from '../workbook/zip.ts';

/** Whether bytes are still to come: a zip has its end last. Anything but a zip is the reader's to name. */
export async function lacksEnd(source: ByteSource): Promise<boolean> {
  const [p, k] = await source.read(0, 2);
  return p === 0x50 && k === 0x4b && !(await endsLikeZip(source));
}

/**
 * Whether a zip with its end has other bytes than its checksums say, as one that was begun again over an older one,
 * and broken off, has. Inflates every part, as far as the limits allow.
 */
export async function hasGaps(source: ByteSource, limits: Limits): Promise<boolean> {
  const budget = { limits, inflated: 0 };
  try {
    for (const entry of (await readDirectory(source)).values())
      for await (const _ of inflate(source, entry, budget));
    return false;
  } catch (error) {
    // What is wrong in another way is so for good.
    if (error instanceof UserError) return ['zip.corrupt', 'zip.broken'].includes(error.code);
    throw error;
  }
}
