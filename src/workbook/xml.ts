import { type Damage, UserError, type Values } from '../errors.ts';
import { giveBack } from './give-back.ts';

/**
 * A pull tokenizer over the bytes of one XML part. It holds a window of the part and asks for MORE
 * when a token does not end inside it. Bytes never become strings here: a token is a range of the window,
 * valid until the next call. Namespaces are resolved (a prefix is only ever a prefix), close tags are
 * checked against open ones, comments and processing instructions are passed over, a DOCTYPE is refused.
 */
export interface Xml {
  /** The part's name, for messages. */
  readonly part: string;
  /** The spreadsheet element that the part must be; undefined where it is of another namespace. */
  readonly root: string | undefined;
  rootSeen: boolean;
  /**
   * The window: `bytes[pos..end)` is still to be read; `bytes[end]` is 0, which ends every fast match. SPARE more bytes
   * may be read, and mean nothing.
   */
  bytes: Uint8Array<ArrayBuffer>;
  /** Of the same bytes, for who reads four of them at once. */
  view: DataView<ArrayBuffer>;
  pos: number;
  end: number;
  /** Nothing follows the window. */
  final: boolean;
  /** Open elements. */
  depth: number;
  /** Of the last OPEN or CLOSE: its whole name is `bytes[nameStart..nameEnd)`, its local name from `localStart`. */
  nameStart: number;
  localStart: number;
  nameEnd: number;
  /** Of the last OPEN: no CLOSE follows. */
  selfClosing: boolean;
  attributeCount: number;
  /** Four numbers an attribute: name start, name end, value start, value end. */
  readonly attributes: Int32Array;
  /** Of the last TEXT; `cdata` text holds no entities. */
  textStart: number;
  textEnd: number;
  cdata: boolean;
  /** Whether an element without a prefix is in the namespace of spreadsheets. */
  mainByDefault: boolean;
  /** Namespace declarations in force, innermost last. */
  readonly scopes: { readonly depth: number; readonly prefix: string }[];
  /** For each prefix what it has been declared as, innermost last. */
  readonly uris: Map<string, string[]>;
  /** Depths of the open elements that are read as if they were not there, and of the one that is passed over, or 0. */
  readonly unseen: number[];
  passing: number;
  /** A hash of each open element's name, by depth. */
  readonly openNames: Int32Array;
  /** Whether `xml:space` preserves white space, by depth. */
  readonly preserves: Uint8Array;
}

export const MORE = 0;
export const OPEN = 1;
export const CLOSE = 2;
export const TEXT = 3;
export const END = 4;
type Token = typeof MORE | typeof OPEN | typeof CLOSE | typeof TEXT | typeof END;

const MAX_DEPTH = 256;
const MAX_ATTRIBUTES = 256;
/** Bytes behind the window's end. */
const SPARE = 16;
/** No token of an honest workbook is near this; a cell's text ends at 32,767 characters. */
export const MAX_WINDOW = 1 << 24;

/** Transitional and strict OOXML name the same things by different URIs (ECMA-376 parts 1 and 4). */
const MAIN = new Set([
  'http://schemas.openxmlformats.org/spreadsheetml/2006/main',
  'http://purl.oclc.org/ooxml/spreadsheetml/main',
]);
const RELATIONSHIPS = new Set([
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
  'http://purl.oclc.org/ooxml/officeDocument/relationships',
]);

export function createXml(part: string, root?: string): Xml {
  const bytes = new Uint8Array(1 + SPARE);
  return {
    part,
    root,
    rootSeen: false,
    bytes,
    view: new DataView(bytes.buffer),
    pos: 0,
    end: 0,
    final: false,
    depth: 0,
    nameStart: 0,
    localStart: 0,
    nameEnd: 0,
    selfClosing: false,
    attributeCount: 0,
    attributes: new Int32Array(4 * MAX_ATTRIBUTES),
    textStart: 0,
    textEnd: 0,
    cdata: false,
    mainByDefault: false,
    scopes: [],
    uris: new Map(),
    unseen: [],
    passing: 0,
    openNames: new Int32Array(MAX_DEPTH),
    preserves: new Uint8Array(MAX_DEPTH + 1),
  };
}

