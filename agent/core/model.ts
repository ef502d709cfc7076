// The box as plain data: what happened (events), what is so (state), what to do (actions), what is true for ever (facts).
// LONG: one closed vocabulary; split, its unions would have to be read in three places at once.

import type { Authorised } from '../../schemas/authority.ts';
import type { Command, Screenshot } from '../../schemas/command.ts';
import type { Envelope, Opened } from '../../schemas/envelope.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { StartInput } from '../../schemas/local-orders.ts';
import type { Clear, Order } from '../../schemas/order.ts';
import type { Fact, LocalStart } from '../../schemas/outbox.ts';
import type { Problem, ProblemCode } from '../../schemas/problems.ts';
import type { Item, Level, Programme } from '../../schemas/programme.ts';
import type { Heard, HeardBecause, Reason } from '../../schemas/receipt.ts';
import type { UpdateFact } from '../../schemas/release.ts';
import type { Presence, Report, Telemetry } from '../../schemas/report.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import type { Output } from '../../schemas/settings.ts';
import type { ShowingLine } from '../../schemas/showing-row.ts';
import type { Showing } from '../../schemas/showings.ts';
import type { ClockQuality, Moment } from '../../schemas/time.ts';
import type { Plan, Want } from '../../schemas/want.ts';
import type { Wired, WiredEvent } from './wired.ts';

/** One planned play on one output (the unit of receipts). Made by schemas/timeline only. */
export type { Occurrence } from '../../schemas/timeline.ts';

import type { Occurrence } from '../../schemas/timeline.ts';

// ── what happened ────────────────────────────────────────────────────────────────────────────────

