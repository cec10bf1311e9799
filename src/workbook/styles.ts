import {
  attribute,
  CLOSE,
  createXml,
  END,
  feed,
  isMain,
  MORE,
  next,
  OPEN,
  type Xml,
} from './xml.ts';

/** For each cell style, in order, whether a number in it is shown as a date or a time. */
export type DateStyles = Uint8Array;

/**
 * Reads the styles part. Only one thing in it matters here: which cell formats (`cellXfs`) show dates,
 * by a built-in number format or by a custom code (ECMA-376 18.8.30).
 */
export async function readDateStyles(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
): Promise<DateStyles> {
  const xml = createXml(part, 'styleSheet');
  const codes = new Map<number, string>();
  const formats: number[] = [];
  // The list that is open, and how deep. A format elsewhere, such as a conditional one, has numbers of its own.
  let list: 'numFmts' | 'cellXfs' | undefined;
  let depth = 0;
  const advance = () => {
    for (let token = next(xml); token !== MORE && token !== END; token = next(xml)) {
      if (token === CLOSE && xml.depth < depth) list = undefined;
      if (token !== OPEN) continue;
      const opened = LISTS.find((name) => isMain(xml, name));
      if (opened && !xml.selfClosing) {
        list = opened;
        depth = xml.depth;
      } else if (list === 'numFmts' && isMain(xml, 'numFmt'))
        codes.set(numberFormatId(xml), attribute(xml, 'formatCode') ?? '');
      else if (list === 'cellXfs' && isMain(xml, 'xf')) formats.push(numberFormatId(xml));
    }
  };
  for await (const chunk of chunks) {
    feed(xml, chunk);
    advance();
  }
  feed(xml, undefined);
  advance();
  const isDate = new Map([...new Set(formats)].map((id) => [id, isDateFormat(id, codes.get(id))]));
  return Uint8Array.from(formats, (id) => Number(isDate.get(id)));
}

const LISTS = ['numFmts', 'cellXfs'] as const;

function numberFormatId(xml: Xml): number {
  return Number(attribute(xml, 'numFmtId') ?? 0);
}

function isDateFormat(id: number, code: string | undefined): boolean {
  if (code !== undefined) return isDateCode(code);
  // 27 to 36 and 50 to 58 are dates of the East Asian locales, 71 to 81 of the Thai one.
  return (
    (id >= 14 && id <= 22) ||
    (id >= 27 && id <= 36) ||
    (id >= 45 && id <= 58 && id !== 48 && id !== 49) ||
    (id >= 71 && id <= 81)
  );
}

/** No code is longer than 255 characters in Excel. */
const MAX_CODE = 1 << 10;

/** A day of our time as a serial: a code may show other numbers otherwise. */
const A_DAY = 45_000;

/** Whether a format code shows dates or times: it has d, m, y, h or s outside quotes, escapes and brackets. */
export function isDateCode(code: string): boolean {
  // One pass, because each of these may hold what looks like another: `\"`, `"["`.
  // Of brackets only elapsed time, [h]:mm, shows something, and a condition, [=0], says which section does.
  const bare = code
    .slice(0, MAX_CODE)
    .replace(/"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+|[<>=][^\]]*)\])[^\]]*\]/gis, '');
  const shown = bare.split(';').find(isForDays) ?? '';
  return /[dmyhs]/i.test(shown.replace(CONDITION, '').replace(/general/i, ''));
}

const CONDITION = /\[([<>=]+)\s*([-+.\d]*)[^\]]*\]/;

function isForDays(section: string): boolean {
  const [, comparison, text] = CONDITION.exec(section) ?? [];
  if (comparison === undefined) return true;
  const limit = Number(text);
  if (A_DAY === limit) return comparison !== '<>' && comparison.includes('=');
  return comparison === '<>' || comparison.includes(A_DAY < limit ? '<' : '>');
}
