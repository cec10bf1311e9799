import { Worker } from 'node:worker_threads';
import type { Choice } from '../contract/choose-sheet.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { RowSink, SheetReport } from '../contract/load.ts';
import { buffersIn } from '../workbook/give-back.ts';
import type { Limits } from '../workbook/limits.ts';
import { createTexts } from '../workbook/texts.ts';
import type { ByteSource } from '../workbook/zip.ts';
import type { Reading } from './reading.ts';
import { type Answer, type Call, type Calls, type Start, unpackError } from './reading-calls.ts';

// Run from the sources or from the JavaScript that they were built into: both stand side by side.
const THREAD = new URL(
  import.meta.url.endsWith('.ts') ? './reading-thread.ts' : './reading-thread.js',
  import.meta.url,
);

/** A thread that reads workbooks, one after the other: for the second one its code is there and warm. */
export interface ReadingThread {
  /** Opening, choosing the sheet, scanning and checking happen there, if it is free; the file stays open here. */
  read(source: ByteSource, datasets: readonly Dataset[], limits: Limits): ThreadedReading;
  /** Whether it can take another workbook: it has come to the end of the last one, and is there. */
  isFree(): boolean;
  end(): Promise<unknown>;
}

/** To be closed by who knows whether its thread is of further use. */
interface ThreadedReading extends Omit<Reading, typeof Symbol.asyncDispose> {
  /** Whether the thread has come to its end, and takes another workbook. */
  isFinished(): boolean;
}

/** One workbook's way through the thread, seen from here. */
interface Errand {
  readonly calls: Calls;
  readonly fail: (error: unknown) => void;
}

export function startThread(): ReadingThread {
  const worker = new Worker(THREAD, {
    // What this process was started with, such as a module to load first, is meant for the main thread.
    execArgv: [],
    // Its garbage dies young: more room for it would only be more memory.
    resourceLimits: { maxYoungGenerationSizeMb: 2 },
  });
  let errand: Errand | undefined;
  let isBroken = false;
  let turn: Promise<unknown> = Promise.resolve();

  function fail(error: unknown): void {
    isBroken = true;
    errand?.fail(error);
  }

  function answer({ id, name, args }: Call): void {
    const asking = errand;
    if (asking === undefined) return;
    const work = asking.calls[name] as (...args: readonly unknown[]) => Promise<unknown>;
    const hasTurn = name !== 'read' && name !== 'addTexts';
    const done = hasTurn ? turn.then(() => work(...args)) : work(...args);
    if (hasTurn) turn = done;
    done
      .then((value) => worker.postMessage({ id, answer: value } satisfies Answer, buffersIn(value)))
      // What a workbook asked for that is done with concerns nobody: the thread may have another by now.
      .catch((error) => {
        if (asking === errand) fail(error);
      });
  }

  worker.on('message', answer);
  worker.on('messageerror', fail);
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`The reading thread ended by itself (${code})`)));

  return {
    read(source, datasets, limits) {
      let finished = false;
      const { reading, ...rest } = createErrand(source, limits, () => {
        finished = true;
        errand = undefined;
      });
      errand = rest;
      worker.postMessage({ size: source.size, datasets, limits } satisfies Start);
      return { ...reading, isFinished: () => finished };
    },
    isFree: () => errand === undefined && !isBroken,
    end: () => worker.terminate(),
  };
}

function createErrand(
  source: ByteSource,
  limits: Limits,
  onFinish: () => void,
): Errand & { readonly reading: Omit<ThreadedReading, 'isFinished'> } {
  const texts = createTexts(limits);
  const chosen = Promise.withResolvers<Choice>();
  const wanted = Promise.withResolvers<RowSink>();
  const finished = Promise.withResolvers<SheetReport>();
  // Nobody need wait for them: a file that turns out to be a copy is not read on.
  chosen.promise.catch(() => {});
  finished.promise.catch(() => {});

  function fail(error: unknown): void {
    chosen.reject(error);
    finished.reject(error);
  }

  const calls: Calls = {
    async read(offset, length) {
      const bytes = await source.read(offset, length);
      // A piece of something larger stays here.
      return bytes.length === bytes.buffer.byteLength ? bytes : bytes.slice();
    },
    choose: async (choice) => chosen.resolve(choice),
    addTexts: async (piece) => texts.add(piece),
    async write(batch) {
      await (await wanted.promise).write(batch, texts);
      return batch;
    },
    reject: async (rejections) => (await wanted.promise).reject(rejections),
    discard: async (rows) => (await wanted.promise).discard(rows),
    async finish(report) {
      onFinish();
      finished.resolve(report);
    },
    async fail(error) {
      onFinish();
      fail(unpackError(error));
    },
  };
  return {
    calls,
    fail,
    reading: {
      choice: () => chosen.promise,
      load(sink) {
        wanted.resolve(sink);
        return finished.promise;
      },
    },
  };
}
