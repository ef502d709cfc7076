// How far an order is on each box it was meant for: the furthest fact it told, or whether it can have heard at all. And the totals.
import type { BoxState, OrderCounts } from '../../schemas/order-standing.ts';
import type { Problem } from '../../schemas/problems.ts';

export interface ToldFact {
  readonly dev: string;
  readonly state: string;
  readonly atMs: number;
  readonly voice: string | null;
  readonly problem: Problem | null;
}

/** What one box told of one order so far. */
export interface Told {
  readonly state: BoxState;
  readonly atMs: number;
  readonly problem: Problem | null;
  readonly voice: string | null;
  /** It sounded at some time, whatever came of it later. */
  readonly sounded: boolean;
}

export interface BoxProgress {
  readonly box: string;
  readonly state: BoxState;
  readonly detail: string | null;
  readonly atMs: number | null;
}

/** A box that told nothing: sent while connected, away, or asked again without an answer. */
export type Silence = Extract<BoxState, 'sent' | 'offline' | 'unanswered'>;

/** Later words win over earlier ones; a box never goes back from an end to a beginning. Proof that it was heard outlasts its end. */
const order: readonly BoxState[] = [
  'sent',
  'offline',
  'unanswered',
  'refused',
  'accepted',
  'held',
  'sounding',
  'failed',
  'expired',
  'ended',
  'cleared',
  'heard',
];
/** A box may hold an order back after it began, and sound it again: between these the later word is true. */
const alternating: readonly string[] = ['held', 'sounding'] satisfies BoxState[];

/** Take one more fact in; a word this program does not know changes nothing. */
export function foldFact(before: Told | undefined, fact: ToldFact): Told | undefined {
  if (!order.includes(fact.state as BoxState)) return before;
  const sounded = before?.sounded === true || fact.state === 'sounding' || fact.state === 'heard';
  const voice = before?.voice ?? fact.voice;
  if (before && !goesBeyond(fact, before)) return { ...before, sounded, voice };
  return { state: fact.state as BoxState, atMs: fact.atMs, problem: fact.problem, voice, sounded };
}

/** All that was told of one order, by box. */
export function toldByBox(facts: readonly ToldFact[]): Map<string, Told> {
  const told = new Map<string, Told>();
  for (const fact of facts) {
    const folded = foldFact(told.get(fact.dev), fact);
    if (folded) told.set(fact.dev, folded);
  }
  return told;
}

/** One line for each box it was meant for, then for each other that told of it. */
export function progressOf(boxes: readonly string[], told: ReadonlyMap<string, Told>, silenceOf: (dev: string) => Silence): BoxProgress[] {
  const meant = new Set(boxes);
  const others = [...told.keys()].filter((dev) => !meant.has(dev));
  return [...boxes, ...others].map((box) => {
    const furthest = told.get(box);
    if (!furthest) return { box, state: silenceOf(box), detail: null, atMs: null };
    const { state, atMs, problem, voice, sounded } = furthest;
    // What ran out before it was heard once did not reach people.
    const unheard = state === 'expired' && !sounded ? 'failed' : state;
    return { box, state: unheard, detail: problem ? `${problem.code}: ${problem.detail}`.slice(0, 300) : voice, atMs };
  });
}

/** Each box in exactly one total: their sum is the number of boxes. */
export function countsOf(progress: readonly Pick<BoxProgress, 'state'>[]): OrderCounts {
  const counts = { sent: 0, received: 0, refused: 0, sounding: 0, ended: 0, heard: 0, failed: 0, offline: 0, unanswered: 0 };
  for (const { state } of progress) counts[totalOf[state]]++;
  return counts;
}

const totalOf: Readonly<Record<BoxState, keyof OrderCounts>> = {
  sent: 'sent',
  offline: 'offline',
  unanswered: 'unanswered',
  refused: 'refused',
  accepted: 'received',
  held: 'received',
  sounding: 'sounding',
  failed: 'failed',
  expired: 'ended',
  ended: 'ended',
  cleared: 'ended',
  heard: 'heard',
};

/** Where somebody has to look, worst first. */
const trouble: readonly BoxState[] = ['unanswered', 'refused', 'failed', 'held', 'offline'];

/** At most so many lines, those in trouble first; otherwise in the order given. */
export function foremost<One extends Pick<BoxProgress, 'state'>>(progress: readonly One[], linesMax: number): One[] {
  if (progress.length <= linesMax) return [...progress];
  const rankOf = ({ state }: One) => (trouble.includes(state) ? trouble.indexOf(state) : trouble.length);
  return [...progress].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, linesMax);
}

function goesBeyond(fact: ToldFact, best: Told): boolean {
  if (alternating.includes(fact.state) && alternating.includes(best.state)) return fact.atMs > best.atMs;
  return order.indexOf(fact.state as BoxState) > order.indexOf(best.state);
}
