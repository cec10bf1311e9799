import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { UserError } from '../errors.ts';
import { type OnBroken, orBroken, throwBroken } from './broken.ts';

const kinds = ['workbook', 'spotify'] as const;
/** What feeds a dataset; a `dataset.yaml` without a kind is one of workbooks. */
export type Kind = (typeof kinds)[number];

const kindShape = z.looseObject({ kind: z.enum(kinds).default('workbook') });

/** A `dataset.yaml` as it was written, its kind taken out; `parseDocument` checks the rest. */
export interface DatasetDocument {
  readonly folder: string;
  readonly file: string;
  readonly kind: Kind;
  readonly content: unknown;
}

/**
 * The dataset files of a folder, one to a subfolder that has a `dataset.yaml`, by name.
 * One that is wrong is told with UserError `dataset.invalid`: the file, the key and what is wrong with it.
 */
export async function readDocuments(
  root: string,
  onBroken: OnBroken = throwBroken,
): Promise<DatasetDocument[]> {
  const documents: DatasetDocument[] = [];
  for (const name of (await absentAs([], readdir(root))).sort()) {
    const folder = join(root, name);
    const file = join(folder, 'dataset.yaml');
    const text = await absentAs(undefined, readFile(file, 'utf8'));
    if (text === undefined) continue;
    const read = orBroken(folder, onBroken, () => check(kindShape, parseYaml(text, file), file));
    if (read === undefined) continue;
    const { kind, ...content } = read;
    documents.push({ folder, file, kind, content });
  }
  return documents;
}

/** The document as its kind's shape makes it. Throws UserError `dataset.invalid` as readDocuments does. */
export function parseDocument<T>(
  shape: z.ZodType<T>,
  { file, folder, content }: DatasetDocument,
): T & { readonly folder: string } {
  return { ...check(shape, content, file), folder };
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UserError('dataset.invalid', { file, detail: String(error).split('\n', 1)[0] });
  }
}

function check<T>(shape: z.ZodType<T>, value: unknown, file: string): T {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  // A key that is unknown is often the one that another is missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const place = issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new UserError('dataset.invalid', { file, detail: `${place}${issue.message}` });
}

async function absentAs<T, A>(absent: A, reading: Promise<T>): Promise<T | A> {
  try {
    return await reading;
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      (error.code === 'ENOENT' || error.code === 'ENOTDIR')
    )
      return absent;
    throw error;
  }
}
