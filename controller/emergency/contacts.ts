// Dry contacts of boxes: what two officers sign for one, how it then stands in the box's settings, and how it leaves them.
import { cryptography, sha256 } from '../../hardware/host/crypto.ts';
import { templateContent } from '../../schemas/authority.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import type { Contact } from '../../schemas/local-orders.ts';
import { checkSettings } from '../../schemas/plan.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { ContactWiring } from '../../schemas/ready-orders.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import type { Centre } from '../centre.ts';
import { wordsOf } from '../core/ready-orders.ts';
import type { Act, Box } from '../store/store.ts';
import { contactGateway, type KnownMandate, type MandateWanted } from './mandate-desk.ts';

type Rooms = Pick<Centre, 'alerts' | 'ready' | 'store' | 'registry' | 'dispatch' | 'feed' | 'nowMs'>;

interface ContactWish {
  readonly contact: string;
  readonly order: string;
  readonly perHour: number;
  readonly untilMs: number;
  readonly by: string;
}

/** The mandate to be frozen: words, area and longest life of the order that lies there. Problem: not-found. */
export async function contactMandate({ ready }: Rooms, dev: string, wish: ContactWish): Promise<Result<MandateWanted>> {
  const lies = ((await ready.lying()).get(dev) ?? []).find(({ id }) => id === wish.order);
  if (!lies) return bad('not-found', `no order ${wish.order} lies ready in ${dev}`, '/order');
  const { authority: _, ...order } = wordsOf(lies.envelope).order;
  const { contact: feed, perHour, untilMs, by } = wish;
  const content = templateContent(order, cryptography);
  const frozen = [{ template: lies.id.slice(0, 32), title: order.screen.title, content, order }];
  const kind = order.class === 'actual' ? 'actual' : 'exercise';
  const shared = { feed, class: kind, perHour, untilMs, by, maxMs: lies.maxMs, templates: [], areas: [order.area] } as const;
  return ok({ ...shared, contact: { gateway: contactGateway(dev), frozen } });
}

/** Problems: not-found (mandate), conflict (not in force, another contact's), and those of the shape. */
export async function wired({ alerts, ready }: Rooms, dev: string, contact: string, wiring: ContactWiring): Promise<Result<Contact>> {
  const known = (await alerts.mandates.list()).find(({ stored }) => stored.id === wiring.mandate);
  if (!known) return bad('not-found', `no mandate ${wiring.mandate}`, '/mandate');
  const { stored, statement, state } = known;
  if (state !== 'in-force' || !stored.envelope) return bad('conflict', `the mandate is ${state}`, '/mandate');
  const { feed, gateway, perHour, templates } = statement.body;
  if (feed !== contact || gateway !== contactGateway(dev)) return bad('conflict', `a mandate for ${feed} at ${gateway}`, '/mandate');
  const lying = (await ready.lying()).get(dev) ?? [];
  const order = lying.find(({ envelope }) => templates.includes(templateContent(wordsOf(envelope).order, cryptography)));
  if (!order) return bad('not-found', `the order of the mandate lies no longer in ${dev}`, '/mandate');
  const { inputs, needs, debounceMs } = wiring;
  if (new Set(inputs).size !== (needs === '2of2' ? 2 : 1)) return bad('bad-input', 'needs as many inputs as it names', '/inputs');
  return ok({ id: contact, inputs, needs, debounceMs, order: order.id, perHour, mandate: stored.envelope });
}

/** A revoked mandate leaves the settings of its box at once; the box forgets the contact with its next want. */
export async function dropContacts(centre: Rooms, { stored, statement }: KnownMandate, person: string): Promise<void> {
  const box = centre.registry.all().find(({ id }) => statement.body.gateway === contactGateway(id));
  const contacts = box?.settings.contacts ?? [];
  const kept = contacts.filter(({ mandate }) => canonicalJson(mandate) !== canonicalJson(stored.envelope));
  if (box && kept.length < contacts.length) await saveContacts(centre, box, kept, person);
}

export async function saveContacts(centre: Rooms, box: Box, contacts: readonly Contact[], person: string): Promise<Result<void>> {
  const { store, registry, dispatch, feed, nowMs } = centre;
  const { contacts: _, ...others } = box.settings;
  const settings: BoxSettings = contacts.length > 0 ? { ...others, contacts: [...contacts] } : others;
  const checked = checkSettings(settings);
  if (!checked.ok) return checked;
  const content = sha256(Buffer.from(canonicalJson(contacts)));
  const act: Act = { atMs: nowMs(), actor: person, act: 'box.contacts', subject: box.id, sha256: content };
  const saved = await store.estate.saveSettings(box.id, settings, act);
  if (!saved.ok) return saved;
  registry.put(saved.value);
  await dispatch.changed();
  feed.tell('box', box.id);
  return ok(undefined);
}
