// Orders that lie ready in this box, and contacts with their mandates: verified anew whenever plan or keys change.
import { openMandate, outsideMandate } from '../schemas/authority.ts';
import type { Contact, LocalOrder } from '../schemas/local-orders.ts';
import { bad, ok, type Problem, type Result } from '../schemas/problems.ts';
import type { Plan } from '../schemas/want.ts';
import type { ContactReady, Event, LocalReady, LocalRefused } from './core/model.ts';
import { type Reader, readLocalOrder } from './messages.ts';

export interface LocalOrdersOptions {
  readonly reader: () => Reader;
  readonly tell: (event: Event) => void;
  readonly warn: (event: string, problem: Problem) => void;
}

export class LocalOrderShelf {
  readonly #options: LocalOrdersOptions;
  #plan: Plan | null = null;

  constructor(options: LocalOrdersOptions) {
    this.#options = options;
  }

  /** The plan that rules now; the same one again changes nothing. */
  follow(plan: Plan | null): void {
    if (plan === this.#plan) return;
    this.#plan = plan;
    this.read();
  }

  /** Judge all by the keys of now: what stands on revoked ones lies there no more. */
  read(): void {
    const { reader, tell, warn } = this.#options;
    const { localOrders, settings } = this.#plan ?? {};
    const refused: LocalRefused[] = [];
    const orders = (localOrders?.orders ?? []).flatMap((one): LocalReady[] => {
      const ready = readReady(one, reader());
      if (ready.ok) return [ready.value];
      warn('localOrderRefused', { ...ready.problem, path: `${one.id}${ready.problem.path}` });
      refused.push({ id: one.id, code: ready.problem.code });
      return [];
    });
    const contacts = (settings?.contacts ?? []).flatMap((one): ContactReady[] => {
      const ready = readContact(one, orders, reader());
      if (!ready.ok) warn('contactRefused', { ...ready.problem, path: `${one.id}${ready.problem.path}` });
      return ready.ok ? [ready.value] : [];
    });
    tell({ is: 'localOrdersRead', orders, contacts, refused });
  }
}

function readReady({ id, envelope, perHour, maxMs, key }: LocalOrder, reader: Reader): Result<LocalReady> {
  const offered = readLocalOrder(envelope, reader);
  if (!offered.ok) return offered;
  if (offered.value.opened.id !== id) return bad('wrong-content', `order ${offered.value.opened.id} under the name ${id}`, '/id');
  return ok({ offered: offered.value, perHour, maxMs, key: key !== undefined });
}

/** Two officers allowed this contact, at this box, to start these words. */
export function readContact(contact: Contact, orders: readonly LocalReady[], { ring, crypto }: Reader): Result<ContactReady> {
  const { id, inputs, debounceMs, order, perHour } = contact;
  const ready = orders.find(({ offered }) => offered.opened.id === order);
  if (!ready) return bad('not-found', `no order ${order} lies ready`, '/order');
  const read = openMandate(contact.mandate, ring, crypto);
  if (!read.ok) return bad(read.problem.code, read.problem.detail, `/mandate${read.problem.path}`);
  const { statement, persons, keyids } = read.value;
  const { body, nbf, exp } = statement;
  if (statement.iss !== ready.offered.opened.iss) return bad('role-missing', `mandate of ${statement.iss}`, '/mandate');
  if (body.feed !== id || body.gateway !== `contact:${ring.place.dev}`)
    return bad('outside-mandate', `mandate for ${body.feed} at ${body.gateway}`, '/mandate');
  const outside = outsideMandate(ready.offered.order, body, ready.maxMs, crypto);
  if (outside) return outside;
  const mandate = { id: statement.id, nbf, exp, persons, keyids };
  return ok({ id, inputs, debounceMs, order, perHour: Math.min(perHour, body.perHour), mandate });
}
