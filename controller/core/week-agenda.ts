// What all boxes of a place will play in a span, each play once with how many boxes it is for and how many refuse it. Pure.
import type { AgendaPlay, BoxStrip } from '../../schemas/agenda.ts';
import { preview } from '../../schemas/preview.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import { agenda } from '../../schemas/timeline.ts';
import { type BoxToServe, type CentreContent, planFor, policyAt } from './compile-want.ts';

/** Ways in which boxes may differ that one question works through; a commune has a handful. */
const kindsMax = 200;

type Differing = Omit<BoxToServe, 'id'>;
/** Programmes that may still be approved: the week is made before its approver has looked at all of it. */
const waitingStates: ReadonlySet<string> = new Set(['draft', 'submitted']);

/** Boxes alike in all that a timeline depends on, with how many of them there are. */
function alike(boxes: readonly Differing[], content: CentreContent): { readonly box: Differing; readonly count: number }[] {
  const kinds = new Map<string, { box: Differing; count: number }>();
  for (const box of boxes) {
    const { groups, area, settings } = box;
    const outputs = settings.outputs.map(({ kind }) => kind).join(' ');
    const key = JSON.stringify([[...groups].sort(), policyAt(area, content).area, settings.staggerMs, outputs]);
    const known = kinds.get(key);
    if (known) known.count++;
    else kinds.set(key, { box, count: 1 });
  }
  return [...kinds.values()].slice(0, kindsMax);
}

/** Groups that no box belongs to yet are planned for all the same: `settings` is a box as it comes, with every kind of output. */
export function agendaOf(
  boxes: readonly Differing[],
  content: CentreContent,
  settings: BoxSettings,
  fromMs: number,
  toMs: number,
): AgendaPlay[] {
  const waiting = new Set(content.programmes.filter(({ state }) => waitingStates.has(state)).map(({ programme }) => programme.id));
  const hoped = {
    ...content,
    programmes: content.programmes.map((one) => (waiting.has(one.programme.id) ? { ...one, state: 'approved' } : one)),
  };
  const served = new Set(boxes.flatMap(({ groups }) => groups));
  const empty = [...new Set(content.schedules.flatMap(({ groups }) => groups))].filter((group) => !served.has(group));
  const kinds = [
    ...alike(boxes, content),
    ...empty.map((group) => ({ box: { groups: [group], area: '' as BoxToServe['area'], settings }, count: 0 })),
  ].slice(0, kindsMax);
  const plays = new Map<string, AgendaPlay>();
  for (const { box, count } of kinds) {
    const seen = new Set<string>();
    for (const one of agenda(planFor(box, hoped), fromMs, toMs)) {
      const plannedMs = Number(one.id.split('@')[1]);
      const key = `${one.schedule}@${plannedMs}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const known = plays.get(key);
      plays.set(key, {
        schedule: one.schedule,
        programme: one.programme,
        title: one.title,
        class: one.class,
        level: one.level,
        form: one.kind === 'board' ? 'bulletin' : 'audio',
        startMs: plannedMs,
        endMs: plannedMs + one.endMs - one.startMs,
        waiting: waiting.has(one.programme),
        boxes: (known?.boxes ?? 0) + count,
        refusedBoxes: (known?.refusedBoxes ?? 0) + (one.refused === null ? 0 : count),
        refused: known?.refused ?? one.refused,
      });
    }
  }
  return [...plays.values()].sort((a, b) => a.startMs - b.startMs || (a.schedule < b.schedule ? -1 : 1));
}

/** One box's outputs through a span, the contest between programmes played through. */
export function stripOf(box: BoxToServe & { readonly name: string }, content: CentreContent, fromMs: number, toMs: number): BoxStrip {
  const { segments, leftOut } = preview(planFor(box, content), fromMs, toMs);
  return {
    box: box.id,
    name: box.name,
    segments: segments.map(({ output, occurrence, why, ...span }) => ({
      output,
      fromMs: span.fromMs,
      toMs: span.toMs,
      why,
      schedule: occurrence.schedule,
      title: occurrence.title,
      class: occurrence.class,
    })),
    leftOut: leftOut.map(({ occurrence, atMs, why }) => ({
      output: occurrence.output,
      atMs,
      why,
      schedule: occurrence.schedule,
      title: occurrence.title,
    })),
  };
}
