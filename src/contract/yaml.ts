import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { UserError } from '../errors.ts';

/** A file of YAML as it was written. */
export interface Yaml {
  readonly file: string;
  readonly content: unknown;
  /** The line, from 1, in which stands what a path leads to; of what is missing, that of what should hold it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** As much of a line as shows where one is. */
const SHOWN = 60;

/** Throws UserError `dataset.syntax`, `dataset.tab` or `dataset.keyTwice` with the line. */
export function parseYaml(text: string, file: string): Yaml {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const wrong = document.errors.at(0);
  if (wrong) throw refused(wrong.code, wrong.pos[0]);

  function refused(code: string, offset: number): UserError {
    const { line, col: column } = counter.linePos(offset);
    const key = text.slice(offset).split(':', 1)[0];
    if (code === 'DUPLICATE_KEY') return new UserError('dataset.keyTwice', { file, line, key });
    if (code === 'TAB_AS_INDENT') return new UserError('dataset.tab', { file, line });
    const shown = text.split('\n')[line - 1].trim().slice(0, SHOWN);
    return new UserError('dataset.syntax', { file, line, column, text: shown });
  }

  function contentOf(): unknown {
    try {
      return document.toJS();
    } catch {
      // An alias of nothing; the first is as good a place to look at as any.
      throw refused('', text.indexOf('*'));
    }
  }

  return {
    file,
    content: contentOf(),
    lineOf(path) {
      let node: unknown = document.contents;
      let start = startOf(node) ?? 0;
      for (const part of path) {
        const step = within(node, part);
        start = startOf(step?.at) ?? start;
        node = step?.node;
      }
      return counter.linePos(start).line;
    },
  };
}

/** One step of a path: what it leads to, and where that begins: with its key, if it has one. */
function within(node: unknown, part: PropertyKey) {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
    return pair && { at: pair.key, node: pair.value };
  }
  const item = isSeq(node) ? node.items[Number(part)] : undefined;
  return { at: item, node: item };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
