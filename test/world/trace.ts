// What really happened in a world, seen from outside the box: the material of invariants and transcripts.
import type { BeaconPattern, Voice } from '../../agent/core/model.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { Fact } from '../../schemas/outbox.ts';
import type { Item } from '../../schemas/programme.ts';
import type { Plan } from '../../schemas/want.ts';

/** Sound that left an output. Times are true milliseconds. */
export interface Heard {
  readonly output: string;
  readonly attempt: number;
  readonly name: string;
  readonly voice: Voice;
  readonly fromMs: number;
  /** Set when it is over; a power cut ends it too. */
  toMs: number;
  /** When it was told to stop; a fade may follow. */
  stoppedAtMs: number | null;
}

/** A page as people saw it on a board. Times are true milliseconds. */
export interface PageShown {
  readonly output: string;
  readonly name: string;
  /** The play it belongs to. */
  readonly of: string;
  /** Null: the safe page or an order's. */
  readonly item: Item | null;
  readonly order: boolean;
  readonly fromMs: number;
  toMs: number;
  /** Was it in the journal before it was seen? */
  readonly journaled: boolean;
}

export interface BeaconSpan {
  readonly pattern: BeaconPattern;
  readonly fromMs: number;
  toMs: number;
}

export interface AmplifierOn {
  readonly output: string;
  /** Relay 2 closed. */
  readonly fromMs: number;
  toMs: number;
  readonly why: string;
}

export interface StoredRow {
  readonly seq: number;
  readonly fact: Fact;
  readonly committedAtMs: number;
}

export type Hold = 'service' | 'muted' | 'battery';

export interface Applied {
  readonly plan: Plan;
  readonly fromWallMs: number;
}

export interface Trace {
  readonly heard: Heard[];
  readonly amplifiers: AmplifierOn[];
  readonly pages: PageShown[];
  readonly beacon: BeaconSpan[];
  /** What the boards' plan was, from when. */
  readonly boards: Applied[];
  readonly rows: StoredRow[];
  readonly applied: Applied[];
  /** Verified words about live sessions: openings and closings. */
  readonly announced: { readonly session: LiveSession; readonly atMs: number }[];
  /** Anything that rightly delays or stills a sound: boots, faults, orders, new plans, steps. True ms. */
  readonly disturbances: number[];
  /** Spans in which the box had no power. */
  readonly off: { readonly fromMs: number; toMs: number }[];
  /** Spans in which something else stilled the box: no trusted time, a failed device. */
  readonly troubles: { readonly of: string; readonly fromMs: number; toMs: number }[];
  /** Spans in which somebody or something at the box held sound back, as the box itself took it. */
  readonly holds: { readonly of: Hold; readonly fromMs: number; toMs: number }[];
  /** When tones were asked for with the button held. */
  readonly heldTones: number[];
  /** When each item came into the cache. */
  readonly cachedAtMs: Map<string, number>;
  readonly stepped: boolean;
  readonly lines: string[];
  decisions: number;
}
