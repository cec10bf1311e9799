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
  const list = state.rowsRejected ? await listOf(warehouse, state, language) : undefined;
  await using old = list ? undefined : await openIfThere(lake, place);
  if (list === undefined && old === undefined) return;
  if (await hasLater(warehouse, state)) return;
  if (old) await ifThere(lake.remove(old.file));
  else if (list) await lake.write(place, list);
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

/**
 * The rejected cells as a CSV that Excel opens with its accents right; undefined when there are none. They come and are
 * written piece by piece: a sheet may have millions.
 */
async function listOf(
  warehouse: Warehouse,
  { fileHash }: FileState,
  language: Language,
): Promise<Uint8Array | undefined> {
  const hash = `FILE_HASH = '${fileHash}'`;
  const found = warehouse.stream(
    `SELECT SHEET, CELL, COLUMN_NAME, VALUE_FOUND, CODE, DETAIL FROM rejections
     WHERE ${hash} AND LOAD_ID = (SELECT MAX(LOAD_ID) FROM rejections WHERE ${hash})
     ORDER BY SHEET_ROW, CELL`,
  );
  const pieces: Buffer[] = [];
  for await (const { rows } of found)
    if (rows.length > 0) pieces.push(csvOf(rows, language, pieces.length === 0));
  return pieces.length > 0 ? Buffer.concat(pieces) : undefined;
}

function csvOf(rows: readonly (readonly Value[])[], language: Language, isFirst: boolean): Buffer {
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
  const csv = stringify(isFirst ? [HEADERS[language], ...lines] : lines, {
    bom: isFirst,
    delimiter: DELIMITERS[language],
    record_delimiter: 'windows',
    // A value that begins like a formula would be run by whoever opens the list.
    escape_formulas: true,
    cast: { string: harmless },
  });
  return Buffer.from(csv);
}

/**
 * As on a terminal, since some print the list there; and nothing like a formula where a spreadsheet program that
 * separates by another character begins a cell.
 */
function harmless(text: string): string {
  return visible(text).replace(/[,;]\s*(?=[=+@-])/g, "$&'");
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
    // As on a terminal: some print the reason there.
    Buffer.from(`${visible(state.fileName)}\n\n${visible(render(problem, language))}\n`),
  );
}
