// A loudspeaker that residents report becomes a repair; whoever reported it hears when it is mended (PRODUCT §1.20).

import { loudspeakerTroubles } from '../../schemas/citizen.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Ticket } from '../../schemas/tickets.ts';
import { type Feedback, stepFeedback } from '../core/feedback.ts';
import type { Store } from '../store/store.ts';
import type { TicketDesk } from '../ticket-desk.ts';
import type { MakeAct, Teller } from './parts.ts';
import type { Pole } from './pole-book.ts';

const lookedAtOnce = 500;

export interface RepairsOptions {
  readonly store: Pick<Store, 'citizens' | 'tickets'>;
  readonly tickets: Pick<TicketDesk, 'plan' | 'open'>;
  readonly teller: Teller;
  readonly act: MakeAct;
  readonly changed: (id: string) => void;
  readonly nowMs: () => number;
}

export class Repairs {
  readonly #options: RepairsOptions;

  constructor(options: RepairsOptions) {
    this.#options = options;
  }

  /** The open repair of this pole. */
  async openAt({ entry, facts }: Pole): Promise<Ticket | undefined> {
    const { store, nowMs } = this.#options;
    const open = (await store.tickets.unsettled(nowMs())).filter(({ state }) => state !== 'closed');
    return open.find((ticket) => ticket.entry === entry || (facts.box !== null && ticket.box === facts.box));
  }

  /** The repair that this belongs to: the open one, or a new one. Too loud is no fault of the hardware. */
  async join({ trouble, number }: Pick<Feedback, 'trouble' | 'number'>, pole: Pole): Promise<Result<string | null>> {
    const { tickets, act } = this.#options;
    if (trouble === null || trouble === 'noisy') return ok(null);
    const open = await this.openAt(pole);
    if (open) return ok(open.id);
    const note = `Người dân báo ${number}: ${loudspeakerTroubles[trouble].vi}`;
    const about = pole.facts.box === null ? { entry: pole.entry } : { box: pole.facts.box };
    const planned = await tickets.plan({ ...about, title: `Người dân báo: ${pole.facts.name}`.slice(0, 200), severity: 'notice', note });
    if (!planned.ok) return planned;
    const asking = {
      account: 'resident',
      act: (name: string, subject: string, content?: unknown) => act('resident', name, subject, content),
    };
    const opened = await tickets.open({ ...planned.value, entry: pole.entry, source: 'citizen' }, note, asking);
    return opened.ok ? ok(opened.value.id) : opened;
  }

  /** One look: repairs that were closed are told to whoever reported them, once. */
  async look(): Promise<void> {
    const { store, teller, act, changed, nowMs } = this.#options;
    for (const feedback of await store.citizens.feedback.list({ mending: true, limit: lookedAtOnce })) {
      const ticket = feedback.ticket === null ? undefined : await store.tickets.ticket(feedback.ticket);
      if (ticket && ticket.state !== 'closed') continue;
      const done = await store.citizens.feedback.decide(
        feedback.id,
        (one) => stepFeedback(one, { act: 'mended' }, 'centre', nowMs()),
        act('centre', 'feedback.mended', feedback.id, { ticket: feedback.ticket }),
      );
      if (!done.ok) continue;
      const { number } = done.value;
      const text = `Loa bạn báo (${number}) đã được xử lý. Cảm ơn bạn.`;
      teller.toOne(feedback, { topic: 'answers', title: 'Loa đã được sửa', text, at: `#/receipt/${number}` }, 'mended');
      changed(feedback.id);
    }
  }
}
