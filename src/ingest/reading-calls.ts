import type { RowBatch } from '../contract/batch.ts';
import type { Choice } from '../contract/choose-sheet.ts';
import type { Dataset } from '../contract/dataset.ts';
import type { RowRange, SheetReport } from '../contract/load.ts';
import type { Rejection } from '../contract/rejection.ts';
import { EntradaError, TerminalError, TransientError, UserError } from '../errors.ts';
import type { Limits } from '../workbook/limits.ts';
import type { TextPiece } from '../workbook/texts.ts';

/** What the reading thread is given to begin a workbook. */
export interface Start {
  /** Of the file, in bytes. */
  readonly size: number;
  readonly datasets: readonly Dataset[];
  readonly limits: Limits;
}

/**
 * What the reading thread asks of the main thread, in the order in which the main thread does it; only `read` and
 * `addTexts`, which wait for nobody, are answered out of turn. What fails there ends the reading there: a thread is
 * never answered with an error.
 */
export interface Calls {
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  choose(choice: Choice): Promise<void>;
  addTexts(piece: TextPiece): Promise<void>;
  /**
   * The batch travels there, waits until somebody wants it and, when it has landed, travels back to be filled again.
   */
  write(batch: RowBatch): Promise<RowBatch>;
  reject(rejections: readonly Rejection[]): Promise<void>;
  discard(rows: readonly RowRange[]): Promise<number[]>;
  finish(report: SheetReport): Promise<void>;
  fail(error: PackedError): Promise<void>;
}

export interface Call {
  readonly id: number;
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

export interface Answer {
  readonly id: number;
  readonly answer: unknown;
}

/** An error as it travels between threads: a clone would forget its kind, its code and its values. */
interface PackedError {
  readonly problem?: Pick<EntradaError, 'kind' | 'code' | 'values'>;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: PackedError;
}

type Kind = new (...error: ConstructorParameters<typeof EntradaError>) => EntradaError;
const KINDS: Readonly<Record<EntradaError['kind'], Kind>> = {
  user: UserError,
  transient: TransientError,
  terminal: TerminalError,
};

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { message: String(error) };
  const { message, stack, cause } = error;
  return {
    message,
    ...(stack !== undefined && { stack }),
    ...(cause !== undefined && { cause: packError(cause) }),
    ...(error instanceof EntradaError && {
      problem: { kind: error.kind, code: error.code, values: error.values },
    }),
  };
}

export function unpackError({ problem, message, stack, cause }: PackedError): Error {
  const options = cause && { cause: unpackError(cause) };
  const error = problem
    ? new KINDS[problem.kind](problem.code, problem.values, options)
    : new Error(message, options);
  if (stack !== undefined) error.stack = stack;
  return error;
}
