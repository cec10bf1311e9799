import { eachElement } from './package.ts';
import { attribute, isMain, type Xml } from './xml.ts';

/* What a number is shown as. */
export const AS_NUMBER = 0;
export const AS_DATE = 1;
/** As the one or the other: its format has sections. */
const BY_VALUE = 2;

/** What numbers are shown as, by cell style. */
export interface DateStyles {
  /** For each style, in order, one of the three. */
  readonly shownAs: Uint8Array;
  /** One of the first two, for a number in a style. */
  of(style: number, value: number): number;
}

export const NO_STYLES: DateStyles = { shownAs: new Uint8Array(0), of: () => AS_NUMBER };

/**
 * Reads the styles part. Only one thing in it matters here: which cell formats (`cellXfs`) show dates,
 * by a built-in number format or by a custom code (ECMA-376 18.8.30).
 */
export async function readDateStyles(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
): Promise<DateStyles> {
  const codes = new Map<number, string>();
  const formats: number[] = [];
  // The list that is open, and how deep. A format elsewhere, such as a conditional one, has numbers of its own.
  let list: 'numFmts' | 'cellXfs' | undefined;
  let depth = 0;
  function opened(xml: Xml): void {
    const name = LISTS.find((one) => isMain(xml, one));
    if (name && !xml.selfClosing) {
      list = name;
      depth = xml.depth;
    } else if (list === 'numFmts' && isMain(xml, 'numFmt'))
      codes.set(numberFormatId(xml), attribute(xml, 'formatCode') ?? '');
    else if (list === 'cellXfs' && isMain(xml, 'xf')) formats.push(numberFormatId(xml));
  }
  await eachElement(chunks, part, opened, 'styleSheet', ({ depth: now }) => {
    if (now < depth) list = undefined;
  });
  const read = new Map([...new Set(formats)].map((id) => [id, readFormat(id, codes.get(id))]));
  const styles = formats.map((id) => read.get(id) ?? []);
  return {
    shownAs: Uint8Array.from(styles, shownByAll),
    of: (style, value) => sectionFor(styles[style] ?? [], value)?.shows ?? AS_NUMBER,
  };
}

const LISTS = ['numFmts', 'cellXfs'] as const;

function numberFormatId(xml: Xml): number {
  return Number(attribute(xml, 'numFmtId') ?? 0);
}

interface Section {
  readonly shows: typeof AS_NUMBER | typeof AS_DATE;
  /** Which numbers it says that it is for, if it does. */
  readonly isFor?: (value: number) => boolean;
}

/** The sections that a format has for numbers. */
type Format = readonly Section[];

function readFormat(id: number, code: string | undefined): Format {
  if (code !== undefined) return readCode(code);
  // 27 to 36 and 50 to 58 are dates of the East Asian locales, 71 to 81 of the Thai one.
  const isDate =
    (id >= 14 && id <= 22) ||
    (id >= 27 && id <= 36) ||
    (id >= 45 && id <= 58 && id !== 48 && id !== 49) ||
    (id >= 71 && id <= 81);
  return [{ shows: isDate ? AS_DATE : AS_NUMBER }];
}

function shownByAll(format: Format): number {
  const all = new Set(format.map(({ shows }) => shows));
  return all.size > 1 ? BY_VALUE : (format.at(0)?.shows ?? AS_NUMBER);
}

/** The section that a number is shown by: of positive, negative and no numbers, or as conditions say. */
function sectionFor(format: Format, value: number): Section | undefined {
  const [first, second = first, third = first] = format;
  if (first?.isFor === undefined && second?.isFor === undefined)
    return value > 0 ? first : value < 0 ? second : third;
  if (first.isFor?.(value)) return first;
  if (second.isFor?.(value)) return second;
  return first.isFor && second.isFor ? third : second;
}

/** No code is longer than 255 characters in Excel. */
const MAX_CODE = 1 << 10;

function readCode(code: string): Format {
  // One pass, because each of these may hold what looks like another: `\"`, `"["`.
  // Of brackets only elapsed time, [h]:mm, shows something, and a condition, [=0], says which section does. What is
  // never closed goes to the end, or each of many would be looked for there.
  const bare = code
    .slice(0, MAX_CODE)
    .replace(/"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+|[<>=][^\]]*)\])[^\]]*\]?/gis, '');
  const sections = bare.split(';').slice(0, 4);
  // The last one may be for texts.
  if (sections.length === 4 || sections.at(-1)?.includes('@')) sections.pop();
  const format = sections.map(readSection);
  // What the only section is not for is shown in Excel's own way.
  return format.length === 1 && format[0].isFor ? [...format, { shows: AS_NUMBER }] : format;
}

const CONDITION = /\[([<>=]+)\s*([-+.\d]*)[^\]]*\]/;

function readSection(section: string): Section {
  const [condition, comparison = '', limit] = CONDITION.exec(section) ?? [];
  const shown = section.replace(CONDITION, '').replace(/general|G\/(通用格式|標準|표준)/i, '');
  return {
    shows: showsOf(shown),
    ...(condition !== undefined && { isFor: comparing(comparison, Number(limit)) }),
  };
}

/** Dates and times have d, m, y, h or s. A weekday or the year of an era may stand alone, as a word and without digits. */
function showsOf(shown: string): Section['shows'] {
  const isOther =
    /(?<![a-z])(a{3,4}|b{2,4}|e+|g{1,3}e*)(?![a-z])/i.test(shown) && !/[0#?]/.test(shown);
  return isOther || /[dmyhs]/i.test(shown) ? AS_DATE : AS_NUMBER;
}

function comparing(comparison: string, limit: number): (value: number) => boolean {
  return (value) => {
    if (value === limit) return comparison.includes('=');
    return comparison === '<>' || comparison.includes(value < limit ? '<' : '>');
  };
}