/** Puts the next chunk behind what is left of the window. Without a chunk the part has ended. */
export function feed(xml: Xml, chunk: Uint8Array | undefined): void {
  if (chunk === undefined) {
    xml.final = true;
    return;
  }
  const left = xml.end - xml.pos;
  const needed = left + chunk.length;
  if (left > MAX_WINDOW) throw tooLong(xml);
  if (needed + 1 + SPARE > xml.bytes.length) {
    // Twice the size, so that a token over many chunks is not copied for each of them.
    const bytes = new Uint8Array(Math.max(needed + 1 + SPARE, 2 * xml.bytes.length));
    bytes.set(xml.bytes.subarray(xml.pos, xml.end));
    giveBack(xml.bytes);
    xml.bytes = bytes;
    xml.view = new DataView(bytes.buffer);
  } else {
    xml.bytes.copyWithin(0, xml.pos, xml.end);
  }
  xml.bytes.set(chunk, left);
  xml.bytes[needed] = 0;
  xml.pos = 0;
  xml.end = needed;
}

/** The next token; on MORE nothing was consumed: feed, and call again. */
export function next(xml: Xml): Token {
  for (;;) {
    const token = anyToken(xml);
    if (!isPassed(xml, token)) return token;
  }
}

const ALTERNATIVES = 'http://schemas.openxmlformats.org/markup-compatibility/2006';

/**
 * Of alternatives (ECMA-376 part 3, 7.3) the last one is for who knows no extension: what it holds is read as if it
 * stood there alone, and what the others hold is passed over.
 */
function isPassed(xml: Xml, token: Token): boolean {
  if (token === MORE || token === END) return false;
  if (xml.passing > 0) {
    if (xml.depth < xml.passing) xml.passing = 0;
    return true;
  }
  const { unseen } = xml;
  if (token === CLOSE && unseen.length > 0 && unseen[unseen.length - 1] > xml.depth) {
    unseen.pop();
    return true;
  }
  if (token !== OPEN || xml.localStart === xml.nameStart) return false;
  const isChoice = isLocal(xml, 'Choice');
  if (!isChoice && !isLocal(xml, 'Fallback') && !isLocal(xml, 'AlternateContent')) return false;
  if (namespaceOf(xml) !== ALTERNATIVES) return false;
  if (!xml.selfClosing && isChoice) xml.passing = xml.depth;
  else if (!xml.selfClosing) unseen.push(xml.depth);
  return true;
}

function anyToken(xml: Xml): Token {
  const { bytes } = xml;
  for (;;) {
    const at = xml.pos;
    if (at >= xml.end) return atEnd(xml);
    if (bytes[at] !== 60) return text(xml, at);
    switch (bytes[at + 1]) {
      case 47:
        return closeTag(xml, at);
      case 33:
        if (starts(xml, at, '<![CDATA[')) return cdata(xml, at);
        if (starts(xml, at, '<!--')) {
          if (!skipPast(xml, at + 4, '-->')) return more(xml);
          continue;
        }
        if (xml.end - at < 9 && !xml.final) return MORE;
        if (starts(xml, at, '<!DOCTYPE')) throw new UserError('xml.doctype', { part: xml.part });
        throw malformed(xml, 'damage.declaration');
      case 63:
        if (!skipPast(xml, at + 2, '?>')) return more(xml);
        continue;
      default:
        return openTag(xml, at);
    }
  }
}

function atEnd(xml: Xml): Token {
  if (!xml.final) return MORE;
  if (xml.depth > 0) throw malformed(xml, 'damage.end');
  if (!xml.rootSeen) throw malformed(xml, 'damage.empty');
  return END;
}

/** The window ended inside a token: more is needed, unless there is none. */
function more(xml: Xml): Token {
  if (xml.final) throw malformed(xml, 'damage.end');
  return MORE;
}

