/** What the reading thread does; threaded-reading.ts is its other end, in the main thread. */
import { parentPort } from 'node:worker_threads';
import { createRowBatch, type RowBatch } from '../contract/batch.ts';
import { chooseSheet } from '../contract/choose-sheet.ts';
import type { Dataset } from '../contract/dataset.ts';
import { loadSheet, type RowSink } from '../contract/load.ts';
import { buffersIn, giveBackAll } from '../workbook/give-back.ts';
import type { Texts } from '../workbook/texts.ts';
import { openWorkbook } from '../workbook/workbook.ts';
import { type Answer, type Call, type Calls, packError, type Start } from './reading-calls.ts';

/**
 * What is on its way while the next batch is filled: so much and no more, whatever the length of the sheet, but two
 * batches at least. Reading goes on with it while the database is opened, or the file before is committed.
 */
const TRAVELLING_BYTES = 12 * 2 ** 20;
const TEXTS_A_PIECE = 1 << 16;
const REJECTIONS_A_PIECE = 1 << 12;

if (parentPort === null) throw new Error('This is a thread of Entrada, not a program');
const port = parentPort;
const answered = new Map<number, (answer: unknown) => void>();
let calls = 0;
port.on('message', (message: Start | Answer) => {
  if ('size' in message) {
    read(message).catch((error) => call('fail', [packError(error)]));
    return;
  }
  answered.get(message.id)?.(message.answer);
  answered.delete(message.id);
});

/** Calls the main thread. There is no rejecting: what fails there ends this thread. */
function call<Name extends keyof Calls>(
  name: Name,
  args: Parameters<Calls[Name]>,
): Promise<Awaited<ReturnType<Calls[Name]>>> {
  return new Promise((resolve) => {
    answered.set(++calls, (answer) => resolve(answer as Awaited<ReturnType<Calls[Name]>>));
    port.postMessage({ id: calls, name, args } satisfies Call, buffersIn(args));
  });
}

async function read({ size, datasets, limits }: Start): Promise<void> {
  const source = {
    size,
    read: (offset: number, length: number) => call('read', [offset, length]),
  };
  const workbook = await openWorkbook(source, limits);
  const choice = await chooseSheet(workbook, datasets);
  await call('choose', [choice]);
  const free = [createRowBatch(choice.dataset)];
  const report = await loadSheet(workbook, choice, createSink(choice.dataset, free));
  await call('finish', [report]);
  giveBackAll(free);
}

/** A sink whose other end is in the main thread. Batches that are not on their way rest in `free`. */
function createSink(dataset: Dataset, free: RowBatch[]): RowSink {
  const bytes = buffersIn(free).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const most = Math.max(2, Math.floor(TRAVELLING_BYTES / bytes));
  const travelling: Promise<unknown>[] = [];
  let textsSent = 0;

  async function sendTexts(texts: Texts): Promise<void> {
    while (textsSent < texts.size) {
      const piece = texts.piece(textsSent, TEXTS_A_PIECE);
      textsSent += piece.ends.length;
      await call('addTexts', [piece]);
    }
  }

  return {
    async write(batch, texts) {
      await sendTexts(texts);
      // Waits here when the main thread is behind.
      if (travelling.length === most) await travelling.shift();
      // The one that came back last: its memory is warm, and no more is taken than the main thread is behind.
      const copy = free.pop() ?? createRowBatch(dataset);
      copyBatch(batch, copy);
      travelling.push(call('write', [copy]).then((back) => free.push(back)));
    },
    async reject(rejections) {
      for (let at = 0; at < rejections.length; at += REJECTIONS_A_PIECE)
        await call('reject', [rejections.slice(at, at + REJECTIONS_A_PIECE)]);
    },
    discard: (rows) => call('discard', [rows]),
  };
}

function copyBatch(from: RowBatch, to: RowBatch): void {
  to.count = from.count;
  to.rows.set(from.rows);
  to.columns.forEach(({ values, present }, slot) => {
    values.set(from.columns[slot].values);
    present.set(from.columns[slot].present);
  });
}
