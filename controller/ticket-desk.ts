// Repairs at work: tickets that people step through, self-tests asked of boxes, and one look after another at what became of them.
import { randomHex, sha256 } from '../hardware/host/crypto.ts';
import { canonicalJson } from '../schemas/canonical.ts';
import type { Command } from '../schemas/command.ts';
import { type Fault, faultKinds } from '../schemas/faults.ts';
import type { AreaPath } from '../schemas/ids.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import { sounds } from '../schemas/settings.ts';
import { type Ticket, type TicketRequest, ticketLimits } from '../schemas/tickets.ts';
import { type CommandDesk, commandLivesMs } from './command-desk.ts';
import { comesBackWithinMs, goesUpward, hasComeBack, judgeTest, stepTicket, type TestResult, type TicketWish } from './core/tickets.ts';
import { areasOn, unitFinder } from './core/unit-tree.ts';
import type { FaultDesk } from './fault-desk.ts';
import type { Feed } from './feed.ts';
import type { Journal } from './link.ts';
import type { RegisterDesk } from './register/register-desk.ts';
import type { Act, Box, Store } from './store/store.ts';
import type { UnitDesk } from './units/unit-desk.ts';

const lookEveryMs = 10_000;
const toneMs = 2_000;
const entriesRead = 20_000;

export interface TicketDeskOptions {
  readonly store: Pick<Store, 'tickets' | 'faults'>;
  readonly faults: FaultDesk;
  readonly commands: CommandDesk;
  readonly register: RegisterDesk;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly box: (id: string) => Box | undefined;
  readonly connected: (dev: string) => boolean;
  readonly feed: Feed;
  readonly journal: Journal;
  readonly nowMs: () => number;
}

export interface TicketAsking {
  readonly account: string;
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

export class TicketDesk {
  readonly #options: TicketDeskOptions;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: TicketDeskOptions) {
    this.#options = options;
  }

  start(): void {
    const { journal } = this.#options;
    this.#timer = setInterval(
      () => void this.look().catch((err: unknown) => journal.warn({ event: 'tickets-not-looked-at', err })),
      lookEveryMs,
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking.catch(() => undefined);
  }

  /** Where it stands today. */
  areaOf({ box, unit, area }: Ticket): AreaPath {
    const { box: boxOf, register } = this.#options;
    return (box === null ? undefined : boxOf(box)?.area) ?? (unit === null ? undefined : register.areaOf(unit)) ?? area;
  }

  /** What a ticket would be about, and where. Problems: not-found, conflict (the fault is resolved), bad-input. */
  async plan(wish: TicketRequest): Promise<Result<Omit<Ticket, 'id' | 'openedMs' | 'openedBy'>>> {
    const found = 'fault' in wish ? await this.#aboutFault(wish.fault) : await this.#aboutThing(wish);
    if (!found.ok) return found;
    const none = { assignee: null, photos: [], testing: null, closed: null, times: 1, upwardMs: null, steps: [] };
    return ok({ ...found.value, ...none, state: 'open' });
  }

  /** Problems: those of the store. */
  async open(planned: Omit<Ticket, 'id' | 'openedMs' | 'openedBy'>, note: string, { account, act }: TicketAsking): Promise<Result<Ticket>> {
    const { store, faults, feed, nowMs } = this.#options;
    const ticket: Ticket = {
      ...{ ...planned, id: `phieu-${randomHex(6)}`, openedMs: nowMs(), openedBy: account },
      steps: note === '' ? [] : [{ atMs: nowMs(), by: account, act: 'note', note }],
    };
    const added = await store.tickets.add(ticket, ticketLimits.open, act('ticket.open', ticket.id, ticket));
    if (!added.ok) return added;
    // A fault with a ticket is answered; one that was resolved meanwhile stays as it is.
    if (ticket.fault !== null)
      await faults.answer(ticket.fault, { act: 'answer', note: `Phiếu ${ticket.id}` }, account, act('fault.answer', ticket.fault));
    feed.tell('ticket', ticket.id);
    return ok(ticket);
  }

