/* What a statement reads and writes, by its text. */

/** Where a statement names a table, and the name by which it is known there. */
const REFERENCE =
  /\b(?:FROM|JOIN|INTO|UPDATE)\s+(\w+)(?:\s+AS\s+(\w+)|(?!\s*(?:AS|\()))?(?=[\s,)(;]|$)/gi;

/** The part of a statement in which that name is known: the innermost parentheses around it. */
function scopeOf(sql: string, at: number): string {
  let depth = 0;
  let start = at - 1;
  while (start >= 0 && !(sql[start] === '(' && depth === 0)) {
    if (sql[start] === ')') depth++;
    if (sql[start] === '(') depth--;
    start--;
  }
  depth = 0;
  let end = at;
  while (end < sql.length && !(sql[end] === ')' && depth === 0)) {
    if (sql[end] === '(') depth++;
    if (sql[end] === ')') depth--;
    end++;
  }
  // What HAVING says is asked when all is read.
  return withoutSubqueries(sql.slice(start + 1, end)).replace(/\bHAVING\b.*/is, '');
}

function withoutSubqueries(sql: string): string {
  const bare = sql.replace(/\(([^()]*)\)/g, (_, inner) =>
    /^\s*SELECT\b/i.test(inner) ? ' ' : ` ${inner} `,
  );
  return bare === sql ? sql : withoutSubqueries(bare);
}

interface Reference {
  readonly table: string;
  /** Whether the statement says which months of it. */
  readonly isBound: boolean;
  /** An INSERT writes the months of the rows that it is given, and reads nothing here. */
  readonly isInserted: boolean;
}

/** Where a statement reads or writes one of these tables. */
export function referencesOf(sql: string, tables: ReadonlySet<string>): Reference[] {
  return [...sql.matchAll(REFERENCE)].flatMap((match) => {
    const [, table, alias] = match;
    if (!tables.has(table)) return [];
    const scope = scopeOf(sql, match.index);
    const column = alias ? `(?:${alias}\\.)?MONTH_START` : 'MONTH_START';
    const isBound =
      new RegExp(`(?<![.\\w])${column} >= (p_from|DATE ')`).test(scope) &&
      new RegExp(`(?<![.\\w])${column} < (p_to|DATE ')`).test(scope);
    const isInserted = /^INSERT\b/i.test(sql) && /^INTO\b/i.test(match[0]);
    return [{ table, isBound, isInserted }];
  });
}

/** The statements of scripts and procedures, with the tables' short names. */
export function statementsOf(texts: readonly string[]): string[] {
  return texts
    .flatMap((text) =>
      text.replace(/^CREATE OR REPLACE PROCEDURE.*\nBEGIN\n/, '').split(/;(?=\s|$)/),
    )
    .map((text) => text.replace(/`demo\.d\.(\w+)`/g, '$1').trim());
}
