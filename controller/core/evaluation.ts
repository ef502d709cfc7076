// What a unit is measured by in a month: parts and wholes that can be added, shares only at the end. Pure.
import type { RatedLevel, Stars } from '../../schemas/evaluation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';

export interface Measure {
  readonly part: number;
  readonly whole: number;
}

/** Facts of one month, each with its place. */
export interface MonthFacts {
  readonly boxes: readonly {
    readonly area: AreaPath;
    /** Of the month, since it was enrolled. */
    readonly wholeMs: number;
    readonly offlineMs: number;
    readonly played: number;
    readonly due: number;
    readonly longFaults: number;
  }[];
  /** Essential items, once for each unit they were issued to. */
  readonly items: readonly { readonly area: AreaPath; readonly done: boolean }[];
  readonly ratings: readonly { readonly area: AreaPath; readonly level: RatedLevel; readonly stars: Stars }[];
  /** What residents said and is due, answered in time or not. */
  readonly replies?: readonly { readonly area: AreaPath; readonly inTime: boolean }[];
  readonly staff: readonly { readonly areas: readonly AreaPath[]; readonly trained: boolean }[];
}

export interface UnitMeasures {
  readonly essential: Measure;
  readonly online: Measure;
  readonly kept: Measure;
  /** `null`: no box was there to have any. */
  readonly longFaults: number | null;
  /** Answered within two working days. */
  readonly replied: Measure;
  readonly ratings: Readonly<Record<RatedLevel, Stars>>;
  /** Each person once, however many rights. */
  readonly trained: Measure;
}

const noStars: Stars = [0, 0, 0, 0, 0];

/** All of a unit and below it: a parent is measured by all that lies below, never by the mean of its units' shares. */
export function measure(area: AreaPath, { boxes, items, ratings, staff, replies = [] }: MonthFacts): UnitMeasures {
  const own = boxes.filter((box) => within(box.area, area));
  const sum = (of: (box: MonthFacts['boxes'][number]) => number) => own.reduce((all, box) => all + of(box), 0);
  const issued = items.filter((item) => within(item.area, area));
  const asked = replies.filter((reply) => within(reply.area, area));
  const people = staff.filter(({ areas }) => areas.some((one) => within(one, area)));
  const votes = (level: RatedLevel): Stars =>
    ratings.filter((one) => one.level === level && within(one.area, area)).reduce((all, { stars }) => addStars(all, stars), noStars);
  return {
    essential: { part: issued.filter(({ done }) => done).length, whole: issued.length },
    online: { part: sum(({ wholeMs, offlineMs }) => wholeMs - Math.min(wholeMs, offlineMs)), whole: sum(({ wholeMs }) => wholeMs) },
    kept: { part: sum(({ played }) => played), whole: sum(({ due }) => due) },
    longFaults: own.length === 0 ? null : sum(({ longFaults }) => longFaults),
    replied: { part: asked.filter(({ inTime }) => inTime).length, whole: asked.length },
    ratings: { commune: votes('commune'), centre: votes('centre'), province: votes('province') },
    trained: { part: people.filter(({ trained }) => trained).length, whole: people.length },
  };
}

export function addStars(a: Stars, b: Stars): Stars {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4]];
}

/** Mean of one to five; null where nobody voted. */
export function meanStars(stars: Stars): number | null {
  const votes = stars.reduce((sum, times) => sum + times, 0);
  return votes === 0 ? null : stars.reduce((sum, times, at) => sum + times * (at + 1), 0) / votes;
}

/** Part of the whole, or null where nothing was measured. */
export function shareOf({ part, whole }: Measure): number | null {
  return whole > 0 ? part / whole : null;
}

/** So many months up to one, the oldest first. */
export function monthsUpTo(month: string, count: number): string[] {
  const [year = 0, of = 1] = month.split('-').map(Number);
  const last = year * 12 + of - 1;
  return Array.from({ length: count }, (_, at) => {
    const one = last - count + 1 + at;
    return `${Math.floor(one / 12)}-${String((one % 12) + 1).padStart(2, '0')}`;
  });
}
