/** Exit codes besides 0, documented in README.md. */
export const OURS = 1;
export const USAGE = 2;
export const REJECTED = 3;
export const LATER = 4;

/** The one code of many: a fault of ours first, then what somebody can mend, and last what passes by itself. */
export function worstOf(codes: readonly number[]): number {
  return [OURS, USAGE, REJECTED, LATER].find((code) => codes.includes(code)) ?? 0;
}