  /** Problems: not-found, those of `stepTicket`. */
  async step(id: string, wish: TicketWish, by: string, act: Act): Promise<Result<Ticket>> {
    const { store, feed, nowMs } = this.#options;
    const done = await store.tickets.decide(id, (ticket) => stepTicket(ticket, wish, by, nowMs()), act);
    if (done.ok) feed.tell('ticket', id);
    return done;
  }

  /** Ask the box to show that all its outputs work. Problems: conflict, offline, not-found (no box), those of commands. */
  async selfTest(ticket: Ticket, { account, act }: TicketAsking): Promise<Result<Ticket>> {
    const { commands, connected, box: boxOf, nowMs } = this.#options;
    const allowed = stepTicket(ticket, { act: 'test', commands: [], note: '' }, account, nowMs());
    if (!allowed.ok) return allowed;
    const box = ticket.box === null ? undefined : boxOf(ticket.box);
    if (!box) return bad('not-found', 'no box tests itself here; an administrator closes this ticket');
    if (!connected(box.id)) return bad('offline', `${box.id} is not there to test itself`);
    const given: string[] = [];
    for (const command of testOf(box)) {
      const one = await commands.give(box.id, command, account, (id) =>
        act(`box.${command.do}`, box.id, { id, ...command, ticket: ticket.id }),
      );
      if (!one.ok) return one;
      given.push(one.value.id);
    }
    return this.step(ticket.id, { act: 'test', commands: given, note: '' }, account, act('ticket.test', ticket.id, given));
  }

  /** By an administrator, with the reason shown. */
  async close(ticket: Ticket, reason: string, { account, act }: TicketAsking): Promise<Result<Ticket>> {
    const fault = ticket.fault === null ? undefined : await this.#options.store.faults.fault(ticket.fault);
    const wish = { act: 'close', note: reason, faultTimes: fault?.times ?? 0 } as const;
    return this.step(ticket.id, wish, account, act('ticket.close', ticket.id, { reason }));
  }

