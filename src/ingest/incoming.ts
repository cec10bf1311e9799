import { createHash } from 'node:crypto';
import type { Dataset } from '../contract/dataset.ts';
import { openIfThere } from '../lake/if-there.ts';
import type { FileVersion, Lake, OpenFile } from '../lake/lake.ts';
import { giveBack } from '../workbook/give-back.ts';
import type { Limits } from '../workbook/limits.ts';
import type { ByteSource } from '../workbook/zip.ts';
import { createReader, type Reading } from './reading.ts';

/** A file on its way in: open, being read and being hashed. Must be closed, which ends all of it wherever it is. */
export interface IncomingFile extends AsyncDisposable {
  readonly opened: OpenFile;
  readonly reading: Reading;
  /** SHA-256 of its bytes, in hex. Throws what the lake throws. */
  readonly hash: Promise<string>;
}

/**
 * The files that are received, one at a time. What is named beforehand is begun with before it is asked for, while the
 * file before it is committed: opened, hashed and, if it is large, read. Closing it ends the thread that reads.
 */
export interface Incoming extends AsyncDisposable {
  /** Names what is likely to be taken, in this order, and begins with the first of it. */
  expect(files: readonly FileVersion[], datasets: readonly Dataset[]): void;
  /** Begins with the next of what is expected: the file that was taken last has been read. */
  goAhead(): void;
  /** Undefined when this version of the file is not there any more. Throws what the lake throws. */
  take(file: FileVersion, datasets: readonly Dataset[]): Promise<IncomingFile | undefined>;
  /** Gives up what is expected, and gives back what reading needs until the next file is taken. */
  rest(): Promise<void>;
}

interface Begun {
  readonly file: FileVersion;
  readonly datasets: readonly Dataset[];
  readonly incoming: Promise<IncomingFile | undefined>;
}

const HASH_BYTES = 1 << 20;

interface IncomingOptions {
  readonly lake: Lake;
  readonly limits: Limits;
  /** How much of a file's bytes has been read, 0 to 1. */
  readonly onProgress?: ((name: string, fraction: number) => void) | undefined;
}

export function createIncoming({ lake, limits, onProgress }: IncomingOptions): Incoming {
  const reader = createReader();
  let expected: readonly FileVersion[] = [];
  let contracts: readonly Dataset[] = [];
  let ahead: Begun | undefined;

  function begin(file: FileVersion, datasets: readonly Dataset[]): Begun {
    const incoming = open(file, datasets);
    // Whoever takes it hears of it.
    incoming.catch(() => {});
    return { file, datasets, incoming };
  }

  async function open(
    { name, version }: FileVersion,
    datasets: readonly Dataset[],
  ): Promise<IncomingFile | undefined> {
    const opened = await openIfThere(lake, name);
    if (opened?.file.version !== version) {
      await opened?.[Symbol.asyncDispose]();
      return undefined;
    }
    await using stack = new AsyncDisposableStack();
    stack.use(opened);
    const closing = new AbortController();
    const reading = stack.use(reader.start(progressing(opened), datasets, limits));
    const hash = hashOf({ size: opened.file.size, read: opened.read }, closing.signal);
    hash.catch(() => {});
    stack.defer(() => closing.abort());
    const parts = stack.move();
    return { opened, reading, hash, [Symbol.asyncDispose]: () => parts.disposeAsync() };
  }

  function progressing({ file: { name, size }, read }: OpenFile) {
    let furthest = 0;
    return {
      size,
      async read(offset: number, length: number) {
        if (offset > furthest && offset + length < size) {
          furthest = offset;
          onProgress?.(name, offset / size);
        }
        return read(offset, length);
      },
    };
  }

  function goAhead(): void {
    const [next] = expected;
    if (next && ahead === undefined) ahead = begin(next, contracts);
  }

  /** What was begun with, if it is this and still there; anything else is given up. */
  async function begunWith(
    file: FileVersion | undefined,
    datasets: readonly Dataset[],
  ): Promise<Begun | undefined> {
    const begun = ahead;
    ahead = undefined;
    const isIt = begun && file && isSame(begun.file, file) && begun.datasets === datasets;
    if (isIt && (await isThere(begun))) return begun;
    const unwanted = await begun?.incoming.catch(() => undefined);
    await unwanted?.[Symbol.asyncDispose]();
    return undefined;
  }

  async function rest(): Promise<void> {
    expected = [];
    await begunWith(undefined, contracts);
    await reader.rest();
  }

  return {
    expect(files, datasets) {
      expected = files;
      contracts = datasets;
      goAhead();
    },
    goAhead,
    async take(file, datasets) {
      // Those before it need not come any more.
      expected = expected.slice(expected.findIndex((one) => isSame(one, file)) + 1);
      return ((await begunWith(file, datasets)) ?? begin(file, datasets)).incoming;
    },
    rest,
    [Symbol.asyncDispose]: rest,
  };
}

async function isThere({ incoming }: Begun): Promise<boolean> {
  try {
    const file = await incoming;
    await file?.opened.verify();
    // What was not there may have come back.
    return file !== undefined;
  } catch {
    return false;
  }
}

function isSame(one: FileVersion, other: FileVersion): boolean {
  return one.name === other.name && one.version === other.version;
}

/** SHA-256 of a file's bytes, in hex. */
export async function hashOf({ size, read }: ByteSource, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < size; at += HASH_BYTES) {
    signal?.throwIfAborted();
    const bytes = await read(at, HASH_BYTES);
    hash.update(bytes);
    giveBack(bytes);
  }
  return hash.digest('hex');
}
