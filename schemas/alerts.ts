// Alerts from outside: the sources a centre listens to, what their words mean here, and the REST about them.
import * as v from 'valibot';
import { Mandate } from './authority.ts';
import { Pin } from './duty.ts';
import { Base64 } from './envelope.ts';
import { AreaPath, Id, Sha256 } from './ids.ts';
import { Hazard, type Order } from './order.ts';
import { InstantMs } from './time.ts';

export const alertBytesMax = 1024 * 1024;
export const noticeBytesMax = 16 * 1024;
/** A mandate stands a year at most, then two officers look at it again. */
export const mandateMsMax = 366 * 24 * 3600_000;

const Text = (max: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(max));
/** CAP 1.2 §3.2.1: no spaces, commas, `<` or `&` in a sender. */
const Sender = v.pipe(v.string(), v.regex(/^[^\s,<&]{1,512}$/, 'must be a CAP sender: no spaces, commas, < or &'));
const Certificate = v.pipe(v.string(), v.maxLength(16_384), v.includes('-----BEGIN CERTIFICATE-----', 'must be a certificate in PEM'));
const Pair = v.strictObject({ name: Text(100), value: Text(200) });
const RiskLevel = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5));
const Groups = v.pipe(v.array(Id), v.minLength(1), v.maxLength(64));

/** Which template answers an event. The first rule that fits counts. */
const EventRule = v.pipe(
  v.strictObject({
    /** CAP `event`, compared without regard to case and outer spaces; or a hazard of a webhook. */
    event: v.optional(Text(200)),
    eventCode: v.optional(Pair),
    /** Holds from this severity or declared risk level upward. */
    minSeverity: v.optional(v.picklist(['Minor', 'Moderate', 'Severe', 'Extreme'])),
    minRiskLevel: v.optional(RiskLevel),
    template: Id,
  }),
  v.check(({ event, eventCode }) => event !== undefined || eventCode !== undefined, 'names an event or an eventCode'),
);

const Code = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const Point = v.strictTuple([v.pipe(v.number(), v.minValue(-90), v.maxValue(90)), v.pipe(v.number(), v.minValue(-180), v.maxValue(180))]);

/** One place of ours: how alerts name it, and who listens there. An alert reaches the places it covers and no others. */
const PlaceRule = v.strictObject({
  area: AreaPath,
  groups: Groups,
  /** Geocodes that mean it: `valueName=value`, or the value alone where it cannot be mistaken. */
  codes: v.optional(v.pipe(v.array(Code), v.maxLength(50)), []),
  /** Where its people are, roughly; WGS 84 degrees. */
  centre: v.optional(Point),
  /** Its border, closed: first point again at the end. */
  outline: v.optional(v.pipe(v.array(Point), v.minLength(4), v.maxLength(2_000))),
});

const Fields = {
  id: Id,
  title: Text(120),
  /** `auto`: a mandate may start an order. `manual`: a person always decides. */
  trust: v.picklist(['auto', 'manual']),
  events: v.pipe(v.array(EventRule), v.maxLength(64)),
  places: v.pipe(v.array(PlaceRule), v.maxLength(256)),
  /** An alert whose codes name no place of this map: a person's to judge, or none of our business. */
  unknownPlaces: v.optional(v.picklist(['hold', 'ignore']), 'hold'),
  /** Alerts taken within a minute; what comes beyond waits at the inlet. */
  perMinute: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(600)), 120),
};

