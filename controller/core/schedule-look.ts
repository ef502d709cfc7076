// A schedule looked at before it is kept: when it would play, what every box's policy says, whom it meets, what cannot be heard.
import type { PreviewAnswer } from '../../schemas/api.ts';
import { type Occasion, onOccasions } from '../../schemas/holidays.ts';
import type { Programme } from '../../schemas/programme.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { defaultBoxSettings } from '../../schemas/settings.ts';
import { agenda, type Occurrence, winner } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';
import { type BoxToServe, type CentreContent, policiesAt, schedulesOf } from './compile-want.ts';

const meetingsMax = 60;

export interface ScheduleWish {
  readonly schedule: Schedule;
  readonly groups: readonly string[];
  readonly occasions: readonly Occasion[];
  readonly programme: Programme;
}

export interface ScheduleLook {
  /** As a box would get it. */
  readonly schedule: Schedule;
  /** The new schedule's own plays among all that its groups already have; refused where the policy of any box refuses. */
  readonly occurrences: readonly Occurrence[];
  readonly meetings: PreviewAnswer['meetings'];
  readonly unplayable: PreviewAnswer['unplayable'];
}

/** What the schedule means in [fromMs, toMs), on the boxes of its groups (none yet: a box as it comes). */
export function lookAtSchedule(
  wish: ScheduleWish,
  content: CentreContent,
  boxes: readonly BoxToServe[],
  fromMs: number,
  toMs: number,
): ScheduleLook {
  const { programme, groups } = wish;
  const schedule = onOccasions(wish.schedule, wish.occasions, content.occasions ?? []);
  const before = schedulesOf(groups, content);
  const programmes = before.programmes.some(({ id }) => id === programme.id) ? before.programmes : [...before.programmes, programme];
  // Days left out are told only where some schedule leaves them out; the new one may be the first.
  const schedules = { ...before, programmes, schedules: [...before.schedules, schedule], holidays: [...content.holidays].sort() };
  const settings = settingsFor(programme, boxes);
  const agendas = policiesAt(boxes, content).map(({ policy }) => {
    const plan: Plan = { rev: 1, settings, policy, schedules };
    return agenda(plan, fromMs, toMs);
  });
  const refusals = new Map(agendas.flat().flatMap((one) => (one.refused === null ? [] : [[one.id, one.refused] as const])));
  const all = (agendas[0] ?? []).map((one) => ({ ...one, refused: refusals.get(one.id) ?? null }));
  const occurrences = all.filter((one) => one.schedule === schedule.id);
  return {
    schedule,
    occurrences,
    meetings: meetingsOf(occurrences, all, content.localOrder),
    unplayable: unplayableIn(programme, occurrences),
  };
}

function settingsFor({ form }: Programme, boxes: readonly BoxToServe[]): BoxToServe['settings'] {
  const kind = form === 'audio' ? 'loudspeaker' : 'board';
  return { ...(boxes[0]?.settings ?? defaultBoxSettings), outputs: [{ id: 'main', kind }] };
}

/** Two that want one output at one time; the rule of the box says who gets it first. */
function meetingsOf(own: readonly Occurrence[], all: readonly Occurrence[], localOrder: readonly string[]): PreviewAnswer['meetings'] {
  const heard = all.filter(({ refused }) => refused === null);
  const found = own
    .filter(({ refused }) => refused === null)
    .flatMap((one) =>
      heard
        .filter((other) => other.schedule !== one.schedule && other.startMs < one.endMs && one.startMs < other.endMs)
        .map((other) => ({
          startMs: Math.max(one.startMs, other.startMs),
          output: one.output,
          schedule: other.schedule,
          title: other.title,
          first: winner([one, other], localOrder) === one ? ('this' as const) : ('other' as const),
        })),
    );
  return found.slice(0, meetingsMax);
}

/** Validity of items against the plays: what no play may show any more, and what the first ones may not show yet. */
function unplayableIn({ items }: Programme, occurrences: readonly Occurrence[]): PreviewAnswer['unplayable'] {
  const [first] = occurrences;
  const last = occurrences.at(-1);
  if (!first || !last) return [];
  return items.flatMap(({ sha256, title, validFromMs = 0, validUntilMs = Number.POSITIVE_INFINITY }): PreviewAnswer['unplayable'] => {
    if (validFromMs > first.startMs) return [{ sha256, title, why: 'not-yet-valid' }];
    return validUntilMs < last.endMs ? [{ sha256, title, why: 'no-more-valid' }] : [];
  });
}
