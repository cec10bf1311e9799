/* Fixed pieces of XML, compared as bytes. */

/** Up to four characters as a DataView reads them, the first one lowest. */
export function word(text: string): number {
  return [...text].reduce((word, character, i) => word | (character.charCodeAt(0) << (8 * i)), 0);
}

export function matches(bytes: Uint8Array, at: number, literal: Uint8Array): boolean {
  for (let i = 0; i < literal.length; i++) if (bytes[at + i] !== literal[i]) return false;
  return true;
}

const PRESERVE = Buffer.from(' xml:space="preserve"');

/** Where the text begins behind `<t` at `at`, be it `<t>` or `<t xml:space="preserve">`; 0 for any other form. */
export function textStart(bytes: Uint8Array, at: number): number {
  const q = matches(bytes, at, PRESERVE) ? at + PRESERVE.length : at;
  return bytes[q] === 62 ? q + 1 : 0;
}
