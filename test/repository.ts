import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const textOf = (path: string) => readFile(join(ROOT, path), 'utf8');
export const inTerraform = (file: string) => textOf(`cloud/terraform/${file}`);

/** What a pattern's first group finds, at least once. */
export function found(text: string, pattern: RegExp): string[] {
  const all = [...text.matchAll(pattern)].map(([, one]) => one);
  assert.ok(all.length > 0, String(pattern));
  return all;
}
