// Tickets in SQL.
import type { SqlRow, Statement } from '../../hardware/host/sqlite.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Ticket } from '../../schemas/tickets.ts';
import { put } from './batch.ts';
import { terms } from './sql-log.ts';
import { photoUses } from './sql-photos.ts';
import type { Act } from './store.ts';
import type { TicketFilter, TicketStore } from './ticket-store.ts';
import type { Writer } from './writer.ts';

const columns = ['box', 'unit', 'fault', 'state', 'assignee', 'opened_ms', 'closed_ms', 'body'];

export class SqlTickets implements TicketStore {
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  add(ticket: Ticket, openMax: number, act: Act): Promise<Result<void>> {
    return this.#writer.alone(async () => {
      const { database } = this.#writer;
      const [open] = await database.read("SELECT count(*) AS n FROM tickets WHERE state <> 'closed'");
      if (Number(open?.['n']) >= openMax) return bad('over-budget', `${openMax} tickets are open`);
      const [same] = await database.read("SELECT id FROM tickets WHERE fault = ? AND state <> 'closed' ORDER BY id LIMIT 1", [
        ticket.fault,
      ]);
      if (ticket.fault !== null && same) return bad('conflict', `ticket ${same['id']} is about it already`, '/fault');
      await this.#writer.commit([ticketRow(ticket), ...photosOf(ticket)], act);
      return ok(undefined);
    });
  }

  async ticket(id: string): Promise<Ticket | undefined> {
    const [row] = await this.#writer.database.read('SELECT body FROM tickets WHERE id = ?', [id]);
    return row && ticketOf(row);
  }

  async tickets({ states, assignee, box, within, after, limit }: TicketFilter): Promise<Ticket[]> {
    const some = '(SELECT value FROM json_each(?))';
    const { where, params } = terms([
      [`state IN ${some}`, states && [JSON.stringify(states)]],
      ['assignee = ?', assignee === undefined ? undefined : [assignee]],
      ['box = ?', box === undefined ? undefined : [box]],
      [`(box IN ${some} OR unit IN ${some})`, within && [JSON.stringify(within.boxes), JSON.stringify(within.units)]],
      ['(opened_ms, id) < (?, ?)', after && [after.openedMs, after.id]],
    ]);
    const sql = `SELECT body FROM tickets ${where} ORDER BY opened_ms DESC, id DESC LIMIT ?`;
    return (await this.#writer.database.read(sql, [...params, limit])).map(ticketOf);
  }

  async unsettled(closedAfterMs: number): Promise<Ticket[]> {
    const sql = "SELECT body FROM tickets WHERE state <> 'closed' OR closed_ms > ? ORDER BY opened_ms, id";
    return (await this.#writer.database.read(sql, [closedAfterMs])).map(ticketOf);
  }

  decide(id: string, judge: (ticket: Ticket) => Result<Ticket>, act: Act): Promise<Result<Ticket>> {
    return this.#writer.alone(async () => {
      const ticket = await this.ticket(id);
      if (!ticket) return bad('not-found', `no ticket ${id}`);
      const judged = judge(ticket);
      if (judged.ok) await this.#writer.commit([ticketRow(judged.value), ...photosOf(judged.value)], act);
      return judged;
    });
  }
}

function ticketRow(ticket: Ticket): Statement {
  const { id, box, unit, fault, state, assignee, openedMs, closed } = ticket;
  // Whose it is, is asked of the box where there is one: boxes move with their units.
  const row = [id, box, box === null ? unit : null, fault, state, assignee, openedMs, closed?.atMs ?? null, JSON.stringify(ticket)];
  return put('tickets', ['id'], columns, [row]);
}

function photosOf({ id, photos }: Ticket): Statement[] {
  return photoUses('ticket', [{ thing: id, photos: photos.map(({ sha256 }) => sha256) }]);
}

function ticketOf(row: SqlRow): Ticket {
  return JSON.parse(String(row['body'])) as Ticket;
}
