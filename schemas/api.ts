// The console's REST in shapes: what is asked (checked) and what is answered (promised).

import * as v from 'valibot';
import type { Delegated } from './approval.ts';
import { bulletinSentMax } from './bulletin-markup.ts';
import { type Removal, Viewing, type Warning } from './bulletin-removals.ts';
import type { DutyBrief } from './duty.ts';
import { Occasion } from './holidays.ts';
import { AreaPath, Id, LanguageTag, Sha256 } from './ids.ts';
import { LiveSession, liveSessionMsMax } from './live.ts';
import { type Item, type Level, Programme } from './programme.ts';
import type { Receipt } from './receipt.ts';
import type { Health, Report, Telemetry } from './report.ts';
import { Schedule } from './schedule.ts';
import { Output } from './settings.ts';
import { showingMinMs } from './showings.ts';
import { InstantMs, Zone } from './time.ts';
import type { Occurrence, Undecided } from './timeline.ts';

export const AccountRole = v.picklist(['author', 'approver', 'scheduler', 'duty', 'technician', 'leader', 'auditor', 'administrator']);
export type AccountRole = v.InferOutput<typeof AccountRole>;
const Title = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
export const Password = v.pipe(v.string(), v.minLength(1), v.maxLength(256));
/** A password somebody chooses: length is what counts (NIST SP 800-63B §5.1.1). */
export const NewPassword = v.pipe(v.string(), v.minLength(12), v.maxLength(256));

// ── asked ────────────────────────────────────────────────────────────────────────────────────────

