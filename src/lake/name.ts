import { UserError } from '../errors.ts';

/**
 * Returns the name of a file or folder of a lake as it came.
 * Throws UserError `lake.name` when it would leave the root, or when it is a second spelling of another
 * name (`a//b`, `./a`, half a surrogate pair): one file has one name.
 */
export function checkName(name: string): string {
  const misspelt = name.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (misspelt || name.includes('\0') || !name.isWellFormed()) {
    throw new UserError('lake.name', { file: name });
  }
  return name;
}
