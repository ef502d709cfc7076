// What is told to the centre above: what became of its issues, boxes by state, the coming days. Pure.
import type { VoicesFigures } from '../../schemas/citizen-api.ts';
import { federationLimits, type UpBoxes, type UpDays, type UpHandling, type UpThing, type UpVoices } from '../../schemas/federation.ts';
import { type AreaPath, within } from '../../schemas/ids.ts';
import type { Occurrence } from '../../schemas/timeline.ts';
import type { BoxStatus } from './fleet-status.ts';
import type { Handled } from './source-handling.ts';
import type { SourceIssue } from './source-issue.ts';

/** One line for each unit, named as it is named above. */
export function handlingUp(handled: readonly Handled[], issues: ReadonlyMap<string, SourceIssue>, centre: string): UpHandling[] {
  return handled.flatMap(({ entry, state, plays, firstMs, lastMs, clusters, clustersPlayed, told }) => {
    const origin = issues.get(entry.issue)?.origin;
    if (origin?.centre !== centre) return [];
    const names = origin.units.filter(({ unit }) => unit === entry.unit);
    const { answer, answeredMs, note, form, copy } = entry;
    const beyond = told ? { fresh: told.fresh, asOfMs: told.fresh === 'current' ? null : told.asOfMs } : null;
    return names.map(
      ({ above }): UpHandling => ({
        ...{ is: 'handling', issue: origin.issue, unit: above, answer, answeredMs, note, form, copied: copy !== null },
        ...{ state, plays, firstMs, lastMs, clusters, clustersPlayed, beyond },
      }),
    );
  });
}

/** Items of these issues, newest first; those of which every issue was taken back come last: nothing happens to them any more. */
export function toldFirst(issues: readonly Pick<SourceIssue, 'item' | 'withdrawn'>[]): string[] {
  const open = issues.filter(({ withdrawn }) => withdrawn === null);
  return [...new Set([...open, ...issues].map(({ item }) => item))];
}

/** Each unit with the boxes that stand in it and in none inside it. */
export function boxesUp(
  units: readonly { readonly name: string; readonly area: AreaPath }[],
  boxes: readonly { readonly area: AreaPath; readonly enrolled: boolean; readonly status: BoxStatus }[],
  own: AreaPath,
): UpBoxes[] {
  const inside = units.filter(({ area }) => within(area, own));
  const nearest = (area: AreaPath) =>
    inside
      .filter((unit) => within(area, unit.area))
      .reduce<AreaPath | undefined>((best, unit) => (best && best.length >= unit.area.length ? best : unit.area), undefined);
  return inside.map(({ name, area }) => {
    const here = boxes.filter((box) => nearest(box.area) === area);
    const enrolled = here.filter((one) => one.enrolled);
    const online = enrolled.filter(({ status }) => status.online);
    return {
      ...{ is: 'boxes' as const, area, name, total: here.length, awaited: here.length - enrolled.length },
      ...{ online: online.length, offline: enrolled.length - online.length },
      unwell: online.filter(({ status }) => status.health.state !== 'ok').length,
    };
  });
}

/** Starts of all boxes, each once, soonest first; `days` of whole ones, so that the same plan is told in the same words for a while. */
export function daysUp(agendas: readonly (readonly Occurrence[])[], fromMs: number, untilMs: number): UpDays {
  const starts = new Map<string, UpDays['starts'][number]>();
  for (const occurrences of agendas)
    for (const { schedule, startMs, endMs, title, class: rank, refused } of occurrences) {
      if (refused !== null || startMs < fromMs || startMs >= untilMs) continue;
      const key = `${schedule} ${startMs}`;
      const known = starts.get(key);
      starts.set(key, { startMs, endMs, title, class: rank, boxes: (known?.boxes ?? 0) + 1 });
    }
  const sorted = [...starts.values()].sort((a, b) => a.startMs - b.startMs || (a.title < b.title ? -1 : 1));
  const kept = sorted.slice(0, federationLimits.starts);
  return { is: 'days', fromMs, untilMs, cut: sorted.length > kept.length, starts: kept };
}

/** Named one by one: what is added to the figures of a centre some day is not told by itself. */
export function voicesUp(of: Pick<UpVoices, 'area' | 'month'>, figures: VoicesFigures): UpVoices {
  const { received, byKind, answered, inTime, due, refused, medianMs, satisfaction, ratings } = figures;
  const { commune, centre, province } = ratings;
  return {
    ...{ is: 'voices', ...of, received, byKind: { ...byKind }, answered, inTime, due, refused, medianMs },
    satisfaction: [...satisfaction],
    ratings: { commune: [...commune], centre: [...centre], province: [...province] },
  };
}

/** By month as well: who looks at one month reads no others. */
export function voicesSubject({ area, month }: Pick<UpVoices, 'area' | 'month'>): string {
  return `${area} ${month}`;
}

export function upKeyOf(thing: UpThing): string {
  if (thing.is === 'handling') return `handling:${thing.issue}:${thing.unit}`;
  if (thing.is === 'reading') return `reading:${thing.directive}:${thing.unit}`;
  if (thing.is === 'voices') return `voices:${thing.area}:${thing.month}`;
  return thing.is === 'boxes' ? `boxes:${thing.area}` : 'days';
}

export function upSubjectOf(thing: UpThing): string {
  if (thing.is === 'handling') return thing.issue;
  if (thing.is === 'reading') return thing.directive;
  if (thing.is === 'voices') return voicesSubject(thing);
  return thing.is === 'boxes' ? thing.area : '';
}

/** May a centre that answers for `area` say this? Of an issue or a directive only for units that it was issued to. */
export function mayTell(
  thing: UpThing,
  area: AreaPath,
  areaOf: (unit: string) => AreaPath | undefined,
  wasIssued: (issue: string, unit: string) => boolean,
): boolean {
  if (thing.is === 'days') return true;
  if (thing.is === 'boxes') return within(thing.area, area);
  // A centre measures itself as a whole; its parts are its own affair.
  if (thing.is === 'voices') return thing.area === area;
  const place = areaOf(thing.unit);
  return place !== undefined && within(place, area) && wasIssued(upSubjectOf(thing), thing.unit);
}
