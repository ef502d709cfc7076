// What will sound when, and why: the contest of occurrences for each output played through in advance. Pure.
import { hoursRule, type PolicyRule } from './policy.ts';
import { agenda, type Occurrence, winner } from './timeline.ts';
import type { Plan } from './want.ts';
import { dayMs } from './zones.ts';

/** A play that may not join late may still begin this late, in its right position. */
export const punctualMs = 5_000;

/** A stretch of one output given to one occurrence. */
export interface Segment {
  readonly output: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly occurrence: Occurrence;
  /** Position within the session at `fromMs`. */
  readonly offsetMs: number;
  readonly why: 'planned' | 'joined-late' | 'resumed' | 'restarted';
}

/** An occurrence that will not be heard, or not to its end. */
export interface LeftOut {
  readonly occurrence: Occurrence;
  readonly atMs: number;
  /** Refused by policy; never got its output; or gave it up and may not have it back. */
  readonly why: PolicyRule | 'output-busy' | 'higher-class';
}

export interface Preview {
  readonly segments: readonly Segment[];
  readonly leftOut: readonly LeftOut[];
}

/** Interruptions push plays on; what happened longer ago than this cannot reach into the window. */
const warmUpMs = 3 * dayMs;

/**
 * What sounds or shows on every output in [fromMs, toMs), with nothing but the plan happening: no orders, no faults,
 * everything cached. Segments are clipped to the window.
 */
export function preview(plan: Plan, fromMs: number, toMs: number): Preview {
  const all = agenda(plan, fromMs - warmUpMs, toMs);
  const segments: Segment[] = [];
  const leftOut: LeftOut[] = [];
  for (const output of plan.settings.outputs) {
    const contest = new Contest(
      plan,
      all.filter((one) => one.output === output.id),
    );
    contest.play(toMs);
    for (const segment of contest.segments) {
      const cutMs = Math.max(0, fromMs - segment.fromMs);
      const clipped = {
        ...segment,
        fromMs: segment.fromMs + cutMs,
        offsetMs: segment.offsetMs + cutMs,
        toMs: Math.min(segment.toMs, toMs),
      };
      if (clipped.fromMs < clipped.toMs) segments.push(clipped);
    }
    leftOut.push(...contest.leftOut.filter((one) => one.atMs >= fromMs && one.atMs < toMs));
  }
  return {
    segments: segments.sort((a, b) => a.fromMs - b.fromMs || (a.output < b.output ? -1 : 1)),
    leftOut: leftOut.sort((a, b) => a.atMs - b.atMs || (a.occurrence.id < b.occurrence.id ? -1 : 1)),
  };
}

interface Waiting {
  readonly occurrence: Occurrence;
  /** Position reached, null before the first sound. */
  readonly offsetMs: number | null;
}

interface Playing {
  readonly occurrence: Occurrence;
  readonly sinceMs: number;
  readonly offsetMs: number;
  readonly why: Segment['why'];
}

/** One output's plays, taken through time from event to event. */
class Contest {
  readonly segments: Segment[] = [];
  readonly leftOut: LeftOut[] = [];
  readonly #plan: Plan;
  readonly #coming: readonly Occurrence[];
  #waiting: Waiting[] = [];
  #playing: Playing | undefined;

  constructor(plan: Plan, occurrences: readonly Occurrence[]) {
    this.#plan = plan;
    this.#coming = occurrences.filter((one) => one.refused === null);
    for (const occurrence of occurrences)
      if (occurrence.refused !== null) this.leftOut.push({ occurrence, atMs: occurrence.startMs, why: occurrence.refused });
  }

