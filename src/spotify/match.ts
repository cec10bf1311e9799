/**
 * Whether an episode speaks of `words`, in its name or in its description: the folded words stand there one
 * after the other. Case, accents and the kind of white space make no difference.
 * A slug (`grupo-boticario`) or a handle (`GrupoBoticarioVagas`) does not count: both occur only in links,
 * and a link alone is an advertisement, not what the episode speaks of.
 */
export function matches(episode: { name: string; description: string }, words: string): boolean {
  const sought = fold(words);
  return [episode.name, episode.description].some((text) => fold(text).includes(sought));
}

/** Upper case rather than lower, because it also makes one of "ß" and "ss", and of both forms of sigma. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/\s+/g, ' ').trim().toUpperCase();
}
