// Priority programmes that meet and wait for the commune's word (PRODUCT §1.1), and what an order of them would sound like. Pure.
import { type Clash, localOrderLimits, type PlannedHours, type PriorityBrief } from '../../schemas/local-priority.ts';
import { preview } from '../../schemas/preview.ts';
import { agenda, type Occurrence, undecided } from '../../schemas/timeline.ts';
import type { Plan } from '../../schemas/want.ts';
import { type BoxToServe, type CentreContent, planFor } from './compile-want.ts';

export interface NamedBox extends BoxToServe {
  readonly name: string;
}

export interface Clashes {
  readonly clashes: readonly Clash[];
  readonly cut: boolean;
}

/** Pairs without an order on any of these boxes, those that meet soonest first. Boxes that plan alike are looked at once. */
export function clashesOf(boxes: readonly NamedBox[], content: CentreContent, fromMs: number, toMs: number): Clashes {
  const alike = new Map<string, NamedBox[]>();
  for (const box of boxes) {
    const key = JSON.stringify([box.area, [...box.groups].sort(), box.settings.outputs, box.settings.staggerMs]);
    alike.set(key, [...(alike.get(key) ?? []), box]);
  }
  const found = new Map<string, Clash>();
  for (const group of [...alike.values()].slice(0, localOrderLimits.plans)) {
    const [box] = group;
    if (!box) continue;
    const named = new Set<string>();
    for (const { first, second } of undecided(agenda(planFor(box, content), fromMs, toMs), content.localOrder)) {
      // Several outputs of a box are one place.
      const key = `${first.programme} ${second.programme}`;
      if (named.has(key)) continue;
      named.add(key);
      found.set(key, joined(found.get(key), first, second, group));
    }
  }
  const clashes = [...found.values()].sort((a, b) => a.fromMs - b.fromMs);
  const cut = alike.size > localOrderLimits.plans || clashes.length > localOrderLimits.clashes;
  return { clashes: clashes.slice(0, localOrderLimits.clashes), cut };
}

function joined(before: Clash | undefined, first: Occurrence, second: Occurrence, boxes: readonly NamedBox[]): Clash {
  const fromMs = Math.max(first.startMs, second.startMs);
  const count = (before?.boxes ?? 0) + boxes.length;
  if (before && before.fromMs <= fromMs) return { ...before, boxes: count };
  const { id = '', name = '' } = boxes[0] ?? {};
  const toMs = Math.max(first.endMs, second.endMs);
  return { first: briefOf(first), second: briefOf(second), fromMs, toMs, box: { id, name }, boxes: count };
}

function briefOf({ programme, title, level }: Occurrence): PriorityBrief {
  return { id: programme, title, level };
}

/** What this plan would sound like with that order. */
export function plannedHours(plan: Plan, localOrder: readonly string[], fromMs: number, toMs: number): PlannedHours {
  const { segments, leftOut } = preview({ ...plan, schedules: { ...plan.schedules, localOrder: [...localOrder] } }, fromMs, toMs);
  return {
    stretches: segments.slice(0, localOrderLimits.segments).map(({ output, fromMs: from, toMs: to, occurrence, offsetMs, why }) => {
      const { programme, title, class: kind, level } = occurrence;
      return { output, fromMs: from, toMs: to, programme, title, class: kind, level, offsetMs, why };
    }),
    lost: leftOut.slice(0, localOrderLimits.segments).map(({ occurrence: { programme, title }, atMs }) => ({ programme, title, atMs })),
  };
}