  play(toMs: number): void {
    let next = 0;
    for (let nowMs = this.#coming[0]?.startMs ?? toMs; nowMs < toMs; ) {
      for (; (this.#coming[next]?.startMs ?? toMs) <= nowMs; next++) {
        const occurrence = this.#coming[next];
        if (occurrence) this.#waiting.push({ occurrence, offsetMs: null });
      }
      this.#turn(nowMs);
      const endMs = this.#playing ? endOf(this.#playing) : toMs;
      nowMs = Math.min(this.#coming[next]?.startMs ?? toMs, endMs, ...this.#waiting.map((one) => lastChanceMs(one) + 1));
      if (this.#playing && nowMs >= endMs) this.#release(endMs);
    }
    if (this.#playing) this.#release(toMs);
  }

  /** Give the output to whoever wins it now. */
  #turn(nowMs: number): void {
    this.#dropHopeless(nowMs);
    const able = this.#waiting.filter((one) => this.#mayBegin(one, nowMs));
    const candidates = able.map((one) => one.occurrence);
    if (this.#playing) candidates.push(this.#playing.occurrence);
    const won = winner(candidates, this.#plan.schedules.localOrder);
    if (!won || won.id === this.#playing?.occurrence.id) return;
    if (this.#playing) this.#interrupt(nowMs);
    const waiting = this.#waiting.find((one) => one.occurrence.id === won.id);
    if (!waiting) return;
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    const { offsetMs } = waiting;
    if (offsetMs === null || won.kind === 'board') {
      const lateMs = nowMs - won.startMs;
      this.#playing = {
        occurrence: won,
        sinceMs: nowMs,
        offsetMs: lateMs,
        why: offsetMs !== null ? 'resumed' : lateMs > 0 ? 'joined-late' : 'planned',
      };
    } else if (won.interrupted === 'restart') this.#playing = { occurrence: won, sinceMs: nowMs, offsetMs: 0, why: 'restarted' };
    else this.#playing = { occurrence: won, sinceMs: nowMs, offsetMs, why: 'resumed' };
  }

  #interrupt(nowMs: number): void {
    const playing = this.#playing;
    if (!playing) return;
    this.#release(nowMs);
    const { occurrence } = playing;
    if (occurrence.interrupted === 'skip') this.leftOut.push({ occurrence, atMs: nowMs, why: 'higher-class' });
    else this.#waiting.push({ occurrence, offsetMs: playing.offsetMs + nowMs - playing.sinceMs });
  }

  #release(nowMs: number): void {
    if (!this.#playing) return;
    const { occurrence, sinceMs, offsetMs, why } = this.#playing;
    if (nowMs > sinceMs) this.segments.push({ output: occurrence.output, fromMs: sinceMs, toMs: nowMs, occurrence, offsetMs, why });
    this.#playing = undefined;
  }

  /** A first start may be late by its own rule; a return must also fit the hours of the policy. */
  #mayBegin({ occurrence, offsetMs }: Waiting, nowMs: number): boolean {
    if (offsetMs === null || occurrence.kind === 'board') return true;
    const restMs = occurrence.endMs - occurrence.startMs - (occurrence.interrupted === 'restart' ? 0 : offsetMs);
    return hoursRule(this.#plan.policy, nowMs, nowMs + restMs) === null;
  }

  #dropHopeless(nowMs: number): void {
    const hopeful = (one: Waiting) => nowMs <= lastChanceMs(one);
    for (const one of this.#waiting)
      if (!hopeful(one))
        this.leftOut.push({
          occurrence: one.occurrence,
          atMs: lastChanceMs(one),
          why: one.offsetMs === null ? 'output-busy' : 'higher-class',
        });
    this.#waiting = this.#waiting.filter(hopeful);
  }
}

function lastChanceMs({ occurrence, offsetMs }: Waiting): number {
  return offsetMs === null ? latestStartMs(occurrence) : resumeUntilMs(occurrence);
}

function endOf({ occurrence, sinceMs, offsetMs }: Playing): number {
  return sinceMs + occurrence.endMs - occurrence.startMs - offsetMs;
}

/** After this an occurrence may no longer begin. */
export function latestStartMs({ startMs, endMs, missedStart, lastsMs }: Occurrence): number {
  const withinMs = lastsMs ?? missedStart.withinMs;
  const lateMs = missedStart.rule === 'join' ? Math.max(withinMs, punctualMs) : punctualMs;
  return startMs + Math.min(lateMs, endMs - startMs - 1);
}

/** After this an interrupted play may no longer go on. A board goes back to what its schedule shows then, never beyond its end. */
export function resumeUntilMs({ kind, endMs, missedStart }: Occurrence): number {
  if (kind === 'board') return endMs - 1;
  return endMs + missedStart.withinMs;
}
