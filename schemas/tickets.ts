// Tickets for technicians in shapes: what is to be repaired, by whom, and what closed it.
import * as v from 'valibot';
import type { FaultKind, FaultReason } from './faults.ts';
import { type AreaPath, Id, Sha256 } from './ids.ts';

export const ticketLimits = { steps: 200, photos: 20, /** Open ones of a centre. */ open: 5_000 } as const;

export const ticketStates = ['open', 'assigned', 'accepted', 'closed'] as const;
export type TicketState = (typeof ticketStates)[number];
/** `citizen` is for later. */
export const ticketSources = ['fault', 'hand', 'citizen'] as const;
export type TicketSource = (typeof ticketSources)[number];

const Note = v.optional(v.pipe(v.string(), v.trim(), v.maxLength(500)), '');
const Words = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(500));

/** From a fault, or by hand: about a box or an entry of the register. */
export const TicketRequest = v.union([
  v.strictObject({ fault: Id, note: Note }),
  v.strictObject({
    box: v.optional(Id),
    entry: v.optional(Id),
    title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200)),
    severity: v.optional(v.picklist(['alarm', 'notice']), 'notice'),
    note: Note,
  }),
]);
export type TicketRequest = v.InferOutput<typeof TicketRequest>;
export const TicketAssignRequest = v.strictObject({ assignee: Id, note: Note });
export const TicketNoteRequest = v.strictObject({ note: Words });
export const TicketPhotoRequest = v.strictObject({ when: v.picklist(['before', 'after']), sha256: Sha256 });
export const TicketCloseRequest = v.strictObject({ reason: Words });

// ── answered ─────────────────────────────────────────────────────────────────────────────────────

export interface TicketStep {
  readonly atMs: number;
  /** `centre`: done by itself. */
  readonly by: string;
  readonly act: TicketAct;
  readonly note: string;
}

export interface TicketPhoto {
  readonly when: 'before' | 'after';
  readonly sha256: string;
  readonly by: string;
  readonly atMs: number;
}

export interface TicketTest {
  /** One for each output of the box. */
  readonly commands: readonly string[];
  readonly askedMs: number;
  readonly by: string;
}

export interface TicketClosing {
  readonly atMs: number;
  readonly by: string;
  readonly how: 'self-test' | 'administrator';
  readonly reason: string;
  /** How often its fault had come until then. */
  readonly faultTimes: number;
}

export interface Ticket {
  readonly id: string;
  readonly box: string | null;
  /** In the register; it tells where the thing stands. */
  readonly entry: string | null;
  /** Whose it is where no box says it. */
  readonly unit: string | null;
  /** Where it was when it was opened. */
  readonly area: AreaPath;
  readonly fault: string | null;
  readonly reason: FaultReason | null;
  readonly title: string;
  readonly severity: 'alarm' | 'notice';
  readonly source: TicketSource;
  readonly state: TicketState;
  readonly openedMs: number;
  readonly openedBy: string;
  readonly assignee: string | null;
  readonly photos: readonly TicketPhoto[];
  readonly testing: TicketTest | null;
  readonly closed: TicketClosing | null;
  /** How often it was opened. */
  readonly times: number;
  readonly upwardMs: number | null;
  readonly steps: readonly TicketStep[];
}

export const ticketActs = ['assign', 'accept', 'give-back', 'note', 'photo', 'test', 'fail', 'pass', 'close', 'return', 'upward'] as const;
export type TicketAct = (typeof ticketActs)[number];

/** On the earth, in degrees. */
export interface MapPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/** `area`: where it is now. */
export interface TicketAnswer extends Ticket {
  readonly boxName: string | null;
}

/** What is somebody's own to repair; `null`: nobody knows where it stands, or where who asks is. */
export interface MyWorkAnswer extends TicketAnswer {
  readonly place: MapPlace | null;
  readonly distanceM: number | null;
}

/** What has stood for over thirty days: a fault of a box, or a repair without one. */
export interface LongFault {
  /** Directly below the unit asked for; `null`: its own. */
  readonly unit: string | null;
  readonly sinceMs: number;
  readonly days: number;
  readonly fault: string | null;
  readonly box: string | null;
  readonly name: string;
  /** Of a fault: its words and what to do next. */
  readonly kind?: FaultKind;
  readonly ticket: Pick<Ticket, 'id' | 'state' | 'assignee'> | null;
}
export interface LongFaultsAnswer {
  readonly asOfMs: number;
  readonly unit: string;
  readonly lines: readonly LongFault[];
}

/** Whom work may be given to. */
export interface WorkerAnswer {
  readonly account: Id;
  readonly title: string;
}