function text(xml: Xml, at: number): Token {
  let end = xml.bytes.indexOf(60, at);
  if (end === -1 || end >= xml.end) {
    // White space may come in pieces, so that megabytes of it between two tags need no window.
    if (!xml.final && !isPlainSpace(xml.bytes, at, xml.end)) return MORE;
    end = xml.end;
  }
  if (xml.depth === 0 && !isBlank(xml.bytes, at, end)) throw malformed(xml, 'damage.outside');
  xml.textStart = at;
  xml.textEnd = end;
  xml.cdata = false;
  xml.pos = end;
  return TEXT;
}

/** Whether it can be handed out in pieces: a `\r` could be the half of a line end. */
function isPlainSpace(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i] !== 32 && bytes[i] !== 10 && bytes[i] !== 9) return false;
  }
  return true;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    // A byte order mark is white space here: it may stand before the first element.
    if (bytes[i] > 32 && bytes[i] !== 0xef && bytes[i] !== 0xbb && bytes[i] !== 0xbf) return false;
  }
  return true;
}

function cdata(xml: Xml, at: number): Token {
  if (!skipPast(xml, at + 9, ']]>')) return more(xml);
  xml.textStart = at + 9;
  xml.textEnd = xml.pos - 3;
  xml.cdata = true;
  return TEXT;
}

function closeTag(xml: Xml, at: number): Token {
  const { bytes } = xml;
  const nameEnd = endOfName(bytes, at + 2);
  let close = nameEnd;
  while (isSpace(bytes[close])) close++;
  if (close >= xml.end) return more(xml);
  if (bytes[close] !== 62) throw malformed(xml, 'damage.open');
  setName(xml, at + 2, nameEnd);
  if (xml.depth === 0 || xml.openNames[xml.depth - 1] !== hashName(bytes, at + 2, nameEnd)) {
    throw malformed(xml, 'damage.tags');
  }
  leave(xml);
  xml.pos = close + 1;
  return CLOSE;
}

/** Opens an element that was recognised without `next`, by the hash of its name. */
export function enter(xml: Xml, name: number): void {
  xml.openNames[xml.depth++] = name;
  xml.preserves[xml.depth] = xml.preserves[xml.depth - 1];
}

/** Closes the innermost element; what it declared ends with it. */
export function leave(xml: Xml): void {
  xml.depth--;
  const { scopes } = xml;
  if (scopes.length === 0 || scopes[scopes.length - 1].depth <= xml.depth) return;
  while (scopes.length > 0 && scopes[scopes.length - 1].depth > xml.depth) {
    const prefix = scopes.pop()?.prefix ?? '';
    const uris = xml.uris.get(prefix);
    uris?.pop();
    if (uris?.length === 0) xml.uris.delete(prefix);
  }
  xml.mainByDefault = MAIN.has(uriOf(xml, ''));
}

function openTag(xml: Xml, at: number): Token {
  const { bytes, attributes } = xml;
  // The element before was self-closing: what it declared ends with it.
  if (xml.scopes.length > 0 && xml.scopes[xml.scopes.length - 1].depth > xml.depth) {
    xml.depth++;
    leave(xml);
  }
  const nameEnd = endOfName(bytes, at + 1);
  if (nameEnd === at + 1 && nameEnd < xml.end) throw malformed(xml, 'damage.nameless');
  let count = 0;
  let declares = false;
  let spaceAt = -1;
  let p = nameEnd;
  for (;;) {
    while (isSpace(bytes[p])) p++;
    if (p >= xml.end) return more(xml);
    if (bytes[p] === 62 || bytes[p] === 47) break;
    const start = p;
    p = endOfName(bytes, p);
    const end = p;
    while (isSpace(bytes[p])) p++;
    if (p >= xml.end) return more(xml);
    if (bytes[p] !== 61 || end === start) throw malformed(xml, 'damage.noValue');
    p++;
    while (isSpace(bytes[p])) p++;
    if (p >= xml.end) return more(xml);
    const quote = bytes[p];
    if (quote !== 34 && quote !== 39) throw malformed(xml, 'damage.noQuotes');
    const valueEnd = bytes.indexOf(quote, p + 1);
    if (valueEnd === -1 || valueEnd >= xml.end) return more(xml);
    if (count === MAX_ATTRIBUTES) throw malformed(xml, 'damage.attributes');
    attributes[4 * count] = start;
    attributes[4 * count + 1] = end;
    attributes[4 * count + 2] = p + 1;
    attributes[4 * count + 3] = valueEnd;
    if (bytes[start] === 120) {
      if (bytesAre(bytes, start, start + 5, 'xmlns')) declares = true;
      else if (bytesAre(bytes, start, end, 'xml:space')) spaceAt = 4 * count;
    }
    count++;
    p = valueEnd + 1;
  }
  xml.selfClosing = bytes[p] === 47;
  if (xml.selfClosing) p++;
  if (p >= xml.end) return more(xml);
  if (bytes[p] !== 62) throw malformed(xml, 'damage.open');
  setName(xml, at + 1, nameEnd);
  xml.attributeCount = count;
  if (xml.depth === MAX_DEPTH) throw malformed(xml, 'damage.deep');
  if (declares) declareNamespaces(xml);
  if (xml.depth === 0) openRoot(xml);
  if (!xml.selfClosing) {
    enter(xml, hashName(bytes, at + 1, nameEnd));
    if (spaceAt !== -1) declareSpace(xml, spaceAt);
  }
  xml.pos = p + 1;
  return OPEN;
}

