import { TransientError, UserError } from '../errors.ts';
import type { Code } from '../messages/en.ts';

const told: Readonly<
  Record<string, { kind: typeof UserError | typeof TransientError; code: Code }>
> = {
  ENOSPC: { kind: TransientError, code: 'lake.full' },
  EDQUOT: { kind: TransientError, code: 'lake.full' },
  EMFILE: { kind: TransientError, code: 'lake.busy' },
  ENFILE: { kind: TransientError, code: 'lake.busy' },
  EROFS: { kind: UserError, code: 'lake.readonly' },
  EACCES: { kind: UserError, code: 'lake.forbidden' },
  EPERM: { kind: UserError, code: 'lake.forbidden' },
  ENAMETOOLONG: { kind: UserError, code: 'lake.long' },
  EXDEV: { kind: UserError, code: 'lake.disks' },
};

/** Does `work`; a refusal of the operating system that somebody can mend is thrown as a problem that names `file`. */
export async function naming<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const problem = told[codeOf(cause)];
    throw problem ? new problem.kind(problem.code, { file }, { cause }) : cause;
  }
}

/**
 * Whether the error says that there is no file of that name: nothing, no such folder, or a link or socket in its
 * place.
 */
export function saysAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO'].includes(codeOf(error));
}

/** Whether the error says that whoever asks may not. */
export function saysClosed(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(codeOf(error));
}

/** Whether a rename would have to copy. */
export function isOtherDisk(error: unknown): boolean {
  return codeOf(error) === 'EXDEV';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
