// What a centre remembers of repairs.
import type { Result } from '../../schemas/problems.ts';
import type { Ticket, TicketState } from '../../schemas/tickets.ts';
import type { Act } from './store.ts';

export interface TicketFilter {
  readonly states?: readonly TicketState[];
  readonly assignee?: string | undefined;
  readonly box?: string | undefined;
  /** Of one of these boxes, or of one of these units where there is no box; of all unless said. */
  readonly within?: { readonly boxes: readonly string[]; readonly units: readonly string[] } | undefined;
  readonly after?: Pick<Ticket, 'openedMs' | 'id'> | undefined;
  readonly limit: number;
}

export interface TicketStore {
  /** Problems: conflict (the fault has an open ticket), over-budget (open ones). */
  add(ticket: Ticket, openMax: number, act: Act): Promise<Result<void>>;
  ticket(id: string): Promise<Ticket | undefined>;
  /** Newest first. */
  tickets(filter: TicketFilter): Promise<Ticket[]>;
  /** Open ones, and those closed after this instant, oldest first. */
  unsettled(closedAfterMs: number): Promise<Ticket[]>;
  /** Read, decide, write: one step after the other. Problems: not-found, those of the judge. */
  decide(id: string, judge: (ticket: Ticket) => Result<Ticket>, act: Act): Promise<Result<Ticket>>;
}
