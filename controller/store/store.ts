// LONG: the whole port on one page.

import type { RelayRequest } from '../../schemas/api.ts';
import type { Delegated } from '../../schemas/approval.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import type { Fault, FaultReason } from '../../schemas/faults.ts';
import type { HolidayYearSet, Occasion } from '../../schemas/holidays.ts';
import type { LiveSession } from '../../schemas/live.ts';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import type { LogConflict } from '../../schemas/log.ts';
import type { Order } from '../../schemas/order.ts';
import type { Row } from '../../schemas/outbox.ts';
import type { AreaPolicy, Policy } from '../../schemas/policy.ts';
import type { Problem, Result } from '../../schemas/problems.ts';
import type { Item, Programme } from '../../schemas/programme.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import type { StoredUpdate } from '../../schemas/release-api.ts';
import type { Presence, Report, Telemetry } from '../../schemas/report.ts';
import type { Schedule } from '../../schemas/schedule.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import type { ShowingRow } from '../../schemas/showing-row.ts';
// What a centre remembers, by meaning. Every write is one durable transaction; one process writes.
import type { StoredAcceptance } from '../core/acceptances.ts';
import type { AlertStore } from './alert-store.ts';
import type { ApprovalStore } from './approval-store.ts';
import type { BulkStore } from './bulk-store.ts';
import type { CitizenStore } from './citizen-store.ts';
import type { DirectiveStore } from './directive-store.ts';
import type { DutyStore } from './duty-store.ts';
import type { Brought, Claim, EnrolmentStore } from './enrolment-store.ts';
import type { EvaluationStore, TrainingStore } from './evaluation-store.ts';
import type { ExchangeStore } from './exchange-store.ts';
import type { FederationStore } from './federation-store.ts';
import type { IssueStore } from './issue-store.ts';
import type { Once, OnceStore } from './once-store.ts';
import type { IdentityStore, PeopleStore, TokenStore, TryStore } from './people-store.ts';
import type { PlayStore } from './play-store.ts';
import type { ReadingStore } from './reading-store.ts';
import type { RegisterStore } from './register-store.ts';
import type { ReleaseStore } from './release-store.ts';
import type { RetentionStore } from './retention-store.ts';
import type { FolderStore, SourceStore } from './source-store.ts';
import type { SteeringStore } from './steering-store.ts';
import type { TicketStore } from './ticket-store.ts';
import type { UnitStore } from './unit-store.ts';

export type { Account, PeopleStore } from './people-store.ts';

/** Who did what to which thing; the hash names the content, personal data stays elsewhere. */
export interface Act {
  readonly atMs: number;
  readonly actor: string;
  readonly act: string;
  readonly subject: string;
  readonly sha256: string;
  /** The request bears a key under which it is done once: written in the same transaction. */
  readonly once?: Once;
}

export interface Box {
  readonly id: string;
  readonly name: string;
  readonly area: string;
  readonly groups: readonly string[];
  readonly settings: BoxSettings;
  readonly createdMs: number;
  readonly enrolledMs: number | null;
  /** Base64 of the raw Ed25519 key that signs the box's log; set at enrolment. */
  readonly signingKey: string | null;
  /** SHA-256 of the certificate in force: an older one of the same name is refused. */
  readonly certificate: string | null;
  /** The next one, not seen yet; both count until it is. */
  readonly nextCertificate?: string;
  /** Hash of the serial of the machine that enrolled. */
  readonly hardware?: string;
  /** Since when it is out of service. */
  readonly endedMs?: number;
}

/** What a box last said of itself. */
export interface Seen {
  readonly dev: string;
  readonly lastSeenMs: number;
  readonly presence: Presence | null;
  readonly report: Report | null;
  readonly telemetry: Telemetry | null;
}

export interface Media {
  readonly item: Item;
  readonly source: string;
  readonly author: string;
  readonly createdMs: number;
  /** Highest absolute sample per equal slice, 0..1. */
  readonly peaks: readonly number[];
}

export const programmeStates = ['draft', 'submitted', 'approved', 'rejected', 'withdrawn'] as const;
export type ProgrammeState = (typeof programmeStates)[number];

