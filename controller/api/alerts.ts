// Alerts by REST: what came and what became of it, and a duty officer's answer to what waits.
import type { FastifyInstance } from 'fastify';
import { type AlertAnswer, AlertAsideRequest, AlertTakeRequest } from '../../schemas/alerts.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { may } from '../core/roles.ts';
import { checkPassword } from '../people/passwords.ts';
import { declare } from './route.ts';

const shownMax = 100;

export function alertRoutes(app: FastifyInstance, centre: Centre): void {
  const { alerts, card, store, duty } = centre;
  const proven = async (account: string, password: string) => {
    const known = await checkPassword(store.people, account, password);
    return known.ok ? known : bad('wrong-credentials', 'the password entered again is wrong', '/password');
  };

  declare(app, centre, { method: 'GET', url: '/api/alerts', act: 'read' }, async () => ok(await alerts.inbox.list(shownMax)));

  declare(app, centre, { method: 'GET', url: '/api/alerts/:id', act: 'read' }, async ({ params }) =>
    alerts.inbox.answer(params['id'] ?? ''),
  );

  // Answers the order request to be signed, or the exercise that was given.
  declare(
    app,
    centre,
    {
      method: 'POST',
      url: '/api/alerts/:id/take',
      act: 'alert.answer',
      where: 'centre',
      body: AlertTakeRequest,
      status: 201,
      perMinute: 20,
    },
    async ({ person, params, body }): Promise<Result<{ readonly order: string; readonly alert: AlertAnswer }>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const { password, ...wish } = body;
      const known = body.class === 'actual' ? await duty.shifts.shiftOf(person.account) : await proven(person.account, password);
      if (!known.ok) return known;
      const id = params['id'] ?? '';
      const taken = await alerts.inbox.take(id, { ...wish, by: person.account });
      if (!taken.ok) return taken;
      const alert = await alerts.inbox.answer(id);
      return alert.ok ? ok({ order: taken.value.id, alert: alert.value }) : alert;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/alerts/:id/aside', act: 'alert.answer', where: 'centre', body: AlertAsideRequest, perMinute: 20 },
    async ({ person, params, body }): Promise<Result<AlertAnswer>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const id = params['id'] ?? '';
      const alert = await alerts.inbox.answer(id);
      if (!alert.ok) return alert;
      // Silence where a siren was asked for: the person again, as for the siren. What the alert is decides, never what was sent.
      const earnest = !card.demo && alert.value.message?.status !== 'Exercise';
      const known = earnest ? await duty.shifts.provePin(person.account, body.pin) : await proven(person.account, body.password);
      return known.ok ? alerts.inbox.aside(id, person.account, body.reason) : known;
    },
  );

  // As any ending: the role alone. It ends orders that could be ended one by one, and leaves all but a Cancel waiting.
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/alerts/:id/end', act: 'order.stop', where: 'centre' },
    async ({ person, params }): Promise<Result<AlertAnswer>> => {
      const allowed = may(person.grants, 'order.stop', card.area);
      return allowed.ok ? alerts.inbox.end(params['id'] ?? '', person.account) : allowed;
    },
  );
}
