// What is asked of the audit, as an address; days are whole days here.

export interface Asked {
  actor: string;
  /** As acts begin: `unit.`; empty: any. */
  act: string;
  subject: string;
  /** Days, `2026-11-28`; empty: no bound. */
  from: string;
  to: string;
}
export const nothingAsked: Asked = { actor: '', act: '', subject: '', from: '', to: '' };

/** What acts are about, in the order in which people look for them. */
export const families = [
  'order',
  'live',
  'programme',
  'schedule',
  'policy',
  'source',
  'box',
  'fault',
  'ticket',
  'duty',
  'mandate',
  'alert',
  'account',
  'session',
  'token',
  'unit',
  'centre',
  'register',
  'retention',
  'release',
  'training',
  'audit',
] as const;

const dayMs = 86_400_000;
/** Vietnam keeps one clock all year. */
const zoneOffsetMs = 7 * 3600_000;

/** Midnight of a day here; undefined of what is no day. */
export function dayStartMs(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const ms = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(ms) ? undefined : Math.max(0, ms - zoneOffsetMs);
}

/** The newest first. */
export function addressOf({ actor, act, subject, from, to }: Asked, limit: number): string {
  const lastDayMs = dayStartMs(to);
  const values = {
    ...{ actor: actor.trim(), act, subject: subject.trim() },
    ...{ fromMs: dayStartMs(from), toMs: lastDayMs === undefined ? undefined : lastDayMs + dayMs },
    ...{ order: 'newest', limit },
  };
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') given.set(name, String(value));
  return `/audit?${given}`;
}
