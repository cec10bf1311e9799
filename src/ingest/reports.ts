import { stringify } from 'csv-stringify/sync';
import { ifThere, openIfThere } from '../lake/if-there.ts';
import type { FileState } from '../ledger/ledger.ts';
import type { Code } from '../messages/en.ts';
import { asWritten, isNoText } from '../messages/local.ts';
import { type Language, render } from '../messages/messages.ts';
import { visible } from '../table.ts';
import type { Value, Warehouse } from '../warehouse/warehouse.ts';
import type { Context } from './context.ts';
import { rejectionsPlace } from './folders.ts';

const HEADERS: Record<Language, readonly string[]> = {
  en: ['sheet', 'cell', 'column', 'value', 'code', 'reason'],
  'pt-BR': ['aba', 'célula', 'coluna', 'valor', 'código', 'motivo'],
};

/** Excel in Brazil separates by `;`, and by `,` elsewhere. */
const DELIMITERS: Record<Language, string> = { en: ',', 'pt-BR': ';' };

/**
 * Lists the rejected cells of a file for the client, those of a copy too. A file without any takes the list away that
 * an earlier one of its name left: the client would take it for today's. The table `rejections` keeps all.
 */
export async function keepRejections(context: Context, state: FileState): Promise<void> {
  const { lake, warehouse, language } = context;
  const place = rejectionsPlace(state.fileName);
  const rows = state.rowsRejected ? await rejectionsOf(warehouse, state) : [];
  await using old = rows.length > 0 ? undefined : await openIfThere(lake, place);
  if (rows.length === 0 && old === undefined) return;
  if (await hasLater(warehouse, state)) return;
  if (old) await ifThere(lake.remove(old.file));
  else await lake.write(place, csvOf(rows, language));
}

/** Of two deliveries at the same time the earlier one may come to rest last: then the list is the later one's. */
async function hasLater(
  warehouse: Warehouse,
  { fileName, state, time, loadId }: FileState,
): Promise<boolean> {
  const isLater = 'EVENT_TIME > CAST(@time AS DATETIME)';
  // Of two loads their numbers say which was first, whatever the clock said; a copy has no number of its own.
  const isLaterLoad = state === 'loaded' ? `LOAD_ID > ${loadId}` : isLater;
  const { rows } = await warehouse.query(
    `SELECT 1 FROM ledger_events
     WHERE FILE_NAME = @fileName
       AND (EVENT = 'loaded' AND ${isLaterLoad} OR EVENT = 'repeated' AND ${isLater}) LIMIT 1`,
    { fileName, time },
  );
  return rows.length > 0;
}

type Rows = readonly (readonly Value[])[];

async function rejectionsOf(warehouse: Warehouse, { fileHash }: FileState): Promise<Rows> {
  const { rows } = await warehouse.query(
    `SELECT SHEET, CELL, COLUMN_NAME, VALUE_FOUND, CODE, DETAIL FROM rejections
     WHERE FILE_HASH = @fileHash AND LOAD_ID = (SELECT MAX(LOAD_ID) FROM rejections WHERE FILE_HASH = @fileHash)
     ORDER BY SHEET_ROW, CELL`,
    { fileHash },
  );
  return rows;
}

/** As a CSV that Excel opens with its accents right. */
function csvOf(rows: Rows, language: Language): Uint8Array {
  const lines = rows.map(([sheet, cell, column, value, code, detail]) => {
    const values = JSON.parse(String(detail));
    return [
      sheet,
      cell,
      column,
      isNoText(values) ? asWritten(String(value), language) : value,
      code,
      render({ code: code as Code, values: { ...values, value: String(value) } }, language),
    ];
  });
  const csv = stringify([HEADERS[language], ...lines], {
    bom: true,
    delimiter: DELIMITERS[language],
    record_delimiter: 'windows',
    // A value that begins like a formula would be run by whoever opens the list.
    escape_formulas: true,
    // As on a terminal: some print the list there.
    cast: { string: visible },
  });
  return Buffer.from(csv);
}

/** Says beside a rejected file what it is and what to do. */
export async function writeReason(
  { lake, language }: Context,
  state: FileState,
  place: string,
): Promise<void> {
  const problem = { code: state.code as Code, values: state.detail };
  await lake.write(
    `${place}.txt`,
    Buffer.from(`${state.fileName}\n\n${render(problem, language)}\n`),
  );
}
