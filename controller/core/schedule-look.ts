// A schedule looked at before it is kept: when it would play, what every box's policy says, whom it meets, what cannot be heard.
import type { PreviewAnswer } from '../../schemas/api.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { type Occasion, onOccasions } from '../../schemas/holidays.ts';
import type { Policy } from '../../schemas/policy.ts';
import type { Programme } from '../../schemas/programme.ts';
import { starts } from '../../schemas/recurrence.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import { defaultBoxSettings, sounds } from '../../schemas/settings.ts';
import { agenda, type Occurrence, winner } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';
import { type BoxToServe, type CentreContent, policyAt } from './compile-want.ts';
import { playedBy } from './schedule-part.ts';
import type { SourceFate } from './source-programmes.ts';

const meetingsMax = 60;
const dayMs = 24 * 3600_000;
const spansMax = 60;
/** Policies times staggers that one look judges. */
const variantsMax = 64;

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
  const before = playedBy(content)(groups);
  const programmes = before.programmes.some(({ id }) => id === programme.id) ? before.programmes : [...before.programmes, programme];
  // Days left out are told only where some schedule leaves them out; the new one may be the first.
  const schedules = { ...before, programmes, schedules: [...before.schedules, schedule], holidays: [...content.holidays].sort() };
  const spans = spansOf(schedule, wish.occasions, fromMs, toMs);
  const agendas = variantsOf(schedule, programme, content, boxes).map(({ policy, settings }) => {
    const plan: Plan = { rev: 1, settings, policy, schedules };
    return spans.flatMap((span) => agenda(plan, span.fromMs, span.toMs));
  });
  const refusals = new Map(agendas.flat().flatMap((one) => (one.refused === null ? [] : [[one.id, one.refused] as const])));
  // A play over the seam of two spans is seen from both.
  const first = new Map((agendas[0] ?? []).map((one) => [one.id, one]));
  const all = [...first.values()].map((one) => ({ ...one, refused: refusals.get(one.id) ?? null }));
  const occurrences = all.filter((one) => one.schedule === schedule.id);
  return {
    schedule,
    occurrences,
    meetings: meetingsOf(occurrences, all, content.localOrder),
    unplayable: [...unplayableIn(programme, occurrences), ...unplayableOf(content.fates?.get(programme.id) ?? [], occurrences)],
  };
}

/** Named days are few and far between: only the days round them are looked at. */
function spansOf(
  schedule: Schedule,
  occasions: readonly Occasion[],
  fromMs: number,
  toMs: number,
): { readonly fromMs: number; readonly toMs: number }[] {
  if (occasions.length === 0) return [{ fromMs, toMs }];
  const begun = starts(schedule, [], fromMs, toMs);
  const days = begun.ok ? [...new Set(begun.value.map((ms) => Math.floor(ms / dayMs)))] : [];
  return days.map((day) => ({ fromMs: day * dayMs, toMs: (day + 1) * dayMs })).slice(0, spansMax);
}

interface Variant {
  readonly policy: Policy;
  readonly settings: BoxToServe['settings'];
}

/** How boxes differ in what they make of it: by policy, and by their stagger where neighbours start apart. A board judges no sound. */
function variantsOf({ neighbours }: Schedule, { form }: Programme, content: CentreContent, boxes: readonly BoxToServe[]): Variant[] {
  const kind = form === 'audio' ? 'loudspeaker' : 'board';
  const hearing = boxes.filter(({ settings }) => settings.outputs.some((output) => sounds(output.kind) === (form === 'audio')));
  const some = hearing.length > 0 ? hearing : [{ area: '', settings: defaultBoxSettings }];
  const variants = new Map<string, Variant>();
  for (const { area, settings } of some) {
    const { policy } = policyAt(area, content);
    const staggerMs = neighbours === 'staggered' ? settings.staggerMs : 0;
    variants.set(`${staggerMs} ${canonicalJson(policy)}`, {
      policy,
      settings: { ...settings, staggerMs, outputs: [{ id: 'main', kind }] },
    });
  }
  return [...variants.values()].slice(0, variantsMax);
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

/** Source items of the programme that none, or not all, of these plays have. */
function unplayableOf(fates: readonly SourceFate[], occurrences: readonly Occurrence[]): PreviewAnswer['unplayable'] {
  const [first] = occurrences;
  const last = occurrences.at(-1);
  return fates.flatMap(({ sha256, title, why, validFromMs, validUntilMs }): PreviewAnswer['unplayable'] => {
    if (why !== null && why !== 'not-yet-valid') return [{ sha256, title, why }];
    if (first && (validFromMs ?? 0) > first.startMs) return [{ sha256, title, why: 'not-yet-valid' }];
    return last && (validUntilMs ?? Number.POSITIVE_INFINITY) < last.endMs ? [{ sha256, title, why: 'no-more-valid' }] : [];
  });
}