export type Event =
  | WiredEvent
  /** The loop's first event. */
  | {
      readonly is: 'booted';
      readonly boot: string;
      readonly version: string;
      readonly hardware?: Report['hardware'];
      readonly outputs?: readonly Output[];
      readonly keysUntilMs?: number;
    }
  | { readonly is: 'timePassed' }
  /** The wall clock stepped or its quality changed; the new reading is in the Moment. */
  | { readonly is: 'clockChanged' }
  | { readonly is: 'wantOffered'; readonly opened: OpenedMeta; readonly want: Want }
  /** Outcome of `loadPlan`: every part read and checked, or refused as a whole. */
  | { readonly is: 'planLoaded'; readonly attempt: number; readonly plan: Plan }
  | { readonly is: 'planRefused'; readonly attempt: number; readonly rev: number; readonly problem: Problem }
  /** Orders and clears arrive verified (signature, role, area); counter, expiry, latch and rank are judged here. */
  | ({ readonly is: 'orderOffered' } & OfferedOrder)
  /** The keys this box now trusts: orders that stand on others end. */
  | { readonly is: 'keysChanged'; readonly keyids: readonly string[]; readonly keysUntilMs?: number }
  | { readonly is: 'clearOffered'; readonly opened: OpenedMeta; readonly clear: Clear }
  /** An envelope that failed verification: never sounds, always told. */
  | {
      readonly is: 'envelopeRefused';
      readonly topic: string;
      readonly id: string;
      readonly problem: Problem;
      /** Set when signature and audience hold: it came, though it may not sound here. */
      readonly opened?: OpenedMeta;
    }
  /** A signed sign of life from the box's own centre or the upper one; counters by `g/{group}/{order|drill}`. */
  | {
      readonly is: 'heartbeatCame';
      readonly line: 'own' | 'upper';
      readonly centre: string;
      readonly epoch: string;
      readonly topics: Readonly<Record<string, number>>;
    }
  /** The order-only line to a centre above; null: there is none any more. */
  | { readonly is: 'upperChanged'; readonly centre: string | null; readonly up: boolean }
  | { readonly is: 'commandOffered'; readonly opened: OpenedMeta; readonly command: Command }
  | { readonly is: 'linkChanged'; readonly up: boolean }
  /** The centre has committed our rows to `upto`; the journal forgets them later. */
  | { readonly is: 'rowsAcked'; readonly epoch: string; readonly upto: number }
  /** Truth about the cache, whole; re-stated after each fetch and at a slow pace. */
  | { readonly is: 'cacheSeen'; readonly has: readonly { readonly sha256: string; readonly bytes: number }[]; readonly freeBytes: number }
  | { readonly is: 'fetchEnded'; readonly attempt: number; readonly sha256: string; readonly problem?: Problem }
  | {
      readonly is: 'playbackStarted';
      readonly output: string;
      readonly attempt: number;
      readonly startedMs: number;
      readonly startErrorMs: number;
    }
  /** Sound heard so far in this attempt; the position resumes from here. At least each `progressEveryMs`. */
  | {
      readonly is: 'playbackProgressed';
      readonly output: string;
      readonly attempt: number;
      readonly audibleMs: number;
      readonly atMs: number;
      /** Boards: the page that is on, and what was seen of it. */
      readonly seen?: Seen;
    }
  | {
      readonly is: 'playbackEnded';
      readonly output: string;
      readonly attempt: number;
      readonly how: 'completed' | 'stopped' | 'failed';
      readonly audibleMs: number;
      readonly endedMs: number;
      readonly problem?: Problem;
      readonly voice?: OrderVoice;
      readonly languages?: OrderLanguages;
    }
  /** A board painted a page it was told to show. */
  | {
      readonly is: 'showingPainted';
      readonly output: string;
      readonly attempt: number;
      readonly showing: number;
      readonly paintedMs: number;
    }
  /** A page is on the board no more, or never came there. */
  | ({
      readonly is: 'showingEnded';
      readonly output: string;
      readonly attempt: number;
      readonly endedMs: number;
      readonly how: 'completed' | 'stopped' | 'failed';
      readonly problem?: Problem;
    } & Seen)
  /** A way to sound an item failed: another one, its text or the next item takes over within the same attempt. */
  | { readonly is: 'sourceFailed'; readonly output: string; readonly attempt: number; readonly item: string; readonly problem: Problem }
  | {
      readonly is: 'amplifierSwitched';
      readonly output: string;
      readonly attempt: number;
      readonly on: boolean;
      readonly problem?: Problem;
    }
  /** The relays opened without being asked: the watchdog tripped or the amplifier gave up. */
  | { readonly is: 'amplifierLost'; readonly output: string; readonly problem: Problem }
  | { readonly is: 'outputFailed'; readonly output: string; readonly problem: Problem }
  /** It works. Boards: also when another display becomes the screen; `behind`: it is not the first. */
  | { readonly is: 'outputReady'; readonly output: string; readonly behind?: Behind }
  /** A board's page and power have been told, or not. */
  | {
      readonly is: 'screenSwitched';
      readonly output: string;
      readonly attempt: number;
      readonly page: ScreenState['page'];
      readonly power: ScreenState['power'];
      /** Why something failed, or what is not confirmed. */
      readonly detail: string;
    }
  | { readonly is: 'pictureTaken'; readonly command: string; readonly picture?: Screenshot; readonly problem?: Problem }
  /** What a microphone at the horn says of an attempt: as soon as it is sure that it is heard, and at its end. */
  | ({ readonly is: 'soundHeard'; readonly output: string; readonly attempt: number } & HeardHere)
  /** The sweep that a person asked for is over: what it said of the microphone, or that it was not made out. */
  | { readonly is: 'earCalibrated'; readonly output: string; readonly found: { readonly delayMs: number; readonly gainDb: number } | null }
  /** Network settings or the authority of certificates were changed at the edge, and can be taken back there under this name. */
  | { readonly is: 'trialBegun'; readonly of: 'network' | 'authority'; readonly id: string }
  | { readonly is: 'trialEnded'; readonly id: string; readonly problem?: Problem }
  /** A technician's acceptance record, signed by this box. */
  | { readonly is: 'acceptanceSigned'; readonly record: Envelope }
  /** The centre answered a question of this box, signed. */
  | { readonly is: 'centreAnswered' }
  /** The disk refuses what must not be forgotten, or commands come in a flood; null: no more. */
  | { readonly is: 'troubleSeen'; readonly trouble: 'store' | 'flood'; readonly problem: Problem | null }
  | { readonly is: 'healthSampled'; readonly sample: Omit<Telemetry, 'atMs' | 'clock' | 'health'> }
  /**
   * A person at the box asks (local page, button). `held`: the button is held down, so a person listens. `rises`: from a whisper.
   * `silent`: relays and amplifier alone are tried, nothing is heard. `sweep`: the microphone at the horn is calibrated.
   */
  | {
      readonly is: 'toneAsked';
      readonly output: string;
      readonly durationMs: number;
      readonly held?: boolean;
      readonly rises?: true;
      readonly silent?: true;
      readonly sweep?: boolean;
    }
  /** A person stands before the board: it goes dark for a moment and comes back. */
  | { readonly is: 'screenTestAsked' }
  /** What a person did at the box that concerns no output: it only leaves its row. */
  | { readonly is: 'doneHere'; readonly act: (Fact & { readonly kind: 'act' })['act']; readonly detail: string }
  | { readonly is: 'mutedHere'; readonly muted: boolean; readonly by?: string }
  /** Somebody with the PIN stands at the horn: nothing sounds until it ends (DESIGN §5). */
  | { readonly is: 'serviceAsked'; readonly on: boolean; readonly by: string }
  /** A wired input of the board changed: mains present, button pressed, case opened, key turned, contact closed. */
  | { readonly is: 'inputChanged'; readonly input: 'button' | 'tamper' | 'mains' | StartInput; readonly on: boolean }
  /** Verified orders that lie ready here and the contacts that may start them; whole, re-stated when plan or keys change. */
  | {
      readonly is: 'localOrdersRead';
      readonly orders: readonly LocalReady[];
      readonly contacts: readonly ContactReady[];
      readonly refused?: readonly LocalRefused[];
    }
  /** Somebody with the PIN starts one of them at the box, or ends what was started here. */
  | { readonly is: 'localStartAsked'; readonly order: string; readonly by: string }
  | { readonly is: 'localEndAsked'; readonly by: string }
  /** A verified announcement of a live session; hours, level and time are judged here. */
  | { readonly is: 'liveOffered'; readonly opened: OpenedMeta; readonly session: LiveSession }
  /** The stream of an open session began to bring verified sound, or brought none for too long; with a problem it never will. */
  | { readonly is: 'liveReceiving'; readonly session: string; readonly receiving: boolean; readonly problem?: Problem }
  /** How far a release of the box's own programs came here; only to be written down. */
  | { readonly is: 'updateTold'; readonly fact: UpdateFact }
  /** Somebody with the PIN wants to speak at the box itself (PRODUCT §1.11). */
  | { readonly is: 'talkAsked'; readonly output: string; readonly on: boolean; readonly by: string };

