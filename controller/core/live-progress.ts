// How far a live session is on each box it was meant for: what it told last, or whether it can have heard at all.
import type { LiveAnswer } from '../../schemas/api.ts';
import type { Problem } from '../../schemas/problems.ts';

type State = LiveAnswer['progress'][number]['state'];

interface ToldLive {
  readonly dev: string;
  readonly state: string;
  readonly atMs: number;
  readonly problem: Problem | null;
}

const told: readonly State[] = ['accepted', 'sounding', 'lost', 'ended', 'refused'];

/** Unlike an order's, these states come and go: the latest counts, and at the same instant the later word. */
export function liveProgress(boxes: readonly string[], facts: readonly ToldLive[], online: (dev: string) => boolean) {
  const others = [...new Set(facts.map(({ dev }) => dev))].filter((dev) => !boxes.includes(dev));
  return [...boxes, ...others].map((box) => {
    const mine = facts.filter((fact) => fact.dev === box && told.includes(fact.state as State));
    const latest = mine.reduce<ToldLive | undefined>((best, fact) => (best && isAfter(best, fact) ? best : fact), undefined);
    if (!latest) return { box, state: online(box) ? ('sent' as const) : ('offline' as const), detail: null, atMs: null };
    const detail = latest.problem ? `${latest.problem.code}: ${latest.problem.detail}`.slice(0, 300) : null;
    return { box, state: latest.state as State, detail, atMs: latest.atMs };
  });
}

function isAfter(one: ToldLive, other: ToldLive): boolean {
  if (one.atMs !== other.atMs) return one.atMs > other.atMs;
  return told.indexOf(one.state as State) > told.indexOf(other.state as State);
}
