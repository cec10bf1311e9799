import type { Problem } from '../errors.ts';
import { type Code, en } from './en.ts';
import { asWritten, isNoText } from './local.ts';
import { ptBR } from './pt-BR.ts';

export type Language = 'en' | 'pt-BR';

/** Values that are numbers, dates or months, or have such among them, whatever a cell holds. */
const WRITTEN = new Set([
  'min',
  'max',
  'time',
  'sum',
  'from',
  'hashes',
  'month',
  'months',
  'ranges',
]);

/**
 * The words for a problem in a language: `{name}` is a value, and `{name|row|rows}` the word that goes with its number.
 * A placeholder without a value stays as it is, so that a test sees it. What is wrong with a
 * damaged workbook is a message of its own; any other detail is text, even where that is what a code is called.
 */
export function render<C extends Code>({ code, values }: Problem<C>, language: Language): string {
  const messages = language === 'pt-BR' ? ptBR : en;
  const template = messages[code];
  return template.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (whole, name, one, more) => {
    if (values[name] === undefined) return whole;
    const value = String(values[name]);
    if (name === 'detail' && value.startsWith('damage.') && value in messages)
      return render({ code: value as Code, values }, language);
    // A text is shown as it stands in its cell.
    const isWritten = WRITTEN.has(name) || (name === 'value' && isNoText(values));
    if (one === undefined) return isWritten ? asWritten(value, language) : value;
    return value === '1' ? one : more;
  });
}