function openRoot(xml: Xml): void {
  if (xml.rootSeen) throw malformed(xml, 'damage.behind');
  xml.rootSeen = true;
  if (xml.root !== undefined && !isMain(xml, xml.root))
    throw malformed(xml, 'damage.root', { root: xml.root });
}

function declareNamespaces(xml: Xml): void {
  const { bytes, attributes } = xml;
  for (let i = 0; i < 4 * xml.attributeCount; i += 4) {
    const name = latin1(bytes, attributes[i], attributes[i + 1]);
    if (name !== 'xmlns' && !name.startsWith('xmlns:')) continue;
    const uri = latin1(bytes, attributes[i + 2], attributes[i + 3]);
    const prefix = name.slice(6);
    xml.scopes.push({ depth: xml.depth + 1, prefix });
    const uris = xml.uris.get(prefix);
    if (uris) uris.push(uri);
    else xml.uris.set(prefix, [uri]);
  }
  xml.mainByDefault = MAIN.has(uriOf(xml, ''));
}

function declareSpace({ bytes, attributes, preserves, depth }: Xml, at: number): void {
  preserves[depth] = Number(bytesAre(bytes, attributes[at + 2], attributes[at + 3], 'preserve'));
}

function uriOf(xml: Xml, prefix: string): string {
  return xml.uris.get(prefix)?.at(-1) ?? '';
}

/** The namespace of the last OPEN or CLOSE, whose name has a prefix. */
function namespaceOf(xml: Xml): string {
  return uriOf(xml, latin1(xml.bytes, xml.nameStart, xml.localStart - 1));
}

/** Whether white space counts at the ends of the texts in the element that is open (XML 1.0, 2.10). */
export function preservesSpace(xml: Xml): boolean {
  return xml.preserves[xml.depth] === 1;
}

/** A text as Excel reads it where nothing preserves the white space at its ends, however it is written. */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** Whether the last OPEN or CLOSE is this element of the spreadsheet namespace. */
export function isMain(xml: Xml, local: string): boolean {
  if (!isLocal(xml, local)) return false;
  if (xml.localStart === xml.nameStart) return xml.mainByDefault;
  return MAIN.has(namespaceOf(xml));
}

/** Whether the last OPEN or CLOSE has this local name, in any namespace. */
export function isLocal(xml: Xml, local: string): boolean {
  return bytesAre(xml.bytes, xml.localStart, xml.nameEnd, local);
}

/** The place of an attribute without a prefix in `attributes`, or -1. */
function attributeAt(xml: Xml, name: string): number {
  const { attributes, bytes } = xml;
  for (let i = 0; i < 4 * xml.attributeCount; i += 4) {
    if (bytesAre(bytes, attributes[i], attributes[i + 1], name)) return i;
  }
  return -1;
}

