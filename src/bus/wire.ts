import { TerminalError } from '../errors.ts';
import { parseJson } from '../json.ts';

/**
 * How a message's data travels: as a JSON object of strings. Not as attributes, whose values end at 1,024 bytes,
 * which is less than a name of Cloud Storage may have.
 */
export function encodeData(data: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(JSON.stringify(data));
}

/** Throws TerminalError `bus.message` when the bytes are not what `encodeData` makes. */
export function decodeData(topic: string, bytes: Uint8Array): Record<string, string> {
  const text = Buffer.from(bytes).toString();
  const data = parseJson(text);
  if (isData(data)) return data;
  throw new TerminalError('bus.message', { topic, start: text.slice(0, 80) });
}

function isData(data: unknown): data is Record<string, string> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false;
  return Object.values(data).every((value) => typeof value === 'string');
}