/** What the core needs of an opened envelope; the signature was checked at the edge. */
export type OpenedMeta = Pick<Opened, 'signedBy' | 'digest'> & {
  readonly id: string;
  readonly iss: string;
  readonly epoch: string;
  readonly aud: string;
  readonly ctr: number;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  /** When the delegations it stands on end. */
  readonly keysUntilMs?: number;
  /** Stands in `retained` topics or came as an answer; never evidence, only logged. */
  readonly topic: string;
};

export type OrderVoice = 'inline' | 'cached' | 'spoken' | 'phrase' | 'siren' | 'screen';

/** What an order was heard in, and which of the cluster's languages had no voice (PRODUCT §1.4). */
export interface OrderLanguages {
  readonly heard: readonly string[];
  readonly skipped: readonly string[];
}

/** What the screen says of one page, counted from its painting on. */
export interface Seen {
  /** Number of the page within its attempt. */
  readonly showing: number;
  readonly shownMs: number;
  readonly darkMs: number;
  /** Null where the screen could not be asked all the time. */
  readonly frames: number | null;
}

// ── what is so ───────────────────────────────────────────────────────────────────────────────────

export interface State {
  readonly kept: Kept;
  readonly live: Live;
}

/** Survives power cuts. Each top-level cell is journaled by itself, and only when its reference changed. */
export interface Kept {
  readonly want: KeptWant;
  readonly ledger: Ledger;
  /** What was sounding at the last mark, by output; a boot that finds one writes its `partial`. */
  readonly playing: Readonly<Record<string, PlayingMark>>;
  /** Persisted in the checksummed slots, not in the database (DESIGN §4). */
  readonly orders: KeptOrders;
  readonly counters: KeptCounters;
  readonly muted: boolean;
  /** Boards are dark by command until it is taken back. */
  readonly blanked: boolean;
  /** Taken out of service: what is left to do is done, at this boot or the next. */
  readonly retiring: boolean;
  /** A person is at the horn: for how much longer, who said so, and whether the countdown back has begun. */
  readonly service: { readonly leftMs: number; readonly by: string; readonly ending: boolean } | null;
  readonly sessions: KeptSessions;
  readonly screens: KeptScreens;
  /** The bulletins that boards show: those of an older plan until all files of the newer one are here. Null: as the plan says. */
  readonly bulletins: KeptBulletins | null;
  /** What the amplifiers drew when the self-test sounded; null: it never did with a meter. */
  readonly meter: KeptMeter | null;
  /** A change that is taken back unless the centre is reached. */
  readonly trial: Trial | null;
}

export interface KeptMeter {
  /** Amplifiers off; on and silent; with the test tone, and how loud that was (dBFS, RMS). */
  readonly idleMa: number;
  readonly readyMa: number;
  readonly toneMa: number;
  readonly toneDb: number;
}

export type TrialOf = 'policy' | 'paths' | 'network' | 'authority';

export interface Trial {
  readonly is: 'trying' | 'reverting' | 'reverted';
  readonly of: readonly TrialOf[];
  /** Time left for meeting the centre, as last written down. */
  readonly leftMs: number;
  readonly tries: number;
  /** Of a want: what it replaced, and itself. */
  readonly old?: Want;
  readonly tried?: Want;
  /** Of a change at the edge: the name under which it is kept or taken back. */
  readonly id?: string;
}

export interface KeptBulletins {
  readonly rev: number;
  /** From when they rule. */
  readonly sinceMs: number;
  readonly programmes: readonly Programme[];
  readonly schedules: readonly Schedule[];
}

