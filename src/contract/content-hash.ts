import type { Texts } from '../workbook/texts.ts';
import type { RowBatch } from './batch.ts';

/**
 * A hash of what a file says, whatever its bytes, its sheet's name, and the order of its rows and columns:
 * the sum of a hash of each accepted row. Two files that say the same have the same; it decides nothing,
 * since rows are compared themselves, but tells the client that nothing is new.
 */
export interface ContentHash {
  add(batch: RowBatch, texts: Texts): void;
  /** 16 hex digits and the number of rows. */
  digest(): string;
}

export function createContentHash(isText: readonly boolean[]): ContentHash {
  const textHashes: number[] = [];
  let rows = 0;
  let low = 0;
  let high = 0;

  function textHash(index: number, texts: Texts): number {
    let hash = textHashes[index];
    if (hash === undefined) {
      hash = 0x811c9dc5;
      for (const byte of texts.bytes(index)) hash = Math.imul(hash ^ byte, 0x01000193);
      textHashes[index] = hash;
    }
    return hash;
  }

  return {
    add({ count, columns }, texts) {
      const hashes = new Int32Array(count).fill(0x9747b28c);
      columns.forEach(({ values, words, present }, slot) => {
        // Read as 32-bit words, a column of doubles has two a row as well.
        const wide = words === 2 || values instanceof Float64Array;
        const bits = new Int32Array(values.buffer);
        for (let row = 0; row < count; row++) {
          let hash = hashes[row];
          if (present[row] === 0) hash = mix(hash, 0x5bd1e995);
          else if (isText[slot]) hash = mix(hash, textHash(values[row], texts));
          else if (wide) hash = mix(mix(hash, bits[2 * row]), bits[2 * row + 1]);
          else hash = mix(hash, bits[row]);
          hashes[row] = hash;
        }
      });
      for (const hash of hashes) {
        low = (low + hash) | 0;
        high = (high + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) | 0;
      }
      rows += count;
    },
    digest: () => `${hex(high)}${hex(low)}-${rows}`,
  };
}

/** One step of MurmurHash3. */
function mix(hash: number, word: number): number {
  const scrambled = Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotate(hash ^ scrambled, 13), 5) + 0xe6546b64) | 0;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
