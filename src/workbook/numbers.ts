const POWERS = Float64Array.from({ length: 16 }, (_, i) => 10 ** i);

/**
 * The number written in `bytes[start..end)`, the nearest double; NaN when it is not a finite number in XML's notation.
 * Up to 15 digits without an exponent are exact in doubles, so their quotient is the nearest one too
 * (Clinger 1990); anything longer is left to the engine's own parser.
 */
export function parseNumber(bytes: Uint8Array, start: number, end: number): number {
  let p = start;
  const negative = bytes[p] === 45;
  if (negative) p++;
  let value = 0;
  let digits = 0;
  let pointAt = -1;
  for (; p < end; p++) {
    const b = bytes[p];
    if (b >= 48 && b <= 57) {
      value = value * 10 + (b - 48);
      digits++;
    } else if (b === 46 && pointAt === -1) pointAt = digits;
    else break;
  }
  if (p < end || digits === 0 || digits > 15) return parseSlowly(bytes, start, end);
  if (pointAt !== -1) value /= POWERS[digits - pointAt];
  return negative ? -value : value;
}

// Only one way leads through a run of digits, however long it is.
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function parseSlowly(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > 400) return Number.NaN;
  return numberOf(String.fromCharCode(...bytes.subarray(start, end)));
}

/** The number that a text is, in XML's notation; NaN for anything else, infinity included. */
export function numberOf(text: string): number {
  const trimmed = text.trim();
  if (!NUMBER.test(trimmed)) return Number.NaN;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : Number.NaN;
}