/** Proof of what boards show, from before a page is seen until its row is written. */
export interface KeptScreens {
  /** Names the next row. */
  readonly serial: number;
  readonly open: readonly OpenShowing[];
  /** Showings that are over and wait for their common row. */
  readonly tallies: readonly Tally[];
}

/** A page that was told to be shown: written before it is. */
export interface OpenShowing extends Seen {
  readonly output: string;
  readonly attempt: number;
  readonly of: ShownThing;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Null until the screen has it. */
  readonly paintedMs: number | null;
  readonly markedMs: number;
}

export type ShownThing =
  | {
      readonly what: 'bulletin';
      readonly occurrence: string;
      readonly schedule: string;
      readonly programme: string;
      readonly sha256: string;
    }
  | { readonly what: 'order'; readonly occurrence: string; readonly order: string };

export interface Tally {
  readonly output: string;
  readonly of: { readonly what: ShownThing['what']; readonly occurrence: string; readonly schedule?: string; readonly programme?: string };
  readonly fromMs: number;
  readonly untilMs: number;
  readonly lines: readonly ShowingLine[];
}

export interface KeptWant {
  readonly applied: Want | null;
  /** From when the applied want rules: nothing earlier is "planned" by it. */
  readonly appliedAtMs: number;
  readonly offered: Want | null;
}

/** Which occurrences have their final receipt: all that start before `settledToMs`, and `settled` after it. */
export interface Ledger {
  readonly settledToMs: number;
  readonly settled: readonly string[];
  /** Interrupted plays waiting to go on, with what they had. */
  readonly paused: readonly PausedPlay[];
}

export interface PausedPlay {
  readonly occurrence: Occurrence;
  /** Position within the whole session (repeats included), ms. */
  readonly offsetMs: number;
  readonly audibleMs: number;
  readonly startedMs: number;
  readonly startErrorMs: number;
  readonly reason: Reason;
  readonly amplifierOnMs?: number | null;
  readonly ear?: HeardHere;
}

export interface PlayingMark {
  readonly voice: Voice;
  readonly attempt: number;
  readonly plannedStartMs: number;
  readonly plannedEndMs: number;
  /** Null until the first sample is known to have left the output. */
  readonly startedMs: number | null;
  readonly startErrorMs: number | null;
  /** Sound heard in earlier attempts of the same occurrence. */
  readonly earlierAudibleMs: number;
  readonly audibleMs: number;
  readonly markedMs: number;
  /** Position within the session where this attempt began. */
  readonly offsetMs: number;
  readonly amplifierOnMs: number | null;
  readonly gainDb: number;
  /** Boards: what interrupted it before. */
  readonly cut?: Reason;
  /** What the microphone at the horn says, earlier attempts included. */
  readonly ear?: HeardHere;
}

/** What an output is given over to. */
export type Voice =
  | { readonly kind: 'occurrence'; readonly occurrence: Occurrence }
  | { readonly kind: 'order'; readonly order: string }
  | { readonly kind: 'live'; readonly session: string }
  | {
      readonly kind: 'tone';
      readonly id: string;
      readonly durationMs: number;
      readonly countdown?: boolean;
      readonly silent?: true;
      readonly sweep?: boolean;
    };

export interface KeptOrders {
  /** Highest accepted counter with its digest, per `iss/epoch/aud` (orders and clears share the space). */
  readonly counters: Readonly<Record<string, { readonly ctr: number; readonly digest: string }>>;
  /** Accepted and neither ended, cleared nor expired. */
  readonly active: readonly ActiveOrder[];
  /** Ids that may never sound (again): ended, cleared, expired; with when to forget them. */
  readonly latched: readonly Latch[];
  /** When orders of each mandate were accepted, within the last hour. */
  readonly mandates?: Readonly<Record<string, readonly number[]>>;
  /** Starts at the box by the order that lay ready: how many ever, and when within the last hour. */
  readonly local?: Readonly<Record<string, { readonly number: number; readonly atMs: readonly number[] }>>;
  /** The key and contacts that had their start and were not open since. */
  readonly spent?: readonly string[];
  /** The contacts that were wired when they were last read. */
  readonly wired?: readonly string[];
}

/** `level` is set when a clear came before its order: only orders it covers are stopped by it. */
export interface Latch {
  readonly id: string;
  readonly untilMs: number;
  readonly level?: Level;
}

