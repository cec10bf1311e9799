import type { Problem } from '../errors.ts';
import type { Language } from './messages.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:T([\d:]+)(?:\.\d+)?)?$/;
const FRACTION = /^(-?\d+)\.(\d+(?:e[-+]\d+)?)$/;

/** A number, or a date as ISO has it, as people write it; anything else as it is. */
export function asWritten(value: string, language: Language): string {
  const [, year, month, day, time = '00:00:00'] = DATE.exec(value) ?? [];
  if (year) {
    const date = language === 'en' ? `${year}-${month}-${day}` : `${day}/${month}/${year}`;
    return time === '00:00:00' ? date : `${date} ${time}`;
  }
  return language === 'en' ? value : value.replace(FRACTION, '$1,$2');
}

/** Whether the value that a problem is about was a number or a date in its cell. */
export function isNumberOrDate({ holds }: Problem['values']): boolean {
  return holds === 'number' || holds === 'date';
}
