// Two clones of one certificate would throw each other out for ever; this lets them change places ever more rarely. Pure.

export interface TakeOverRules {
  /** So many in a minute are an honest box on a bad line; more are a loop. */
  readonly perMinuteMax: number;
  readonly holdMinMs: number;
  readonly holdMaxMs: number;
  /** So long without a try, and all is forgotten. */
  readonly calmMs: number;
}

export interface TakeOvers {
  /** Times of those of the last minute, oldest first. */
  readonly recentMs: readonly number[];
  /** Length of the present hold; 0 outside a loop. */
  readonly holdMs: number;
  readonly heldUntilMs: number;
  readonly lastTryMs: number;
}

export interface TakeOverVerdict {
  readonly state: TakeOvers;
  readonly welcome: boolean;
  /** True once per loop, for whoever is told of it. */
  readonly loopBegins: boolean;
}

const noTakeOvers: TakeOvers = { recentMs: [], holdMs: 0, heldUntilMs: 0, lastTryMs: 0 };

/** A newcomer wants the place of a living connection of the same identity. */
export function takeOver(before: TakeOvers | undefined, nowMs: number, rules: TakeOverRules): TakeOverVerdict {
  const old = before === undefined || nowMs - before.lastTryMs > rules.calmMs ? noTakeOvers : before;
  const state = { ...old, lastTryMs: nowMs };
  if (old.holdMs > 0) {
    if (nowMs < old.heldUntilMs) return { state, welcome: false, loopBegins: false };
    // One change of places, then the next is held twice as long.
    const holdMs = Math.min(old.holdMs * 2, rules.holdMaxMs);
    return { state: { ...state, holdMs, heldUntilMs: nowMs + holdMs }, welcome: true, loopBegins: false };
  }
  const recentMs = old.recentMs.filter((atMs) => nowMs - atMs < 60_000);
  if (recentMs.length < rules.perMinuteMax) {
    return { state: { ...state, recentMs: [...recentMs, nowMs] }, welcome: true, loopBegins: false };
  }
  const holdMs = rules.holdMinMs;
  return { state: { ...state, recentMs: [], holdMs, heldUntilMs: nowMs + holdMs }, welcome: false, loopBegins: true };
}
