// Dry contacts of boxes by REST: a mandate of two officers for one contact, then its wiring in the box's settings.
import type { FastifyInstance } from 'fastify';
import type { MandateAnswer } from '../../schemas/alerts.ts';
import { Id } from '../../schemas/ids.ts';
import type { Contact } from '../../schemas/local-orders.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { ContactMandateRequest, ContactWiring } from '../../schemas/ready-orders.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import { contactMandate, saveContacts, wired } from '../emergency/contacts.ts';
import { answerOf } from './mandates.ts';
import { declare } from './route.ts';

const contactsMax = 4;

export function contactRoutes(app: FastifyInstance, centre: Centre): void {
  const { registry, alerts, card, duty } = centre;

  declare(
    app,
    centre,
    {
      method: 'POST',
      url: '/api/boxes/:id/contacts/:contact/mandates',
      act: 'mandate.sign',
      where: 'centre',
      body: ContactMandateRequest,
      status: 201,
      perMinute: 20,
    },
    async ({ person, params, body }): Promise<Result<MandateAnswer>> => {
      const allowed = may(person.grants, 'mandate.sign', card.area);
      if (!allowed.ok) return allowed;
      const shift = await duty.shifts.shiftOf(person.account);
      if (!shift.ok) return shift;
      const feed = parse(Id, params['contact']);
      if (!feed.ok) return feed;
      const wanted = await contactMandate(centre, params['id'] ?? '', { ...body, contact: feed.value, by: person.account });
      if (!wanted.ok) return wanted;
      const prepared = await alerts.mandates.prepare(wanted.value);
      return prepared.ok ? ok(answerOf(prepared.value)) : prepared;
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/boxes/:id/contacts/:contact', act: 'box.settings', body: ContactWiring },
    async ({ person, params, body }): Promise<Result<Contact>> => {
      const box = registry.box(params['id'] ?? '');
      if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${params['id']}`);
      const allowed = may(person.grants, 'box.settings', box.area);
      if (!allowed.ok) return allowed;
      const contact = await wired(centre, box.id, params['contact'] ?? '', body);
      if (!contact.ok) return contact;
      const others = (box.settings.contacts ?? []).filter(({ id }) => id !== contact.value.id);
      if (others.length >= contactsMax) return bad('conflict', `${contactsMax} contacts are wired in ${box.id}`, '/contact');
      const saved = await saveContacts(centre, box, [...others, contact.value], person.account);
      return saved.ok ? contact : saved;
    },
  );

  declare(app, centre, { method: 'DELETE', url: '/api/boxes/:id/contacts/:contact', act: 'box.settings' }, async ({ person, params }) => {
    const box = registry.box(params['id'] ?? '');
    const contacts = box?.settings.contacts ?? [];
    if (!box || !sees(person.grants, box.area) || !contacts.some(({ id }) => id === params['contact']))
      return bad('not-found', `no contact ${params['contact']} in ${params['id']}`);
    const allowed = may(person.grants, 'box.settings', box.area);
    if (!allowed.ok) return allowed;
    return saveContacts(
      centre,
      box,
      contacts.filter(({ id }) => id !== params['contact']),
      person.account,
    );
  });
}
