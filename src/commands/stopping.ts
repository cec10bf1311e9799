/**
 * Aborted by the first signal to stop. Those after it change nothing: a terminal's Ctrl-C goes to a whole group, of which
 * a parent may pass it on once more.
 */
export function untilStopped(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  return stop.signal;
}
