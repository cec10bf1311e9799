/**
 * Whether an episode speaks of `words`, in its name or in its description: the folded words stand there one
 * after the other, also as parts of longer ones. Case, accents, the kind of white space and characters that are not
 * seen make no difference. A slug (`grupo-boticario`) or a handle (`GrupoBoticarioVagas`) is not two words: both occur
 * only in links, and a link alone is an advertisement, not what the episode speaks of.
 */
export function matches(episode: { name: string; description: string }, words: string): boolean {
  const sought = fold(words);
  return [episode.name, episode.description].some((text) => fold(text).includes(sought));
}

/** Accents, and what nobody sees: soft hyphens, joiners, marks of direction. */
const IGNORED = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** Next Line as well, which JavaScript counts as none. */
const SPACES = /[\s\u0085]+/g;

/** Upper case rather than lower, because it also makes one of "ß" and "ss", and of both forms of sigma. */
function fold(text: string): string {
  return text.normalize('NFKD').replace(IGNORED, '').replace(SPACES, ' ').trim().toUpperCase();
}
