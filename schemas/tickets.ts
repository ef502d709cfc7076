// Tickets for technicians in shapes: what is to be repaired, by whom, and what closed it.
import * as v from 'valibot';
import { Id, Sha256 } from './ids.ts';

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