export interface ActiveOrder {
  readonly id: string;
  readonly order: Order;
  readonly acceptedMs: number;
  readonly exp: number;
  readonly ctr: number;
  readonly authorised?: Authorised;
  /** Attachments that came with it (in the cache's order drawer), by hash. */
  readonly inline: readonly string[];
  /** When it was accepted by the monotonic clock, how long it lives at most, and whether the time was known then. */
  readonly life?: { readonly boot: string; readonly monoMs: number; readonly maxMs: number; readonly sure: boolean };
  /** Started at the box: how, by whom, from which ready order, and for how long at most. */
  readonly here?: LocalStart & { readonly base: string; readonly boot: string; readonly monoMs: number; readonly maxMs: number };
  /** Whole repetitions heard, by output. */
  readonly heard: Readonly<Record<string, number>>;
  /** What was heard so far, by output: the material of its receipts. */
  readonly soundings?: Readonly<Record<string, Sounding>>;
}

export interface Sounding {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly audibleMs: number;
  readonly voice?: OrderVoice;
  readonly languages?: OrderLanguages;
  /** What the microphone at the horn says of it. */
  readonly ear?: HeardHere;
}

/** Live sessions taken here, and the ids that may not be taken (again). */
export interface KeptSessions {
  readonly open: readonly HeldSession[];
  readonly latched: readonly Latch[];
}

export interface HeldSession {
  readonly session: LiveSession;
  /** Who announced it, with which counter; the box itself for a talk at the box. */
  readonly iss: string;
  readonly ctr: number;
  readonly acceptedMs: number;
  /** The one output that a talk at the box may use; absent: all loudspeakers. */
  readonly output?: string;
  /** Set once it may sound no more: it stays until its sounds have faded and its receipts are written. */
  readonly over: Reason | 'ended' | null;
  /** What was heard so far, by output: the material of its receipts. */
  readonly heard: Readonly<Record<string, LiveHeard>>;
}

export interface LiveHeard {
  readonly startedMs: number;
  readonly startErrorMs: number;
  readonly endedMs: number;
  readonly audibleMs: number;
  readonly amplifierOnMs: number | null;
  readonly gainDb: number;
  /** The first thing that interrupted it, and what ended the last stretch; null for an end of its own. */
  readonly cut: Reason | null;
  readonly last: Reason | null;
  readonly ear?: HeardHere;
}

export interface KeptCounters {
  /** Highest accepted counter per `typ/iss/epoch/aud` of wants and commands. */
  readonly seen: Readonly<Record<string, number>>;
  readonly commands: readonly { readonly id: string; readonly untilMs: number }[];
  readonly reportRev: number;
  readonly connections: number;
}

/** Blank at boot; mirrors of the outside, re-stated by their adapters. */
export interface Live {
  readonly boot: string;
  readonly version: string;
  readonly hardware: Report['hardware'];
  /** Outputs the box itself knows of: they serve orders while no plan names others. */
  readonly ownOutputs: readonly Output[];
  readonly bootedAt: Moment | null;
  /** First moment of this boot with trusted time. */
  readonly trustedSince: Moment | null;
  readonly plan: Plan | null;
  readonly agenda: Agenda | null;
  /** Bulletins of the plan that wait for their files, and what they need. */
  readonly pending: {
    readonly rev: number;
    readonly agenda: Agenda | null;
    readonly items: readonly Item[];
    readonly sinceMonoMs: number;
  } | null;
  readonly linkUp: boolean;
  /** Orders that lie ready here, and the switches that start them. */
  readonly local: {
    readonly orders: readonly LocalReady[];
    readonly contacts: readonly ContactReady[];
    /** In the want, but not fit to lie here. */
    readonly refused: readonly LocalRefused[];
    readonly switches: Readonly<Partial<Record<StartInput, { readonly on: boolean; readonly sinceMonoMs: number }>>>;
  };
  /** What came and what heartbeats say should have come. */
  readonly watch: Watch;
  readonly cache: { readonly known: boolean; readonly has: ReadonlyMap<string, number>; readonly freeBytes: number };
  readonly fetches: Readonly<
    Record<string, { readonly attempt: number; readonly tries: number; readonly retryAtMonoMs: number; readonly running: boolean }>
  >;
  /** What is needed and not in the cache, with what that was worked out from. */
  readonly lacking: { readonly sources: readonly unknown[]; readonly needs: readonly Need[] } | null;
  readonly loading: { readonly attempt: number; readonly rev: number } | null;
  readonly wantProblem: Problem | null;
  /** Orders that wait for trusted time to be judged (DESIGN §4, `whenUnsure`). */
  readonly unsure: readonly UnsureOrder[];
  /** Refusals of signed documents told since then, by digest and code. */
  readonly refusals: { readonly sinceMonoMs: number; readonly names: readonly string[] };
  readonly outputs: Readonly<Record<string, OutputState>>;
  /** Boards whose light was steered in this boot. */
  readonly screens: Readonly<Record<string, ScreenState>>;
  /** Boards are dark until then, so that somebody sees them come back. */
  readonly screenTestUntilMonoMs?: number;
  /** The last picture asked for; `command` while it is being taken. */
  readonly picture: { readonly atMonoMs: number; readonly command?: string } | null;
  /** Streams asked for, by session. */
  readonly streams: Readonly<Record<string, StreamState>>;
  /** Mains as the input says and as believed, which is two seconds later. */
  readonly mains: { readonly present: boolean; readonly said: boolean; readonly sinceMonoMs: number };
  readonly atHorn: {
    /** Asked for with the PIN, waiting for the button. */
    readonly asked: { readonly by: string; readonly untilMonoMs: number } | null;
    readonly buttonMonoMs: number | null;
    /** Up to when the time in service was counted. */
    readonly countedMonoMs: number | null;
    readonly countdown: boolean;
  };
  /** Orders told as held back, until they are not. */
  readonly heldOrders: readonly string[];
  /** Faults raised and not ended, by name. */
  readonly faults: readonly string[];
  /** Up to when the time of a trial was counted. */
  readonly trialCountedMonoMs: number | null;
  /** When the chain of keys held here ends. */
  readonly keysUntilMs: number | null;
  readonly nextAttempt: number;
  /** Orders whose pages were laid ready on the boards. */
  readonly prepared: readonly string[];
  /** Boards whose own display is replaced, by output: the name of the one behind it. */
  readonly behind: Readonly<Record<string, string>>;
  /** What the beacon was told last. */
  readonly beacon: BeaconPattern;
  /** Modem, meter, cabinet and fan. */
  readonly wired: Wired;
  readonly telemetry: {
    readonly sample: Omit<Telemetry, 'atMs' | 'clock' | 'health'> | null;
    readonly toldAtMonoMs: number | null;
    readonly toldHealth: string;
  };
  /** What was told last; an empty report is owed. */
  readonly told: { readonly report: string; readonly presence: string; readonly clock: ClockQuality | null };
  readonly reportAtMonoMs: number | null;
  /** Until then receipts of an order go first: nothing is reported. */
  readonly hushedToMonoMs: number;
  readonly rows: { readonly epoch: string; readonly acked: number };
}

