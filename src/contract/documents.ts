import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { type OnBroken, orBroken } from './broken.ts';
import { says, wrongIn } from './wrong.ts';
import { parseYaml, type Yaml } from './yaml.ts';

const kinds = ['workbook', 'spotify'] as const;
/** What feeds a dataset; a `dataset.yaml` without a kind is one of workbooks. */
type Kind = (typeof kinds)[number];

const kindShape = z.looseObject({ kind: z.enum(kinds).default('workbook') });

/** A `dataset.yaml` as it was written; `parseDocument` checks all but its kind. */
interface DatasetDocument {
  readonly folder: string;
  readonly kind: Kind;
  readonly yaml: Yaml;
}

/**
 * The dataset files of a folder, one to a subfolder, by name. One that is wrong is told with a UserError that has the
 * file, the line, the key and what is wrong with it; a subfolder without a `dataset.yaml` is one too, and one without a
 * subfolder.
 */
export async function readDocuments(root: string, onBroken: OnBroken): Promise<DatasetDocument[]> {
  const documents: DatasetDocument[] = [];
  const names = await orBroken(root, onBroken, async () => {
    const found = await absentAs(undefined, root, readdir(root));
    if (found === undefined && (await absentAs(undefined, root, stat(root))))
      throw new UserError('dataset.notFolder', { file: root });
    return found;
  });
  for (const name of names?.sort() ?? []) {
    // A program's own folder, or one that is put aside.
    if (name.startsWith('.')) continue;
    const folder = join(root, name);
    const file = join(folder, 'dataset.yaml');
    const document = await orBroken(folder, onBroken, async () => {
      const text = await absentAs(undefined, file, readText(file));
      if (text === undefined) return refuseUnnamed(folder);
      const yaml = parseYaml(text, file);
      if (yaml.content === null) throw new UserError('dataset.noContent', { file, line: 1 });
      return { folder, kind: check(kindShape, yaml).kind, yaml };
    });
    if (document) documents.push(document);
  }
  return documents;
}

/** Changes when a file of a dataset in the folder does. */
export async function stampOf(root: string): Promise<string> {
  const namesIn = async (folder: string) =>
    (await readdir(folder).catch(() => [])).sort().map((name) => join(folder, name));
  const files = (await Promise.all((await namesIn(root)).map(namesIn))).flat();
  return (await Promise.all(files.map(stampOfFile))).join();
}

/** Changes when the file does. */
export async function stampOfFile(file: string): Promise<string> {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return `${file} ${found?.size} ${found?.ctimeNs}`;
}

const isLike = (name: string) => /^dataset\.ya?ml$/i.test(name);

/** Says why a folder without `dataset.yaml` is no dataset; of a file only where it is a contract itself. */
async function refuseUnnamed(folder: string): Promise<undefined> {
  const names = await absentAs(undefined, folder, readdir(folder));
  if (names === undefined && isLike(basename(folder)))
    throw new UserError('dataset.noFolder', { file: folder });
  if (names === undefined) return;
  const like = names.find(isLike);
  if (like) throw new UserError('dataset.misnamed', { file: join(folder, like) });
  throw new UserError('dataset.noContract', { folder });
}

/** A mapping of these keys, a `dataset.yaml` or a part of it; another key is refused. */
export function mapping<const Shape extends z.core.$ZodShape>(shape: Shape) {
  const wanted = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? says('dataset.unknownKey', wanted) : undefined,
  });
}

/** The document as its kind's shape makes it. Throws a UserError as readDocuments tells it. */
export function parseDocument<T>(
  shape: z.ZodType<T>,
  { folder, yaml }: DatasetDocument,
): T & { readonly folder: string } {
  const { kind: _, ...content } = yaml.content as Readonly<Record<string, unknown>>;
  return { ...check(shape, { ...yaml, content }), folder };
}

function check<T>(shape: z.ZodType<T>, yaml: Yaml): T {
  const result = shape.safeParse(yaml.content);
  if (result.success) return result.data;
  throw wrongIn(result.error.issues, yaml);
}

/** A file of a dataset. Throws UserError `dataset.notUtf8` for one that another program's editor saved its own way. */
export async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    // UTF-16 without its mark is UTF-8 full of zeros.
    if (!bytes.includes(0)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {}
  throw new UserError('dataset.notUtf8', { file });
}

/** What is read of a dataset, and `absent` where there is none. Throws UserError `dataset.unreadable`. */
export async function absentAs<T, A>(absent: A, file: string, reading: Promise<T>): Promise<T | A> {
  try {
    return await reading;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'ENOENT' || code === 'ENOTDIR') return absent;
    if (code === 'EACCES' || code === 'EPERM' || code === 'EISDIR')
      throw new UserError('dataset.unreadable', { file, detail: code }, { cause });
    throw cause;
  }
}
