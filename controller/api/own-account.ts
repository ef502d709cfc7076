// One's own account by REST: password, code app, recovery codes, sessions; and the tokens of one's programs.
import type { FastifyInstance } from 'fastify';
import { type FactorAnswer, FactorConfirmRequest, FactorRequest } from '../../schemas/duty.ts';
import { type OwnAccountAnswer, PasswordChangeRequest, RecoveryCodesRequest, TokenRequest } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { linesOf } from './accounts.ts';
import { declare } from './route.ts';

/** Each asks the password or a code again. */
const provedPerMinute = 5;

export function ownAccountRoutes(app: FastifyInstance, centre: Centre): void {
  const { accounts } = centre.people;
  const { people, duty, identities } = centre.store;

  declare(app, centre, { method: 'GET', url: '/api/account', act: 'self' }, async ({ person }): Promise<Result<OwnAccountAnswer>> => {
    const { account, title, grants } = person;
    const factor = await duty.factor(account);
    const linked = (await identities.identities()).find((one) => one.account === account);
    return ok({
      ...{ account, title, grants, factor: factor?.state ?? 'none', recoveryCodesLeft: factor?.recovery.length ?? 0 },
      identity: linked ? { issuer: linked.issuer, subject: linked.subject, madeMs: linked.madeMs, by: linked.by } : null,
      sessions: linesOf(await people.sessionsOf(account, centre.nowMs()), person),
    });
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/account/password', act: 'self', body: PasswordChangeRequest, perMinute: provedPerMinute },
    ({ person, body }) => accounts.changePassword(person.account, body.old, body.password, person.session),
  );

  factorRoutes(app, centre);
  sessionRoutes(app, centre);
  tokenRoutes(app, centre);
}

function factorRoutes(app: FastifyInstance, centre: Centre): void {
  const { factors } = centre.duty;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/account/factor', act: 'self', body: FactorRequest, status: 201, perMinute: provedPerMinute },
    ({ person, body }): Promise<Result<FactorAnswer>> => factors.begin(person.account, body),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/account/factor/confirm', act: 'self', body: FactorConfirmRequest, perMinute: 2 * provedPerMinute },
    ({ person, body }) => factors.confirm(person.account, body.code),
  );

  declare(
    app,
    centre,
    {
      method: 'POST',
      url: '/api/account/recovery-codes',
      act: 'self',
      body: RecoveryCodesRequest,
      status: 201,
      perMinute: provedPerMinute,
    },
    async ({ person, body }): Promise<Result<{ readonly recoveryCodes: readonly string[] }>> => {
      const codes = await factors.renewRecovery(person.account, body.password, body.code);
      return codes.ok ? ok({ recoveryCodes: codes.value }) : codes;
    },
  );
}

function sessionRoutes(app: FastifyInstance, centre: Centre): void {
  const { people } = centre.store;

  declare(app, centre, { method: 'DELETE', url: '/api/account/sessions', act: 'self' }, async ({ person, act }) => {
    await people.endSessionsOf(person.account, person.session, act('session.end-others', person.account));
    centre.people.sessions.ended();
    return ok(undefined);
  });

  declare(app, centre, { method: 'DELETE', url: '/api/account/sessions/:id', act: 'self' }, async ({ person, params, act }) => {
    const own = await people.sessionsOf(person.account, centre.nowMs());
    const session = own.find(({ idHash }) => idHash.slice(0, 16) === params['id']);
    if (!session) return bad('not-found', `no session ${params['id']} of this account`);
    await people.endSession(session.idHash, act('session.end', session.idHash.slice(0, 16)));
    centre.people.sessions.ended();
    return ok(undefined);
  });
}

function tokenRoutes(app: FastifyInstance, centre: Centre): void {
  const { tokens } = centre.people;

  declare(app, centre, { method: 'GET', url: '/api/tokens', act: 'self' }, async ({ person }) => ok(await tokens.list(person)));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/tokens', once: false, act: 'token.write', body: TokenRequest, status: 201, perMinute: provedPerMinute },
    ({ person, body }) => tokens.make(person, body),
  );

  // Whoever may make none any more may still end what is left.
  declare(app, centre, { method: 'DELETE', url: '/api/tokens/:id', act: 'self' }, async ({ person, params }) => {
    const ended = await tokens.end(person, params['id'] ?? '');
    if (ended.ok) centre.people.sessions.ended();
    return ended;
  });
}
