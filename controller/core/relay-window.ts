// When a relay may sound: its windows by the same recurrence that schedules programmes.
import type { RelayRequest } from '../../schemas/api.ts';
import type { Result } from '../../schemas/problems.ts';
import { starts } from '../../schemas/recurrence.ts';
import type { Schedule } from '../../schemas/schedule.ts';

const lookAheadMs = 8 * 24 * 3600_000;

export interface RelayWindow {
  /** End of the window that is open now. */
  readonly untilMs: number | null;
  readonly nextMs: number | null;
}

/** A schedule that starts where the windows do. */
export function scheduleOf(relay: Pick<RelayRequest, 'start' | 'zone' | 'rrule'>): Schedule {
  return {
    ...{ id: 'relay', programme: 'relay', class: 'normal', start: relay.start, zone: relay.zone },
    ...(relay.rrule !== undefined && { rrule: relay.rrule }),
    ...{ rdates: [], exdates: [], holidays: 'play', repeat: { times: 1, gapMs: 0 } },
    ...{ missedStart: { rule: 'join', withinMs: 0 }, interrupted: 'skip', gainDb: 0 },
  };
}

/** Problems: those of the recurrence. */
export function relayWindow(schedule: Schedule, durationMs: number, nowMs: number): Result<RelayWindow> {
  const found = starts(schedule, [], nowMs - durationMs + 1, nowMs + lookAheadMs);
  if (!found.ok) return found;
  const begun = found.value.filter((startMs) => startMs <= nowMs).at(-1);
  const nextMs = found.value.find((startMs) => startMs > nowMs) ?? null;
  return { ok: true, value: { untilMs: begun === undefined ? null : begun + durationMs, nextMs } };
}
