import { stringify } from 'csv-stringify/sync';
import { ifThere, openIfThere } from '../lake/if-there.ts';
import type { FileState } from '../ledger/ledger.ts';
import type { Code } from '../messages/en.ts';
import { asWritten, isNumberOrDate } from '../messages/local.ts';
import { type Language, render } from '../messages/messages.ts';
import type { Context } from './context.ts';
import { rejectionsPlace } from './folders.ts';

const HEADERS: Record<Language, readonly string[]> = {
  en: ['sheet', 'cell', 'column', 'value', 'code', 'reason'],
  'pt-BR': ['aba', 'célula', 'coluna', 'valor', 'código', 'motivo'],
};

/** Excel in Brazil separates by `;`, and by `,` elsewhere. */
const DELIMITERS: Record<Language, string> = { en: ',', 'pt-BR': ';' };

/**
 * Lists a loaded file's rejected cells for the client. One without any takes the list away that an earlier file of its
 * name left: the client would take it for today's. The table `rejections` keeps all.
 */
export async function keepRejections(context: Context, state: FileState): Promise<void> {
  if (state.rowsRejected) await writeRejections(context, state);
  else await takeAwayRejections(context, state);
}

async function takeAwayRejections(
  { lake, warehouse }: Context,
  { fileName, time }: FileState,
): Promise<void> {
  await using list = await openIfThere(lake, rejectionsPlace(fileName));
  if (list === undefined) return;
  // Of two deliveries at the same time the earlier one may come here last: then the list is the later one's.
  const { rows } = await warehouse.query(
    `SELECT 1 FROM ledger_events
     WHERE FILE_NAME = @fileName AND EVENT = 'loaded' AND EVENT_TIME > CAST(@time AS DATETIME) LIMIT 1`,
    { fileName, time },
  );
  if (rows.length === 0) await ifThere(lake.remove(list.file));
}

/** As a CSV that Excel opens with its accents right. */
async function writeRejections(
  { lake, warehouse, language }: Context,
  state: FileState,
): Promise<void> {
  const { rows } = await warehouse.query(
    `SELECT SHEET, CELL, COLUMN_NAME, VALUE_FOUND, CODE, DETAIL FROM rejections
     WHERE FILE_HASH = @fileHash AND LOAD_ID = (SELECT MAX(LOAD_ID) FROM rejections WHERE FILE_HASH = @fileHash)
     ORDER BY SHEET_ROW, CELL`,
    { fileHash: state.fileHash },
  );
  const lines = rows.map(([sheet, cell, column, value, code, detail]) => {
    const values = JSON.parse(String(detail));
    return [
      sheet,
      cell,
      column,
      isNumberOrDate(values) ? asWritten(String(value), language) : value,
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
  });
  await lake.write(rejectionsPlace(state.fileName), Buffer.from(csv));
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
