// LONG: every answer to residents and officials, on one page.
// What the centre answers to residents (`/api/public/…`, no account) and to the officials who answer them.
import type {
  FeedbackAct,
  FeedbackCategory,
  FeedbackKind,
  FeedbackState,
  HoldReason,
  LoudspeakerTrouble,
  PollQuestion,
  PushTopic,
  VoterKind,
} from './citizen.ts';
import type { RatedLevel, Stars } from './evaluation.ts';
import type { Freshness } from './federation.ts';
import type { Hazard } from './order.ts';
import type { Level } from './programme.ts';

// ── GET /api/public/place ────────────────────────────────────────────────────────────────────────

export interface PublicUnit {
  readonly id: string;
  readonly name: string;
  readonly level: Level;
  readonly parent: string | null;
  /** Middle of its loudspeakers, to offer the nearest; `null` where none has coordinates. */
  readonly place: { readonly latitude: number; readonly longitude: number } | null;
}

export interface PublicPlace {
  readonly centre: { readonly id: string; readonly name: string; readonly level: Level; readonly zone: string };
  /** Everything says TRÌNH DIỄN. */
  readonly demo: boolean;
  readonly units: readonly PublicUnit[];
  readonly contacts: readonly { readonly name: string; readonly phone: string; readonly note: string }[];
  readonly links: readonly { readonly title: string; readonly url: string; readonly note: string }[];
  /** VAPID public key (RFC 8292), base64url, for PushManager.subscribe; `null`: this centre sends no messages. */
  readonly pushKey: string | null;
  /** May phones be verified? */
  readonly phones: boolean;
}

// ── GET /api/public/day?unit=&date= ──────────────────────────────────────────────────────────────

/** `heard`: at least one loudspeaker there played it whole; only then its sounds may be heard again. */
/** `unknown`: its time is over and no loudspeaker has told yet; a pole without a line tells hours later. */
export type PublicPlayState = 'coming' | 'sounding' | 'heard' | 'partly' | 'not-heard' | 'unknown';

export interface PublicSound {
  readonly sha256: string;
  readonly title: string;
  readonly language: string;
  readonly durationMs: number;
  /** The words of it; empty where there are none. */
  readonly text: string;
}

export interface PublicPlay {
  readonly programme: string;
  readonly title: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly state: PublicPlayState;
  readonly tier: 'normal' | 'priority';
  readonly essential: boolean;
  /** `GET /api/public/sounds/SHA256` (Opus) and `/mp3`; empty until it was heard. */
  readonly sounds: readonly PublicSound[];
}

export interface PublicDay {
  readonly date: string;
  readonly unit: string;
  readonly plays: readonly PublicPlay[];
}

// ── GET /api/public/items?unit=&q=&after=, /api/public/items/ID ─────────────────────────────────

export interface PublicItem {
  readonly id: string;
  readonly title: string;
  readonly kind: 'audio' | 'text' | 'bulletin' | 'notice' | 'document';
  readonly unit: { readonly id: string; readonly name: string };
  readonly category: string;
  readonly language: string;
  readonly essential: boolean;
  readonly publishedMs: number;
  readonly validUntilMs: number | null;
  readonly body: string;
  readonly sound: PublicSound | null;
  /** `GET /api/public/pages/SHA256`: a page to be shown in a sandboxed frame. */
  readonly page: string | null;
}

// ── GET /api/public/alerts?unit= ─────────────────────────────────────────────────────────────────

