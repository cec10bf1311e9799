/** The candidate that a word was meant to be: one that it begins, or the nearest by a letter in three. */
export function nearestTo(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.filter((candidate) => candidate.startsWith(word));
  if (begun.length === 1) return begun[0];
  const near = candidates
    .map((candidate) => ({ candidate, edits: editsBetween(word, candidate) }))
    .sort((a, b) => a.edits - b.edits)
    .at(0);
  return near && near.edits * 3 <= word.length ? near.candidate : undefined;
}

/** How many letters must be put in, taken out, changed, or swapped with the next, to make one word of another. */
function editsBetween(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= one.length; i++) {
    const above = rows[i - 1];
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = above[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1);
      const isSwapped = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const swapped = isSwapped ? rows[i - 2][j - 2] + 1 : changed;
      row.push(Math.min(changed, swapped, above[j] + 1, row[j - 1] + 1));
    }
    rows.push(row);
  }
  return rows[one.length][other.length];
}
