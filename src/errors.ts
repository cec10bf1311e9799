import type { Code, ValuesOf } from './messages/en.ts';

/** What a message says of the case at hand: the file, the cell, the value found, the limit. */
export type Values = Readonly<Record<string, string | number>>;

/** A code of the message catalogue with its values; words are chosen at the edge, in the reader's language. */
export interface Problem<C extends Code = Code> {
  readonly code: C;
  readonly values: Values & ValuesOf<C>;
}

/** A message that stands within another, in the place of `detail`: what is wrong with a workbook that is damaged. */
export type Damage = Extract<Code, `damage.${string}`>;

/** What is thrown besides a code: its values may be left out only where its message has no place for any. */
type Rest<C extends Code> =
  Record<never, never> extends ValuesOf<C>
    ? [values?: Values, options?: ErrorOptions]
    : [values: Problem<C>['values'], options?: ErrorOptions];

/** The three kinds share this shape; throw one of them, never this. `C` is there for the compiler: see `ValuesOf`. */
export abstract class EntradaError<C extends Code = Code> extends Error implements Problem {
  abstract readonly kind: 'user' | 'transient' | 'terminal';
  readonly code: Code;
  readonly values: Values;

  constructor(code: C, ...[values = {}, options]: Rest<C>) {
    super(`${code} ${JSON.stringify(values)}`, options);
    this.name = this.constructor.name;
    this.code = code;
    this.values = values;
  }
}

/** Somebody can mend it: a workbook, a setting, a command. Trying again changes nothing. */
export class UserError<C extends Code = Code> extends EntradaError<C> {
  readonly kind = 'user';
}

/** It may pass by itself: a file still arriving, a database held, a full disk. Try again later. */
export class TransientError<C extends Code = Code> extends EntradaError<C> {
  readonly kind = 'transient';
}

/** A fault of ours, or a promise that a check found broken. Nothing was published. */
export class TerminalError<C extends Code = Code> extends EntradaError<C> {
  readonly kind = 'terminal';
}

/** What went wrong, in words that can be said in any language. */
export function problemOf(error: unknown): Problem {
  if (error instanceof EntradaError) return error;
  return {
    code: 'fault',
    // Some errors of client libraries say nothing but what they are.
    values: { detail: error instanceof Error ? error.message || error.name : String(error) },
  };
}