  /** One look: tests that were answered, faults that came back, tickets that go upward. */
  look(): Promise<void> {
    const turn = this.#looking.then(async () => {
      const { store, nowMs } = this.#options;
      const tickets = await store.tickets.unsettled(nowMs() - comesBackWithinMs);
      if (tickets.length === 0) return;
      const standing = (await store.faults.unsettled(nowMs())).filter(({ endedMs }) => endedMs === null);
      const faults = new Map(standing.map((fault) => [fault.id, fault]));
      for (const ticket of tickets) await this.#lookAt(ticket, standing, ticket.fault === null ? undefined : faults.get(ticket.fault));
    });
    this.#looking = turn.catch(() => undefined);
    return turn;
  }

  async #lookAt(ticket: Ticket, standing: readonly Fault[], fault: Fault | undefined): Promise<void> {
    const { nowMs } = this.#options;
    if (ticket.state === 'closed') {
      const back = standing.find((one) => hasComeBack(ticket, one, nowMs()));
      if (back) await this.#byItself(ticket, { act: 'return', fault: back.id, note: 'sự cố tái diễn' });
      return;
    }
    if (ticket.testing) await this.#settle(ticket, fault);
    if (goesUpward(ticket, fault, nowMs())) await this.#byItself(ticket, { act: 'upward', note: 'quá 30 ngày' });
  }

  async #settle(ticket: Ticket, fault: Fault | undefined): Promise<void> {
    const { commands, nowMs } = this.#options;
    const told = await commands.results(ticket.box ?? '');
    const results = new Map(
      (ticket.testing?.commands ?? []).flatMap((id): [string, TestResult][] => {
        const one = told.get(id);
        return one ? [[id, { state: one.state, detail: one.detail, dark: one.picture?.nearlyBlack ?? false }]] : [];
      }),
    );
    const judged = judgeTest(ticket, results, fault !== undefined, commandLivesMs, nowMs());
    if (!judged) return;
    const { passed, note } = judged;
    if (!passed) return this.#byItself(ticket, { act: 'fail', note });
    const last = ticket.fault === null ? undefined : await this.#options.store.faults.fault(ticket.fault);
    await this.#byItself(ticket, { act: 'pass', note, faultTimes: last?.times ?? 0 });
    await this.#resolve(ticket);
  }

  /** The fault of a repaired thing is over; somebody may have resolved it before. */
  async #resolve({ id, fault, testing }: Ticket): Promise<void> {
    if (fault === null) return;
    const note = `Phiếu ${id}: tự kiểm tra đạt`;
    await this.#options.faults.answer(fault, { act: 'resolve', note }, testing?.by ?? 'centre', this.#act('fault.resolve', fault, note));
  }

  async #byItself(ticket: Ticket, wish: TicketWish): Promise<void> {
    await this.step(ticket.id, wish, 'centre', this.#act(`ticket.${wish.act}`, ticket.id, wish));
  }

  #act(act: string, subject: string, content: unknown): Act {
    return { atMs: this.#options.nowMs(), actor: 'centre', act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
  }

  async #aboutFault(id: string): Promise<Result<About>> {
    const { store, box: boxOf } = this.#options;
    const fault = await store.faults.fault(id);
    const box = fault && boxOf(fault.box);
    if (!fault || !box) return bad('not-found', `no fault ${id}`, '/fault');
    if (fault.resolvedMs !== null) return bad('conflict', `resolved by ${fault.resolvedBy} already`, '/fault');
    const { vi, rank } = faultKinds[fault.reason];
    const about = {
      fault: fault.id,
      reason: fault.reason,
      title: `${vi}: ${box.name}`.slice(0, 200),
      severity: rank,
      source: 'fault',
    } as const;
    return ok({ ...(await this.#atBox(box)), ...about });
  }

  async #aboutThing({ box: dev, entry, title, severity }: Extract<TicketRequest, { title: string }>): Promise<Result<About>> {
    const about = { fault: null, reason: null, title, severity, source: 'hand' } as const;
    const box = dev === undefined ? undefined : this.#options.box(dev);
    if (dev !== undefined && !box) return bad('not-found', `no box ${dev}`, '/box');
    if (box) return ok({ ...(await this.#atBox(box)), ...about, ...(entry !== undefined && { entry }) });
    if (entry === undefined) return bad('bad-input', 'a box or an entry of the register', '/box');
    const known = await this.#options.register.entry(entry);
    const area = known?.facts ? this.#options.register.areaOf(known.facts.unit) : undefined;
    if (!known?.facts || area === undefined) return bad('not-found', `no entry ${entry}`, '/entry');
    return ok({ box: null, entry, unit: known.facts.unit, area, ...about });
  }

  /** With the entry of the register that names the box. */
  async #atBox(box: Box): Promise<Pick<Ticket, 'box' | 'entry' | 'unit' | 'area'>> {
    const { register, units } = this.#options;
    const found = (await register.entries({ limit: entriesRead })).find(({ facts }) => facts?.box === box.id);
    const unit = unitFinder(areasOn(units.tree, units.today()))(box.area)?.unit ?? null;
    return { box: box.id, entry: found?.entry ?? null, unit, area: box.area };
  }
}

type About = Pick<Ticket, 'box' | 'entry' | 'unit' | 'area' | 'fault' | 'reason' | 'title' | 'severity' | 'source'>;

/** A tone for each loudspeaker, a picture of what is shown for boards. */
export function testOf({ settings }: Pick<Box, 'settings'>): Command[] {
  const tones = settings.outputs.flatMap(({ id, kind }): Command[] =>
    sounds(kind) ? [{ do: 'tone', output: id, durationMs: toneMs }] : [],
  );
  const board = settings.outputs.some(({ kind }) => kind === 'board');
  return [...tones, ...(board ? [{ do: 'screenshot' } as const] : [])];
}