const CapFields = {
  ...Fields,
  /** Only these authorities are believed here. */
  senders: v.pipe(v.array(Sender), v.minLength(1), v.maxLength(32)),
  /** Authorities whose messages the senders may update and cancel besides their own. */
  superiorTo: v.optional(v.pipe(v.array(Sender), v.maxLength(64)), []),
  /** Its exercises are meant for this centre; otherwise a person decides. */
  exercises: v.optional(v.boolean(), false),
  /** `required`: nothing without a valid signature. `optional`: what a sender with pins has signed must be right. */
  signature: v.optional(v.picklist(['required', 'optional']), 'optional'),
  /** Certificates (PEM) by sender, pinned: one inside a message is never believed. */
  signers: v.optional(
    v.pipe(
      v.array(v.strictObject({ sender: Sender, certificates: v.pipe(v.array(Certificate), v.minLength(1), v.maxLength(4)) })),
      v.maxLength(32),
    ),
    [],
  ),
  /** Code systems (`valueName`) passed over, and codes known to be places elsewhere. */
  otherSystems: v.optional(v.pipe(v.array(Text(100)), v.maxLength(100)), []),
  elsewhere: v.optional(v.pipe(v.array(Code), v.maxLength(10_000)), []),
  /** CAP `parameter` that holds the disaster-risk level 1 to 5 (Decision 18/2021/QĐ-TTg). */
  riskParameter: v.optional(Text(100)),
};

const kinds = v.variant('kind', [
  /** CAP files moved into `alerts/ID` of the data folder. */
  v.strictObject({ ...CapFields, kind: v.literal('folder') }),
  /** CAP sent to `POST /cap` with one of these client certificates (SHA-256 of the DER). */
  v.strictObject({ ...CapFields, kind: v.literal('post'), fingerprints: v.pipe(v.array(Sha256), v.minLength(1), v.maxLength(8)) }),
  /** An Atom or RSS feed that holds CAP or links to it on the same host. */
  v.strictObject({
    ...CapFields,
    kind: v.literal('feed'),
    url: v.pipe(v.string(), v.maxLength(500), v.regex(/^https?:\/\/[^\s@]+$/i, 'must be an http or https address')),
    everyMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(5_000), v.maxValue(3600_000)), 60_000),
  }),
  /** JSON sent to `POST /alerts/webhook/ID`, authenticated with a shared secret. */
  v.strictObject({
    ...Fields,
    kind: v.literal('webhook'),
    /** Written, never read back; left out, the one before stays. */
    secret: v.optional(v.pipe(v.string(), v.minLength(32), v.maxLength(200))),
    /** How long what it says holds. */
    holdsMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(24 * 3600_000)), 1800_000),
  }),
]);

/** Where alerts come from and what their words mean here. */
export const AlertSource = v.pipe(
  kinds,
  v.check(({ places }) => new Set(places.map(({ area }) => area)).size === places.length, 'names each area once'),
);
export type AlertSource = v.InferOutput<typeof AlertSource>;
export type AlertSourceAnswer = AlertSource extends infer S
  ? S extends AlertSource
    ? Omit<S, 'secret'> & { readonly secretSet: boolean }
    : never
  : never;

/** What a webhook says, e.g. a rain gauge's station. `area` is one of the source's places, to the letter. */
export const AlertNotice = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[A-Za-z0-9._:-]{1,100}$/, 'must be 1 to 100 of A-Z a-z 0-9 . _ : -')),
  hazard: Hazard,
  area: AreaPath,
  riskLevel: v.optional(RiskLevel),
  text: v.optional(v.pipe(v.string(), v.maxLength(1_000)), ''),
});
export type AlertNotice = v.InferOutput<typeof AlertNotice>;

/** An officer makes an order of a waiting alert: the template and groups proposed, or others. */
export const AlertTakeRequest = v.strictObject({
  template: Id,
  groups: Groups,
  validMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(60_000), v.maxValue(24 * 3600_000)), 900_000),
  /** An exercise sounds at once, so its officer proves who they are here; for an order in earnest that is asked at signing. */
  class: v.optional(v.picklist(['actual', 'exercise']), 'actual'),
  password: v.optional(v.pipe(v.string(), v.maxLength(256)), ''),
});
/** An alert in earnest is set aside by an officer on shift with its PIN; an exercise, or any alert of a demo, with the password. */
export const AlertAsideRequest = v.strictObject({
  reason: v.pipe(v.string(), v.trim(), v.minLength(3), v.maxLength(300)),
  pin: v.optional(Pin),
  password: v.optional(v.pipe(v.string(), v.maxLength(256)), ''),
});