/** The display that is seen in place of a board's first one, and why. */
export interface Behind {
  readonly display: string;
  readonly problem: Problem;
}

/** How a board should be lit: a dark page hides bulletins, no power hides everything. */
export interface ScreenWish {
  readonly dark: boolean;
  readonly power: boolean;
}

export interface ScreenState {
  readonly wish: ScreenWish;
  readonly asked?: { readonly attempt: number; readonly atMonoMs: number };
  /** `sent` is told to it, `confirmed` is read back from it; no means at all: `none`. */
  readonly page: 'sent' | 'confirmed' | 'failed';
  readonly power: 'none' | 'sent' | 'confirmed' | 'failed';
  readonly atMonoMs: number;
  /** Commands to be answered with the next outcome. */
  readonly commands: readonly string[];
}

/** An order that lies ready here; its signatures hold now. */
export interface LocalReady {
  readonly offered: OfferedOrder;
  readonly perHour: number;
  readonly maxMs: number;
  readonly key: boolean;
}

export interface LocalRefused {
  readonly id: string;
  readonly code: ProblemCode;
}

/** A contact whose mandate holds now. */
export interface ContactReady {
  readonly id: string;
  readonly inputs: readonly StartInput[];
  readonly debounceMs: number;
  readonly order: string;
  readonly perHour: number;
  readonly mandate: {
    readonly id: string;
    readonly nbf: number;
    readonly exp: number;
    readonly persons: readonly string[];
    readonly keyids: readonly string[];
  };
}

export interface Watch {
  readonly own: WatchedLine;
  readonly upper: WatchedLine;
  /** Highest counter that reached this box in this boot, by `iss/epoch/aud/word`. */
  readonly seen: Readonly<Record<string, number>>;
}

export interface WatchedLine {
  readonly centre: string | null;
  readonly up: boolean;
  readonly upMonoMs: number;
  readonly beatMonoMs: number | null;
  /** Counters of the newest heartbeat, by `iss/epoch/g/group/word`. */
  readonly told: Readonly<Record<string, { readonly ctr: number; readonly sinceMonoMs: number }>>;
}

export interface StreamState {
  readonly receiving: boolean;
  /** Opened at; the amplifiers are warm for a while from then. */
  readonly openedMonoMs: number;
  readonly told: 'accepted' | 'sounding' | 'lost';
}

/** Bytes by hash that the box needs, for what. */
export interface Need {
  readonly sha256: string;
  readonly bytes: number;
  readonly what: 'part' | 'item';
}

/** A verified order as it came. */
export interface OfferedOrder {
  readonly opened: OpenedMeta;
  readonly order: Order;
  /** Attachments that came with it, by hash. */
  readonly inline: readonly string[];
  readonly authorised?: Authorised;
}

export interface UnsureOrder extends OfferedOrder {
  readonly sinceMonoMs: number;
  /** The refusal was told; it may still be accepted once time is known. */
  readonly told: boolean;
}

