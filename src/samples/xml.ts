export const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

const SPECIAL = /[&<>"]/g;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const NEEDS_ESCAPE = /[&<>"\p{Cc}]|_x[0-9a-f]{4}_/iu;
// XML 1.0 has no control characters but tab and line feed, and its parsers turn \r into \n:
// Excel writes them as _xHHHH_, and the underscore of a text that merely looks so as _x005F_.
const ESCAPED_BY_EXCEL = /_(?=x[0-9a-f]{4}_)|(?![\t\n])\p{Cc}/giu;

/** The characters of a text or an attribute, as Excel escapes them. */
export function escapeXml(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return text;
  return text
    .replace(ESCAPED_BY_EXCEL, (c) => `_x${hex4(c)}_`)
    .replace(SPECIAL, (c) => ENTITIES[c] ?? c);
}

function hex4(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
}

/** The `<t>` of a string; without `xml:space` a reader may drop the white space at its ends. */
export function textElement(text: string): string {
  const space = text.trim() === text ? '' : ' xml:space="preserve"';
  return `<t${space}>${escapeXml(text)}</t>`;
}

/** `A` for 0, `XFD` for 16383. */
export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}
