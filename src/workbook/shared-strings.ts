import { createRichText, readRichText, startRichText } from './rich-text.ts';
import { decodeEscapes, type TextStore } from './texts.ts';
import { createXml, END, feed, isMain, MORE, next, OPEN } from './xml.ts';

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
