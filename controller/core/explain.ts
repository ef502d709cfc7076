// Why a box plays what it plays at an instant: the contest of its own timeline, what stands above it, what keeps it silent.
import type { Contender, OutputExplained, WhyNot } from '../../schemas/explain.ts';
import { preview } from '../../schemas/preview.ts';
import { agenda, type Occurrence } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';

/** How far back an interrupted play may come from, and how far on the next one is looked for. */
const lookBackMs = 24 * 3600_000;
const lookAheadMs = 24 * 3600_000;

/** With nothing but the plan happening, as `preview` plays it through. */
export function explain(plan: Plan, atMs: number): OutputExplained[] {
  const { localOrder } = plan.schedules;
  const touching = agenda(plan, atMs, atMs + 1);
  const { segments } = preview(plan, atMs - lookBackMs, atMs + lookAheadMs);
  return plan.settings.outputs.map(({ id, kind }) => {
    const own = segments.filter(({ output }) => output === id);
    const plays = own.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs) ?? null;
    const next = own.find(({ fromMs }) => fromMs > atMs) ?? null;
    const contenders = touching
      .filter((one) => one.output === id && one.id !== plays?.occurrence.id)
      .map((occurrence): Contender => ({ occurrence, whyNot: whyNot(occurrence, plays?.occurrence, localOrder) }));
    return { output: id, kind, plays, contenders, next };
  });
}

/** The first rule that sets the one that plays before this one. */
function whyNot(one: Occurrence, plays: Occurrence | undefined, localOrder: readonly string[]): WhyNot {
  if (one.refused !== null) return one.refused;
  if (!plays) return 'over';
  if (one.class !== plays.class) return 'class';
  const ordered = [one, plays].every(({ programme }) => localOrder.includes(programme));
  if (one.class === 'priority' && ordered && one.programme !== plays.programme) return 'local-order';
  if (one.level !== plays.level) return 'level';
  return one.startMs === plays.startMs ? 'name' : 'earlier-start';
}
