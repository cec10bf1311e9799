import type { Limits } from './limits.ts';
import { createTexts, type TextStore } from './texts.ts';
import { MAX_WINDOW } from './xml.ts';

/** What the bytes between two tags say, so that each way to spell a text is decoded once. */
export interface Spellings {
  /** The index of the text that is spelt like this; -1 where nothing was so far. */
  find(bytes: Uint8Array, from: number, to: number): number;
  /** Notes how a text is spelt, and gives its index. */
  add(bytes: Uint8Array, from: number, to: number, text: string): number;
}

export function createSpellings(texts: TextStore, limits: Limits): Spellings {
  // They rest as texts do, in a store of their own, and may be longer: each character may be an entity.
  const spelt = createTexts(limits, MAX_WINDOW);
  let indexes = new Int32Array(1 << 8);
  return {
    find(bytes, from, to) {
      const spelling = spelt.find(bytes, from, to);
      return spelling === -1 ? -1 : indexes[spelling];
    },
    add(bytes, from, to, text) {
      const spelling = spelt.internBytes(bytes, from, to);
      if (spelling === indexes.length) {
        const grown = new Int32Array(2 * indexes.length);
        grown.set(indexes);
        indexes = grown;
      }
      indexes[spelling] = texts.intern(text);
      return indexes[spelling];
    },
  };
}