/** Occurrences around now, computed once and reused until the plan changes or time leaves it. */
export interface Agenda {
  readonly rev: number;
  readonly fromMs: number;
  readonly toMs: number;
  /** Revision whose bulletins the boards show, where it is not the plan's. */
  readonly bulletinsRev?: number;
  /** By start, then id. */
  readonly occurrences: readonly Occurrence[];
  /** Those of them that go round for a time. */
  readonly lasting?: readonly Occurrence[];
  /** Each item once, in the order of first need; what eviction spares. */
  readonly items: readonly Item[];
}

export interface OutputState {
  readonly id: string;
  readonly kind: Output['kind'];
  readonly working: boolean;
  readonly amplifier: AmplifierState;
  readonly player: PlayerState;
  /** Attempts told to stop whose end was not heard yet; one may overlap its successor for the fade only. */
  readonly leaving: readonly Leaving[];
  /** The repetition of an order that ended here last: equals alternate, pauses count from it. */
  readonly lastOrder: { readonly id: string; readonly endedMonoMs: number } | null;
  readonly tone: ToneAsked | null;
  /** The device failed in mid-programme: until then none is begun here. */
  readonly restUntilMonoMs?: number;
  /** Boards: the page told last, of which attempt and as which number. */
  readonly showing?: { readonly attempt: number; readonly number: number; readonly showing: Showing };
  /** Plays in a row that failed here, for the back-off of orders. */
  readonly failures: number;
}

export interface Leaving {
  readonly attempt: number;
  readonly mark: PlayingMark;
  readonly because: Reason;
  readonly sinceMonoMs: number;
  /** Not told to stop: the next play is armed behind its end. */
  readonly endsItself?: true;
}

export interface ToneAsked {
  readonly id: string;
  readonly durationMs: number;
  /** The command that asked, to be answered. */
  readonly command: string | null;
  /** The countdown that ends service: the one sound that service allows. */
  readonly countdown?: boolean;
  /** The sweep that calibrates the microphone at the horn. */
  readonly sweep?: boolean;
  readonly rises?: true;
  readonly silent?: true;
  /** A tone that found no free output by then is given up. */
  readonly untilMonoMs: number;
}

/** `at` holds monotonic ms of the last outcome or order. Boards have `none`. */
export type AmplifierState =
  | { readonly is: 'none' }
  | { readonly is: 'off'; readonly atMonoMs: number }
  | { readonly is: 'turning-on'; readonly attempt: number; readonly atMonoMs: number }
  | { readonly is: 'on'; readonly atMonoMs: number; readonly onMs: number }
  | { readonly is: 'turning-off'; readonly attempt: number; readonly atMonoMs: number }
  | { readonly is: 'failed'; readonly atMonoMs: number; readonly problem: Problem };

export type PlayerState =
  | { readonly is: 'idle'; readonly quietSinceMonoMs: number }
  | {
      readonly is: 'armed' | 'playing';
      readonly attempt: number;
      readonly voice: Voice;
      readonly startAtMs: number;
      /** `startAtMs` on the monotonic clock as it stood when the play was given: a stepped clock shows against it. */
      readonly startAtMonoMs: number;
      /** When this attempt should have ended; null where only the player knows. */
      readonly untilMs: number | null;
      /** The hours end before the sound does: it fades out here. */
      readonly cutAtMs?: number;
      /** When the player last said anything of it, monotonic; `doubted` once it was asked whether it is still there. */
      readonly saidMonoMs?: number;
      readonly doubted?: boolean;
      /** Since when it was quiet before this attempt, which may fail without a sound. */
      readonly quietSinceMonoMs?: number;
    };

// ── what to do ───────────────────────────────────────────────────────────────────────────────────

