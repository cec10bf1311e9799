import { isUtf8 } from 'node:buffer';
import { matches, textStart, word } from './literals.ts';
import { createRichText, readRichText, startRichText } from './rich-text.ts';
import { decodeEscapes, type TextStore } from './texts.ts';
import { createXml, END, feed, isMain, MORE, next, OPEN, type Xml } from './xml.ts';

/** Reads the shared strings part into `texts`, one entry for each `si`, in order (ECMA-376 18.4.9). */
export async function readSharedStrings(
  chunks: AsyncIterable<Uint8Array>,
  part: string,
  texts: TextStore,
): Promise<void> {
  const xml = createXml(part, 'sst');
  const rich = createRichText();
  let inside = false;
  const advance = () => {
    for (;;) {
      if (inside) {
        if (!readRichText(rich, xml)) return;
        texts.push(decodeEscapes(rich.text));
        inside = false;
      }
      scanPlainStrings(xml, texts);
      const token = next(xml);
      if (token === MORE || token === END) return;
      if (token !== OPEN || !isMain(xml, 'si')) continue;
      if (xml.selfClosing) texts.push('');
      else {
        startRichText(rich, xml);
        inside = true;
      }
    }
  };
  for await (const chunk of chunks) {
    feed(xml, chunk);
    advance();
  }
  feed(xml, undefined);
  advance();
}

const ITEM = word('<si>');
const TEXT = word('<t');
const END_OF_ITEM = Buffer.from('</t></si>');

/**
 * The fast way through items that are `<si><t>a text</t></si>` and whose bytes are what the text says. It stops at
 * anything else, as at the end of the window.
 */
function scanPlainStrings(xml: Xml, texts: TextStore): void {
  if (xml.depth !== 1 || !xml.mainByDefault) return;
  const { bytes, view } = xml;
  let p = xml.pos;
  while (view.getInt32(p, true) === ITEM && view.getUint16(p + 4, true) === TEXT) {
    const from = textStart(bytes, p + 6);
    const end = from === 0 ? 0 : plainEnd(bytes, from);
    if (end === 0 || !matches(bytes, end, END_OF_ITEM)) break;
    texts.pushBytes(bytes, from, end);
    p = end + END_OF_ITEM.length;
  }
  xml.pos = p;
}

/** Where a text ends without an entity, an escape, or white space at an end; 0 for any other. */
function plainEnd(bytes: Uint8Array, from: number): number {
  let q = from;
  let all = 0;
  for (let byte = bytes[q]; byte !== 60; byte = bytes[++q]) {
    // The window's end, a line break that XML makes another, an entity, and _x000D_.
    if (byte === 0 || byte === 13 || byte === 38 || (byte === 95 && bytes[q + 1] === 120)) return 0;
    all |= byte;
  }
  if (q === from || bytes[from] <= 32 || bytes[q - 1] <= 32) return 0;
  return all < 128 || isUtf8(bytes.subarray(from, q)) ? q : 0;
}
