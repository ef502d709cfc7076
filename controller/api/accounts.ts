// Accounts by REST: who is here, made by invitation, changed, shut out; and the page behind an invitation's link.
import type { FastifyInstance } from 'fastify';
import { sha256 } from '../../hardware/host/crypto.ts';
import { parse } from '../../schemas/parse.ts';
import {
  AccountChangeRequest,
  AccountRequest,
  IdentityRequest,
  InvitationLookRequest,
  InvitationRequest,
  type InvitedAnswer,
  type PersonNameAnswer,
  type SessionLine,
  type SignInSettings,
  SignInSettingsChange,
} from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { sees } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import { SeenQuery } from '../seen.ts';
import type { Session } from '../store/people-store.ts';
import { declare, sendProblem } from './route.ts';

const smallBody = 4096;
const linksPerMinute = 20;
const madePerMinute = 30;
const namesMax = 2000;

export function accountRoutes(app: FastifyInstance, centre: Centre): void {
  tendingRoutes(app, centre);
  nameRoutes(app, centre);
  identityRoutes(app, centre);
  sessionsOfOthers(app, centre);
  invitationRoutes(app, centre);
  settingsRoutes(app, centre);
}

/** What people are called whose rights lie where one's own are; who was shut out did things before, and keeps a name. */
function nameRoutes(app: FastifyInstance, centre: Centre): void {
  declare(app, centre, { method: 'GET', url: '/api/names', act: 'read' }, async ({ person }): Promise<Result<PersonNameAnswer[]>> => {
    const near = (await centre.store.people.accounts()).filter(({ grants }) => grants.some(({ area }) => sees(person.grants, area)));
    return ok(near.slice(0, namesMax).map(({ account, title }) => ({ account, title })));
  });
}

function tendingRoutes(app: FastifyInstance, centre: Centre): void {
  const { accounts } = centre.people;
  const nameOf = (params: Readonly<Record<string, string>>) => params['account'] ?? '';

  declare(app, centre, { method: 'GET', url: '/api/accounts', act: 'account.read' }, async ({ person }) => ok(await accounts.list(person)));

  declare(
    app,
    centre,
    {
      method: 'POST',
      url: '/api/accounts',
      once: false,
      act: 'account.write',
      body: AccountRequest,
      status: 201,
      perMinute: madePerMinute,
    },
    async ({ person, body }): Promise<Result<InvitedAnswer>> => {
      const added = await accounts.add(person, body);
      return added.ok ? ok({ ...added.value[0], invitation: added.value[1] }) : added;
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/accounts/:account', act: 'account.write', query: SeenQuery, body: AccountChangeRequest },
    ({ person, params, query, body }) => accounts.change(person, nameOf(params), body, query.seen),
  );

  declare(app, centre, { method: 'POST', url: '/api/accounts/:account/disable', act: 'account.write' }, async ({ person, params }) => {
    const disabled = await accounts.disable(person, nameOf(params));
    // Nobody counts on an officer who cannot sign in.
    if (disabled.ok) await centre.duty.shifts.end(nameOf(params), 'tài khoản bị khóa');
    return disabled;
  });

  declare(app, centre, { method: 'POST', url: '/api/accounts/:account/enable', act: 'account.write' }, ({ person, params }) =>
    accounts.enable(person, nameOf(params)),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/accounts/:account/invitation', once: false, act: 'account.write', status: 201, perMinute: madePerMinute },
    ({ person, params }) => accounts.invite(person, nameOf(params)),
  );
}

/** Whom a provider vouches for, to sign in with an account of here. */
function identityRoutes(app: FastifyInstance, centre: Centre): void {
  const { identities } = centre.people;

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/accounts/:account/identity', act: 'account.write', body: IdentityRequest },
    ({ person, params, body }) => identities.link(person, params['account'] ?? '', body.subject),
  );

  declare(app, centre, { method: 'DELETE', url: '/api/accounts/:account/identity', act: 'account.write' }, ({ person, params }) =>
    identities.unlink(person, params['account'] ?? ''),
  );
}

function sessionsOfOthers(app: FastifyInstance, centre: Centre): void {
  const { accounts } = centre.people;
  const { people } = centre.store;

  declare(app, centre, { method: 'GET', url: '/api/accounts/:account/sessions', act: 'account.write' }, async ({ person, params }) => {
    const account = await accounts.tended(person, params['account'] ?? '', 'account.write');
    return account.ok ? ok(linesOf(await people.sessionsOf(account.value.account, centre.nowMs()), person)) : account;
  });

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/accounts/:account/sessions', act: 'account.write' },
    async ({ person, params, act }): Promise<Result<void>> => {
      const account = await accounts.tended(person, params['account'] ?? '', 'account.write');
      if (!account.ok) return account;
      await people.endSessionsOf(account.value.account, null, act('session.end-all', account.value.account));
      centre.people.sessions.ended();
      return ok(undefined);
    },
  );
}

/** Without a session: the word of the link alone counts. */
function invitationRoutes(app: FastifyInstance, centre: Centre): void {
  const { accounts } = centre.people;
  const { people } = centre.store;
  const config = { rateLimit: { max: linksPerMinute, timeWindow: 60_000 } };

  app.post('/api/invitation/look', { bodyLimit: smallBody, config }, async (request, reply) => {
    const asked = parse(InvitationLookRequest, request.body);
    if (!asked.ok) return sendProblem(reply, asked.problem);
    const open = await people.invitation(sha256(Buffer.from(asked.value.token)), centre.nowMs());
    if (!open.ok) return sendProblem(reply, open.problem);
    const account = await people.account(open.value.account);
    return { account: open.value.account, title: account?.title ?? '', expMs: open.value.expMs };
  });

  app.post('/api/invitation', { bodyLimit: smallBody, config }, async (request, reply) => {
    const asked = parse(InvitationRequest, request.body);
    if (!asked.ok) return sendProblem(reply, asked.problem);
    const accepted = await accounts.accept(sha256(Buffer.from(asked.value.token)), asked.value.password);
    return accepted.ok ? reply.code(204).send() : sendProblem(reply, accepted.problem);
  });
}

function settingsRoutes(app: FastifyInstance, centre: Centre): void {
  const { settings } = centre.people;

  declare(app, centre, { method: 'GET', url: '/api/sign-in-settings', act: 'account.read', where: 'centre' }, async () =>
    ok({ factorRoles: settings.factorRoles() } satisfies SignInSettings),
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/sign-in-settings', act: 'account.write', where: 'centre', body: SignInSettingsChange },
    async ({ body: { seen, ...body }, act }): Promise<Result<SignInSettings>> => {
      if (seen && seen.join() !== settings.factorRoles().join()) return bad('conflict', 'it was changed since it was looked at', '/seen');
      await settings.save(body, act('account.sign-in-settings', centre.card.id, body));
      return ok({ factorRoles: settings.factorRoles() });
    },
  );
}

/** What people may know of sessions: no cookie, no whole address. */
export function linesOf(sessions: readonly Session[], { session }: Person): SessionLine[] {
  return sessions.map(({ idHash, createdMs, seenMs, expMs, place, device, proof, way }) => ({
    ...{ id: idHash.slice(0, 16), beganMs: createdMs, seenMs, expMs, place, device, proof, way },
    own: idHash === session,
  }));
}