export type Action =
  /** Read the want's parts from the cache, check them all; answers planLoaded or planRefused. */
  | { readonly do: 'loadPlan'; readonly attempt: number; readonly want: Want }
  | { readonly do: 'fetch'; readonly attempt: number; readonly sha256: string; readonly bytes: number; readonly what: 'part' | 'item' }
  | { readonly do: 'evict'; readonly sha256: string }
  /** `keep` lists what eviction must spare; the core has decided who goes. */
  | { readonly do: 'switchAmplifier'; readonly output: string; readonly attempt: number; readonly on: boolean }
  /** Prepare now, first sample at `startAtMs` (wall; the player maps it to frames). Answers playbackStarted/Progressed/Ended. */
  | PlayAction
  | {
      readonly do: 'stop';
      readonly output: string;
      readonly attempt: number;
      readonly fadeMs: number;
      /** Boards: the page may not be seen any more, not even until something follows. */
      readonly leave?: true;
    }
  | ShowAction
  /** Lay an order's page ready on a board, unseen. */
  | { readonly do: 'prepare'; readonly output: string; readonly order: Order; readonly languages: readonly string[] }
  | { readonly do: 'flashBeacon'; readonly pattern: BeaconPattern }
  /** Answers fanSeen. */
  | { readonly do: 'switchFan'; readonly on: boolean }
  /** Answers screenSwitched. */
  | ({ readonly do: 'switchScreen'; readonly output: string; readonly attempt: number } & ScreenWish)
  /** Take, shrink, send to the centre; answers pictureTaken. */
  | { readonly do: 'takePicture'; readonly output: string; readonly command: string }
  | { readonly do: 'publishReport'; readonly report: Report }
  | { readonly do: 'publishPresence'; readonly presence: Omit<Presence, 'conn' | 'on'> }
  | { readonly do: 'publishTelemetry'; readonly telemetry: Telemetry }
  /** Ask the centre: signed time when untrusted, the want when we may have missed one. */
  /** A trial at the edge is over: keep what was tried, or take it back; the latter answers trialEnded. */
  | { readonly do: 'endTrial'; readonly id: string; readonly keep: boolean }
  | { readonly do: 'ask'; readonly kind: 'want' | 'time' }
  /** Connect to a session's stream (or the box's own input) and answer `liveReceiving`; closing ends it. */
  | { readonly do: 'openLive'; readonly session: LiveSession }
  | { readonly do: 'closeLive'; readonly session: string }
  | { readonly do: 'newEpoch' }
  /** Keys are removed once the centre has the row that says so. */
  | { readonly do: 'retire' }
  | { readonly do: 'forgetRows'; readonly epoch: string; readonly upto: number };

/** How the beacon flashes: an order in earnest, an exercise, nothing. */
export type BeaconPattern = 'off' | 'actual' | 'exercise';

/** A page of a board's attempt, at its instant; answers showingPainted and showingEnded. */
export interface ShowAction {
  readonly do: 'show';
  readonly output: string;
  readonly attempt: number;
  readonly showing: number;
  /** Null: the box's own safe page. */
  readonly item: Item | null;
  readonly atMs: number;
  readonly untilMs: number;
  /** The attempt is completed at its end. */
  readonly last: boolean;
}

export interface PlayAction {
  readonly do: 'play';
  readonly output: string;
  readonly attempt: number;
  /** Mixer slot (DESIGN §5): a drill uses the emergency slot, filler the idle one. */
  readonly slot: 'emergency' | 'live' | 'priority' | 'normal' | 'idle';
  readonly sound: Sound;
  /** Wall instant of the first sample; in the past means as soon as possible. */
  readonly startAtMs: number;
  readonly fadeInMs: number;
  /** Gain of everything in this play, after policy's ceiling, dB. */
  readonly gainDb: number;
}

/** Heard at the horn, as a receipt says it. */
export interface HeardHere {
  readonly heard: Heard;
  readonly because?: HeardBecause;
  readonly levelDb?: number;
}

/** What is fed to the output. Positions skip into the session for joiners and resumed plays. */
export type Sound =
  | { readonly of: 'items'; readonly items: readonly Item[]; readonly times: number; readonly gapMs: number; readonly offsetMs: number }
  /** On a board: what is shown when comes page by page, as `show`. */
  | { readonly of: 'pages' }
  /** One repetition on a loudspeaker (`times` is 1 then); on a board the order as it is. */
  | {
      readonly of: 'order';
      readonly id: string;
      readonly order: Order;
      readonly inline: readonly string[];
      readonly languages: readonly string[];
    }
  /** `rises`: from a whisper to full level; 0 Hz is silence. */
  | { readonly of: 'tone'; readonly hz: number; readonly durationMs: number; readonly rises?: true }
  /** The known sound that calibrates the microphone at the horn. */
  | { readonly of: 'sweep'; readonly durationMs: number }
  /** Ten seconds of warning before sound comes back: beeps each second, spoken numbers where the box has the voice. */
  | { readonly of: 'countdown'; readonly durationMs: number; readonly languages: readonly string[] }
  /** Frames sound at `captured + delayMs`; comfort silence where none are, ended by the session's last batch. */
  | { readonly of: 'live'; readonly session: string; readonly delayMs: number };

// ── the decision ─────────────────────────────────────────────────────────────────────────────────

export interface Decision {
  readonly state: State;
  /** Written to the outbox in the same transaction as the kept state. */
  readonly facts: readonly Fact[];
  /** Performed after the commit. */
  readonly actions: readonly Action[];
  /** `now`: commit before acting (starts, orders, counters). `soon`: may share a commit (≤ 1 s). */
  readonly commit: 'now' | 'soon' | 'none';
  /** Monotonic instant at which time alone changes an answer. */
  readonly wakeAtMonoMs: number | null;
}

export type { Schedule };
