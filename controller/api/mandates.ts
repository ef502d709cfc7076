// Mandates by REST: frozen, signed by two officers on shift in their own browsers, revoked.
import type { FastifyInstance } from 'fastify';
import { type MandateAnswer, MandateRequest, MandateSignRequest } from '../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { dropContacts } from '../emergency/contacts.ts';
import { boxOfContact, type KnownMandate, mandateType } from '../emergency/mandate-desk.ts';
import { declare } from './route.ts';

export function mandateRoutes(app: FastifyInstance, centre: Centre): void {
  const { alerts, card, duty } = centre;
  const { mandates, sources } = alerts;

  declare(app, centre, { method: 'GET', url: '/api/mandates', act: 'read' }, async () => ok((await mandates.list()).map(answerOf)));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/mandates', act: 'mandate.sign', where: 'centre', body: MandateRequest, status: 201, perMinute: 20 },
    async ({ person, body }): Promise<Result<MandateAnswer>> => {
      const allowed = may(person.grants, 'mandate.sign', card.area);
      if (!allowed.ok) return allowed;
      const shift = await duty.shifts.shiftOf(person.account);
      if (!shift.ok) return shift;
      const source = sources.source(body.feed);
      if (!source) return bad('not-found', `no source ${body.feed}`, '/feed');
      if (source.trust !== 'auto') return bad('conflict', `${body.feed} decides nothing alone; a person always does`, '/feed');
      const prepared = await mandates.prepare({ ...body, by: person.account });
      return prepared.ok ? ok(answerOf(prepared.value)) : prepared;
    },
  );

  // It starts orders later with nobody there, so it asks now what an order asks: the person proven at the shift's start, and the PIN.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/mandates/:id/sign', act: 'mandate.sign', where: 'centre', body: MandateSignRequest, perMinute: 20 },
    async ({ person, params, body }): Promise<Result<MandateAnswer>> => {
      const allowed = may(person.grants, 'mandate.sign', card.area);
      if (!allowed.ok) return allowed;
      const { pin, keyid, sig } = body;
      const known = await duty.shifts.provePin(person.account, pin);
      if (!known.ok) return known;
      const signed = await mandates.sign(params['id'] ?? '', person.account, { keyid, sig });
      return signed.ok ? ok(answerOf(signed.value)) : signed;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/mandates/:id/revoke', act: 'mandate.revoke', where: 'centre' },
    async ({ person, params }): Promise<Result<MandateAnswer>> => {
      const allowed = may(person.grants, 'mandate.revoke', card.area);
      if (!allowed.ok) return allowed;
      const revoked = await mandates.revoke(params['id'] ?? '', person.account);
      if (revoked.ok) await dropContacts(centre, revoked.value, person.account);
      return revoked.ok ? ok(answerOf(revoked.value)) : revoked;
    },
  );
}

export function answerOf({ stored, statement, state }: KnownMandate): MandateAnswer {
  const { id, madeMs, by, frozen, signatures } = stored;
  const { body, exp } = statement;
  return {
    id,
    feed: body.feed,
    box: boxOfContact(body.gateway),
    class: frozen[0]?.order.class === 'exercise' ? 'exercise' : 'actual',
    areas: body.areas,
    perHour: body.perHour,
    maxMs: body.maxMs,
    madeMs,
    untilMs: exp,
    by,
    signedBy: signatures.map(({ person }) => person),
    state,
    templates: frozen.map(({ template, title, order }) => ({
      id: template,
      title,
      speak: order.speech[0]?.speak ?? '',
      screen: order.screen,
    })),
    payloadType: mandateType,
    statement: stored.statement,
  };
}
