// Builders with good defaults: a test names only what it is about.
import type { OpenedMeta } from '../../agent/core/model.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { Order } from '../../schemas/order.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { type BoxSettings, defaultBoxSettings } from '../../schemas/settings.ts';
import type { Plan, Want } from '../../schemas/want.ts';

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
/** Monday 2026-11-23 00:00 in Vietnam. */
export const mondayMs = 1_795_366_800_000;

/** A hash that names what it stands for. */
export function hashOf(text: string): string {
  let hash = 0n;
  for (const c of text) hash = (hash * 131n + BigInt(c.codePointAt(0) ?? 0)) % (1n << 256n);
  return hash.toString(16).padStart(64, '0');
}

export function item(title: string, durationMs: number, changes: Partial<Item> = {}): Item {
  return {
    sha256: hashOf(title),
    bytes: 1 + Math.ceil(durationMs / 8),
    type: 'audio/ogg',
    title,
    language: 'vi',
    durationMs,
    gainDb: 0,
    ...changes,
  };
}

export function programme(id: string, items: readonly Item[], changes: Partial<Programme> = {}): Programme {
  return { id, title: id, form: 'audio', tier: 'normal', level: 'commune', centre: 'xa', items: [...items], ...changes };
}

/** Local time in Vietnam as a schedule writes it. */
export function localTime(ms: number): string {
  return new Date(ms + 7 * hourMs).toISOString().replace(/[-:]/g, '').slice(0, 15);
}

export function schedule(id: string, programmeId: string, startMs: number, changes: Partial<Schedule> = {}): Schedule {
  return {
    id,
    programme: programmeId,
    class: 'normal',
    start: localTime(startMs),
    zone: 'Asia/Ho_Chi_Minh',
    rdates: [],
    exdates: [],
    holidays: 'play',
    repeat: { times: 1, gapMs: 0 },
    missedStart: { rule: 'join', withinMs: 10 * minuteMs },
    interrupted: 'resume',
    gainDb: 0,
    ...changes,
  };
}

const everyDay = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

export function policy(changes: Partial<Policy> = {}): Policy {
  return {
    id: 'quy-che',
    title: 'Quy chế phát thanh',
    zone: 'Asia/Ho_Chi_Minh',
    windows: [{ days: [...everyDay], from: '04:30', to: '22:00' }],
    quiet: [{ from: '22:00', to: '04:30' }],
    sessionGapMs: 10 * minuteMs,
    sessionMaxMs: 4 * hourMs,
    sessionsPerDay: 100,
    dayMaxMs: 20 * hourMs,
    gainMaxDb: 0,
    permits: [],
    ...changes,
  };
}

export function settings(changes: Partial<BoxSettings> = {}): BoxSettings {
  return { ...defaultBoxSettings, ...changes };
}

export function plan(
  rev: number,
  changes: {
    settings?: Partial<BoxSettings>;
    policy?: Partial<Policy>;
    programmes?: Programme[];
    schedules?: Schedule[];
    localOrder?: string[];
  } = {},
): Plan {
  return {
    rev,
    settings: settings(changes.settings),
    policy: policy(changes.policy),
    schedules: {
      programmes: changes.programmes ?? [],
      schedules: changes.schedules ?? [],
      holidays: [],
      localOrder: changes.localOrder ?? [],
    },
  };
}

export function wantOf({ rev }: Plan): Want {
  const part = (kind: 'settings' | 'policy' | 'schedules') => ({ kind, sha256: hashOf(`${kind} ${rev}`), bytes: 1_000 });
  return { rev, parts: [part('settings'), part('policy'), part('schedules')] };
}

export function order(changes: Partial<Order> = {}): Order {
  return {
    class: 'actual',
    level: 'commune',
    area: '08/02536',
    hazard: 'flash-flood',
    severity: 'Severe',
    urgency: 'Immediate',
    certainty: 'Observed',
    sirenMs: 5_000,
    times: 2,
    pauseMs: 2_000,
    speech: [{ language: 'vi', speak: 'Lũ quét. Lên cao ngay.', audio: { sha256: hashOf('lu quet'), bytes: 20_000, durationMs: 8_000 } }],
    screen: { title: 'LŨ QUÉT', text: 'Lên cao ngay' },
    ...changes,
  };
}

export function opened(id: string, ctr: number, changes: Partial<OpenedMeta> = {}): OpenedMeta {
  return {
    id,
    iss: 'xa',
    epoch: 'e1',
    aud: 'g/xa-all',
    ctr,
    iat: ctr,
    nbf: ctr,
    exp: ctr + hourMs,
    topic: 'loa/1/g/xa-all/order',
    signedBy: ['key-0001'],
    digest: hashOf(`${id} ${ctr}`),
    ...changes,
  };
}

export function liveSession(session: string, openMs: number, changes: Partial<LiveSession> = {}): LiveSession {
  return {
    session,
    state: 'open',
    source: 'microphone',
    level: 'commune',
    title: session,
    publicKey: `${'A'.repeat(43)}=`,
    delayMs: 2_000,
    openMs,
    untilMs: openMs + 10 * minuteMs,
    gainDb: 0,
    ...changes,
  };
}
