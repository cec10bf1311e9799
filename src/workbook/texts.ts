import { UserError } from '../errors.ts';
import { type Limits, overLimit } from './limits.ts';

/**
 * The distinct texts of a workbook, by index: the shared strings first, then the texts that stand in cells.
 * They rest as UTF-8 in one arena and become a string only when somebody asks for one.
 */
export interface Texts {
  readonly size: number;
  get(index: number): string;
  /** The text in UTF-8, valid until another one is added. */
  bytes(index: number): Uint8Array;
  /** Whether there is nothing to see of a text. */
  isBlank(index: number): boolean;
  /** Whether that is so of any that is not empty. */
  readonly someBlank: boolean;
  /** For each text 1 where it is empty. */
  empties(): Uint8Array;
  /** A copy of at most `count` texts from `from` on. */
  piece(from: number, count: number): TextPiece;
}

/** Texts one after the other, for another store. */
export interface TextPiece {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where in `bytes` each text ends. */
  readonly ends: Int32Array<ArrayBuffer>;
}

export interface TextStore extends Texts {
  /** Adds the next shared string; its index is its place in the table, even when it repeats another. */
  push(text: string): void;
  /** The same of a text that is given as UTF-8. */
  pushBytes(bytes: Uint8Array, from: number, to: number): void;
  /** The index of a text that stands in a cell: the same text has the same index. */
  intern(text: string): number;
  /** The same of a text that is given as UTF-8. */
  internBytes(bytes: Uint8Array, from: number, to: number): number;
  /** The index of the text that stood in a cell before and is these bytes of UTF-8; -1 when there was none. */
  find(bytes: Uint8Array, from: number, to: number): number;
  /** Adds texts of another store, in their order. */
  add(piece: TextPiece): void;
}

/** What a cell of Google Sheets holds, in characters, of Excel 32,767; and in bytes, of UTF-8. */
export const MOST_CHARACTERS = 50_000;
const MOST_BYTES = 3 * MOST_CHARACTERS;

/**
 * Makes an empty store. Adding a text throws UserError `sheet.longText` where it has more than `mostBytes`: it stands in
 * as many cells as a workbook likes, for each of which it is copied.
 */
export function createTexts(limits: Limits, mostBytes = MOST_BYTES): TextStore {
  let arena = new Uint8Array(1 << 16);
  let ends = new Int32Array(1 << 10);
  let size = 0;
  let someBlank = false;
  // A hash table of the texts that stand in cells, by their bytes. A place is two words: 0 where it is free, else the
  // index plus one; and the hash, so that a larger table is made without a look at the texts.
  let places = new Int32Array(1 << 9);
  let internedCount = 0;
  // Not the same in each process, so that no workbook can be made whose texts all want one place.
  const seed = Math.floor(Math.random() * 2 ** 32);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  const start = (index: number) => (index === 0 ? 0 : ends[index - 1]);
  const get = (index: number) => decoder.decode(arena.subarray(start(index), ends[index]));

  function isBlank(index: number): boolean {
    const first = arena[start(index)];
    // Nearly every text begins with a letter or a digit.
    const isSeen = first > 32 && first < 127 && start(index) < ends[index];
    return !isSeen && get(index).trim() === '';
  }

  function hashOf(bytes: Uint8Array, from: number, to: number): number {
    let hash = seed;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    return hash ^ (hash >>> 15);
  }

  /** The place of these bytes in the table: theirs, or the free one where they belong. */
  function placeOf(hash: number, bytes: Uint8Array, from: number, to: number): number {
    const mask = places.length - 2;
    let place = (hash << 1) & mask;
    while (
      places[place] !== 0 &&
      !(places[place + 1] === hash && isText(places[place] - 1, bytes, from, to))
    )
      place = (place + 2) & mask;
    return place;
  }

  function isText(index: number, bytes: Uint8Array, from: number, to: number): boolean {
    const begin = start(index);
    if (ends[index] - begin !== to - from) return false;
    for (let at = from; at < to; at++) if (arena[begin + at - from] !== bytes[at]) return false;
    return true;
  }

  function makePlaces(): void {
    const before = places;
    places = new Int32Array(2 * before.length);
    const mask = places.length - 2;
    for (let at = 0; at < before.length; at += 2) {
      if (before[at] === 0) continue;
      let place = (before[at + 1] << 1) & mask;
      while (places[place] !== 0) place = (place + 2) & mask;
      places[place] = before[at];
      places[place + 1] = before[at + 1];
    }
  }

  function makeRoom(moreBytes: number, moreTexts: number): void {
    const bytes = start(size) + moreBytes;
    if (bytes > arena.length) {
      const grown = new Uint8Array(Math.max(2 * arena.length, bytes));
      grown.set(arena);
      arena = grown;
    }
    if (size + moreTexts > ends.length) {
      const grown = new Int32Array(Math.max(2 * ends.length, size + moreTexts));
      grown.set(ends);
      ends = grown;
    }
  }

  /** Writes a text behind the last one, where it is compared or kept; says where it ends. */
  function encode(text: string): number {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    const at = roomFor(3 * text.length);
    return at + encoder.encodeInto(text, arena.subarray(at)).written;
  }

  function copy(bytes: Uint8Array, from: number, to: number): number {
    const at = roomFor(to - from);
    // Texts are short: to set a piece of an array takes longer.
    for (let i = from; i < to; i++) arena[at + i - from] = bytes[i];
    return at + to - from;
  }

  function roomFor(bytes: number): number {
    const at = start(size);
    if (bytes > mostBytes) throw new UserError('sheet.longText', { limit: MOST_CHARACTERS });
    if (at + bytes > limits.textBytes) throw overLimit('textBytes', limits);
    makeRoom(bytes, 1);
    return at;
  }

  /** The index of the text that was written behind the last one. */
  function interned(end: number): number {
    const hash = hashOf(arena, start(size), end);
    const place = placeOf(hash, arena, start(size), end);
    if (places[place] !== 0) return places[place] - 1;
    keep(end);
    places[place] = size;
    places[place + 1] = hash;
    if (4 * ++internedCount > places.length) makePlaces();
    return size - 1;
  }

  function keep(end: number): void {
    if (size === limits.texts) throw overLimit('texts', limits);
    ends[size++] = end;
    if (end > start(size - 1) && isBlank(size - 1)) someBlank = true;
  }

  return {
    get size() {
      return size;
    },
    bytes: (index) => arena.subarray(start(index), ends[index]),
    get,
    isBlank,
    get someBlank() {
      return someBlank;
    },
    empties: () => Uint8Array.from({ length: size }, (_, i) => (start(i) === ends[i] ? 1 : 0)),
    piece(from, count) {
      const at = start(from);
      const pieceEnds = ends.slice(from, Math.min(from + count, size)).map((end) => end - at);
      return { bytes: arena.slice(at, at + (pieceEnds.at(-1) ?? 0)), ends: pieceEnds };
    },
    push: (text) => keep(encode(text)),
    add({ bytes, ends: pieceEnds }) {
      const at = start(size);
      makeRoom(bytes.length, pieceEnds.length);
      arena.set(bytes, at);
      for (const end of pieceEnds) ends[size++] = at + end;
    },
    pushBytes: (bytes, from, to) => keep(copy(bytes, from, to)),
    intern: (text) => interned(encode(text)),
    internBytes: (bytes, from, to) => interned(copy(bytes, from, to)),
    find: (bytes, from, to) => places[placeOf(hashOf(bytes, from, to), bytes, from, to)] - 1,
  };
}

/** `_xHHHH_` stands for one UTF-16 unit that XML cannot hold; `_x005F_` for an underscore that means itself. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
