import type { Texts } from '../workbook/texts.ts';
import { BATCH_ROWS, type ColumnValues, type RowBatch } from './batch.ts';
import type { Column } from './dataset.ts';

/**
 * A hash of what a file says, whatever its bytes, its sheet's name, and the order of its rows and columns:
 * the sum of a hash of each accepted row. Two files that say the same have the same; it decides nothing,
 * since rows are compared themselves, but tells the client that nothing is new.
 */
interface ContentHash {
  add(batch: RowBatch, texts: Texts): void;
  /** 16 hex digits and the number of rows. */
  digest(): string;
}

const SEED = 0x9747b28c;
const FACTOR = 0x9e3779b1;
/** In the place of a value that an optional column lacks. */
const ABSENT = 0x5bd1e995;

export function createContentHash(columns: readonly Column[]): ContentHash {
  const hashes = new Int32Array(BATCH_ROWS);
  const hashTexts = createTextHashes();
  let rows = 0;
  let low = 0;
  let high = 0;

  return {
    add({ count, columns: filled }, texts) {
      const textHashes = hashTexts(texts);
      hashes.fill(SEED);
      filled.forEach((column, slot) => {
        const { type, optional } = columns[slot];
        const present = optional ? column.present : undefined;
        if (type === 'text') mixTexts(hashes, count, column.values, textHashes, present);
        else {
          const words = new Int32Array(column.values.buffer);
          if (type === 'date') mixWords(hashes, count, words, present);
          else mixPairs(hashes, count, words, present);
        }
      });
      low = (low + sum(hashes, count)) | 0;
      high = (high + sumMixed(hashes, count)) | 0;
      rows += count;
    },
    digest: () => `${hex(high)}${hex(low)}-${rows}`,
  };
}

/*
 * One loop to a function: while it runs the compiler takes the function whole, and throws its work away when it comes
 * to code that has not run before.
 */

function mixTexts(
  hashes: Int32Array,
  count: number,
  indexes: ColumnValues['values'],
  textHashes: Int32Array,
  present: Uint8Array | undefined,
): void {
  for (let row = 0; row < count; row++) {
    const word = present?.[row] === 0 ? ABSENT : textHashes[indexes[row]];
    hashes[row] = mix(hashes[row], word);
  }
}

function mixWords(
  hashes: Int32Array,
  count: number,
  words: Int32Array,
  present: Uint8Array | undefined,
): void {
  for (let row = 0; row < count; row++)
    hashes[row] = mix(hashes[row], present?.[row] === 0 ? ABSENT : words[row]);
}

function mixPairs(
  hashes: Int32Array,
  count: number,
  words: Int32Array,
  present: Uint8Array | undefined,
): void {
  for (let row = 0; row < count; row++) {
    hashes[row] =
      present?.[row] === 0
        ? mix(hashes[row], ABSENT)
        : mix(mix(hashes[row], words[2 * row]), words[2 * row + 1]);
  }
}

function sum(hashes: Int32Array, count: number): number {
  let total = 0;
  for (let row = 0; row < count; row++) total = (total + hashes[row]) | 0;
  return total;
}

function sumMixed(hashes: Int32Array, count: number): number {
  let total = 0;
  for (let row = 0; row < count; row++) total = (total + mix(hashes[row], FACTOR)) | 0;
  return total;
}

/** Of the same hash any two words give two others, and of the same word any two hashes. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, FACTOR);
  return product ^ (product >>> 15);
}

/** The hash of each text by its index; each is looked at once a load. */
function createTextHashes(): (texts: Texts) => Int32Array {
  let hashes = new Int32Array(0);
  let known = 0;
  return (texts) => {
    if (hashes.length < texts.size) {
      const more = new Int32Array(2 * texts.size);
      more.set(hashes);
      hashes = more;
    }
    for (; known < texts.size; known++) {
      const bytes = texts.bytes(known);
      let hash = SEED;
      for (let i = 0; i < bytes.length; i++) hash = mix(hash, bytes[i]);
      hashes[known] = hash;
    }
    return hashes;
  };
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
