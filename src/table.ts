const GAP = 2;
/** Text columns give way to a narrow terminal, down to this width. */
const NARROWEST = 12;

/** Columns side by side without borders; numbers to the right. Cells wrap when `room` is less than they take. */
export function formatTable(
  headers: readonly string[],
  rows: readonly (readonly unknown[])[],
  room = Number.POSITIVE_INFINITY,
): string {
  return [...tableLines(headers, rows, room)].join('\n');
}

/** The same, line by line. */
export function* tableLines(
  headers: readonly string[],
  rows: readonly (readonly unknown[])[],
  room = Number.POSITIVE_INFINITY,
): Generator<string> {
  const titles = headers.map(visible);
  const widths = titles.map(widthOf);
  const numeric = headers.map(() => true);
  for (const row of rows) {
    for (let i = 0; i < headers.length; i++) {
      const text = cellText(row[i]);
      widths[i] = Math.max(widths[i], widthOf(text));
      numeric[i] &&= text === '' || /^-?\d+([.,]\d+)?$/.test(text);
    }
  }
  const right = numeric.map((all) => all && rows.length > 0);
  fit(widths, right, room);
  yield* rowLines(titles, widths, right);
  for (const row of rows)
    yield* rowLines(
      headers.map((_, i) => cellText(row[i])),
      widths,
      right,
    );
}

/** Takes from the widest text column first, so that short ones stay whole. */
function fit(widths: number[], right: readonly boolean[], room: number): void {
  for (;;) {
    const excess = widths.reduce((sum, width) => sum + width + GAP, -GAP) - room;
    const [widest, next = NARROWEST] = widths
      .filter((width, i) => !right[i] && width > NARROWEST)
      .sort((a, b) => b - a);
    if (excess <= 0 || widest === undefined) return;
    const at = widths.findIndex((width, i) => !right[i] && width === widest);
    // One less than the next widest, so that equals take turns.
    widths[at] = Math.max(NARROWEST, widest - excess, Math.min(next, widest) - 1);
  }
}

function* rowLines(
  cells: readonly string[],
  widths: readonly number[],
  right: readonly boolean[],
): Generator<string> {
  const wrapped = cells.map((cell, i) => wrap(cell, widths[i]));
  const height = Math.max(1, ...wrapped.map((lines) => lines.length));
  for (let line = 0; line < height; line++) {
    const parts = wrapped.map((lines, i) => pad(lines[line] ?? '', widths[i], right[i]));
    yield parts.join(' '.repeat(GAP)).trimEnd();
  }
}

function pad(text: string, width: number, right: boolean): string {
  const blank = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? blank + text : text + blank;
}

/** Breaks between words, and within a word that is wider than a line. */
function wrap(text: string, width: number): string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  const end = () => {
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '';
  };
  for (const word of text.match(/\s*\S+/g) ?? []) {
    if (widthOf(line + word) > width) end();
    const piece = line === '' ? word.trimStart() : word;
    if (widthOf(line + piece) <= width) {
      line += piece;
      continue;
    }
    for (const { segment } of graphemesOf(piece)) {
      if (widthOf(line + segment) > width) end();
      line += segment;
    }
  }
  end();
  return lines;
}

function cellText(value: unknown): string {
  return value === null || value === undefined ? '' : visible(String(value));
}

// With the controls go the marks that turn a text's direction, and Unicode's own ends of a line.
const CONTROLS = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029]/gu;

/**
 * Somebody else's text must neither break a line nor speak to the terminal: what does either is shown as its escape.
 */
export function visible(text: string): string {
  return text.replace(CONTROLS, (control) => {
    const known = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[control];
    return known ?? `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

// East Asian Wide and Fullwidth, as Unicode has them in blocks.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

/** How many of a terminal's cells a text takes. */
export function widthOf(text: string): number {
  // Latin letters, the usual case, need no segmenting.
  if (/^[ -~\u00a0-\u00ac\u00ae-\u024f]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemesOf(text)) {
    if (/^\p{RGI_Emoji}$/v.test(segment) || WIDE.test(segment)) width += 2;
    else if (!/^[\p{M}\p{Cf}]+$/u.test(segment)) width += 1;
  }
  return width;
}

let segmenter: Intl.Segmenter | undefined;

function graphemesOf(text: string) {
  // Made when it is first needed, since that takes a tenth of a start.
  segmenter ??= new Intl.Segmenter();
  return segmenter.segment(text);
}
