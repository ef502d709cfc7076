// What the emergency desk asks and answers over REST: orders, their signing, templates, officers' keys.
import * as v from 'valibot';
import { Password } from './api.ts';
import { type LadderAnswer, Pin } from './duty.ts';
import { Base64 } from './envelope.ts';
import { Id, LanguageTag, MessageId, Sha256 } from './ids.ts';
import { Order } from './order.ts';
import type { BoxState, OrderCounts } from './order-standing.ts';
/** `confirm` and the re-entered password are the desk's second look. */
export const OrderRequest = v.strictObject({
  template: Id,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(64)),
  class: Order.entries.class,
  confirm: v.literal(true),
  password: Password,
  /** Lifetime of the order; 15 minutes unless said. */
  validMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(24 * 3600_000)), 900_000),
  riskLevel: Order.entries.riskLevel,
  floodAlarm: Order.entries.floodAlarm,
  /** The standing order of the same class whose place it takes: the desk goes on with it, longer or with other words. */
  extends: v.optional(MessageId),
});
/** What an order would do; nothing is sent. */
export const OrderPreviewRequest = v.strictObject({
  template: Id,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(64)),
  class: Order.entries.class,
  validMs: OrderRequest.entries.validMs,
  riskLevel: Order.entries.riskLevel,
  floodAlarm: Order.entries.floodAlarm,
});
/** An actual order to be frozen for officers' signatures. */
export const PrepareRequest = v.strictObject({
  template: Id,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(64)),
  validMs: OrderRequest.entries.validMs,
  /** One officer alone beyond a commune: short, watched, told upward. */
  breakGlass: v.optional(v.boolean(), false),
  riskLevel: Order.entries.riskLevel,
  floodAlarm: Order.entries.floodAlarm,
  reason: v.optional(v.pipe(v.string(), v.trim(), v.maxLength(300)), ''),
  /** Break-glass: the own waiting order for which no second officer was found. */
  instead: v.optional(MessageId),
  /** The standing order in earnest whose place it takes. */
  extends: v.optional(MessageId),
});
/** What a template says in one language: words always, a person's recording from the library where there is one. */
export const TemplateSpeechRequest = v.strictObject({
  language: LanguageTag,
  speak: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(1800)),
  recording: v.optional(Sha256),
  screen: v.optional(Order.entries.screen),
});
/** The film that says a template in sign language: a bulletin of the library that is one; null takes it away. */
export const SignFilmRequest = v.strictObject({ class: v.picklist(['actual', 'exercise']), film: v.nullable(Sha256) });
/** One officer's signature over the bytes of `OrderRequestAnswer.statement` (DSSE, type `payloadType`). */
export const ApproveRequest = v.strictObject({
  keyid: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
  /** Base64 of 64 bytes, r and s (IEEE P1363). */
  sig: v.pipe(Base64, v.maxLength(200)),
  /** The same key over `OrderRequestAnswer.correction`, where there is one. */
  correctionSig: v.optional(v.pipe(Base64, v.maxLength(200))),
  /** Of the signer's running shift: a browser left open must not sound a siren. */
  pin: v.optional(Pin),
  /** The two digits on the first officer's screen; asked of everybody else. */
  match: v.optional(v.pipe(v.string(), v.regex(/^\d{2}$/, 'must be two digits'))),
});
export const OfficerKeyRequest = v.strictObject({
  /** Base64 of the uncompressed P-256 point, 65 bytes. */
  publicKey: v.pipe(Base64, v.maxLength(120)),
  label: v.optional(v.pipe(v.string(), v.maxLength(80)), ''),
});
export const ClearRequest = v.strictObject({ reason: v.optional(v.pipe(v.string(), v.maxLength(300)), '') });
export interface TemplateAnswer {
  readonly id: Id;
  readonly title: string;
  readonly hazard: Order['hazard'];
  readonly severity: Order['severity'];
  readonly speak: string;
  readonly screen: Order['screen'];
  /** Every language it has words for, main one first. */
  readonly speech: readonly { readonly language: string; readonly speak: string; readonly recorded: boolean }[];
  /** Classes of order that have a film in sign language. */
  readonly signed: readonly ('actual' | 'exercise')[];
}
/** What a key, a contact or a person started at a box and has not ended there, as far as the box has told. */
export interface StartAtBoxAnswer {
  /** `ORDER#N` */
  readonly order: string;
  readonly title: string;
  readonly box: Id;
  readonly boxName: string;
}

export interface OrderAnswer {
  readonly id: string;
  readonly title: string;
  readonly template: Id;
  readonly class: Order['class'];
  readonly state: 'active' | 'cleared' | 'expired';
  readonly groups: readonly Id[];
  readonly issuedMs: number;
  readonly issuedBy: string;
  readonly exp: number;
  /** By whose authority; null for exercises and tests. */
  readonly authority: 'officers' | 'mandate' | 'breakGlass' | null;
  /** Why one officer broke the glass. */
  readonly reason: string | null;
  /** A signed correction lies ready. */
  readonly correctable: boolean;
  /** Boards still show it after it should have been over; null: not so. Nothing ends it but the desk and its validity. */
  readonly overdue: { readonly sinceMs: number; readonly boards: number } | null;
  readonly counts: OrderCounts;
  /** In lists of orders the foremost 50, those in trouble first; all of them for one order. */
  readonly progress: readonly {
    readonly box: Id;
    readonly boxName: string | null;
    readonly state: BoxState;
    readonly detail: string | null;
    readonly atMs: number | null;
  }[];
}
export interface OrderPreviewAnswer {
  readonly class: Order['class'];
  readonly boxes: number;
  /** Names of those that are away now. */
  readonly offline: readonly string[];
  readonly speech: readonly { readonly language: string; readonly speak: string }[];
  readonly screen: Order['screen'];
  /** The page that boards will show, as they draw it: one HTML document without script. */
  readonly frame: string;
  readonly sirenMs: number;
  readonly times: number;
  /** All repetitions; `estimated` while the voice is not made yet. */
  readonly totalMs: number;
  readonly estimated: boolean;
  readonly untilMs: number;
  /** Languages of boxes for which there is no voice. */
  readonly withoutVoice: readonly { readonly language: string; readonly boxes: number }[];
  readonly vietnameseInstead: number;
  readonly sirenAlone: number;
}
export interface OrderRequestAnswer {
  readonly id: string;
  readonly template: Id;
  readonly title: string;
  readonly state: 'waiting' | 'given';
  readonly groups: readonly Id[];
  readonly by: string;
  readonly madeMs: number;
  /** The order ends then, the signing at `approveByMs`. */
  readonly untilMs: number;
  readonly approveByMs: number;
  readonly breakGlass: boolean;
  readonly reason: string;
  /** Takes the place of this waiting order. */
  readonly instead: string | null;
  /** Standing orders that end when it begins. */
  readonly updates: readonly string[];
  /** Who is being called; null while nobody needs to be. */
  readonly ladder: LadderAnswer | null;
  readonly needed: 1 | 2;
  readonly approvedBy: readonly string[];
  readonly speak: string;
  readonly screen: Order['screen'];
  readonly payloadType: string;
  /** Exactly what is signed. */
  readonly statement: string;
  /** Signed beside it: the words that take the order back, should it prove wrong. */
  readonly correction: string | null;
  /** For the one who prepared it only. */
  readonly match: string | null;
}
export interface OfficerKeyAnswer {
  readonly keyid: string;
  readonly person: Id;
  readonly label: string;
  /** `trusted` once the root holders have signed it. */
  readonly state: 'waiting' | 'trusted';
}
