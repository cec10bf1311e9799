import { UserError } from '../errors.ts';

/**
 * A part's chunks as UTF-8. Nearly every workbook is UTF-8 already and passes untouched;
 * UTF-16 with a byte order mark, and the encodings an XML declaration may name, are recoded.
 */
export async function* toUtf8(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  part: string,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let decoder: ReturnType<typeof decoderFor>;
  let first = true;
  for await (const chunk of chunks) {
    if (first) decoder = decoderFor(chunk, part);
    first = false;
    yield decoder ? recode(decoder, part, chunk) : chunk;
  }
  if (decoder) yield recode(decoder, part);
}

/** Bytes that are no characters would become others: better none than wrong ones. */
function recode(
  decoder: NonNullable<ReturnType<typeof decoderFor>>,
  part: string,
  chunk?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  try {
    return encode(decoder.decode(chunk, { stream: chunk !== undefined }));
  } catch {
    throw new UserError('xml.malformed', { part, detail: 'damage.characters' });
  }
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function decoderFor(start: Uint8Array, part: string) {
  const [a, b] = start;
  if (a === 0xff && b === 0xfe) return new TextDecoder('utf-16le', { fatal: true });
  if (a === 0xfe && b === 0xff) return new TextDecoder('utf-16be', { fatal: true });
  const declaration = Buffer.from(start.subarray(0, 200)).toString('latin1');
  const encoding = /^(?:\xef\xbb\xbf)?<\?xml[^>]*?encoding=["']([^"']+)["']/.exec(declaration)?.[1];
  if (encoding === undefined || /^(utf-?8|us-ascii)$/i.test(encoding)) return undefined;
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new UserError('xml.encoding', { part, encoding });
  }
}
