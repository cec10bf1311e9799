import type { Problem } from '../errors.ts';
import { en } from './en.ts';
import { ptBR } from './pt-BR.ts';

export type Language = 'en' | 'pt-BR';

/** The words for a problem in a language; a placeholder without a value stays as it is, so that a test sees it. */
export function render(problem: Problem, language: Language): string {
  const template = (language === 'pt-BR' ? ptBR : en)[problem.code];
  return template.replace(/\{(\w+)\}/g, (whole, name) => String(problem.values[name] ?? whole));
}