export interface StoredProgramme {
  readonly programme: Programme;
  /** Which of its items is which source item; absent: none. */
  readonly sources?: readonly (string | null)[];
  readonly state: ProgrammeState;
  readonly author: string;
  readonly approver: string | null;
  /** In whose stead it was judged. */
  readonly delegation?: Delegated | undefined;
  readonly changedMs: number;
  readonly note: string;
}

export interface StoredSchedule {
  readonly schedule: Schedule;
  readonly groups: readonly string[];
  /** Named days it plays on besides its own dates. */
  readonly occasions?: readonly Occasion[];
  readonly author: string;
  readonly createdMs: number;
}

export interface StoredWant {
  readonly dev: string;
  /** As the envelope says, or higher in a store that was restored: then it is to be signed anew. */
  readonly rev: number;
  readonly envelope: Envelope;
  readonly madeMs: number;
}

export interface StoredOrder {
  readonly id: string;
  readonly order: Order;
  readonly template: string;
  readonly groups: readonly string[];
  /** Boxes it was meant for when it was given. */
  readonly boxes: readonly string[];
  readonly by: string;
  readonly givenMs: number;
  readonly expMs: number;
  readonly clearedMs: number | null;
  /** Why one officer broke the glass. */
  readonly reason?: string;
}

/** One envelope that belongs in a group's retained frame while it lives. */
export interface GroupEnvelope {
  readonly group: string;
  readonly ctr: number;
  readonly typ: 'order' | 'clear';
  /** Ids of orders it gives or ends. */
  readonly orders: readonly string[];
  readonly envelope: Envelope;
  /** Blobs it names, main language first. */
  readonly audio: readonly string[];
  readonly expMs: number;
}

export interface OrderProgress {
  readonly order: string;
  readonly dev: string;
  readonly state: string;
  readonly atMs: number;
  readonly voice: string | null;
  readonly problem: Problem | null;
}

/** A live session as it was opened, and what became of it. */
export interface StoredLive {
  readonly session: LiveSession;
  readonly groups: readonly string[];
  /** Boxes it was meant for when it was opened. */
  readonly boxes: readonly string[];
  readonly by: string;
  readonly talkFromMs: number;
  readonly closedMs: number | null;
  readonly closedWhy: string | null;
  readonly recording: string | null;
  readonly recordingNote: string | null;
}

/** What a box told of a live session. */
export interface LiveProgress {
  readonly session: string;
  readonly dev: string;
  readonly state: string;
  readonly atMs: number;
  readonly problem: Problem | null;
}

/** An upper station's stream and its windows. */
export interface StoredRelay extends RelayRequest {
  readonly id: string;
  readonly by: string;
  readonly createdMs: number;
}

export interface LogHead {
  readonly upto: number;
  readonly hash: string;
}

export interface StoredRow extends Row {
  readonly dev: string;
  readonly epoch: string;
  readonly kind: string;
  readonly atMs: number;
  readonly receivedMs: number;
}

/** Which receipts; the period is that of their planned starts, `toMs` excluded. */
export interface ReceiptFilter {
  readonly dev?: string | undefined;
  readonly boxes?: readonly string[] | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly outcome?: Receipt['outcome'] | undefined;
  readonly heard?: Receipt['heard'] | undefined;
  readonly programme?: string | undefined;
}

/** Where a receipt, and a row, stands among the newest. */
export interface ReceiptPlace {
  readonly dev: string;
  readonly receipt: Pick<Receipt, 'plannedStartMs' | 'occurrence'>;
}
export type RowPlace = Pick<StoredRow, 'atMs' | 'dev' | 'epoch' | 'seq'>;

export interface StoredReceipt {
  readonly dev: string;
  readonly receipt: Receipt;
  readonly receivedMs: number;
}

/** What a board showed; the same row told again is known by its id. */
export interface StoredShowing {
  readonly dev: string;
  readonly showing: ShowingRow;
  readonly receivedMs: number;
}

/** All that one transaction of the log desk writes. */
export interface LogCommit {
  readonly rows: readonly StoredRow[];
  readonly receipts: readonly StoredReceipt[];
  readonly progress: readonly OrderProgress[];
  readonly live?: readonly LiveProgress[];
  readonly showings?: readonly StoredShowing[];
  readonly acceptances?: readonly StoredAcceptance[];
  readonly updates?: readonly StoredUpdate[];
  readonly conflicts: readonly LogConflict[];
  readonly heads: readonly (LogHead & { readonly dev: string; readonly epoch: string })[];
}