export const SignInRequest = v.strictObject({ account: Id, password: Password });
export const SetupRequest = v.strictObject({ token: v.pipe(v.string(), v.maxLength(128)), account: Id, password: NewPassword });
export const BoxRequest = v.strictObject({
  id: Id,
  name: Title,
  area: AreaPath,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(16)),
  outputs: v.pipe(v.array(Output), v.minLength(1), v.maxLength(4)),
});
/** A bulletin as plain text (the centre lays it out) or as a whole HTML document. */
export const BulletinRequest = v.union([
  v.strictObject({
    title: Title,
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(2000)),
    durationMs: v.pipe(Programme.entries.items.item.entries.durationMs, v.minValue(showingMinMs)),
  }),
  v.strictObject({
    title: Title,
    html: v.pipe(v.string(), v.minLength(1), v.maxLength(bulletinSentMax)),
    durationMs: v.pipe(Programme.entries.items.item.entries.durationMs, v.minValue(showingMinMs)),
    language: v.optional(LanguageTag, 'vi'),
    viewing: v.optional(Viewing, {}),
  }),
]);
export const ProgrammeRequest = v.strictObject({
  title: Title,
  form: Programme.entries.form,
  tier: Programme.entries.tier,
  essential: Programme.entries.essential,
  /** By hash, or by source item; of bulletins also with share, validity and how long one showing takes here. */
  items: v.pipe(
    v.array(
      v.union([
        Sha256,
        v.strictObject({
          sha256: Sha256,
          share: Programme.entries.items.item.entries.share,
          validFromMs: Programme.entries.items.item.entries.validFromMs,
          validUntilMs: Programme.entries.items.item.entries.validUntilMs,
          durationMs: v.optional(Programme.entries.items.item.entries.durationMs),
          speak: Programme.entries.items.item.entries.speak,
        }),
        // A source item: whatever is in force under its name when boxes are told.
        v.strictObject({
          source: Id,
          share: Programme.entries.items.item.entries.share,
          durationMs: v.optional(Programme.entries.items.item.entries.durationMs),
        }),
      ]),
    ),
    v.minLength(1),
    v.maxLength(64),
  ),
});
/** A schedule with calm defaults: once, no exceptions, join when at most 10 minutes late, go on after an interruption. */
export const ScheduleRequest = v.strictObject({
  programme: Schedule.entries.programme,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(16)),
  class: v.optional(Schedule.entries.class, 'normal'),
  start: Schedule.entries.start,
  zone: Zone,
  rrule: Schedule.entries.rrule,
  rdates: v.optional(Schedule.entries.rdates, []),
  exdates: v.optional(Schedule.entries.exdates, []),
  holidays: v.optional(Schedule.entries.holidays, 'play'),
  validFromMs: Schedule.entries.validFromMs,
  validUntilMs: Schedule.entries.validUntilMs,
  repeat: v.optional(Schedule.entries.repeat, { times: 1, gapMs: 0 }),
  lastsMs: Schedule.entries.lastsMs,
  missedStart: v.optional(Schedule.entries.missedStart, { rule: 'join', withinMs: 600_000 }),
  interrupted: v.optional(Schedule.entries.interrupted, 'resume'),
  gainDb: v.optional(Schedule.entries.gainDb, 0),
  neighbours: Schedule.entries.neighbours,
  /** Named days (of the centre's calendar) that it plays on at the time of day of its start; then without a rule. */
  occasions: v.optional(v.pipe(v.array(Occasion), v.maxLength(8)), []),
});
export const TimelineRequest = v.strictObject({ box: Id, fromMs: InstantMs, toMs: InstantMs });
/** `form`: what is to be made of the file: a sound, or of a film a bulletin. */
export const MediaRequest = v.strictObject({
  title: Title,
  language: v.optional(LanguageTag, 'vi'),
  form: v.optional(Programme.entries.form, 'audio'),
  /** A finished resumable upload in place of the body. */
  upload: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must name an upload'))),
});
/** Words to be spoken into the library; a box that lacks the sound says the same words. */
export const SpeechRequest = v.strictObject({
  title: Title,
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(4_000)),
  language: v.optional(LanguageTag, 'vi'),
});
/** A live session to open: who shall hear it, how late on every box alike, how long at most. */
export const LiveRequest = v.strictObject({
  title: Title,
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(64)),
  delayMs: v.optional(LiveSession.entries.delayMs, 2_000),
  chime: v.optional(v.boolean(), true),
  gainDb: v.optional(LiveSession.entries.gainDb, 0),
  maxMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10_000), v.maxValue(liveSessionMsMax)), 30 * 60_000),
});
/** First message on a session's voice socket; sound follows in binary messages. */
export const VoiceHello = v.strictObject({
  csrf: v.pipe(v.string(), v.maxLength(128)),
  /** `frames`: u32 number (big-endian) and one Opus frame each; `stream`: a WebM or Ogg recording as it grows. */
  form: v.picklist(['frames', 'stream']),
});
/** Later text messages: the button is held, or let go. */
export const VoiceTalk = v.strictObject({ talk: v.boolean() });
/** An upper station's stream that this centre pulls and re-frames, in windows like a schedule's. */
export const RelayRequest = v.strictObject({
  title: Title,
  url: v.pipe(v.string(), v.maxLength(500), v.regex(/^https?:\/\/[^\s]+$/i, 'must be an http or https address')),
  groups: v.pipe(v.array(Id), v.minLength(1), v.maxLength(64)),
  gainDb: v.optional(LiveSession.entries.gainDb, 0),
  delayMs: v.optional(LiveSession.entries.delayMs, 2_000),
  start: Schedule.entries.start,
  zone: Zone,
  rrule: Schedule.entries.rrule,
  durationMs: v.pipe(v.number(), v.integer(), v.minValue(10_000), v.maxValue(liveSessionMsMax)),
  /** So long without sound above -50 dB ends the session; it returns when sound does. */
  silenceMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(120_000)), 15_000),
});
export type RelayRequest = v.InferOutput<typeof RelayRequest>;

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface SessionAnswer {
  readonly account: string;
  readonly title: string;
  readonly roles: readonly AccountRole[];
  /** Goes back in the header `x-loa-csrf` of every mutation. */
  readonly csrf: string;
  readonly demo: boolean;
  readonly centre: {
    readonly id: string;
    readonly name: string;
    readonly level: v.InferOutput<typeof Level>;
    readonly area: AreaPath;
    readonly zone: string;
  };
  readonly duty: DutyBrief;
}
export interface GroupAnswer {
  readonly id: Id;
  readonly name: string;
}
export interface BoxAnswer {
  readonly id: Id;
  readonly name: string;
  readonly area: AreaPath;
  readonly groups: readonly Id[];
  readonly outputs: readonly Output[];
  readonly enrolled: boolean;
  readonly online: boolean;
  readonly lastSeenMs: number | null;
  readonly health: v.InferOutput<typeof Health>;
  readonly wantRev: number;
  readonly report: v.InferOutput<typeof Report> | null;
  readonly telemetry: v.InferOutput<typeof Telemetry> | null;
}
export type MediaAnswer = Item & { readonly madeMs: number; readonly by: string; readonly peaks: readonly number[] };
/** A bulletin as it was stored, and what was taken out of it, in words of `removalReasons` and `warningKinds`. */
export type BulletinAnswer = MediaAnswer & {
  readonly removed: readonly (Removal & { readonly vi: string; readonly en: string })[];
  readonly warnings: readonly (Warning & { readonly vi: string; readonly en: string })[];
};
export interface ProgrammeAnswer extends v.InferOutput<typeof Programme> {
  /** Which of its items is which source item. */
  readonly sources?: readonly (Id | null)[];
  readonly state: 'draft' | 'submitted' | 'approved' | 'rejected' | 'withdrawn';
  readonly author: string;
  readonly approver: string | null;
  readonly note: string;
  /** Judged in somebody's stead. */
  readonly delegation?: Delegated | undefined;
  readonly madeMs: number;
}
export interface ScheduleAnswer extends Schedule {
  readonly groups: readonly Id[];
  readonly occasions: readonly Occasion[];
  readonly title: string;
  readonly by: string;
  readonly seen: Sha256;
}
export interface PreviewAnswer {
  readonly occurrences: readonly Occurrence[];
  /** Plays of other schedules that want the same output at the same time, and who gets it. */
  readonly meetings: readonly {
    readonly startMs: number;
    readonly output: Id;
    readonly schedule: Id;
    readonly title: string;
    readonly first: 'this' | 'other';
  }[];
  /** Items that are not valid through all of these plays, or that nobody may play any more. */
  readonly unplayable: readonly {
    readonly sha256: Sha256;
    readonly title: string;
    readonly why: 'not-yet-valid' | 'no-more-valid' | 'withdrawn' | 'nothing-to-play';
  }[];
}
export interface TimelineAnswer {
  readonly box: Id;
  readonly occurrences: readonly Occurrence[];
  readonly undecided: readonly Undecided[];
}
export interface ReceiptAnswer {
  readonly box: Id;
  readonly boxName: string | null;
  readonly title: string | null;
  /** When the centre committed it. */
  readonly storedMs: number;
  /** Where the box stood when it was to play. */
  readonly area: AreaPath | null;
  readonly receipt: Receipt;
}
export interface LiveAnswer {
  readonly id: Id;
  readonly title: string;
  readonly source: LiveSession['source'];
  readonly state: 'open' | 'closed';
  readonly groups: readonly Id[];
  readonly delayMs: number;
  readonly by: string;
  readonly openMs: number;
  readonly untilMs: number;
  /** Voice is let through from here on: the chime is over. */
  readonly talkFromMs: number;
  readonly closedMs: number | null;
  readonly closedWhy: string | null;
  readonly talking: boolean;
  /** Boxes that hold the stream now. */
  readonly listeners: number;
  /** Its recording in the library, once that is made; or why there is none. */
  readonly recording: Sha256 | null;
  readonly recordingNote: string | null;
  readonly progress: readonly {
    readonly box: Id;
    readonly boxName: string | null;
    readonly state: 'sent' | 'accepted' | 'sounding' | 'lost' | 'ended' | 'refused' | 'offline';
    readonly detail: string | null;
    readonly atMs: number | null;
  }[];
}
export interface RelayAnswer extends RelayRequest {
  readonly id: Id;
  readonly by: string;
  readonly state: 'waiting' | 'connecting' | 'sounding' | 'silent' | 'failed';
  readonly detail: string | null;
  /** The session it feeds now. */
  readonly session: Id | null;
  readonly nextMs: number | null;
}

/** `words`: as they were said; `engine`: whose voice it is. */
export type SpeechAnswer = MediaAnswer & { readonly words: string; readonly engine: string };
