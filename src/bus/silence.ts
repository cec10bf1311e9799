/* How a run waits for what others do with the messages that it published. */

/** Longer than a function may take for a message, and Pub/Sub to try again. */
export const SILENT_MINUTES = 15;

export const FIRST_LOOK_MS = 500;

/** How long to wait after the next look, when it was `wait` after the last one; in milliseconds. */
export function laterLook(wait: number): number {
  return Math.min(2 * wait, 10_000);
}
