/* SQL as text: what in it is a text or a comment, and what is neither. */

export const TEXTS = `'''[^]*?'''|"""[^]*?"""|'(?:\\\\.|[^'\\\\])*'|"(?:\\\\.|[^"\\\\])*"|\`[^\`]*\``;
export const COMMENTS = '--[^\\n]*|#[^\\n]*|/\\*[^]*?\\*/';
const TOKENS = new RegExp(`${TEXTS}|${COMMENTS}`, 'g');

/** What is neither comment nor text; a text is an empty one. */
export function bareSql(sql: string): string {
  return sql.replace(TOKENS, (token) => (/^(--|#|\/\*)/.test(token) ? ' ' : "''")).trim();
}

/** How many statements a text has, and the first word of it. */
export function statementsIn(sql: string): { readonly count: number; readonly first: string } {
  const bare = bareSql(sql);
  const parts = bare.split(';').filter((part) => part.trim() !== '');
  return { count: parts.length, first: /^[\s(]*(\w*)/.exec(bare)?.[1].toUpperCase() ?? '' };
}