/** The value of an attribute without a prefix, entities decoded. */
export function attribute(xml: Xml, name: string): string | undefined {
  const at = attributeAt(xml, name);
  return at === -1 ? undefined : attributeValue(xml, at);
}

/** The value of `r:id`, whatever its prefix. */
export function relationshipId(xml: Xml): string | undefined {
  for (let i = 0; i < 4 * xml.attributeCount; i += 4) {
    const [prefix, local] = latin1(xml.bytes, xml.attributes[i], xml.attributes[i + 1]).split(':');
    if (local === 'id' && RELATIONSHIPS.has(uriOf(xml, prefix))) return attributeValue(xml, i);
  }
  return undefined;
}

/** XML's booleans: `1`, `true`, and anything else is false. */
export function isTrue(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}

function attributeValue(xml: Xml, at: number): string {
  const raw = decode(xml, xml.attributes[at + 2], xml.attributes[at + 3]);
  return raw.includes('&') ? decodeEntities(raw, xml.part) : raw;
}

/** The last TEXT as a string: entities decoded, line ends as XML reads them. */
export function textValue(xml: Xml): string {
  const raw = decode(xml, xml.textStart, xml.textEnd);
  const lines = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return xml.cdata || !lines.includes('&') ? lines : decodeEntities(lines, xml.part);
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

/** Bytes that are no UTF-8 would become other characters: better none than wrong ones. */
function decode(xml: Xml, start: number, end: number): string {
  try {
    return utf8.decode(xml.bytes.subarray(start, end));
  } catch {
    throw malformed(xml, 'damage.characters');
  }
}

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function decodeEntities(raw: string, part: string): string {
  return raw.replace(/&([^;&]*;?)/g, (whole, body: string) => {
    const named = NAMED[body.slice(0, -1)];
    if (named !== undefined && body.endsWith(';')) return named;
    const number = /^#(?:x([0-9a-f]+)|([0-9]+));$/i.exec(body);
    const codePoint = number
      ? Number.parseInt(number[1] ?? number[2], number[1] ? 16 : 10)
      : Number.NaN;
    if (!isCharacter(codePoint))
      throw new UserError('xml.entity', { part, entity: whole.slice(0, 20) });
    return String.fromCodePoint(codePoint);
  });
}

/** Neither the end of all texts, nor half of a character. */
function isCharacter(codePoint: number): boolean {
  const isHalf = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint > 0 && codePoint <= 0x10ffff && !isHalf;
}

export function malformed(xml: Xml, detail: Damage, values: Values = {}): UserError {
  return new UserError('xml.malformed', { ...values, part: xml.part, detail });
}

export function tooLong(xml: Xml): UserError {
  return new UserError('xml.long', { part: xml.part, limit: MAX_WINDOW });
}

/** Whether `bytes[start..end)` is this ASCII word. */
function bytesAre(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false;
  return true;
}

function starts(xml: Xml, at: number, word: string): boolean {
  return at + word.length <= xml.end && bytesAre(xml.bytes, at, at + word.length, word);
}

function skipPast(xml: Xml, from: number, word: string): boolean {
  const at = Buffer.from(xml.bytes.buffer, xml.bytes.byteOffset, xml.end).indexOf(
    word,
    from,
    'latin1',
  );
  if (at === -1) return false;
  xml.pos = at + word.length;
  return true;
}

function setName(xml: Xml, start: number, end: number): void {
  xml.nameStart = start;
  xml.localStart = start;
  xml.nameEnd = end;
  for (let i = start; i < end; i++) if (xml.bytes[i] === 58) xml.localStart = i + 1;
}

function endOfName(bytes: Uint8Array, from: number): number {
  let p = from;
  // Up to white space, `/`, `=`, `>`, `<`, a quote, or the 0 that ends the window.
  for (
    let b = bytes[p];
    b > 32 && b !== 47 && b !== 61 && b !== 62 && b !== 60 && b !== 34;
    b = bytes[p]
  )
    p++;
  return p;
}

function isSpace(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

export function nameHash(name: string): number {
  return hashName(Buffer.from(name), 0, name.length);
}

function hashName(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
  return hash;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 1024)));
}
