import { UserError } from '../errors.ts';
import { toUtf8 } from './encoding.ts';
import { type InflateBudget, inflate } from './inflate.ts';
import type { Limits } from './limits.ts';
import {
  attribute,
  CLOSE,
  createXml,
  END,
  feed,
  isLocal,
  MORE,
  next,
  OPEN,
  type Xml,
} from './xml.ts';
import { type ByteSource, readDirectory, type ZipEntry } from './zip.ts';

/** An Open Packaging Conventions package: parts in a zip, tied together by relationships (ECMA-376 part 2). */
export interface Package {
  has(part: string): boolean;
  /** The names of all parts, in small letters. */
  readonly names: readonly string[];
  /** A part's bytes as UTF-8. Throws UserError when there is no such part. */
  read(part: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** The same of a part whose content is kept whole: throws UserError `xml.large` where that would fill the memory. */
  readKept(part: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  /** The relationships of a part (`''`: of the package itself) by id; none when it has none. */
  relationships(part: string): Promise<Map<string, Relationship>>;
  /** Compressed bytes of a part, a measure of the work that it is. */
  size(part: string): number;
}

export interface Relationship {
  /** The last word of the type's URI, such as `worksheet`: the same in transitional and strict OOXML. */
  readonly type: string;
  /** The part that it leads to, as the zip names it. */
  readonly target: string;
}

/** What a part may have that is neither cells nor their texts, in bytes. Of honest ones few have a tenth of it. */
const MOST_KEPT = 64 * 2 ** 20;

export async function openPackage(source: ByteSource, limits: Limits): Promise<Package> {
  const entries = await readDirectory(source);
  const budget: InflateBudget = { limits, inflated: 0 };
  const find = (part: string): ZipEntry | undefined => entries.get(part.toLowerCase());

  function read(part: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const entry = find(part);
    if (entry === undefined) throw new UserError('workbook.partMissing', { part });
    return toUtf8(inflate(source, entry, budget), part);
  }

  async function* readKept(part: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    let bytes = 0;
    for await (const chunk of read(part)) {
      bytes += chunk.length;
      if (bytes > MOST_KEPT) throw new UserError('xml.large', { part, limit: MOST_KEPT });
      yield chunk;
    }
  }

  async function relationships(part: string): Promise<Map<string, Relationship>> {
    const found = new Map<string, Relationship>();
    const folder = part.lastIndexOf('/') + 1;
    const rels = `${part.slice(0, folder)}_rels/${part.slice(folder)}.rels`;
    if (!find(rels)) return found;
    await eachElement(readKept(rels), rels, (xml) => {
      const id = attribute(xml, 'Id');
      const target = attribute(xml, 'Target');
      if (!isLocal(xml, 'Relationship') || id === undefined || target === undefined) return;
      if (attribute(xml, 'TargetMode') === 'External') return;
      const type = attribute(xml, 'Type')?.split('/').at(-1) ?? '';
      found.set(id, { type, target: resolveTarget(part, target) });
    });
    return found;
  }

  return {
    has: (part) => find(part) !== undefined,
    names: [...entries.keys()],
    read,
    readKept,
    relationships,
    size: (part) => find(part)?.compressedSize ?? 0,
  };
}

/**
 * Calls back for every element of a small part as it opens, and once it is closed; `root` is the element that the part
 * must be.
 */
export async function eachElement(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
  onOpen: (xml: Xml) => void,
  root?: string,
  onClose: (xml: Xml) => void = () => {},
): Promise<void> {
  const xml = createXml(part, root);
  const advance = () => {
    for (let token = next(xml); token !== MORE && token !== END; token = next(xml)) {
      if (token === OPEN) onOpen(xml);
      else if (token === CLOSE) onClose(xml);
    }
  };
  for await (const chunk of chunks) {
    feed(xml, chunk);
    advance();
  }
  feed(xml, undefined);
  advance();
}

/** A target is relative to the folder of the part that names it, or absolute from the root. */
function resolveTarget(part: string, target: string): string {
  const path = target.replaceAll('\\', '/');
  const folders = path.startsWith('/') ? [] : part.split('/').slice(0, -1);
  for (const step of path.split('/')) {
    if (step === '..') folders.pop();
    else if (step !== '.' && step !== '') folders.push(step);
  }
  return folders.join('/');
}
