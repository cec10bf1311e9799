import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../src/errors.ts';
import { corpora, sales, workbooksIn } from '../workbook/corpora.ts';
import { cellsOf } from '../workbook/reading.ts';
import { entriesOf } from '../workbook/repack.ts';
import { cell, date, rich, type Spec, workbook } from '../workbook-builder.ts';
import { type Base, isUsed, mutated } from './mutate.ts';
import { createRandom } from './random.ts';

const MAX_BYTES = 60_000;

const rows = Array.from({ length: 40 }, (_, r) => [
  r,
  `texto ${r % 7}`,
  date(2019, 3, 1 + (r % 28), r % 24),
  r / 3,
  r % 2 === 0,
  rich('<r><t>VU</t></r><r><t xml:space="preserve">LT </t></r><rPh sb="0" eb="1"><t>x</t></rPh>'),
  cell('str', '<f>A1</f><v>x</v>'),
  cell('e', '<v>#N/A</v>'),
  cell('inlineStr', '<is><t>a &amp; b</t></is>'),
]);

const SPECS: Readonly<Record<string, Spec>> = {
  plain: { sheets: [{ rows }] },
  'two sheets': { sheets: [{ rows }, { rows: rows.slice(9), state: 'hidden', merges: ['A2:B3'] }] },
  strict: { sheets: [{ rows }], strict: true, date1904: '1' },
  prefixed: { sheets: [{ rows }], prefix: 'x' },
  'no references': { sheets: [{ rows, rowRefs: false, cellRefs: false }] },
  inline: { sheets: [{ rows }], sharedStrings: false, styles: false, absoluteTargets: true },
  zip64: { sheets: [{ rows }], zip: { zip64: true, comment: 'c' } },
  streamed: {
    sheets: [{ rows }],
    entries: (all) => all.map((entry) => ({ ...entry, descriptor: true })),
  },
};

/** The workbooks that cases are made from: the builder's, and the real ones that are here and not too large. */
export async function readBases(): Promise<Base[]> {
  const bases: Base[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    const bytes = workbook(spec);
    bases.push({ name, bytes, entries: await entriesOf(bytes) });
  }
  for (const file of [...workbooksIn(sales), ...workbooksIn(corpora)]) {
    if ((await stat(file)).size > MAX_BYTES) continue;
    const bytes = await readFile(file);
    // Some are broken on purpose: those are for another test.
    const entries = await entriesOf(bytes).catch(() => undefined);
    if (entries && (await outcomeOf(bytes)).cells)
      bases.push({ name: basename(file), bytes, entries });
  }
  return bases;
}

interface Outcome {
  readonly cells?: Awaited<ReturnType<typeof cellsOf>>;
  readonly refused?: string;
  readonly fault?: string;
}

interface Case {
  readonly base: Base;
  readonly bytes: Buffer;
}

export function makeCase(bases: readonly Base[], seed: number, number: number): Case {
  const random = createRandom(seed * 1_000_003 + number);
  const base = random.pick(bases);
  return { base, bytes: mutated(base, random.pick(bases), random) };
}

/** The hash of a base's cells: the cells of all bases would take more memory than reading does. */
const originals = new Map<Base, string>();

/** What went wrong in a case, or undefined: a UserError is right, and so are the cells that it had before. */
export async function faultOf({ base, bytes }: Case): Promise<string | undefined> {
  const { cells, fault } = await outcomeOf(bytes);
  if (fault !== undefined || cells === undefined) return fault;
  if (!(await hasSameParts(base, bytes))) return undefined;
  const original = originals.get(base) ?? hashOf((await outcomeOf(base.bytes)).cells);
  originals.set(base, original);
  if (hashOf(cells) === original) return undefined;
  return 'the cells are others although the parts are the same';
}

function hashOf(cells: Outcome['cells']): string {
  return createHash('sha256')
    .update(JSON.stringify(cells ?? null))
    .digest('hex');
}

async function outcomeOf(bytes: Uint8Array): Promise<Outcome> {
  try {
    return { cells: await cellsOf(bytes) };
  } catch (error) {
    if (error instanceof UserError) return { refused: error.code };
    return { fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function hasSameParts(base: Base, bytes: Buffer): Promise<boolean> {
  const key = (name: unknown) => String(name).toLowerCase();
  try {
    const parts = new Map((await entriesOf(bytes)).map(({ name, data }) => [key(name), data]));
    return base.entries.every(
      ({ name, data }) => !isUsed(String(name)) || parts.get(key(name))?.equals(data),
    );
  } catch {
    return false;
  }
}
