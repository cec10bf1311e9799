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
  let cellFormatsDepth = 0;
  const advance = () => {
    for (let token = next(xml); token !== MORE && token !== END; token = next(xml)) {
      if (token === CLOSE && xml.depth < cellFormatsDepth) cellFormatsDepth = 0;
      if (token !== OPEN) continue;
      if (isMain(xml, 'numFmt')) codes.set(numberFormatId(xml), attribute(xml, 'formatCode') ?? '');
      else if (isMain(xml, 'cellXfs') && !xml.selfClosing) cellFormatsDepth = xml.depth;
      else if (cellFormatsDepth > 0 && isMain(xml, 'xf')) formats.push(numberFormatId(xml));
    }
  };
  for await (const chunk of chunks) {
    feed(xml, chunk);
    advance();
  }
  feed(xml, undefined);
  advance();
  return Uint8Array.from(formats, (id) => Number(isDateFormat(id, codes.get(id))));
}

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

/** Whether a format code shows dates or times: it has d, m, y, h or s outside quotes, escapes and brackets. */
export function isDateCode(code: string): boolean {
  // One pass, because each of these may hold what looks like another: `\"`, `"["`.
  // Elapsed time, [h]:mm, is the one pair of brackets that is no colour, locale or condition.
  const bare = code.replace(/"[^"]*"?|[\\_*].|\[(?!(?:h+|m+|s+)\])[^\]]*\]/gis, '');
  return /[dmyhs]/i.test(bare.split(';', 1)[0].replace(/general/i, ''));
}
