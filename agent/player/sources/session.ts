// A session as one source: its items in a row, the whole repeated with gaps, begun at any position. The next decoder starts early.
import type { Problem } from '../../../schemas/problems.ts';
import type { Item } from '../../../schemas/programme.ts';
import type { Tape } from '../tape.ts';
import { Pauses } from './pauses.ts';
import type { Source } from './source.ts';

/** A source that decodes one item. */
export interface ItemSource extends Source {
  /** Samples given so far. */
  readonly given: number;
  /** The decoder has ended; what is left is in memory. */
  readonly decoded: boolean;
  /** Its text was spoken in place of its recording. */
  readonly spoke?: boolean;
}

export interface SessionPlan {
  readonly items: readonly Item[];
  readonly times: number;
  readonly gapMs: number;
  readonly offsetMs: number;
  readonly open: (item: Item, fromMs: number) => ItemSource;
}

/** A stretch of the session still to come: an item from some position, or silence. */
export type Stretch = { readonly item: Item; readonly fromMs: number } | { readonly silentMs: number };

/** What is left of a session from a position on. */
export function stretchesOf(plan: Pick<SessionPlan, 'items' | 'times' | 'gapMs' | 'offsetMs'>): Stretch[] {
  const stretches: Stretch[] = [];
  let passMs = plan.offsetMs;
  for (let round = 0; round < plan.times; round += 1) {
    if (round > 0) {
      if (passMs < plan.gapMs) stretches.push({ silentMs: plan.gapMs - passMs });
      passMs = Math.max(0, passMs - plan.gapMs);
    }
    for (const item of plan.items) {
      if (passMs < item.durationMs) stretches.push({ item, fromMs: passMs });
      passMs = Math.max(0, passMs - item.durationMs);
    }
  }
  return stretches;
}

const earlySamples = 72_000;
/** So much may be missing at an item's end without being a fault. */
const slackMs = 1_000;
const soundless: Problem = { code: 'media-unreadable', path: '', detail: 'the decoder found no sound in the file' };

interface Running {
  readonly source: ItemSource;
  readonly silent: false;
  /** Length it should have. */
  readonly restMs: number;
}

interface Silent {
  readonly silent: true;
  /** Length it should have. */
  readonly restMs: number;
  /** What is left of it, once it has begun. */
  samples: number | undefined;
}

export class SessionSource implements Source {
  readonly #plan: SessionPlan;
  readonly #stretches: Stretch[];
  /** The stretch being poured and, once it is nearly through, the one after it. */
  readonly #open: (Running | Silent)[] = [];
  readonly #pauses = new Pauses();
  #poured = 0;
  /** What should have been poured when the stretch being poured began. */
  #due = 0;
  #problem: Problem | undefined;
  #spoke = false;

  constructor(plan: SessionPlan) {
    this.#plan = plan;
    this.#stretches = stretchesOf(plan);
  }

  start(): void {
    if (this.#open.length === 0) this.#openNext();
  }

  ready(): boolean {
    this.#passFailed();
    const first = this.#open[0];
    return first === undefined || first.silent || first.source.ready();
  }

  pour(tape: Tape, wanted: number): number {
    let poured = 0;
    while (poured < wanted) {
      const first = this.#open[0];
      if (!first) break;
      const count = first.silent ? this.#pourSilence(first, tape, wanted - poured) : first.source.pour(tape, wanted - poured);
      poured += count;
      this.#poured += count;
      if (this.#through(first)) this.#close(first);
      else if (count === 0) break;
    }
    this.#openEarly();
    return poured;
  }

  ended(): boolean {
    this.#passFailed();
    return this.#open.length === 0 && this.#stretches.length === 0;
  }

  soundUpTo(samples: number): number {
    return this.#pauses.soundUpTo(samples);
  }

  problem(): Problem | undefined {
    return this.#problem;
  }

  /** True when an item's text was spoken in place of its recording. */
  get spoke(): boolean {
    return this.#spoke || this.#open.some((part) => !part.silent && part.source.spoke === true);
  }

  stop(): void {
    for (const part of this.#open) if (!part.silent) part.source.stop();
    this.#open.length = 0;
    this.#stretches.length = 0;
  }

  #openNext(): void {
    const stretch = this.#stretches.shift();
    if (!stretch) return;
    if ('silentMs' in stretch) {
      this.#open.push({ silent: true, restMs: stretch.silentMs, samples: undefined });
      return;
    }
    const source = this.#plan.open(stretch.item, stretch.fromMs);
    source.start();
    this.#open.push({ silent: false, source, restMs: stretch.item.durationMs - stretch.fromMs });
  }

  /** The next decoder starts while what is left of this one lies in memory. */
  #openEarly(): void {
    const [first, second] = this.#open;
    // Asked, so that one that hangs is noticed before its turn.
    if (second && !second.silent) second.source.ready();
    if (!first || second) return;
    if (first.silent ? (first.samples ?? Number.POSITIVE_INFINITY) < earlySamples : first.source.decoded) this.#openNext();
  }

  /** A pause makes good what decoders added or left out before it: each round begins on its sample, for late joiners too. */
  #pourSilence(part: Silent, tape: Tape, wanted: number): number {
    const astray = Math.max(-slackMs * 48, Math.min(slackMs * 48, this.#due - this.#poured));
    part.samples ??= Math.max(0, Math.round(part.restMs * 48 + astray));
    const count = Math.min(wanted, part.samples);
    tape.appendSilence(count);
    this.#pauses.note(this.#poured, count);
    part.samples -= count;
    return count;
  }

  #through(part: Running | Silent): boolean {
    return part.silent ? part.samples === 0 : part.source.ended();
  }

  #close(part: Running | Silent): void {
    this.#open.shift();
    this.#due += part.restMs * 48;
    if (!part.silent) {
      this.#problem ??= part.source.problem() ?? (part.source.given === 0 && part.restMs > slackMs ? soundless : undefined);
      this.#spoke ||= part.source.spoke === true;
      part.source.stop();
    }
    if (this.#open.length === 0) this.#openNext();
  }

  /** A decoder that failed without a sample gives way to the next item at once. */
  #passFailed(): void {
    for (let first = this.#open[0]; first && this.#through(first); first = this.#open[0]) this.#close(first);
  }
}
