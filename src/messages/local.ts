import type { Problem } from '../errors.ts';
import type { Language } from './messages.ts';

const DATE = /\b(\d{4})-(\d\d)-(\d\d)(?:T([\d:]+)(?:\.\d+)?)?\b/g;
const MONTHS = /^\d{4}-\d\d(?:(?: \.\. |, )\d{4}-\d\d)*$/;
const FRACTION = /^(-?\d+)\.(\d+(?:e[-+]\d+)?)$/;

/** What Excel in Portuguese shows for the English words that a file holds. */
const IN_PORTUGUESE: Readonly<Record<string, string>> = {
  TRUE: 'VERDADEIRO',
  FALSE: 'FALSO',
  '#N/A': '#N/D',
  '#VALUE!': '#VALOR!',
  '#NAME?': '#NOME?',
  '#NULL!': '#NULO!',
  '#NUM!': '#NÚM!',
};

/** A number, dates or months as ISO has them, a boolean or an error as people see it; anything else as it is. */
export function asWritten(value: string, language: Language): string {
  const dated = value.replace(DATE, (_, year, month, day, time = '00:00:00') => {
    const date = language === 'en' ? `${year}-${month}-${day}` : `${day}/${month}/${year}`;
    return time === '00:00:00' ? date : `${date} ${time}`;
  });
  if (dated !== value || language === 'en') return dated;
  if (MONTHS.test(value)) return value.replaceAll(' .. ', ' a ').replace(/(\d+)-(\d+)/g, '$2/$1');
  return IN_PORTUGUESE[value] ?? value.replace(FRACTION, '$1,$2');
}

/** Whether the value that a problem is about is none of a person's words: a number or the like stood in its cell. */
export function isNoText({ holds }: Problem['values']): boolean {
  return holds !== undefined;
}
