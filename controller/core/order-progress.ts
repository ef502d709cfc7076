// How far an order is on each box it was meant for: the furthest fact it told, or whether it can have heard at all.
import type { OrderAnswer } from '../../schemas/api.ts';
import type { Problem } from '../../schemas/problems.ts';

type State = OrderAnswer['progress'][number]['state'];

export interface ToldFact {
  readonly dev: string;
  readonly state: string;
  readonly atMs: number;
  readonly voice: string | null;
  readonly problem: Problem | null;
}

export interface BoxProgress {
  readonly box: string;
  readonly state: State;
  readonly detail: string | null;
  readonly atMs: number | null;
}

/** Later words win over earlier ones; a box never goes back from an end to a beginning. */
const order: readonly State[] = ['sent', 'offline', 'refused', 'accepted', 'held', 'sounding', 'expired', 'ended', 'cleared'];
/** A box may hold an order back after it began, and sound it again: between these the later word is true. */
const alternating: readonly string[] = ['held', 'sounding'] satisfies State[];

export function progressOf(boxes: readonly string[], facts: readonly ToldFact[], online: (dev: string) => boolean): BoxProgress[] {
  const others = [...new Set(facts.map((fact) => fact.dev))].filter((dev) => !boxes.includes(dev));
  return [...boxes, ...others].map((box) => {
    const told = facts.filter((fact) => fact.dev === box && order.includes(fact.state as State));
    const furthest = told.reduce<ToldFact | undefined>((best, fact) => (best && !goesBeyond(fact, best) ? best : fact), undefined);
    if (!furthest) return { box, state: online(box) ? 'sent' : 'offline', detail: null, atMs: null };
    const detail = furthest.problem ? `${furthest.problem.code}: ${furthest.problem.detail}`.slice(0, 300) : voiceOf(told);
    return { box, state: furthest.state as State, detail, atMs: furthest.atMs };
  });
}

function goesBeyond(fact: ToldFact, best: ToldFact): boolean {
  if (alternating.includes(fact.state) && alternating.includes(best.state)) return fact.atMs > best.atMs;
  return rank(fact) > rank(best);
}

function rank(fact: ToldFact): number {
  return order.indexOf(fact.state as State);
}

function voiceOf(told: readonly ToldFact[]): string | null {
  return told.find((fact) => fact.voice !== null)?.voice ?? null;
}