export interface PublicAlert {
  readonly id: string;
  /** An exercise says so first and last. */
  readonly class: 'actual' | 'exercise';
  readonly state: 'now' | 'ended';
  readonly hazard: Hazard;
  readonly severity: string;
  readonly urgency: string;
  readonly certainty: string;
  readonly riskLevel: number | null;
  readonly floodAlarm: number | null;
  readonly issuer: string | null;
  readonly title: string;
  /** What to do, short. */
  readonly text: string;
  readonly others: readonly { readonly language: string; readonly title: string; readonly text: string }[];
  /** What the loudspeakers say, by language. */
  readonly speech: readonly { readonly language: string; readonly text: string }[];
  readonly area: string;
  readonly units: readonly { readonly id: string; readonly name: string }[];
  /** Loudspeakers in the area, for a map of points. */
  readonly places: readonly { readonly latitude: number; readonly longitude: number; readonly name: string }[];
  readonly givenMs: number;
  readonly untilMs: number;
  readonly endedMs: number | null;
  /** Alerts whose place it took. */
  readonly updates: readonly string[];
}

export interface PublicAlerts {
  readonly asOfMs: number;
  readonly now: readonly PublicAlert[];
  readonly history: readonly PublicAlert[];
}

// ── speaking back ────────────────────────────────────────────────────────────────────────────────

/** POST /api/public/device */
export interface DeviceAnswer {
  readonly device: string;
}

/** POST /api/public/phone */
export interface PhoneAnswer {
  readonly challenge: string;
  readonly untilMs: number;
  /** Of a demo without a gateway: the code itself, to be shown under TRÌNH DIỄN. Nowhere else. */
  readonly demoCode: string | null;
}
/** POST /api/public/phone/confirm */
export interface PhoneProofAnswer {
  readonly phone: string;
  readonly untilMs: number;
}

/** GET /api/public/poles/CODE */
export interface PublicPole {
  readonly code: string;
  readonly name: string;
  readonly unit: { readonly id: string; readonly name: string };
  /** Somebody has told of it, or the box has: it is known and being mended. */
  readonly known: boolean;
}

/** POST /api/public/feedback */
export interface ReceiptAnswer {
  readonly number: string;
  readonly secret: string;
  readonly state: FeedbackState;
  readonly receivedMs: number;
  readonly dueMs: number;
}

