import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseSheet } from '../../src/contract/choose-sheet.ts';
import { type Dataset, readDatasets } from '../../src/contract/dataset.ts';
import { loadSheet, type SheetReport } from '../../src/contract/load.ts';
import { type Problem, UserError } from '../../src/errors.ts';
import { render } from '../../src/messages/messages.ts';
import {
  BOOLEAN,
  columnName,
  DATE,
  ERROR,
  INVALID,
  NUMBER,
  TEXT,
  UNCALCULATED,
} from '../../src/workbook/cells.ts';
import { msToIso } from '../../src/workbook/dates.ts';
import { defaultLimits, type Limits } from '../../src/workbook/limits.ts';
import type { SheetFacts } from '../../src/workbook/scan.ts';
import type { Texts } from '../../src/workbook/texts.ts';
import { createFacts, openWorkbook, type Workbook } from '../../src/workbook/workbook.ts';
import type { ByteSource } from '../../src/workbook/zip.ts';
import {
  date,
  type Row,
  type Sheet,
  type Spec,
  type Value,
  workbook,
} from '../workbook-builder.ts';

/* What the tests of the reader share: workbooks from bytes, cells and rows as plain values, refusals as words. */

export function sourceOf(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => new Uint8Array(bytes.subarray(offset, offset + length)),
  };
}

export function open(bytes: Uint8Array, limits: Partial<Limits> = {}): Promise<Workbook> {
  return openWorkbook(sourceOf(bytes), { ...defaultLimits, ...limits });
}

type Found = number | string | boolean;

/**
 * All cells that hold a value: `{ 'Planilha1!A1': 5 }`; of the one sheet, `{ A1: 5 }`.
 * The facts of each sheet, where they are wanted, are put with those in `facts`.
 */
export async function cellsOf(
  bytes: Uint8Array,
  limits?: Partial<Limits>,
  facts: SheetFacts[] = [],
) {
  const book = await open(bytes, limits);
  const cells: Record<string, Found> = {};
  for (const sheet of book.sheets) {
    const prefix = book.sheets.length === 1 ? '' : `${sheet.name}!`;
    const found = createFacts();
    facts.push(found);
    for await (const batch of book.read(sheet, found)) {
      for (let i = 0; i < batch.count; i++) {
        const address = `${prefix}${columnName(batch.columns[i])}${batch.rows[i]}`;
        cells[address] = shown(batch.kinds[i], batch.values[i], book.texts);
      }
    }
  }
  return cells;
}

function shown(kind: number, value: number, texts: Texts): Found {
  switch (kind) {
    case NUMBER:
      return value;
    case TEXT:
      return texts.get(value);
    case BOOLEAN:
      return value === 1;
    case DATE:
      return `date ${msToIso(value)}`;
    case ERROR:
      return `error ${texts.get(value)}`;
    case INVALID:
      return `invalid ${texts.get(value)}`;
    default:
      return kind === UNCALCULATED ? 'uncalculated' : `kind ${kind}`;
  }
}

/** The cells of one sheet with these rows, in a workbook that is otherwise right. */
export function cellsOfRows(rows: readonly Row[], spec: Partial<Spec> = {}) {
  return cellsOf(workbook({ sheets: [{ rows }], ...spec }));
}

/** The words with which a workbook is refused, by the reader alone or by a contract as well. */
export async function refusal(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
  } catch (error) {
    if (error instanceof UserError) return render(error, 'en');
    throw error;
  }
  throw new Error('It was not refused');
}

const CONTRACT = (numbers: string) => `
name: pedidos_${numbers === 'plain' ? 'plain' : 'br'}
description: Orders
period: DATA
numbers: ${numbers}
dates: dd/mm/yyyy
columns:
  - { name: ID, type: integer, key: true, aliases: [Código] }
  - { name: NOME, type: text, key: true, aliases: [Razão social] }
  - { name: DATA, type: datetime, min: 2000-01-01, max: 2099-12-31 }
  - { name: QTD, type: number }
  - { name: VALOR, type: money, optional: true }
  - { name: NOTA, type: text, optional: true }
procedures: []
tables: [pedidos]
`;

async function contracts(): Promise<Dataset[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entrada-contract-'));
  for (const numbers of ['pt-BR', 'plain']) {
    await mkdir(join(folder, numbers));
    await writeFile(join(folder, numbers, 'dataset.yaml'), CONTRACT(numbers));
  }
  const datasets = await readDatasets(folder);
  await rm(folder, { recursive: true });
  return datasets;
}

/** Two contracts that differ only in how numbers are written where they are texts. */
export const [plain, ptBR] = await contracts();

export const HEADER = ['ID', 'NOME', 'DATA', 'QTD'];

/** A row that the contract accepts, with what a test puts in the place of its cells. */
export function order(changes: { id?: Value; nome?: Value; data?: Value; qtd?: Value } = {}) {
  const { id = 1, nome = 'VULT', data = date(2019, 3, 14), qtd = 5 } = changes;
  return [id, nome, data, qtd];
}

interface Loaded {
  /** Accepted rows by their number in the sheet. */
  readonly rows: Record<number, (Found | null)[]>;
  /** The rejections as a person reads them. */
  readonly messages: string[];
  readonly report: SheetReport;
}

export async function load(bytes: Uint8Array, ...datasets: Dataset[]): Promise<Loaded> {
  const book = await open(bytes);
  const choice = await chooseSheet(book, datasets.length > 0 ? datasets : [ptBR]);
  const { columns } = choice.dataset;
  const rows: Loaded['rows'] = {};
  const messages: string[] = [];
  const report = await loadSheet(book, choice, {
    async write(batch, texts) {
      for (let at = 0; at < batch.count; at++) {
        rows[batch.rows[at]] = batch.columns.map(({ values, present }, slot) =>
          present[at] === 0 ? null : valueAt(values, at, columns[slot].type, texts),
        );
      }
    },
    async reject(rejections) {
      const problems: readonly Problem[] = rejections;
      for (const problem of problems) messages.push(render(problem, 'en'));
    },
    async discard(ranges) {
      const gone = Object.keys(rows).map(Number);
      const discarded = gone.filter((row) =>
        ranges.some(({ from, to }) => row >= from && row <= to),
      );
      for (const row of discarded) delete rows[row];
      return discarded;
    },
  });
  return { rows, messages, report };
}

function valueAt(values: ArrayLike<number>, at: number, type: string, texts: Texts): Found {
  if (type === 'number') return values[at];
  if (type === 'text') return texts.get(values[at]);
  const whole = values[2 * at + 1] * 2 ** 32 + (values[2 * at] >>> 0);
  return type === 'datetime' ? msToIso(whole / 1000) : whole;
}

/** The load of one sheet with the usual header above these rows. */
export function loadRows(rows: readonly Row[], sheet: Omit<Sheet, 'rows'> = {}) {
  return load(workbook({ sheets: [{ ...sheet, rows: [HEADER, ...rows] }] }));
}
