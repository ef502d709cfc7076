// A day of programmes as residents hear it: what is to come, what was heard, and its sounds again once it was.
import type { PublicDay, PublicPlay, PublicPlayState, PublicSound } from '../../schemas/citizen-api.ts';
import { within } from '../../schemas/ids.ts';
import { filesOf, type Item } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { dayMs, dayOfLocalDate } from '../../schemas/zones.ts';
import { startOfDay } from '../core/area-history.ts';
import { type PlayedWhere, playsOfDay } from '../core/today.ts';
import { readContent } from '../dispatch.ts';
import type { Registry } from '../registry.ts';
import type { Store, StoredProgramme } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';

/** Boxes of a place that are looked at: those of one place play much the same. */
const boxesLookedAt = 40;
const playsMax = 200;

export interface PublicDayOptions {
  readonly store: Store;
  readonly registry: Pick<Registry, 'all'>;
  readonly units: Pick<UnitDesk, 'clock'>;
  readonly nowMs: () => number;
}

export async function publicDay(options: PublicDayOptions, unit: string, area: string, date: string): Promise<PublicDay> {
  const { store, registry, units, nowMs } = options;
  const fromMs = startOfDay(date, units.clock) ?? 0;
  const toMs = units.clock.instantNear(((dayOfLocalDate(date) ?? 0) + 1) * dayMs);
  const boxes = registry
    .all()
    .filter((box) => box.enrolledMs !== null && within(box.area, area))
    .slice(0, boxesLookedAt);
  const content = await readContent(store, nowMs());
  if (!content || boxes.length === 0) return { date, unit, plays: [] };
  const seen = boxes.map((box) => ({ ...box, enrolled: true, online: true, health: 'ok' as const, sounding: [] }));
  const planned = playsOfDay(seen, content, { fromMs, toMs, most: playsMax }).plays.filter(
    ({ form, refused, startMs }) => form === 'audio' && refused === null && startMs >= fromMs && startMs < toMs,
  );
  const told = await store.log.receiptsBetween({ boxes: boxes.map(({ id }) => id), fromMs, toMs });
  const receipts = told
    .map(({ receipt }) => receipt)
    .filter(
      ({ what, programme, plannedStartMs }) =>
        what === 'occurrence' && programme !== undefined && plannedStartMs >= fromMs && plannedStartMs < toMs,
    );
  const programmes = new Map(content.programmes.map((one) => [one.programme.id, one]));
  const plays = [...planned, ...gone(planned, receipts)].map((play) => playOf(play, receipts, programmes.get(play.programme), nowMs()));
  return {
    date,
    unit,
    plays: plays.filter((play) => play !== undefined).sort((a, b) => a.startMs - b.startMs || (a.title < b.title ? -1 : 1)),
  };
}

type Planned = Pick<PlayedWhere, 'schedule' | 'programme' | 'startMs' | 'endMs' | 'spreadMs' | 'title'>;

/** Played by a schedule that is there no more. */
function gone(planned: readonly Planned[], receipts: readonly Receipt[]): Planned[] {
  const found = new Map<string, Planned>();
  for (const { schedule = '', programme = '', plannedStartMs, plannedEndMs } of receipts) {
    if (planned.some((play) => isOf(play, schedule, plannedStartMs))) continue;
    found.set(`${schedule} ${plannedStartMs}`, {
      schedule,
      programme,
      startMs: plannedStartMs,
      endMs: plannedEndMs,
      spreadMs: 0,
      title: '',
    });
  }
  return [...found.values()].slice(0, playsMax);
}

function isOf({ schedule, startMs, spreadMs }: Planned, ofSchedule: string, plannedMs: number): boolean {
  return schedule === ofSchedule && plannedMs >= startMs && plannedMs <= startMs + spreadMs;
}

/** Nothing that is not approved now is shown, whatever a receipt says. */
function playOf(play: Planned, receipts: readonly Receipt[], stored: StoredProgramme | undefined, nowMs: number): PublicPlay | undefined {
  if (stored?.state !== 'approved' || stored.programme.form !== 'audio') return undefined;
  const own = receipts.filter(({ schedule = '', plannedStartMs }) => isOf(play, schedule, plannedStartMs));
  const state = stateOf(play, own, nowMs);
  const heard = new Set(own.filter(({ outcome }) => outcome === 'played').flatMap(({ items }) => items));
  const { id, title, tier, essential = false, items } = stored.programme;
  return {
    ...{ programme: id, title, startMs: play.startMs, endMs: play.endMs, state, tier, essential },
    sounds: state === 'heard' ? items.filter(({ sha256 }) => heard.has(sha256)).map(soundOf) : [],
  };
}

function stateOf({ startMs, endMs }: Planned, receipts: readonly Receipt[], nowMs: number): PublicPlayState {
  if (receipts.some(({ outcome }) => outcome === 'played')) return 'heard';
  if (nowMs < startMs) return 'coming';
  if (nowMs < endMs) return 'sounding';
  // Not told is not silent.
  if (receipts.length === 0) return 'unknown';
  return receipts.some(({ audibleMs }) => audibleMs > 0) ? 'partly' : 'not-heard';
}

export function soundOf({ sha256, title, language, durationMs, speak }: Item): PublicSound {
  return { sha256, title, language, durationMs, text: speak ?? '' };
}

/** Which approved programme holds these bytes. */
export function holdsSound({ state, programme }: StoredProgramme, sha256: string): boolean {
  return (
    state === 'approved' &&
    programme.form === 'audio' &&
    programme.items.some((item) => filesOf(item).some((file) => file.sha256 === sha256))
  );
}
