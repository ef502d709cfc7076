// How a release goes out: few boxes first, on only by what was committed, called off by what failed. Pure.
import type { BoxProgress, Rollout, RolloutAnswer, RolloutBox, StoredUpdate } from '../../schemas/release-api.ts';

export interface Offered {
  readonly dev: string;
  readonly stage: number;
  readonly offeredMs: number;
}

export interface RolloutFacts {
  readonly rollout: Rollout;
  /** Boxes it is meant for, in the order in which they get their turn. */
  readonly candidates: readonly string[];
  readonly offered: readonly Offered[];
  /** What boxes said of this release. */
  readonly told: readonly StoredUpdate[];
  readonly nowMs: number;
}

export interface RolloutStep {
  readonly rollout: Rollout;
  /** Boxes whose turn has come. */
  readonly offer: readonly string[];
}

/** Later words count over earlier ones; being confirmed or gone back is the end. */
const rank: Readonly<Record<BoxProgress, number>> = {
  offered: 0,
  silent: 0,
  refused: 1,
  downloaded: 1,
  switched: 2,
  'rolled-back': 3,
  committed: 4,
};

/** Where each box stands. One that says nothing for `silentMs` is silent, whatever it said before. */
export function progressOf({ rollout, offered, told, nowMs }: Omit<RolloutFacts, 'candidates'>): RolloutBox[] {
  const last = new Map<string, StoredUpdate>();
  for (const one of told) {
    const before = last.get(one.dev);
    if (one.fact.counter !== rollout.counter) continue;
    if (!before || rank[one.fact.state] > rank[before.fact.state]) last.set(one.dev, one);
  }
  return offered.map(({ dev, stage, offeredMs }) => {
    const said = last.get(dev);
    const { state, reason = null, detail = '', lines = [] } = said?.fact ?? { state: 'offered' as const };
    const ended = state === 'committed' || state === 'rolled-back' || state === 'refused';
    const silent = !ended && nowMs - offeredMs >= rollout.silentMs;
    return { dev, stage, offeredMs, progress: silent ? 'silent' : state, atMs: said?.receivedMs ?? offeredMs, reason, detail, lines };
  });
}

export function failed({ progress }: Pick<RolloutBox, 'progress'>): boolean {
  return progress === 'rolled-back' || progress === 'refused' || progress === 'silent';
}

/** How many boxes have it after a stage; at least one, so that a small centre begins at all. */
export function stageSize(candidates: number, percent: number): number {
  return candidates === 0 ? 0 : Math.max(1, Math.ceil((candidates * percent) / 100));
}

/**
 * The next step of a roll-out that runs; any other is left as it is. Only boxes that committed count for going on: one that merely has it,
 * or says nothing, holds the stage until it counts as failed.
 */
export function decideRollout(facts: RolloutFacts): RolloutStep {
  const { rollout, candidates, offered, nowMs } = facts;
  if (rollout.state !== 'running') return { rollout, offer: [] };
  const boxes = progressOf(facts);
  const bad = boxes.filter(failed).length;
  if (bad > 0 && bad * 100 > rollout.abortPercent * boxes.length)
    return { rollout: { ...rollout, state: 'called-off', endedMs: nowMs }, offer: [] };
  const due = dueAt(facts, rollout.stage);
  if (due.length > 0) return { rollout, offer: due };
  const committed = boxes.filter(({ progress }) => progress === 'committed');
  const settled = boxes.length > 0 && boxes.every((box) => box.progress === 'committed' || failed(box));
  if (!settled || committed.length === 0) return { rollout, offer: [] };
  const last = rollout.stage >= rollout.stages.length - 1;
  if (last) return { rollout: { ...rollout, state: 'done', endedMs: nowMs }, offer: [] };
  const quietSinceMs = Math.max(...committed.map(({ atMs }) => atMs));
  if (nowMs - quietSinceMs < rollout.soakMs) return { rollout, offer: [] };
  const next = { ...rollout, stage: rollout.stage + 1, stageSinceMs: nowMs };
  return { rollout: next, offer: dueAt({ rollout: next, candidates, offered }, next.stage) };
}

/** Boxes that the stage is short of; those that came to the centre since are counted in. */
function dueAt({ rollout, candidates, offered }: Pick<RolloutFacts, 'rollout' | 'candidates' | 'offered'>, stage: number): string[] {
  const have = new Set(offered.map(({ dev }) => dev));
  const missing = stageSize(candidates.length, rollout.stages[stage] ?? 100) - have.size;
  return missing <= 0 ? [] : candidates.filter((dev) => !have.has(dev)).slice(0, missing);
}

/** Figures for people, by stage. */
export function countStages({ stages }: Rollout, boxes: readonly RolloutBox[]): RolloutAnswer['counts'] {
  return stages.map((percent, stage) => {
    const at = boxes.filter((box) => box.stage === stage);
    const committed = at.filter(({ progress }) => progress === 'committed').length;
    return { stage, percent, offered: at.length, committed, failed: at.filter(failed).length };
  });
}

/** Do boxes that were offered it still get it? What was called off or stopped is taken back where nothing was switched yet. */
export function offers({ state }: Rollout): boolean {
  return state === 'running' || state === 'paused' || state === 'done';
}
