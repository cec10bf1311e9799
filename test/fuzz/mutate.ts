import { type Entry, zip } from '../workbook-builder.ts';
import type { Random } from './random.ts';

/** A workbook to be damaged: its bytes, and its parts for damage below the CRC. */
export interface Base {
  readonly name: string;
  readonly bytes: Buffer;
  readonly entries: readonly (Entry & { readonly data: Buffer })[];
}

/** Damages a workbook in one to three ways; in half of the cases with CRCs repaired, so that the XML is reached. */
export function mutated(base: Base, other: Base, random: Random): Buffer {
  if (random.below(2) === 0) return damaged(base.bytes, other.bytes, random);
  let { entries } = base;
  for (let times = 1 + random.below(3); times > 0; times--) {
    entries = random.pick(entryMutations)([...entries], other, random);
  }
  return zip(
    entries.map(({ name, data, crc }) => ({ name, data, ...(crc === undefined ? {} : { crc }) })),
  );
}

/** Parts that reading depends on. A change to any other changes no cell. */
export function isUsed(name: string): boolean {
  return (
    /\.(xml|rels)$/i.test(name) &&
    !/^(\[content_types\]|docprops|customxml)|theme|drawing|chart|calcchain|pivot|richdata|metadata/i.test(
      name,
    )
  );
}

type EntryMutation = (
  entries: Base['entries'][number][],
  other: Base,
  random: Random,
) => Base['entries'][number][];

const damagePart: EntryMutation = (entries, other, random) => {
  const at = usedIndex(entries, random);
  const data = damaged(entries[at].data, random.pick(other.entries).data, random);
  entries[at] = { ...entries[at], data };
  return entries;
};

const entryMutations: readonly EntryMutation[] = [
  damagePart,
  damagePart,
  damagePart,
  damagePart,
  function swapContents(entries, _, random) {
    const [a, b] = [usedIndex(entries, random), random.below(entries.length)];
    const [one, two] = [entries[a], entries[b]];
    entries[a] = { ...one, data: two.data };
    entries[b] = { ...two, data: one.data };
    return entries;
  },
  function swapOrder(entries, _, random) {
    const [a, b] = [random.below(entries.length), random.below(entries.length)];
    [entries[a], entries[b]] = [entries[b], entries[a]];
    return entries;
  },
  function transplant(entries, other, random) {
    const at = usedIndex(entries, random);
    const { name } = entries[at];
    const donor = other.entries.find((entry) => entry.name === name) ?? random.pick(other.entries);
    entries[at] = { ...entries[at], data: donor.data };
    return entries;
  },
  function drop(entries, _, random) {
    if (entries.length > 1) entries.splice(random.below(entries.length), 1);
    return entries;
  },
  function repeat(entries, _, random) {
    return [...entries, random.pick(entries)];
  },
  function lie(entries, _, random) {
    const at = random.below(entries.length);
    entries[at] = { ...entries[at], crc: random.below(2 ** 32) };
    return entries;
  },
];

function usedIndex(entries: Base['entries'], random: Random): number {
  // Most of what can go wrong is in the sheets and their texts.
  const wanted = random.below(2) === 0 ? isUsed : (name: string) => /sheet\d|sharedStr/i.test(name);
  const used = entries.flatMap(({ name }, i) => (wanted(String(name)) ? [i] : []));
  return used.length > 0 ? random.pick(used) : random.below(entries.length);
}

function damaged(bytes: Buffer, other: Buffer, random: Random): Buffer {
  return random.pick(byteMutations)(Buffer.from(bytes), other, random);
}

type ByteMutation = (bytes: Buffer, other: Buffer, random: Random) => Buffer;

/** What the scanner looks for, where it does not expect it. */
const TOKENS = [
  ...[
    '<',
    '>',
    '"',
    '&',
    '\0',
    '\xff',
    '</row>',
    '</c>',
    '<v>',
    '<c r="A1"><v>1</v></c>',
    '<row r="1">',
  ],
  ...[
    '<row/>',
    '<!--',
    '-->',
    '<![CDATA[',
    ']]>',
    '<!DOCTYPE a [',
    '<?',
    '&#x110000;',
    '&lol;',
    ' xmlns=""',
  ],
  ...[
    ' xmlns:x="urn:x"',
    '<x:c',
    ' t="s"',
    ' t="d"',
    ' s="4294967296"',
    ' r="XFE1048577"',
    '1e999',
    '-',
  ],
  ...[
    '99999999999999999999',
    ' '.repeat(5_000),
    '<a>'.repeat(300),
    ' a="1"'.repeat(300),
    '_xD800_',
  ],
];

/** Stays well-formed: another row, index, style, number or type. */
const changeDigit: ByteMutation = (bytes, _, random) => {
  for (let times = 1 + random.below(4); times > 0; times--) {
    let at = random.below(bytes.length + 1);
    while (at < bytes.length && !(bytes[at] >= 48 && bytes[at] <= 57)) at++;
    if (at < bytes.length) bytes[at] = random.pick([...Buffer.from('0123456789.-eE snb')]);
  }
  return bytes;
};

const byteMutations: readonly ByteMutation[] = [
  function flipBits(bytes, _, random) {
    for (let times = 1 + random.below(8); times > 0 && bytes.length > 0; times--)
      bytes[random.below(bytes.length)] ^= 1 << random.below(8);
    return bytes;
  },
  function truncate(bytes, _, random) {
    return bytes.subarray(0, random.below(bytes.length + 1));
  },
  function cutOut(bytes, _, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeatPiece(bytes, _, random) {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function splice(bytes, other, random) {
    const [from, to] = range(bytes, random);
    const [start, end] = range(other, random);
    return Buffer.concat([bytes.subarray(0, from), other.subarray(start, end), bytes.subarray(to)]);
  },
  function insertToken(bytes, _, random) {
    const at = random.below(bytes.length + 1);
    const token = Buffer.from(random.pick(TOKENS), 'latin1');
    return Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at)]);
  },
  changeDigit,
  changeDigit,
  function overwrite(bytes, _, random) {
    const [from, to] = range(bytes, random);
    return bytes.fill(random.pick([0, 0xff, 32, 48, 60]), from, Math.min(to, from + 64));
  },
];

function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  // Mostly short, so that what is around it is still reached.
  const longest = random.below(4) === 0 ? bytes.length : 200;
  return [from, Math.min(bytes.length, from + random.below(longest + 1))];
}
