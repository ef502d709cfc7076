// The ladder: what waits for a person rings the next one when nobody answers, and at last offers to break the glass (PRODUCT §1.3).
import type { Order } from '../../schemas/order.ts';

/** A rung unless the centre says otherwise. */
export const rungMsStandard = 90_000;
/** After two rungs without a second signature one officer may act alone, whoever is still to be rung. */
const rungsToGlass = 2;
/** A thing nobody comes for in this many rings rings no more; it stays red on the page. */
export const ringsMax = 60;
/** An alert that is neither Extreme nor Severe climbs more slowly. */
const calmFactor = 3;

/** An alert that waits for any person, or an order that waits for its second officer. */
export type Watched =
  | { readonly kind: 'alert'; readonly id: string; readonly sinceMs: number; readonly severity: Order['severity']; readonly title?: string }
  | {
      readonly kind: 'request';
      readonly id: string;
      readonly sinceMs: number;
      readonly severity: Order['severity'];
      readonly title?: string;
      /** The first officer: never rung for the own order. */
      readonly by: string;
      /** The key of the first officer may, and the order is Extreme and Immediate. */
      readonly mayBreakGlass: boolean;
    };

export interface Rung {
  readonly person: string;
  readonly atMs: number;
  /** When the person said "I am coming": it buys one rung's time. */
  readonly answeredMs: number | null;
}

export interface LadderState {
  readonly watched: Watched;
  /** Whom to ring in which order, as roster and shifts stand now; the people of one step ring together. */
  readonly steps: readonly (readonly string[])[];
  readonly rung: readonly Rung[];
  readonly rungMs: number;
}

export interface LadderDecision {
  /** Ring these now. */
  readonly ring: readonly string[];
  readonly offer: 'break-glass' | null;
  /** Look again then; null when nothing will change by waiting. */
  readonly wakeAt: number | null;
  /** Whom the next ring is for, and when, as far as is known. */
  readonly next: { readonly people: readonly string[]; readonly atMs: number } | null;
}

export function decide(nowMs: number, state: LadderState): LadderDecision {
  const { watched, rung, rungMs } = state;
  const everyMs = paceOf(watched, rungMs);
  const lastMs = Math.max(...rung.map(({ atMs, answeredMs }) => Math.max(atMs, answeredMs ?? 0)));
  const dueMs = rung.length === 0 ? watched.sinceMs : lastMs + everyMs;
  const step = nextStep(state, rung);
  const mayRing = step.length > 0 && rung.length < ringsMax;
  const ring = mayRing && nowMs >= dueMs ? step : [];
  const after = ring.length > 0 ? [...rung, ...ring.map((person) => ({ person, atMs: nowMs, answeredMs: null }))] : rung;
  const following = nextStep(state, after);
  const nextMs = following.length === 0 || after.length >= ringsMax ? null : ring.length > 0 ? nowMs + everyMs : dueMs;
  const glassMs = glassFrom(state);
  const offer = glassMs !== null && nowMs >= glassMs ? 'break-glass' : null;
  const wakes = [nextMs, offer === null ? glassMs : null].filter((ms) => ms !== null);
  return {
    ring,
    offer,
    wakeAt: wakes.length === 0 ? null : Math.max(nowMs, Math.min(...wakes)),
    next: nextMs === null ? null : { people: following, atMs: nextMs },
  };
}

/** From when one officer may act alone: after two rungs, or as soon as everybody was rung in vain. */
function glassFrom({ watched, steps, rung, rungMs }: LadderState): number | null {
  if (watched.kind !== 'request' || !watched.mayBreakGlass) return null;
  const latestMs = watched.sinceMs + rungsToGlass * rungMs;
  const waits = peopleIn(steps, watched).map((person) => {
    const first = rung.find((one) => one.person === person);
    if (!first) return latestMs;
    const untilMs = first.atMs + rungMs;
    return first.answeredMs !== null && first.answeredMs <= untilMs ? first.answeredMs + rungMs : untilMs;
  });
  return Math.min(latestMs, Math.max(watched.sinceMs, ...waits));
}

/** Who waits for a second signature never waits long; a calm alert does. */
function paceOf({ kind, severity }: Watched, rungMs: number): number {
  return kind === 'request' || severity === 'Extreme' || severity === 'Severe' ? rungMs : rungMs * calmFactor;
}

/** The first step that was rung least: everybody once before anybody twice. */
function nextStep({ watched, steps }: LadderState, rung: readonly Rung[]): readonly string[] {
  const times = (person: string) => rung.filter((one) => one.person === person).length;
  const fewest = Math.min(...peopleIn(steps, watched).map(times));
  const step = steps.find((people) => reachable(people, watched).some((person) => times(person) === fewest)) ?? [];
  return reachable(step, watched).filter((person) => times(person) === fewest);
}

function peopleIn(steps: LadderState['steps'], watched: Watched): string[] {
  return reachable(steps.flat(), watched);
}

function reachable(people: readonly string[], watched: Watched): string[] {
  return [...new Set(people)].filter((person) => watched.kind === 'alert' || person !== watched.by);
}
