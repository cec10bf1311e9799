import { constants } from 'node:os';
import { type EntradaError, TransientError, UserError } from '../errors.ts';

/** Of a network drive whose server has forgotten the file. Node has no name for it. */
const ESTALE = `Unknown system error -${constants.errno.ESTALE}`;

/** Does `work`; a refusal of the operating system that somebody can mend is thrown as a problem that names `file`. */
export async function namingFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw diskProblem(cause, file) ?? cause;
  }
}

function diskProblem(cause: unknown, file: string): EntradaError | undefined {
  switch (codeOf(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new TransientError('lake.full', { file }, { cause });
    case 'EMFILE':
    case 'ENFILE':
      return new TransientError('lake.busy', { file }, { cause });
    case 'EIO':
    case 'ENOTCONN':
    case 'ETIMEDOUT':
    case ESTALE:
      return new TransientError('lake.failing', { file }, { cause });
    case 'EROFS':
      return new UserError('lake.readonly', { file }, { cause });
    case 'EACCES':
    case 'EPERM':
      return new UserError('lake.forbidden', { file }, { cause });
    case 'ENAMETOOLONG':
      return new UserError('lake.long', { file }, { cause });
    case 'EXDEV':
      return new UserError('lake.disks', { file }, { cause });
    default:
      return undefined;
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