export interface EstateStore {
  /** Problem: conflict (the id exists). */
  addBox(box: Box, act: Act): Promise<Result<void>>;
  /** Settings of a box, whole; `seen`: those the change was made on. Problems: not-found, conflict (changed since, at `/seen`). */
  saveSettings(id: string, settings: BoxSettings, act: Act, seen?: BoxSettings): Promise<Result<Box>>;
  boxes(): Promise<Box[]>;
  box(id: string): Promise<Box | undefined>;
  addClaim(claim: Claim, act: Act): Promise<void>;
  /** A live claim, without using it up. Problems: not-found, claim-used, expired. */
  claim(tokenHash: string, nowMs: number, brought?: Brought): Promise<Result<Claim>>;
  /** Use a claim up and register what the box brought, in one transaction. Problems: not-found, claim-used, expired, not-allowed. */
  enrol(tokenHash: string, brought: Brought, act: Act): Promise<Result<Box>>;
  saveSeen(seen: readonly Seen[]): Promise<void>;
  seen(): Promise<Seen[]>;
}

/** Part of a list: behind this one, by its time and then its name. */
export interface ContentPage {
  readonly after?: { readonly atMs: number; readonly id: string } | undefined;
  readonly limit: number;
}

export interface ContentStore {
  /** The same bytes again keep their first row. */
  addMedia(media: Media, act: Act): Promise<void>;
  /** Newest first; all unless a part is asked. */
  media(page?: ContentPage): Promise<Media[]>;
  medium(sha256: string): Promise<Media | undefined>;
  saveProgramme(programme: StoredProgramme, act: Act): Promise<void>;
  /** Changed last first; all unless a part is asked. */
  programmes(page?: ContentPage): Promise<StoredProgramme[]>;
  /** Titles of those of these ids that there are. */
  titles(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  programme(id: string): Promise<StoredProgramme | undefined>;
  /** Problem: conflict (the id exists). */
  addSchedule(schedule: StoredSchedule, act: Act): Promise<Result<void>>;
  /** Oldest first; all unless a part is asked. */
  schedules(page?: ContentPage): Promise<StoredSchedule[]>;
  /** Problems: not-found, conflict (it is no more what `was` says). */
  replaceSchedule(was: StoredSchedule, schedule: StoredSchedule, act: Act): Promise<Result<void>>;
  /** Problem: not-found. */
  removeSchedule(id: string, act: Act): Promise<Result<void>>;
  policy(): Promise<Policy | undefined>;
  savePolicy(policy: Policy, act: Act): Promise<void>;
}

export interface CalendarStore {
  /** Policies that hold in an area instead of the centre's. */
  areaPolicies(): Promise<AreaPolicy[]>;
  saveAreaPolicy(policy: AreaPolicy, act: Act): Promise<void>;
  /** Problem: not-found. */
  removeAreaPolicy(area: string, act: Act): Promise<Result<void>>;
  /** Years whose days the centre has set; all others are reckoned. */
  holidayYears(): Promise<HolidayYearSet[]>;
  saveHolidayYear(year: HolidayYearSet, act: Act): Promise<void>;
  /** Problem: not-found. */
  removeHolidayYear(year: number, act: Act): Promise<Result<void>>;
}

export interface FaultFilter {
  /** Of these; of all unless said. */
  readonly boxes?: readonly string[] | undefined;
  readonly after?: Pick<Fault, 'openedMs' | 'id'> | undefined;
  readonly open: boolean;
  /** Only those that stood at some time of the period. */
  readonly period?: { readonly fromMs: number; readonly toMs: number };
  readonly limit: number;
}

export interface FaultSpan {
  readonly reason: FaultReason;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface FaultStore {
  /** Each in place of what is known under its id; the act is a person's. */
  save(faults: readonly Fault[], act?: Act): Promise<void>;
  fault(id: string): Promise<Fault | undefined>;
  /** Unresolved ones that stand or ended after this instant, oldest first. */
  unsettled(endedAfterMs: number): Promise<Fault[]>;
  /** Newest first; `open`: only those that need a person. */
  faults(filter: FaultFilter): Promise<Fault[]>;
  /** How much of the period faults of a reason stood, by box. */
  lasted(span: FaultSpan): Promise<ReadonlyMap<string, number>>;
  /** How many stood at an instant that had begun by another, by box. */
  stoodAt(atMs: number, openedUntilMs: number): Promise<ReadonlyMap<string, number>>;
}

export interface WantStore {
  wants(): Promise<StoredWant[]>;
  want(dev: string): Promise<StoredWant | undefined>;
  saveWants(wants: readonly StoredWant[]): Promise<void>;
  /** The last place document signed for each box. */
  places(): Promise<ReadonlyMap<string, Envelope>>;
  savePlaces(places: ReadonlyMap<string, Envelope>): Promise<void>;
}

export interface OrderStore {
  addOrder(order: StoredOrder, envelopes: readonly GroupEnvelope[], act: Act): Promise<void>;
  /** Latch orders: their envelopes leave the frames, the clears take their place. */
  clearOrders(ids: readonly string[], clears: readonly GroupEnvelope[], act: Act): Promise<void>;
  /** Newest first; `after`: those that stand behind this one. */
  orders(limit: number, after?: Pick<StoredOrder, 'givenMs' | 'id'>): Promise<StoredOrder[]>;
  /** Those of these ids that there are. */
  some(ids: readonly string[]): Promise<StoredOrder[]>;
  /** All that end after `sinceMs`, cleared ones too, however many; oldest first. */
  ordersUntil(sinceMs: number): Promise<StoredOrder[]>;
  order(id: string): Promise<StoredOrder | undefined>;
  /** Envelopes that live at `nowMs`, by group and counter. */
  envelopes(nowMs: number): Promise<GroupEnvelope[]>;
  progress(orders: readonly string[]): Promise<OrderProgress[]>;
  /** Starts at boxes whose end was not told yet (`ORDER#N`), at most 256. */
  startsAtBoxes(): Promise<{ readonly order: string; readonly dev: string }[]>;
  /** Orders that lie ready, by box. */
  ready(): Promise<ReadonlyMap<string, readonly LocalOrder[]>>;
  /** One of the same id gives way. */
  layReady(dev: string, order: LocalOrder, act: Act): Promise<void>;
  /** Problem: not-found. */
  takeReady(dev: string, id: string, act: Act): Promise<Result<void>>;
}

export interface LiveStore {
  addLive(live: StoredLive, act: Act): Promise<void>;
  closeLive(id: string, why: string, act: Act): Promise<void>;
  /** The recording's name in the library, or why there is none. */
  keepRecording(id: string, sha256: string | null, note: string | null): Promise<void>;
  /** Newest first. */
  sessions(limit: number): Promise<StoredLive[]>;
  session(id: string): Promise<StoredLive | undefined>;
  progress(sessions: readonly string[]): Promise<LiveProgress[]>;
  addRelay(relay: StoredRelay, act: Act): Promise<void>;
  relays(): Promise<StoredRelay[]>;
  /** Problem: not-found. */
  removeRelay(id: string, act: Act): Promise<Result<void>>;
}

export interface LogStore {
  commit(commit: LogCommit): Promise<void>;
  head(dev: string, epoch: string): Promise<LogHead | undefined>;
  /** Hashes of stored rows by seq. */
  hashes(dev: string, epoch: string, fromSeq: number, toSeq: number): Promise<ReadonlyMap<number, string>>;
  receipt(dev: string, occurrence: string): Promise<Receipt | undefined>;
  /** Which of these (dev, occurrence) have their receipt already, as `dev occurrence`. */
  settled(keys: readonly (readonly [dev: string, occurrence: string])[]): Promise<ReadonlySet<string>>;
  /** Newest first; `after`: those that stand behind this one. */
  receipts(filter: ReceiptFilter & { readonly after?: ReceiptPlace | undefined; readonly limit: number }): Promise<StoredReceipt[]>;
  /** Receipts planned to begin within the period or a day before it, oldest first. */
  receiptsBetween(filter: {
    readonly dev?: string;
    readonly boxes?: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
  }): Promise<StoredReceipt[]>;
  /** Receipts planned to begin within the period, oldest first, part after part: a year of them is never in memory. */
  receiptsPage(filter: {
    readonly boxes: readonly string[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly after?: ReceiptPlace | undefined;
    readonly limit: number;
  }): Promise<StoredReceipt[]>;
  /** Receipts that name one of these contents, planned to begin within the period, oldest first; at most 64 contents. */
  receiptsOf(filter: { readonly contents: readonly string[]; readonly fromMs: number; readonly toMs: number }): Promise<StoredReceipt[]>;
  /** Rows that touch the period, newest first. */
  /** Of a box, the newest first; at most twenty. */
  acceptances(dev: string): Promise<StoredAcceptance[]>;
  showings(filter: { readonly dev?: string; readonly fromMs: number; readonly toMs: number }): Promise<StoredShowing[]>;
  /** Newest first; `after`: those that stand behind this one. */
  rows(filter: {
    readonly dev?: string;
    readonly kind?: string;
    readonly after?: RowPlace | undefined;
    readonly limit: number;
  }): Promise<StoredRow[]>;
  conflicts(limit: number): Promise<LogConflict[]>;
}

/** Rows whose texts begin so, within the time; `after`: the row where the part before ended. */
export interface AuditSearch {
  readonly actor?: string | undefined;
  readonly act?: string | undefined;
  readonly subject?: string | undefined;
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly order: 'oldest' | 'newest';
  readonly after?: number | undefined;
  readonly limit: number;
}

export interface AuditStore {
  append(act: Act): Promise<void>;
  search(asked: AuditSearch): Promise<(Act & { readonly seq: number; readonly hash: string })[]>;
  entries(afterSeq: number, limit: number): Promise<(Act & { readonly seq: number; readonly hash: string })[]>;
  /** What one person did within a time, oldest first. */
  by(
    actor: string,
    span: { readonly fromMs: number; readonly toMs: number; readonly limit: number },
  ): Promise<(Act & { readonly seq: number })[]>;
  /** The first seq whose hash does not follow from the one before, or undefined when the whole chain holds. */
  verify(): Promise<number | undefined>;
  /** The last entry; 0 and '' before the first. */
  head(): Promise<{ readonly seq: number; readonly hash: string }>;
}

export interface CounterStore {
  /** Remember what was signed, by space; a lower one changes nothing. The signing desk keeps them from going back. */
  raise(counters: ReadonlyMap<string, number>): Promise<void>;
  highest(prefix: string): Promise<ReadonlyMap<string, number>>;
  /** The latest instant this database knows to have passed. */
  floorMs(): Promise<number>;
  raiseFloor(nowMs: number): Promise<void>;
}

export interface MetaStore {
  value(name: string): Promise<string | undefined>;
  /** The act is a person's; both are written or neither. */
  setValue(name: string, value: string, act?: Act): Promise<void>;
  /** Several at once: all or none. */
  setValues(values: ReadonlyMap<string, string>, act?: Act): Promise<void>;
}

export interface Store {
  readonly estate: EstateStore;
  readonly enrolment: EnrolmentStore;
  readonly units: UnitStore;
  readonly people: PeopleStore;
  readonly identities: IdentityStore;
  readonly tokens: TokenStore;
  readonly tries: TryStore;
  readonly content: ContentStore;
  readonly sources: SourceStore;
  readonly issues: IssueStore;
  readonly directives: DirectiveStore;
  readonly federation: FederationStore;
  readonly folders: FolderStore;
  readonly steering: SteeringStore;
  readonly approvals: ApprovalStore;
  readonly bulks: BulkStore;
  readonly calendar: CalendarStore;
  readonly exchange: ExchangeStore;
  readonly faults: FaultStore;
  readonly wants: WantStore;
  readonly orders: OrderStore;
  readonly live: LiveStore;
  readonly duty: DutyStore;
  readonly alerts: AlertStore;
  readonly log: LogStore;
  readonly plays: PlayStore;
  readonly readings: ReadingStore;
  readonly retention: RetentionStore;
  readonly releases: ReleaseStore;
  readonly register: RegisterStore;
  readonly tickets: TicketStore;
  readonly evaluation: EvaluationStore;
  readonly training: TrainingStore;
  readonly citizens: CitizenStore;
  readonly once: OnceStore;
  readonly audit: AuditStore;
  readonly counters: CounterStore;
  readonly meta: MetaStore;
  /** These tables come from a backup: nobody is signed in, no link holds, and every box is told anew what it should be. */
  restored(act: Act): Promise<void>;
  close(): Promise<void>;
}
