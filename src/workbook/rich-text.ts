import {
  CLOSE,
  isMain,
  MAX_WINDOW,
  MORE,
  next,
  OPEN,
  preservesSpace,
  TEXT,
  textValue,
  tooLong,
  trimSpace,
  type Xml,
} from './xml.ts';

/**
 * Collects the text of a `si` or `is` element: its `t`, and the `t` of its runs `r`, joined.
 * Phonetic runs (`rPh`) are how it is read aloud, not what it says.
 */
export interface RichText {
  /** Depth of the element that holds the text. */
  depth: number;
  text: string;
  /** Depth of the `t` being read, or 0; its text so far, and whether its ends may be white. */
  inText: number;
  piece: string;
  preserve: boolean;
  /** Depth of the element being passed over, or 0. */
  skipping: number;
}

export function createRichText(): RichText {
  return { depth: 0, text: '', inText: 0, piece: '', preserve: false, skipping: 0 };
}

/** The element was just opened. */
export function startRichText(rich: RichText, xml: Xml): void {
  rich.depth = xml.depth;
  rich.text = '';
  rich.piece = '';
  rich.inText = 0;
  rich.skipping = 0;
}

/** Reads on until the element closes: true then, false when MORE is needed first. */
export function readRichText(rich: RichText, xml: Xml): boolean {
  for (;;) {
    const token = next(xml);
    if (token === MORE) return false;
    if (token === OPEN) opened(rich, xml);
    else if (token === TEXT) {
      if (rich.inText > 0) rich.piece += textValue(xml);
      if (rich.text.length + rich.piece.length > MAX_WINDOW) throw tooLong(xml);
    } else if (token === CLOSE) {
      if (xml.depth < rich.depth) return true;
      if (xml.depth < rich.skipping) rich.skipping = 0;
      if (xml.depth < rich.inText) finishText(rich);
    }
  }
}

function finishText(rich: RichText): void {
  rich.inText = 0;
  // Only the piece is looked at: to look into a text that grows would copy all of it for each of its runs.
  rich.text += rich.preserve ? rich.piece : trimSpace(rich.piece);
  rich.piece = '';
}

function opened(rich: RichText, xml: Xml): void {
  if (xml.selfClosing || rich.skipping > 0) return;
  if (isMain(xml, 't')) {
    rich.inText = xml.depth;
    rich.preserve = preservesSpace(xml);
  } else if (!isMain(xml, 'r')) rich.skipping = xml.depth;
}
