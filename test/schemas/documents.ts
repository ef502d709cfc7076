// Documents for tests: good defaults, one change at a time.
import type { Policy } from '../../schemas/policy.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule, SchedulePart } from '../../schemas/schedule.ts';
import { type BoxSettings, defaultBoxSettings } from '../../schemas/settings.ts';
import type { Plan } from '../../schemas/want.ts';

export function schedule(change: Partial<Schedule> = {}): Schedule {
  return {
    id: 's1',
    programme: 'p1',
    class: 'normal',
    start: '20261123T060000',
    zone: 'Asia/Ho_Chi_Minh',
    rdates: [],
    exdates: [],
    holidays: 'play',
    repeat: { times: 1, gapMs: 0 },
    missedStart: { rule: 'join', withinMs: 600_000 },
    interrupted: 'resume',
    gainDb: 0,
    ...change,
  };
}

export function programme(change: Partial<Programme> & { readonly durationMs?: number } = {}): Programme {
  const { durationMs = 600_000, ...rest } = change;
  return {
    id: 'p1',
    title: 'Bản tin xã',
    form: 'audio',
    tier: 'normal',
    level: 'commune',
    centre: 'son-duong',
    items: [
      {
        sha256: 'a'.repeat(64),
        bytes: 1000,
        type: 'audio/ogg',
        title: 'Bản tin',
        language: 'vi',
        durationMs,
        gainDb: 0,
      },
    ],
    ...rest,
  };
}

/** The rural policy: three sessions of 45 minutes, quiet at night and at noon. */
export function policy(change: Partial<Policy> = {}): Policy {
  return {
    id: 'nong-thon',
    title: 'Quy định phát thanh nông thôn',
    zone: 'Asia/Ho_Chi_Minh',
    windows: [{ days: ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'], from: '05:30', to: '21:00' }],
    quiet: [
      { from: '21:00', to: '05:30' },
      { from: '11:30', to: '13:30' },
    ],
    sessionGapMs: 300_000,
    sessionMaxMs: 45 * 60_000,
    sessionsPerDay: 3,
    dayMaxMs: 120 * 60_000,
    gainMaxDb: 0,
    permits: [],
    ...change,
  };
}

export function plan(
  schedules: Partial<SchedulePart>,
  change: { readonly policy?: Partial<Policy>; readonly settings?: Partial<BoxSettings> } = {},
): Plan {
  return {
    rev: 1,
    settings: { ...defaultBoxSettings, ...change.settings },
    policy: policy(change.policy),
    schedules: { programmes: [programme()], schedules: [schedule()], holidays: [], localOrder: [], ...schedules },
  };
}
