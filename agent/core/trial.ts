// A change that could cut the box off is tried: unless the centre is reached within ten minutes, the box goes back to what it had.
// Minutes are counted by the monotonic clock and while the box runs; a cut of the power neither ends a trial nor prolongs it.
import type { Want } from '../../schemas/want.ts';
import { endFault, raiseFault } from './faults.ts';
import type { Event, Kept, Trial, TrialOf } from './model.ts';
import type { Turn } from './turn.ts';

export const trialMs = 10 * 60_000;
/** What is left is written down so often. */
const markMs = 15_000;
/** A want that was taken back is tried again when the centre is met, so often. */
const triesMax = 2;
const fault = 'trial-reverted';

/** Parts of a want that could cut a box off, where both wants have them and they differ; empty: nothing to be tried. */
export function triedParts(before: Want, after: Want): TrialOf[] {
  const hashOf = ({ parts }: Want, kind: string) => parts.find((part) => part.kind === kind)?.sha256;
  return (['policy', 'paths'] as const).filter((kind) => hashOf(before, kind) !== hashOf(after, kind));
}

/** A want rules from now on; what it replaces is kept until the centre was met. Called as it is applied. */
export function wantApplied(turn: Turn, before: Want | null, after: Want): void {
  const { trial } = turn.kept;
  if (trial?.is === 'reverting' && trial.old?.rev === after.rev) {
    reverted(turn, trial);
    return;
  }
  // A centre that never gave a sign of life in this boot could not confirm anything.
  const of = before && turn.live.watch.own.beatMonoMs !== null ? triedParts(before, after) : [];
  const again = trial?.is === 'reverted' && trial.tried?.rev === after.rev ? trial.tries : 0;
  if (of.length === 0 || !before) {
    // A newer want without such a change makes the one before it pointless.
    if (trial && !trial.id) keep(turn, null);
    return;
  }
  // A change upon a change still goes back to what last held.
  const old = trial?.is === 'trying' && trial.old ? trial.old : before;
  begin(turn, { of, old, tried: after, tries: again + 1 });
}

/** Network or authority were changed at the edge, which knows how to go back. */
export function trialBegun(turn: Turn, { of, id }: Event & { is: 'trialBegun' }): void {
  begin(turn, { of: [of], id, tries: 1 });
}

function begin(turn: Turn, what: Pick<Trial, 'of' | 'old' | 'tried' | 'id' | 'tries'>): void {
  keep(turn, { ...what, is: 'trying', leftMs: trialMs });
  turn.be({ trialCountedMonoMs: turn.now.monoMs });
  turn.tell({ kind: 'trial', of: [...what.of], state: 'begun', detail: whatOf(what) });
  turn.act({ do: 'ask', kind: 'time' });
  turn.urgent();
}

/** The centre was met over the own connection and said something signed: what is tried stays. */
export function centreMet(turn: Turn): void {
  const { trial } = turn.kept;
  if (!trial) return;
  if (trial.is === 'trying') {
    keep(turn, null);
    turn.tell({ kind: 'trial', of: [...trial.of], state: 'kept', detail: whatOf(trial) });
    endFault(turn, fault);
    if (trial.id) turn.act({ do: 'endTrial', id: trial.id, keep: true });
    turn.urgent();
    return;
  }
  // Met without it: the network was away perhaps, not the change at fault.
  if (trial.is !== 'reverted' || !trial.tried || trial.tries >= triesMax || turn.kept.want.offered) return;
  turn.keep({ want: { ...turn.kept.want, offered: trial.tried } });
}

/** Count what is left; when nothing is, go back. */
export function closeTrial(turn: Turn): void {
  const { trial } = turn.kept;
  if (trial?.is !== 'trying') return;
  const { monoMs } = turn.now;
  const countedMonoMs = turn.live.trialCountedMonoMs;
  if (countedMonoMs === null) {
    turn.be({ trialCountedMonoMs: monoMs });
    turn.wakeAtMono(monoMs + Math.min(trial.leftMs, markMs));
    return;
  }
  const leftMs = trial.leftMs - (monoMs - countedMonoMs);
  if (leftMs <= 0) {
    goBack(turn, trial);
    return;
  }
  if (monoMs - countedMonoMs >= markMs) {
    keep(turn, { ...trial, leftMs });
    turn.be({ trialCountedMonoMs: monoMs });
  }
  turn.wakeAtMono(monoMs + Math.min(leftMs, markMs));
}

function goBack(turn: Turn, trial: Trial): void {
  keep(turn, { ...trial, is: 'reverting', leftMs: 0 });
  turn.urgent();
  if (trial.id) turn.act({ do: 'endTrial', id: trial.id, keep: false });
  // Loaded, checked and applied as any want is.
  else if (trial.old) turn.keep({ want: { ...turn.kept.want, offered: trial.old } });
}

/** The edge has gone back, or could not. A boot that finds one half done asks again. */
export function trialEnded(turn: Turn, { id, problem }: Event & { is: 'trialEnded' }): void {
  const { trial } = turn.kept;
  if (trial?.is !== 'reverting' || trial.id !== id) return;
  if (problem) raiseFault(turn, fault, `${whatOf(trial)} was to be taken back: ${problem.code}: ${problem.detail}`);
  else reverted(turn, trial);
}

export function trialAtBoot(turn: Turn): void {
  const { trial } = turn.kept;
  if (trial?.is === 'reverting' && trial.id) turn.act({ do: 'endTrial', id: trial.id, keep: false });
}

function reverted(turn: Turn, trial: Trial): void {
  const detail = `${whatOf(trial)} taken back: the centre was not reached within ${trialMs / 60_000} minutes`;
  keep(turn, trial.tried ? { ...trial, is: 'reverted' } : null);
  turn.tell({ kind: 'trial', of: [...trial.of], state: 'reverted', detail });
  endFault(turn, fault);
  raiseFault(turn, fault, detail);
  turn.urgent();
}

function whatOf({ of, tried, id }: Pick<Trial, 'of' | 'tried' | 'id'>): string {
  return `${of.join(', ')}${tried ? ` of revision ${tried.rev}` : id ? ` (${id})` : ''}`;
}

function keep(turn: Turn, trial: Kept['trial']): void {
  turn.keep({ trial });
}
