import { createHash } from 'node:crypto';
import { chooseSheet } from '../contract/choose-sheet.ts';
import { loadSheet, type SheetReport } from '../contract/load.ts';
import { UserError } from '../errors.ts';
import type { LakeFile, OpenFile } from '../lake/lake.ts';
import type { LedgerEvent } from '../ledger/events.ts';
import { type FileState, findDrop, findInForce } from '../ledger/ledger.ts';
import { openWorkbook } from '../workbook/workbook.ts';
import { archive } from './archive.ts';
import type { Context } from './context.ts';
import { INBOX } from './folders.ts';

const HASH_BYTES = 1 << 20;

/** Names one delivery of a file: where it was dropped, and as which version. */
export function dropOf(file: Pick<LakeFile, 'name' | 'version'>): string {
  return `${file.name}#${file.version}`;
}

/**
 * Takes one dropped file through: reads it, loads its rows once, and lets it rest in backup/ or rejeitados/.
 * It may be called again for the same drop at any time, after a crash at any point too: what the ledger says
 * is done is not done again. Throws TransientError when it should be called again later, TerminalError for a
 * fault of ours; a workbook that is wrong is no error but an outcome.
 */
export async function receive(
  context: Context,
  file: Pick<LakeFile, 'name' | 'version'>,
): Promise<void> {
  const drop = dropOf(file);
  const earlier = await findDrop(context.warehouse, drop);
  if (earlier && hasOutcome(earlier)) return archive(context, earlier);
  const outcome = await readAndLoad(context, file.name, drop);
  if (outcome) await archive(context, outcome);
}

function hasOutcome({ state }: FileState): boolean {
  return state !== 'received' && state !== 'failed';
}

async function readAndLoad(
  context: Context,
  name: string,
  drop: string,
): Promise<FileState | undefined> {
  const { lake, warehouse, now, runId, log } = context;
  await using opened = await lake.open(name);
  // The announcement was of another version: that one is gone, and this one is announced by itself.
  if (dropOf(opened.file) !== drop) return undefined;
  const fileName = name.slice(INBOX.length + 1);
  const fileHash = await hashOf(opened);
  const event = (rest: Pick<LedgerEvent, 'event'> & Partial<LedgerEvent>): LedgerEvent => ({
    drop,
    fileName,
    fileHash,
    runId,
    time: now(),
    ...rest,
  });
  const inForce = await findInForce(warehouse, fileHash);
  if (inForce) {
    const detail = { file: inForce.fileName, time: inForce.time };
    await warehouse.record([event({ event: 'repeated', code: 'file.repeated', detail })]);
  } else {
    await warehouse.record([event({ event: 'received' })]);
    try {
      await load(context, opened, fileHash, event);
    } catch (error) {
      if (!(error instanceof UserError) || error.code.startsWith('lake.')) throw error;
      log.info({ file: fileName, code: error.code, values: error.values }, 'rejected');
      await warehouse.record([
        event({ event: 'rejected', code: error.code, detail: error.values }),
      ]);
    }
  }
  return findDrop(warehouse, drop);
}

async function load(
  context: Context,
  opened: OpenFile,
  fileHash: string,
  event: (rest: Pick<LedgerEvent, 'event'> & Partial<LedgerEvent>) => LedgerEvent,
): Promise<SheetReport> {
  const { warehouse, datasets, limits, log } = context;
  const workbook = await openWorkbook(progressing(context, opened), limits);
  const choice = await chooseSheet(workbook, datasets);
  const target = await warehouse.beginLoad(choice.dataset, choice.sheet.name, fileHash);
  try {
    const report = await loadSheet(workbook, choice, target);
    await opened.verify();
    const { sheet, read, accepted, rejected } = report;
    await target.commit([
      event({
        event: 'loaded',
        dataset: choice.dataset.name,
        loadId: target.loadId,
        sheet,
        rowsRead: read,
        rowsAccepted: accepted,
        rowsRejected: rejected,
        detail: skippedDetail(report),
      }),
    ]);
    log.info({ file: opened.file.name, ...report }, 'loaded');
    return report;
  } finally {
    await target.abort();
  }
}

/** What the sheet held besides its rows of data; only what there is. */
function skippedDetail(report: SheetReport): Record<string, string | number> {
  const { totals, notes, skippedRows, ignoredColumns, hiddenRows, hiddenColumns } = report;
  const all = {
    totals,
    notes,
    skippedRows: skippedRows.join(' '),
    ignoredColumns: ignoredColumns.join(', '),
    hiddenRows,
    hiddenColumns,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== 0 && value !== ''));
}

async function hashOf(opened: OpenFile): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < opened.file.size; at += HASH_BYTES)
    hash.update(await opened.read(at, HASH_BYTES));
  return hash.digest('hex');
}

function progressing(context: Context, opened: OpenFile) {
  const { name, size } = opened.file;
  let furthest = 0;
  return {
    size,
    async read(offset: number, length: number) {
      if (offset > furthest && offset + length < size) {
        furthest = offset;
        context.onProgress(name, offset / size);
      }
      return opened.read(offset, length);
    },
  };
}
