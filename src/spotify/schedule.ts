import { Cron } from 'croner';

/** When to run next; times are milliseconds since 1970. */
export interface Schedule {
  /** Whether a time of the schedule has come since it was last asked; it is told once. */
  isDue(now: number): boolean;
  /** Undefined where the pattern names no time any more. */
  next(): number | undefined;
}

/** Counts from `now`: times that passed before are not made up for. */
export function createSchedule(
  { schedule, timezone }: { readonly schedule: string; readonly timezone: string },
  now: number,
): Schedule {
  const cron = new Cron(schedule, { timezone, paused: true });
  const after = (time: number) => cron.nextRun(new Date(time))?.getTime();
  let due = after(now);
  return {
    isDue(time) {
      const isDue = due !== undefined && time >= due;
      // Worked out each time: of a clock that was ahead and is put right, what came after it then is years away.
      due = after(time);
      return isDue;
    },
    next: () => due,
  };
}

/**
 * Five fields, because the sixth would be seconds, and nobody means to ask Spotify each second; and no word such as
 * `@daily` or time such as 2026-11-24T06:00, which have none.
 */
export function isPattern(pattern: string): boolean {
  try {
    new Cron(pattern, { mode: '5-part', paused: true });
    return pattern.trim().split(/\s+/).length === 5;
  } catch {
    return false;
  }
}

/** Whether a pattern names a time that comes, as 31 February never does. */
export function comes(pattern: string): boolean {
  return new Cron(pattern, { paused: true }).nextRun() !== null;
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