export interface Broadcast {
  readonly title: string;
  /** First and last time that it was heard; `null`: not yet. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** POST /api/public/feedback/look; in lists of one's own as well. */
export interface FeedbackStatusAnswer {
  readonly number: string;
  readonly kind: FeedbackKind;
  readonly category: FeedbackCategory;
  readonly unit: { readonly id: string; readonly name: string };
  readonly state: FeedbackState;
  readonly text: string;
  readonly receivedMs: number;
  readonly dueMs: number;
  /** Of `refused`. */
  readonly reason: string;
  readonly answers: readonly { readonly text: string; readonly atMs: number }[];
  readonly broadcast: Broadcast | null;
  /** A loudspeaker: is it being mended, since when does it sound again? */
  readonly repair: { readonly state: 'waiting' | 'underway' | 'mended'; readonly mendedMs: number | null } | null;
  readonly stars: number | null;
  readonly steps: readonly { readonly act: FeedbackAct; readonly atMs: number }[];
}

/** POST /api/public/feedback/mine, with the device's word. */
export interface MyFeedbackAnswer {
  readonly number: string;
  readonly kind: FeedbackKind;
  readonly state: FeedbackState;
  readonly receivedMs: number;
  readonly dueMs: number;
  readonly begins: string;
}

/** GET /api/public/answers?unit=&q=&after= */
export interface PublicReply {
  readonly number: string;
  readonly kind: FeedbackKind;
  readonly category: FeedbackCategory;
  readonly unit: { readonly id: string; readonly name: string };
  readonly question: string;
  readonly answer: string;
  readonly publishedMs: number;
  readonly broadcast: Broadcast | null;
}

/** POST /api/public/ratings */
export interface RatedAnswer {
  readonly stars: number;
  readonly voter: VoterKind;
}

// ── polls ────────────────────────────────────────────────────────────────────────────────────────

export type PollState = 'draft' | 'open' | 'closed' | 'withdrawn';
export interface QuestionResult {
  /** By option; empty for words. */
  readonly counts: readonly number[];
  readonly answered: number;
}
export interface PollResult {
  readonly ballots: number;
  readonly questions: readonly QuestionResult[];
}

/** GET /api/public/polls?unit= */
export interface PublicPoll {
  readonly id: string;
  readonly kind: 'poll' | 'survey';
  readonly unit: { readonly id: string; readonly name: string };
  readonly title: string;
  readonly text: string;
  readonly questions: readonly PollQuestion[];
  readonly voter: VoterKind;
  readonly opensMs: number;
  readonly closesMs: number;
  readonly state: 'open' | 'closed';
  /** Only when it is closed. */
  readonly result: PollResult | null;
}
/** POST /api/public/polls/ID/ballots; a second one is `conflict`. */
export interface BallotAnswer {
  readonly poll: string;
  readonly voter: VoterKind;
}

// ── messages, one's own facts ────────────────────────────────────────────────────────────────────

/** POST /api/public/pushes */
export interface PushAnswer {
  readonly id: string;
  readonly topics: readonly PushTopic[];
  readonly units: readonly string[];
  readonly digestHour: number | null;
}

/** What a message holds when the app has decrypted it (RFC 8291). */
export interface PushMessage {
  readonly message: string;
  /** Given back to /api/public/pushes/received. */
  readonly tag: string;
  readonly topic: PushTopic | 'digest';
  readonly title: string;
  readonly text: string;
  /** Within the app, as `#/alerts`. */
  readonly at: string;
  readonly atMs: number;
}

/** POST /api/public/my-data: all that is kept of this device and phone. */
export interface MyDataAnswer {
  readonly atMs: number;
  readonly feedback: readonly (FeedbackStatusAnswer & { readonly photos: number; readonly sound: boolean; readonly phone: boolean })[];
  readonly ratings: readonly { readonly about: string; readonly unit: string; readonly stars: number; readonly atMs: number }[];
  readonly pushes: readonly PushAnswer[];
  /** Polls that are still open in which this device or phone has voted; ballots of closed ones belong to nobody. */
  readonly polls: readonly string[];
}
/** POST /api/public/my-data/erase */
export interface ErasedAnswer {
  readonly feedback: number;
  readonly ratings: number;
  readonly pushes: number;
  readonly ballots: number;
}

/** Names of events on GET /api/public/events: something of this kind changed; ask again for what is shown. */
export type PublicEvent = 'alert' | 'day' | 'items' | 'answers' | 'polls';

// ── officials ────────────────────────────────────────────────────────────────────────────────────

export interface FeedbackStepAnswer {
  readonly atMs: number;
  readonly by: string;
  readonly act: FeedbackAct;
  readonly note: string;
}

/** GET /api/feedback?state=&kind=&unit=&assignee=&overdue=&q=&after=, GET /api/feedback/ID */
export interface FeedbackAnswer {
  readonly id: string;
  readonly number: string;
  readonly kind: FeedbackKind;
  readonly category: FeedbackCategory;
  readonly unit: { readonly id: string; readonly name: string };
  readonly area: string;
  readonly state: FeedbackState;
  readonly holds: readonly HoldReason[];
  readonly text: string;
  readonly erased: boolean;
  readonly trouble: LoudspeakerTrouble | null;
  readonly pole: { readonly entry: string; readonly code: string; readonly name: string; readonly box: string | null } | null;
  readonly item: string | null;
  /** `GET /api/feedback/ID/attached/SHA256` */
  readonly photos: readonly string[];
  readonly sound: string | null;
  /** The phone was verified; it is shown to nobody, answers go to it. */
  readonly verified: boolean;
  readonly mayPublish: boolean;
  readonly receivedMs: number;
  readonly dueMs: number;
  readonly overdue: boolean;
  readonly assignee: string | null;
  readonly answers: readonly { readonly text: string; readonly atMs: number; readonly by: string }[];
  readonly published: { readonly question: string; readonly answer: string; readonly atMs: number; readonly by: string } | null;
  readonly link: { readonly item: string } | { readonly programme: string } | null;
  readonly broadcast: Broadcast | null;
  readonly ticket: string | null;
  readonly satisfaction: { readonly stars: number; readonly text: string; readonly atMs: number } | null;
  readonly steps: readonly FeedbackStepAnswer[];
}

/** GET /api/polls, GET /api/polls/ID, POST /api/polls, PUT /api/polls/ID, POST /api/polls/ID/open|close|withdraw */
export interface PollAnswer {
  readonly id: string;
  readonly kind: 'poll' | 'survey';
  readonly unit: { readonly id: string; readonly name: string };
  readonly title: string;
  readonly text: string;
  readonly questions: readonly PollQuestion[];
  readonly voter: VoterKind;
  readonly opensMs: number;
  readonly closesMs: number;
  readonly state: PollState;
  readonly by: string;
  readonly madeMs: number;
  /** How many so far; what they say is told when it is closed. */
  readonly ballots: number;
  readonly result: (PollResult & { readonly texts: readonly (readonly string[])[] }) | null;
}

/** One month of one place and all below it. */
export interface VoicesFigures {
  readonly received: number;
  readonly byKind: Readonly<Record<FeedbackKind, number>>;
  readonly answered: number;
  /** Within two working days. */
  readonly inTime: number;
  /** Whose time is over, answered or not. */
  readonly due: number;
  readonly refused: number;
  /** Median from receipt to answer, ms. */
  readonly medianMs: number | null;
  readonly satisfaction: Stars;
  readonly ratings: Readonly<Record<RatedLevel, Stars>>;
}

export interface VoicesRow extends VoicesFigures {
  readonly unit: string;
  readonly name: string;
  readonly month: string;
}

/** GET /api/feedback-statistics?unit=&month= : the unit with all below it, then each directly below; `below` what centres there have told. */
export interface VoicesAnswer {
  readonly asOfMs: number;
  readonly rows: readonly VoicesRow[];
}

/** As everybody may read it: `null` where so few gave stars that they would be somebody's own. */
export interface OpenVoicesRow extends Omit<VoicesRow, 'satisfaction' | 'ratings'> {
  readonly satisfaction: Stars | null;
  readonly ratings: Readonly<Record<RatedLevel, Stars | null>>;
}

/** GET /api/public/open-data?unit= */
export interface OpenVoicesAnswer {
  readonly asOfMs: number;
  readonly rows: readonly OpenVoicesRow[];
}

/** A centre below. `figures` null: it has told nothing of this month, which is not nought; of when its word is says `asOfMs`. */
export interface VoicesBelow {
  readonly centre: string;
  /** The unit at its area today. */
  readonly unit: string | null;
  readonly name: string;
  readonly figures: VoicesFigures | null;
  readonly fresh: Freshness;
  readonly asOfMs: number | null;
}

export interface VoicesWithBelow extends VoicesAnswer {
  readonly below: readonly VoicesBelow[];
}

/** GET /api/citizen-settings, PUT /api/citizen-settings */
export interface CitizenSettingsAnswer {
  readonly contacts: PublicPlace['contacts'];
  readonly links: PublicPlace['links'];
  readonly keptDays: number;
  readonly pushHosts: readonly string[];
  /** The secret is never shown. */
  readonly sms: { readonly url: string } | null;
  readonly smsState: 'not-configured' | 'ready' | 'failed' | 'demo';
}

/** GET /api/push-messages: what was sent, and what of it came. */
export interface PushMessageAnswer {
  readonly id: string;
  readonly topic: PushTopic | 'digest';
  readonly title: string;
  readonly atMs: number;
  readonly sent: number;
  /** The push service took it. */
  readonly accepted: number;
  readonly failed: number;
  /** The app said that it came. */
  readonly received: number;
}
