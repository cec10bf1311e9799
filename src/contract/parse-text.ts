import { dayToMs } from '../workbook/dates.ts';
import type { Dataset } from './dataset.ts';

/** What a text says where a number or a date is wanted: its value, or why it says none. */
export type Parsed = number | 'ambiguous' | 'format' | 'range';

const PT_BR = /^-?(?:0|[1-9]\d*|[1-9]\d{0,2}(?:\.\d{3})+)(?:,\d+)?$/;
/** `1.234` is a thousand and more in Brazil, and one and a bit elsewhere. */
const PT_BR_AMBIGUOUS = /^-?[1-9]\d{0,2}\.\d{3}$/;
const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const PLAIN_AMBIGUOUS = /^-?[1-9]\d{0,2},\d{3}$/;

/** A number written as text, only in the notation that the contract declares. `money` may carry `R$`. */
export function parseNumberText(text: string, numbers: Dataset['numbers'], money: boolean): Parsed {
  const bare = text.trim().replace(money ? /^(-?)\s*R\$\s*/ : /^()/, '$1');
  if ((numbers === 'pt-BR' ? PT_BR_AMBIGUOUS : PLAIN_AMBIGUOUS).test(bare)) return 'ambiguous';
  if (!(numbers === 'pt-BR' ? PT_BR : PLAIN).test(bare)) return 'format';
  return Number(numbers === 'pt-BR' ? bare.replaceAll('.', '').replace(',', '.') : bare);
}

const ORDERS = {
  'dd/mm/yyyy': { pattern: /^(\d{1,2})\/(\d{1,2})\/(\d{4})/, year: 3, month: 2, day: 1 },
  'mm/dd/yyyy': { pattern: /^(\d{1,2})\/(\d{1,2})\/(\d{4})/, year: 3, month: 1, day: 2 },
  'yyyy-mm-dd': { pattern: /^(\d{4})-(\d{2})-(\d{2})/, year: 1, month: 2, day: 3 },
} as const;

/** A date written as text, only in the order that the contract declares, with an optional time; local milliseconds. */
export function parseDateText(text: string, dates: Dataset['dates']): Parsed {
  const { pattern, year, month, day } = ORDERS[dates];
  const trimmed = text.trim();
  const date = pattern.exec(trimmed);
  if (!date) return 'format';
  const time = /^(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?$/.exec(trimmed.slice(date[0].length));
  if (!time) return 'format';
  const [hours, minutes, seconds] = time.slice(1).map((part) => Number(part ?? 0));
  if (hours > 23 || minutes > 59 || seconds > 59) return 'range';
  const ms = dayToMs(Number(date[year]), Number(date[month]), Number(date[day]));
  return Number.isNaN(ms) ? 'range' : ms + ((hours * 60 + minutes) * 60 + seconds) * 1000;
}
