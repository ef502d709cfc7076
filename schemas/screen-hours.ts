// When a public board is lit: windows of the day, in the board's own zone. Whoever cannot tell the time leaves it on.
import * as v from 'valibot';
import { DayWindow } from './policy.ts';
import { weekdays } from './rrule.ts';
import { Zone } from './time.ts';
import { dayMs, timeOfDayMs, weekdayOf, zoneClock } from './zones.ts';

/** A window's days are those on which it begins: Saturday 18:00 to 02:00 ends on Sunday. The same hour twice is a whole day. */
export const ScreenHours = v.strictObject({ zone: Zone, windows: v.pipe(v.array(DayWindow), v.minLength(1), v.maxLength(28)) });
export type ScreenHours = v.InferOutput<typeof ScreenHours>;

export interface ScreenTime {
  readonly lit: boolean;
  /** When that may change next; null where nobody can say. */
  readonly untilMs: number | null;
}

const lookDays = 8;

export function screenTimeAt({ zone, windows }: ScreenHours, wallMs: number): ScreenTime {
  const clock = zoneClock(zone);
  if (!clock.ok) return { lit: true, untilMs: null };
  const today = clock.value.dayAt(wallMs);
  const spans: { readonly fromMs: number; readonly untilMs: number }[] = [];
  for (let day = today - 1; day <= today + lookDays; day++) {
    const name = weekdays[weekdayOf(day)];
    for (const { days, from, to } of windows) {
      if (!days.some((one) => one === name)) continue;
      const [fromOfDay, toOfDay] = [timeOfDayMs(from), timeOfDayMs(to)];
      const lastDay = toOfDay <= fromOfDay ? day + 1 : day;
      // A doubtful hour of a clock change counts as lit.
      spans.push({
        fromMs: clock.value.instantNear(day * dayMs + fromOfDay, false),
        untilMs: clock.value.instantNear(lastDay * dayMs + toOfDay, true),
      });
    }
  }
  const lit = spans.some(({ fromMs, untilMs }) => fromMs <= wallMs && wallMs < untilMs);
  const next = Math.min(...spans.flatMap(({ fromMs, untilMs }) => [fromMs, untilMs]).filter((edge) => edge > wallMs));
  return { lit, untilMs: Number.isFinite(next) ? next : null };
}
