import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where real workbooks rest beside the checkout, on machines that have them. */
const shared =
  process.env.ENTRADA_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

export const corpora = join(shared, 'corpora');
export const sales = join(shared, 'data', 'sales');

/** The workbooks of a folder and below; none where it is absent. */
export function workbooksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return globSync('**/*.{xlsx,xlsm}', { cwd: folder })
    .sort()
    .map((name) => join(folder, name));
}

/** For a test's `skip`: why it cannot run here, in plain words. */
export function absent(folder: string): string | false {
  return existsSync(folder) ? false : `the folder ${folder} is not here`;
}
