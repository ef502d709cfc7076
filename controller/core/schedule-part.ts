// What boxes play by the groups they listen to: schedules of approved programmes, each list of them made once. Pure.
import { onOccasions } from '../../schemas/holidays.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule, SchedulePart } from '../../schemas/schedule.ts';
import type { CentreContent } from './compile-want.ts';

/** From groups to what is played there. Groups that play the same are answered with the same object. */
export type PlayedBy = (groups: readonly string[]) => SchedulePart;

interface Played {
  readonly schedule: Schedule;
  /** Where nobody approved it in time, it goes to boxes under a name of its own. */
  readonly lost?: Programme;
}

/** Groups differ from hamlet to hamlet; what they play mostly does not: reads the content once, not once for each set of groups. */
export function playedBy(content: CentreContent): PlayedBy {
  const approved = new Map(
    content.programmes.filter(({ state }) => state === 'approved').map(({ programme }) => [programme.id, programme]),
  );
  const planned = [
    ...content.schedules
      .filter(({ schedule }) => approved.has(schedule.programme))
      .map(({ schedule, groups, occasions = [] }) => ({
        groups,
        played: { schedule: onOccasions(schedule, occasions, content.occasions ?? []) } satisfies Played,
      })),
    ...(content.lost ?? []).map(({ schedule, groups, programme }) => ({ groups, played: { schedule, lost: programme } satisfies Played })),
  ].sort((a, b) => byId(a.played.schedule, b.played.schedule));
  const places = new Map<string, number[]>();
  for (const [place, { groups }] of planned.entries())
    for (const group of new Set(groups)) {
      const known = places.get(group);
      if (known) known.push(place);
      else places.set(group, [place]);
    }
  const parts = new Map<string, SchedulePart>();
  return (groups) => {
    const here = [...new Set(groups.flatMap((group) => places.get(group) ?? []))].sort((a, b) => a - b);
    const key = here.join(' ');
    const known = parts.get(key);
    if (known) return known;
    const made = partOf(
      here.flatMap((place) => planned[place]?.played ?? []),
      [...approved.values()],
      content,
    );
    parts.set(key, made);
    return made;
  };
}

/** Schedules and programmes in the order of their ids. */
function partOf(played: readonly Played[], approved: readonly Programme[], { holidays, localOrder }: CentreContent): SchedulePart {
  const schedules = played.map(({ schedule }) => schedule);
  const used = new Set(played.filter(({ lost }) => !lost).map(({ schedule }) => schedule.programme));
  const named = new Map(played.flatMap(({ lost }) => (lost ? [[lost.id, lost] as const] : [])));
  return {
    programmes: [...approved.filter(({ id }) => used.has(id)), ...named.values()].sort(byId),
    schedules,
    // A year's days are told only to boxes that leave some out.
    holidays: schedules.some((schedule) => schedule.holidays === 'skip') ? [...holidays].sort() : [],
    localOrder: localOrder.filter((id) => used.has(id)),
  };
}

function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
