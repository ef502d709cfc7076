// Duty at a centre in shapes: roster, shifts, second factors, rings; what is asked (checked) and what is answered (promised).
import * as v from 'valibot';
import { Id } from './ids.ts';
import { InstantMs, LocalDate } from './time.ts';

/** First officer, second officer, and the leader who is told and rung last. */
export const DutyPlace = v.picklist(['first', 'second', 'leader']);
export type DutyPlace = v.InferOutput<typeof DutyPlace>;

export type DutyState = 'staffed' | 'not-started' | 'nobody';

/** `second`: an order waits for a second officer · `alert`: an alert waits for a person · `told`: an order was given · `test`. */
export const ringKinds = ['second', 'alert', 'told', 'test'] as const;
export type RingKind = (typeof ringKinds)[number];

export const Pin = v.pipe(v.string(), v.regex(/^\d{6}$/, 'must be six digits'));
const Password = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
/** Six digits of the app, or one of the recovery codes. */
export const FactorCode = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^(\d{6}|[A-Za-z2-7]{4}(-?[A-Za-z2-7]{4}){3})$/, 'must be six digits or a recovery code'),
);
const Note = v.pipe(v.string(), v.trim(), v.maxLength(1000));

export const rungMsMin = 1_000;
export const rungMsMax = 600_000;
const RungMs = v.pipe(v.number(), v.integer(), v.minValue(rungMsMin), v.maxValue(rungMsMax));

// ── asked ────────────────────────────────────────────────────────────────────────────────────────

export const RosterRequest = v.strictObject({ person: Id, place: DutyPlace, fromMs: InstantMs, toMs: InstantMs });
/** A week as lines of `date;from;to;account;place`; it takes the place of all that begins in those seven days. */
export const RosterWeekRequest = v.strictObject({ week: LocalDate, lines: v.pipe(v.string(), v.maxLength(20_000)) });
/** `code`: of the factor in force, when there is one. */
export const FactorRequest = v.strictObject({ password: Password, code: v.optional(FactorCode) });
export const FactorConfirmRequest = v.strictObject({ code: FactorCode });
/** `pin` sets it anew; without, the one set before holds. */
export const ShiftRequest = v.strictObject({ password: Password, code: FactorCode, pin: v.optional(Pin) });
export const HandOverRequest = v.strictObject({ to: Id, pin: Pin, note: v.optional(Note, '') });
export const ShiftEndRequest = v.strictObject({ note: v.optional(Note, '') });
export const DutySettingsRequest = v.strictObject({
  rungMs: RungMs,
  /** Where a modem or an SMS gateway takes rings; null: none. A secret left out keeps the one before. */
  gateway: v.nullable(
    v.strictObject({
      url: v.pipe(v.string(), v.maxLength(500), v.url()),
      secret: v.optional(v.pipe(v.string(), v.minLength(16), v.maxLength(200))),
    }),
  ),
});
// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface RosterAnswer {
  readonly id: string;
  readonly person: string;
  readonly title: string;
  readonly place: DutyPlace;
  readonly fromMs: number;
  readonly toMs: number;
}
export interface ShiftAnswer {
  readonly person: string;
  readonly title: string;
  readonly place: DutyPlace;
  readonly startedMs: number;
  readonly untilMs: number;
  readonly endedMs: number | null;
  readonly endedWhy: 'ended' | 'handed-over' | 'locked' | 'replaced' | null;
  readonly handedTo: string | null;
  readonly note: string;
}
/** Stands in the session's answer: what every page shows. */
export interface DutyBrief {
  readonly state: DutyState;
  /** Orders in earnest need a shift; a demo gives none. */
  readonly shiftNeeded: boolean;
  /** The reader's own. */
  readonly shift: { readonly place: DutyPlace; readonly untilMs: number } | null;
}
export interface DutyAnswer extends DutyBrief {
  readonly nowMs: number;
  /** Who stands: by shift, and by roster without one. */
  readonly now: readonly (RosterAnswer & { readonly onShift: boolean })[];
  readonly next: readonly RosterAnswer[];
  /** Holes of the coming week. */
  readonly gaps: readonly { readonly place: DutyPlace; readonly fromMs: number; readonly toMs: number }[];
  readonly shifts: readonly ShiftAnswer[];
  readonly people: readonly { readonly account: string; readonly title: string; readonly duty: boolean; readonly leader: boolean }[];
  readonly factor: 'none' | 'waiting' | 'active';
  readonly recoveryCodesLeft: number;
  readonly pinSet: boolean;
  readonly rungMs: number;
  /** For administrators, to be sent along when they change the settings: a change by somebody else since is not written over. */
  readonly settingsSeen: string | null;
  readonly bells: readonly BellAnswer[];
  /** Address of the gateway, for administrators; the secret is never told. */
  readonly gatewayUrl: string | null;
}
export interface BellAnswer {
  readonly name: 'page' | 'gateway';
  readonly state: 'ready' | 'not-configured' | 'failed';
  readonly detail: string;
}
/** Shown this once. */
export interface FactorAnswer {
  /** `otpauth://totp/…` (Key Uri Format). */
  readonly uri: string;
  readonly secret: string;
  /** SVG of the same address. */
  readonly qr: string;
  readonly recoveryCodes: readonly string[];
}
export interface RingAnswer {
  readonly id: string;
  readonly kind: RingKind;
  readonly about: string;
  readonly title: string;
  readonly text: string;
  readonly person: string;
  readonly personTitle: string;
  readonly mine: boolean;
  readonly atMs: number;
  readonly seenMs: number | null;
  readonly answeredMs: number | null;
}
/** How far a waiting request is up the ladder. */
export interface LadderAnswer {
  readonly rung: readonly {
    readonly person: string;
    readonly title: string;
    readonly atMs: number;
    readonly seenMs: number | null;
    readonly answeredMs: number | null;
  }[];
  readonly next: { readonly people: readonly string[]; readonly atMs: number } | null;
  readonly offer: 'break-glass' | null;
  readonly nowMs: number;
}
