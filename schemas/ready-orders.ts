// What the desk asks and answers about orders that lie ready in boxes, and about the dry contacts that start them.
import * as v from 'valibot';
import { Password } from './api.ts';
import { Mandate } from './authority.ts';
import { Pin } from './duty.ts';
import { Base64 } from './envelope.ts';
import { Id, MessageId } from './ids.ts';
import { LocalOrder } from './local-orders.ts';
import { Order } from './order.ts';
import type { ProblemCode } from './problems.ts';
import { InstantMs } from './time.ts';

/** Each box has a statement of its own, which every officer signs. */
export const readyBoxesMax = 32;
/** The signing desk holds to the same: within a year officers look at the words again. */
export const readyMsMax = 366 * 24 * 3600_000;
const readyMsMin = 3600_000;

/** An order to be frozen for these boxes; an exercise needs no officer and is laid at once. */
export const ReadyOrderRequest = v.strictObject({
  template: Id,
  boxes: v.pipe(v.array(Id), v.minLength(1), v.maxLength(readyBoxesMax)),
  class: v.optional(v.picklist(['actual', 'exercise']), 'actual'),
  validMs: v.pipe(v.number(), v.integer(), v.minValue(readyMsMin), v.maxValue(readyMsMax)),
  perHour: LocalOrder.entries.perHour,
  /** Longest life of one start. */
  maxMs: LocalOrder.entries.maxMs,
  /** The key switch starts it, beside the box's page; one order of a box at most. */
  key: v.optional(v.boolean(), false),
  riskLevel: Order.entries.riskLevel,
  floodAlarm: Order.entries.floodAlarm,
  /** For an exercise: proves who lays it. */
  password: v.optional(Password),
});
export type ReadyOrderRequest = v.InferOutput<typeof ReadyOrderRequest>;

/** One officer's signatures, one over each statement of `ReadyOrderAnswer.statements` (DSSE, type `payloadType`). */
export const ReadySignRequest = v.strictObject({
  keyid: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
  signatures: v.pipe(
    v.array(v.strictObject({ box: Id, sig: v.pipe(Base64, v.maxLength(200)) })),
    v.minLength(1),
    v.maxLength(readyBoxesMax),
  ),
  /** Of the signer's running shift. */
  pin: v.optional(Pin),
  /** The two digits on the first officer's screen; asked of everybody else. */
  match: v.optional(v.pipe(v.string(), v.regex(/^\d{2}$/, 'must be two digits'))),
});
export type ReadySignRequest = v.InferOutput<typeof ReadySignRequest>;

export type ReadyState = 'waiting' | 'sent' | 'ready' | 'refused' | 'expired' | 'leaving';

/** One order in one box, or on its way there. */
export interface ReadyBoxAnswer {
  readonly box: Id;
  readonly boxName: string;
  /**
   * `waiting`: officers have to sign; `sent`: in the want, no word of the box yet; `ready`: the box says it lies there; `refused`: the
   * box says why not; `expired`; `leaving`: taken back, the box still names it.
   */
  readonly state: ReadyState;
  readonly code: ProblemCode | null;
}

export interface ReadyOrderAnswer {
  readonly id: string;
  readonly title: string;
  readonly class: Order['class'];
  readonly screen: Order['screen'] | null;
  readonly speak: string;
  readonly untilMs: number;
  readonly perHour: number;
  readonly maxMs: number;
  readonly key: boolean;
  readonly boxes: readonly ReadyBoxAnswer[];
  /** Officers whose signatures it carries. */
  readonly signedBy: readonly string[];
  /** Only while it waits for officers. */
  readonly waiting: {
    readonly by: Id;
    readonly madeMs: number;
    readonly approveByMs: number;
    readonly needed: 1 | 2;
    readonly payloadType: string;
    /** Exactly what is signed, one for each box. */
    readonly statements: readonly { readonly box: Id; readonly statement: string }[];
    /** For the one who prepared it only. */
    readonly match: string | null;
  } | null;
}

/** A mandate for one dry contact of one box; two officers sign it as any other (`/api/mandates/{id}/sign`). */
export const ContactMandateRequest = v.strictObject({
  /** An order that lies ready in that box: its words, its area, its longest life. */
  order: MessageId,
  perHour: Mandate.entries.perHour,
  untilMs: InstantMs,
});

/** How the contact is wired; `mandate` is the id of one in force that names it. */
export const ContactWiring = v.strictObject({
  inputs: v.pipe(v.array(v.picklist(['contact-1', 'contact-2'])), v.minLength(1), v.maxLength(2)),
  needs: v.picklist(['1of1', '2of2']),
  debounceMs: v.pipe(v.number(), v.integer(), v.minValue(50), v.maxValue(600_000)),
  mandate: MessageId,
});
export type ContactWiring = v.InferOutput<typeof ContactWiring>;