/** A mandate to be frozen for two officers' signatures. */
export const MandateRequest = v.strictObject({
  /** A source of this centre. */
  feed: Id,
  class: v.optional(v.picklist(['actual', 'exercise']), 'actual'),
  templates: v.pipe(v.array(Id), v.minLength(1), v.maxLength(16)),
  areas: Mandate.entries.areas,
  perHour: Mandate.entries.perHour,
  maxMs: v.pipe(Mandate.entries.maxMs, v.minValue(60_000)),
  untilMs: InstantMs,
});
/** One officer's signature over the bytes of `MandateAnswer.statement` (DSSE, type `payloadType`), and the PIN of the running shift. */
export const MandateSignRequest = v.strictObject({
  keyid: v.pipe(v.string(), v.minLength(8), v.maxLength(64)),
  sig: v.pipe(Base64, v.maxLength(200)),
  pin: v.optional(Pin),
});

export interface AlertAnswer {
  readonly id: string;
  readonly source: Id;
  readonly sourceTitle: string;
  readonly receivedMs: number;
  /**
   * `waiting`: nobody has answered; `signing`: an officer has taken it and signatures are missing; `taken`: became an officer's order;
   * `given`: sounds under a mandate; `ended`: a Cancel that ended orders; `aside`: an officer put it aside; `closed`: a later message
   * took its place; `nothing`: nothing to do.
   */
  readonly state: 'waiting' | 'signing' | 'taken' | 'given' | 'ended' | 'aside' | 'closed' | 'nothing';
  /** Why it is so: a stable code, and a line of English for engineers. */
  readonly code: string;
  readonly reason: string;
  readonly message: {
    readonly sender: string;
    readonly identifier: string;
    readonly sentMs: number;
    readonly status: string;
    readonly msgType: string;
    readonly event: string;
    readonly severity: Order['severity'];
    readonly urgency: Order['urgency'];
    readonly certainty: Order['certainty'];
    readonly riskLevel: number | null;
    readonly expiresMs: number | null;
    readonly areas: readonly string[];
    readonly texts: readonly AlertText[];
  } | null;
  /** What the source's map proposes. */
  readonly proposal: { readonly template: Id | null; readonly areas: readonly AreaPath[]; readonly groups: readonly Id[] };
  /** Living orders that came of the messages it refers to: a Cancel asks to end them, an Update to take their place. */
  readonly earlier: readonly string[];
  readonly orders: readonly string[];
  /** What the rules noticed besides, by code. */
  readonly notes: readonly string[];
  readonly mandate: string | null;
  readonly by: string | null;
  readonly answeredMs: number | null;
  readonly note: string;
}
export interface AlertText {
  readonly language: string;
  readonly event: string;
  readonly headline: string;
  readonly description: string;
  readonly instruction: string;
}
export interface MandateAnswer {
  readonly id: string;
  /** A source of this centre, or a dry contact of `box`. */
  readonly feed: Id;
  readonly box: Id | null;
  readonly class: 'actual' | 'exercise';
  readonly areas: readonly AreaPath[];
  readonly perHour: number;
  readonly maxMs: number;
  readonly madeMs: number;
  readonly untilMs: number;
  readonly by: Id;
  readonly signedBy: readonly Id[];
  /** `lapsed`: its gateway key, an officer's key or the epoch is no longer in force. */
  readonly state: 'waiting' | 'in-force' | 'expired' | 'revoked' | 'lapsed';
  /** What may sound, to the letter. */
  readonly templates: readonly { readonly id: Id; readonly title: string; readonly speak: string; readonly screen: Order['screen'] }[];
  readonly payloadType: string;
  /** Exactly what is signed. */
  readonly statement: string;
}
