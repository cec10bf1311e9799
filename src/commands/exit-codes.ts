/** Exit codes besides 0, documented in README.md. */
export const OURS = 1;
export const USAGE = 2;
export const REJECTED = 3;
export const LATER = 4;
