import type { Problem } from '../errors.ts';
import { en } from './en.ts';
import { ptBR } from './pt-BR.ts';

export type Language = 'en' | 'pt-BR';

/**
 * The words for a problem in a language: `{name}` is a value, and `{name|row|rows}` the word that goes with its number.
 * A placeholder without a value stays as it is, so that a test sees it.
 */
export function render({ code, values }: Problem, language: Language): string {
  const template = (language === 'pt-BR' ? ptBR : en)[code];
  return template.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (whole, name, one, more) => {
    if (values[name] === undefined) return whole;
    const value = String(values[name]);
    if (one === undefined) return value;
    return value === '1' ? one : more;
  });
}
