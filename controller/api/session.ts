// Signing in and out, and the first administrator's setup link.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type SessionAnswer, SetupRequest, SignInRequest } from '../../schemas/api.ts';
import { parse } from '../../schemas/parse.ts';
import { ok } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { beginSession, checkPassword, checkSetupToken, endSession, hashPassword, personOf, sessionLifeMs } from '../people.ts';
import type { Account } from '../store/store.ts';
import { Tries } from '../tries.ts';
import { declare, makeAct, sendProblem, sessionCookie } from './route.ts';

const smallBody = 4096;
const perMinute = { perAddress: 60, perAccount: 10 };

export function sessionRoutes(app: FastifyInstance, centre: Centre, secure: boolean): void {
  const { people, meta } = centre.store;
  // Monotonic: a stepped wall clock neither locks people out nor lets guessers in.
  const perAccount = new Tries(perMinute.perAccount, () => performance.now());
  const takenLinks = new Set<string>();

  const begin = async (reply: FastifyReply, account: Account): Promise<SessionAnswer> => {
    const { cookie, csrf } = await beginSession(people, account, centre.nowMs());
    reply.setCookie(sessionCookie, cookie, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: sessionLifeMs / 1000 });
    return answerOf(centre, account, csrf);
  };

  app.route({
    method: 'POST',
    url: '/api/session',
    bodyLimit: smallBody,
    config: { rateLimit: { max: perMinute.perAddress, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const asked = parse(SignInRequest, request.body);
      if (!asked.ok) return sendProblem(reply, asked.problem);
      if (!perAccount.allow(`${request.ip} ${asked.value.account}`))
        return sendProblem(reply, { code: 'too-many-requests', path: '', detail: 'too many tries on this account; wait a minute' });
      const account = await checkPassword(people, asked.value.account, asked.value.password);
      if (!account.ok) {
        centre.journal.warn({ event: 'sign-in-refused', address: request.ip });
        return sendProblem(reply, account.problem);
      }
      return begin(reply, account.value);
    },
  });

  app.route({
    method: 'POST',
    url: '/api/setup',
    bodyLimit: smallBody,
    config: { rateLimit: { max: 10, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const asked = parse(SetupRequest, request.body);
      if (!asked.ok) return sendProblem(reply, asked.problem);
      const { token, account: name, password } = asked.value;
      const allowed = checkSetupToken(await meta.value('setup'), token, centre.nowMs());
      if (!allowed.ok) return sendProblem(reply, allowed.problem);
      const account: Account = {
        account: name,
        title: 'Quản trị',
        grants: [{ role: 'administrator', area: centre.card.area }],
        passwordHash: await hashPassword(password),
        createdMs: centre.nowMs(),
      };
      // Two that race for one link make one administrator at most.
      if (takenLinks.has(token)) return sendProblem(reply, { code: 'conflict', path: '/token', detail: 'this link is being used' });
      takenLinks.add(token);
      const added = await people.addAccount(account, makeAct(centre, 'setup', 'account.add', name));
      if (!added.ok) {
        takenLinks.delete(token);
        return sendProblem(reply, added.problem);
      }
      await meta.setValue('setup', '');
      return reply.code(201).send(await begin(reply, account));
    },
  });

  // A question, not a refusal: nobody signed in is an empty answer.
  app.get('/api/session', async (request, reply) => {
    const person = await personOf(people, request.cookies[sessionCookie], centre.nowMs());
    return person.ok ? answerOf(centre, person.value, person.value.csrf) : reply.code(204).send();
  });

  declare(app, centre, { method: 'DELETE', url: '/api/session', act: 'read' }, async ({ request, reply }) => {
    await endSession(people, request.cookies[sessionCookie] ?? '');
    reply.clearCookie(sessionCookie, { path: '/' });
    return ok(undefined);
  });
}

async function answerOf(
  centre: Centre,
  { account, title, grants }: Pick<Account, 'account' | 'title' | 'grants'>,
  csrf: string,
): Promise<SessionAnswer> {
  const { id, name, level, area, zone, demo } = centre.card;
  const roles = [...new Set(grants.map(({ role }) => role))];
  return { account, title, roles, csrf, demo, centre: { id, name, level, area, zone }, duty: await centre.duty.brief(account) };
}
