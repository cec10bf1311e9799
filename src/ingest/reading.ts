import { type Choice, chooseSheet } from '../contract/choose-sheet.ts';
import type { Dataset } from '../contract/dataset.ts';
import { loadSheet, type RowSink, type SheetReport } from '../contract/load.ts';
import type { Limits } from '../workbook/limits.ts';
import { openWorkbook } from '../workbook/workbook.ts';
import type { ByteSource } from '../workbook/zip.ts';
import { type ReadingThread, startThread } from './threaded-reading.ts';

/** A workbook on its way from bytes to rows. Must be closed, which ends it wherever it is. */
export interface Reading extends AsyncDisposable {
  /** The sheet that will be read. Throws what opening the workbook and choosing its sheet throw. */
  choice(): Promise<Choice>;
  /** Reads the sheet into the sink, once. Throws what the reader and the sink throw. */
  load(sink: RowSink): Promise<SheetReport>;
}

/** Reads workbooks. Closing it ends its thread. */
export interface Reader extends AsyncDisposable {
  /**
   * Reads a workbook against the contract whose header it has. A large one is read in a thread of its own, so that
   * the main thread is free to land its rows; that begins at once, and may come to its end before the workbook
   * before it is closed.
   */
  start(source: ByteSource, datasets: readonly Dataset[], limits: Limits): Reading;
  /** Ends the thread that has nothing to read, whose memory others need; the next large workbook starts another. */
  rest(): Promise<void>;
}

/** A smaller file is read sooner than a thread starts. In bytes. */
const LARGE = 2 * 2 ** 20;

export function createReader(): Reader {
  let current: ReadingThread | undefined;

  async function rest(): Promise<void> {
    const thread = current;
    current = undefined;
    await thread?.end();
  }

  return {
    start(source, datasets, limits) {
      if (source.size < LARGE) return readHere(source, datasets, limits);
      const thread = current?.isFree() ? current : startThread();
      current = thread;
      const { isFinished, ...reading } = thread.read(source, datasets, limits);
      return {
        ...reading,
        async [Symbol.asyncDispose]() {
          // It is warm for the next workbook, or has it already.
          if (thread === current && isFinished()) return;
          if (thread === current) current = undefined;
          await thread.end();
        },
      };
    },
    rest,
    [Symbol.asyncDispose]: rest,
  };
}

function readHere(source: ByteSource, datasets: readonly Dataset[], limits: Limits): Reading {
  let opening: ReturnType<typeof open> | undefined;
  async function open() {
    const workbook = await openWorkbook(source, limits);
    return { workbook, choice: await chooseSheet(workbook, datasets) };
  }
  const opened = () => {
    opening ??= open();
    return opening;
  };
  return {
    choice: async () => (await opened()).choice,
    async load(sink) {
      const { workbook, choice } = await opened();
      return loadSheet(workbook, choice, sink);
    },
    async [Symbol.asyncDispose]() {},
  };
}
