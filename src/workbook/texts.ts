import { overLimit } from './inflate.ts';
import type { Limits } from './limits.ts';

/**
 * The distinct texts of a workbook, by index: the shared strings first, then the texts that stand in cells.
 * They rest as UTF-8 in one arena and become a string only when somebody asks for one.
 */
export interface Texts {
  readonly size: number;
  get(index: number): string;
  /** The text in UTF-8, valid until another one is added. */
  bytes(index: number): Uint8Array;
  isEmpty(index: number): boolean;
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
  /** The index of a text that stands in a cell: the same text has the same index. */
  intern(text: string): number;
  /** Adds texts of another store, in their order. */
  add(piece: TextPiece): void;
}

export function createTexts(limits: Limits): TextStore {
  let arena = new Uint8Array(1 << 16);
  let ends = new Int32Array(1 << 10);
  let size = 0;
  const interned = new Map<string, number>();
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  const start = (index: number) => (index === 0 ? 0 : ends[index - 1]);

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

  function push(text: string): void {
    const from = start(size);
    // A UTF-16 unit takes at most three bytes of UTF-8.
    if (from + 3 * text.length > limits.textBytes) throw overLimit('textBytes', limits);
    if (size === limits.texts) throw overLimit('texts', limits);
    makeRoom(3 * text.length, 1);
    ends[size++] = from + encoder.encodeInto(text, arena.subarray(from)).written;
  }

  return {
    get size() {
      return size;
    },
    bytes: (index) => arena.subarray(start(index), ends[index]),
    get: (index) => decoder.decode(arena.subarray(start(index), ends[index])),
    isEmpty: (index) => start(index) === ends[index],
    piece(from, count) {
      const at = start(from);
      const pieceEnds = ends.slice(from, Math.min(from + count, size)).map((end) => end - at);
      return { bytes: arena.slice(at, at + (pieceEnds.at(-1) ?? 0)), ends: pieceEnds };
    },
    push,
    add({ bytes, ends: pieceEnds }) {
      const at = start(size);
      makeRoom(bytes.length, pieceEnds.length);
      arena.set(bytes, at);
      for (const end of pieceEnds) ends[size++] = at + end;
    },
    intern(text) {
      const known = interned.get(text);
      if (known !== undefined) return known;
      push(text);
      interned.set(text, size - 1);
      return size - 1;
    },
  };
}

/** `_xHHHH_` stands for one UTF-16 unit that XML cannot hold; `_x005F_` for an underscore that means itself. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
