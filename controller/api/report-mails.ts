// Reports that go out by mail: the list of them, and one sent at once to see whether it arrives.
import type { FastifyInstance } from 'fastify';
import { ok } from '../../schemas/problems.ts';
import { ReportMails } from '../../schemas/report-mail.ts';
import type { Centre } from '../centre.ts';
import { declare } from './route.ts';

export function reportMailRoutes(app: FastifyInstance, centre: Centre): void {
  const { reportMails, card } = centre;
  const act = 'report-mail.write' as const;

  declare(app, centre, { method: 'GET', url: '/api/report-mails', act, where: 'centre' }, async () => ok(await reportMails.state()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/report-mails', act, where: 'centre', body: ReportMails },
    async ({ body, act: told }) => {
      await reportMails.save(body, told(act, card.id, body));
      return ok(await reportMails.state());
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/report-mails/:id/send', act, where: 'centre', perMinute: 5 },
    async ({ params, act: told }) => {
      const sent = await reportMails.sendNow(params['id'] ?? '');
      if (sent.ok) await centre.store.audit.append(told('report-mail.send', params['id'] ?? '', {}));
      return sent;
    },
  );
}
