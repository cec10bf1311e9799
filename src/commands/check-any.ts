import { basename } from 'node:path';
import { UserError } from '../errors.ts';
import { createOutput, type Output } from '../output.ts';
import { visible } from '../table.ts';
import {
  BOOLEAN,
  type CellBatch,
  columnName,
  DATE,
  ERROR,
  INVALID,
  NUMBER,
  type Range,
  TEXT,
  UNCALCULATED,
} from '../workbook/cells.ts';
import { msToIso } from '../workbook/dates.ts';
import type { SheetFacts } from '../workbook/scan.ts';
import { createFacts, openWorkbook, type Sheet, type Workbook } from '../workbook/workbook.ts';
import type { Invocation } from './commands.ts';
import { REJECTED, USAGE, worstOf } from './exit-codes.ts';
import { openLocalFile } from './local-file.ts';

/**
 * `check --any`: every cell that holds a value, of every sheet, visible or hidden, without a contract.
 * As JSON each is an object of its own, and a workbook that is refused is one object instead.
 */
export async function checkAny({
  settings,
  output,
  values,
  positionals,
}: Invocation): Promise<number> {
  const format = values.format ?? (output.json ? 'json' : 'table');
  if (format !== 'table' && format !== 'json')
    throw new UserError('check.format', { format: String(format) });
  if (output.json && format !== 'json') throw new UserError('usage.formatJson', { format });
  const out = createOutput(format === 'json', settings.language);
  const codes: number[] = [];
  for (const file of positionals) {
    if (!out.json) out.heading(basename(file));
    try {
      await using source = await openLocalFile(file);
      // What is wrong may stand at the end, and so may a formula: nothing is written before all was read once.
      const facts = await eachBatch(await openWorkbook(source, settings.limits), () => {});
      const workbook = await openWorkbook(source, settings.limits);
      await eachBatch(workbook, (sheet, batch, index) => {
        forgetIn(facts[index].uncalculated, batch);
        write(out, workbook, sheet, batch);
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (out.json) out.object({ error: error.code, message: out.render(error) });
      else out.say(error);
      codes.push(error.code === 'file.none' ? USAGE : REJECTED);
    }
  }
  return worstOf(codes);
}

/** Reads all sheets. Gives what each says besides its cells. */
async function eachBatch(
  workbook: Workbook,
  onBatch: (sheet: Sheet, batch: CellBatch, index: number) => void,
): Promise<SheetFacts[]> {
  const all: SheetFacts[] = [];
  for (const [index, sheet] of workbook.sheets.entries()) {
    const facts = createFacts();
    for await (const batch of workbook.read(sheet, facts)) onBatch(sheet, batch, index);
    all.push(facts);
  }
  return all;
}

/** What stands where a formula was never calculated is not what the sheet shows. */
function forgetIn(ranges: readonly Range[], { count, rows, columns, kinds }: CellBatch): void {
  if (ranges.length === 0) return;
  for (let i = 0; i < count; i++) {
    const isWithin = ({ top, left, bottom, right }: Range) =>
      rows[i] >= top && rows[i] <= bottom && columns[i] >= left && columns[i] <= right;
    if (ranges.some(isWithin)) kinds[i] = UNCALCULATED;
  }
}

function write(out: Output, workbook: Workbook, sheet: Sheet, batch: CellBatch): void {
  for (let i = 0; i < batch.count; i++) {
    const cell = `${columnName(batch.columns[i])}${batch.rows[i]}`;
    const { type, value } = contentOf(batch.kinds[i], batch.values[i], workbook);
    if (out.json) out.object({ sheet: sheet.name, cell, type, value });
    else {
      const shown = String(value ?? out.render({ code: 'check.uncalculated', values: {} }));
      out.line(visible(`${sheet.name}!${cell}  ${type}  ${shown}`));
    }
  }
}

interface Content {
  readonly type: 'number' | 'text' | 'date' | 'boolean' | 'error';
  /** `null`: a formula without a value. */
  readonly value: number | string | boolean | null;
}

function contentOf(kind: number, value: number, { texts }: Workbook): Content {
  switch (kind) {
    case NUMBER:
      return { type: 'number', value };
    case DATE:
      return { type: 'date', value: msToIso(value) };
    case TEXT:
      return { type: 'text', value: texts.get(value) };
    case BOOLEAN:
      return { type: 'boolean', value: value === 1 };
    case ERROR:
      return { type: 'error', value: texts.get(value) };
    default:
      // What the cell holds cannot be what it says it is, or was never calculated.
      return { type: 'error', value: kind === INVALID ? texts.get(value) : null };
  }
}
