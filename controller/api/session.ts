// Signing in by password and code, signing out, and the first administrator's setup link.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type SessionAnswer, SetupRequest, SignInRequest } from '../../schemas/api.ts';
import { FactorConfirmRequest } from '../../schemas/duty.ts';
import { parse } from '../../schemas/parse.ts';
import type { HalfSessionAnswer, SignInNotice } from '../../schemas/people.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { proofMissing, sessionLifeMs } from '../core/accounts.ts';
import { judgePassword } from '../people/estimate.ts';
import { checkSetupToken, hashPassword } from '../people/passwords.ts';
import type { Held, Whence } from '../people/sessions.ts';
import type { SignedIn } from '../people/sign-in-desk.ts';
import type { Account } from '../store/store.ts';
import { csrfHeader, hasWord, makeAct, sendProblem, sessionCookie } from './route.ts';

const smallBody = 4096;
const perMinute = { perAddress: 60, setup: 10 };

type SessionReply = (SessionAnswer & { readonly notice?: SignInNotice }) | HalfSessionAnswer;

export function sessionRoutes(app: FastifyInstance, centre: Centre, secure: boolean): void {
  const { signIn, sessions } = centre.people;

  const begun = async (reply: FastifyReply, signedIn: SignedIn): Promise<SessionReply> => {
    const { cookie, csrf, account } = signedIn;
    giveCookie(reply, cookie, secure);
    if (signedIn.needs === null) giveHint(reply, secure);
    if (signedIn.needs !== null) return halfAnswer(centre, account, csrf, signedIn.needs);
    return { ...(await answerOf(centre, account, csrf)), notice: signedIn.notice };
  };

  app.route({
    method: 'POST',
    url: '/api/session',
    bodyLimit: smallBody,
    config: { rateLimit: { max: perMinute.perAddress, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const asked = parse(SignInRequest, request.body);
      if (!asked.ok) return sendProblem(reply, asked.problem);
      const signedIn = await signIn.signIn(asked.value.account, asked.value.password, whenceOf(request));
      if (signedIn.ok) return begun(reply, signedIn.value);
      centre.journal.warn({ event: 'sign-in-refused', address: request.ip });
      return sendProblem(reply, signedIn.problem);
    },
  });

  halfRoutes(app, centre, begun);
  setupRoute(app, centre, begun);

  // A question, not a refusal: nobody signed in is an empty answer.
  app.get('/api/session', async (request, reply) => {
    const held = await sessions.held(request.cookies[sessionCookie]);
    if (!held.ok) return reply.code(204).send();
    const { session, account } = held.value;
    if (!proofMissing(session.proof, sessions.obliged(account.grants))) return answerOf(centre, account, session.csrf);
    return halfAnswer(centre, account, session.csrf, (await signIn.needs(account)) ?? 'code');
  });

  // Whoever gave the password alone may go again, too.
  app.delete('/api/session', async (request, reply) => {
    const held = await heldBy(centre, request);
    if (!held.ok) return sendProblem(reply, held.problem);
    await sessions.end(request.cookies[sessionCookie] ?? '');
    return reply.clearCookie(sessionCookie, { path: '/' }).clearCookie(hintCookie, { path: '/' }).code(204).send();
  });
}

/** Sent to this page alone, never from one of a stranger's. */
export function giveCookie(reply: FastifyReply, cookie: string, secure: boolean): void {
  reply.setCookie(sessionCookie, cookie, { path: '/', httpOnly: true, sameSite: 'strict', secure, maxAge: sessionLifeMs / 1000 });
}

/** That somebody is signed in here, for the page's first script; who it is only the session's own cookie says. */
const hintCookie = 'loa_here';

export function giveHint(reply: FastifyReply, secure: boolean): void {
  reply.setCookie(hintCookie, '1', { path: '/', httpOnly: false, sameSite: 'strict', secure, maxAge: sessionLifeMs / 1000 });
}

type Begun = (reply: FastifyReply, signedIn: SignedIn) => Promise<SessionReply>;

/** What a session of the password alone may ask: to give the code, or to set up the app that makes it. */
function halfRoutes(app: FastifyInstance, centre: Centre, begun: Begun): void {
  const { signIn, sessions } = centre.people;
  const route = (
    url: string,
    answer: (held: Held, request: FastifyRequest, reply: FastifyReply) => Promise<Result<unknown>>,
    status = 200,
  ): void => {
    app.route({
      method: 'POST',
      url,
      bodyLimit: smallBody,
      config: { rateLimit: { max: perMinute.perAddress, timeWindow: 60_000 } },
      handler: async (request, reply) => {
        const held = await heldBy(centre, request);
        if (!held.ok) return sendProblem(reply, held.problem);
        const { session, account } = held.value;
        if (!proofMissing(session.proof, sessions.obliged(account.grants)))
          return sendProblem(reply, { code: 'conflict', path: '', detail: 'this session is signed in already' });
        const result = await answer(held.value, request, reply);
        return result.ok ? reply.code(status).send(result.value) : sendProblem(reply, result.problem);
      },
    });
  };
  const withCode =
    (give: typeof signIn.giveCode) =>
    async (held: Held, request: FastifyRequest, reply: FastifyReply): Promise<Result<SessionReply>> => {
      const asked = parse(FactorConfirmRequest, request.body);
      if (!asked.ok) return asked;
      const signedIn = await give(held, asked.value.code, whenceOf(request));
      return signedIn.ok ? ok(await begun(reply, signedIn.value)) : signedIn;
    };
  route(
    '/api/session/code',
    withCode((...asked) => signIn.giveCode(...asked)),
  );
  route('/api/session/factor', (held) => signIn.enrol(held), 201);
  route(
    '/api/session/factor/confirm',
    withCode((...asked) => signIn.confirm(...asked)),
  );
}

function setupRoute(app: FastifyInstance, centre: Centre, begun: Begun): void {
  const { people, meta } = centre.store;
  const { sessions, signIn } = centre.people;
  const takenLinks = new Set<string>();

  app.route({
    method: 'POST',
    url: '/api/setup',
    bodyLimit: smallBody,
    config: { rateLimit: { max: perMinute.setup, timeWindow: 60_000 } },
    handler: async (request, reply) => {
      const asked = parse(SetupRequest, request.body);
      if (!asked.ok) return sendProblem(reply, asked.problem);
      const { token, account: name, password } = asked.value;
      const allowed = checkSetupToken(await meta.value('setup'), token, centre.nowMs());
      if (!allowed.ok) return sendProblem(reply, allowed.problem);
      const judged = await judgePassword(password, [name, centre.card.id, centre.card.name, centre.card.area, 'loa']);
      if (!judged.ok) return sendProblem(reply, judged.problem);
      const account: Account = {
        account: name,
        title: 'Quản trị',
        grants: [{ role: 'administrator', area: centre.card.area }],
        passwordHash: await hashPassword(password),
        createdMs: centre.nowMs(),
        disabledMs: null,
      };
      // Two that race for one link make one administrator at most.
      if (takenLinks.has(token)) return sendProblem(reply, { code: 'conflict', path: '/token', detail: 'this link is being used' });
      takenLinks.add(token);
      const added = await people.addFirst(account, makeAct(centre, 'setup', 'account.add', name));
      if (!added.ok) {
        takenLinks.delete(token);
        return sendProblem(reply, added.problem);
      }
      const needs = await signIn.needs(account);
      const session = await sessions.begin(name, needs === null ? 'password' : 'waiting', whenceOf(request));
      const notice = { refusedTries: 0, lastRefusedMs: null, recoveryCodesLeft: null };
      return reply.code(201).send(await begun(reply, { ...session, account, ...(needs === null ? { needs, notice } : { needs }) }));
    },
  });
}

/** The session of a request, whatever it proved. Problems: not-signed-in, not-allowed (no CSRF word). */
async function heldBy(centre: Centre, request: FastifyRequest): Promise<Result<Held>> {
  const held = await centre.people.sessions.held(request.cookies[sessionCookie]);
  if (!held.ok) return held;
  return hasWord(request, held.value.session.csrf) ? held : bad('not-allowed', `header ${csrfHeader} is missing or wrong`);
}

export function whenceOf(request: FastifyRequest): Whence {
  return { address: request.ip, device: (request.headers['user-agent'] ?? '').slice(0, 300) };
}

function halfAnswer(centre: Centre, { account, title }: Account, csrf: string, needs: HalfSessionAnswer['needs']): HalfSessionAnswer {
  return { account, title, csrf, needs, demo: centre.card.demo };
}

async function answerOf(centre: Centre, { account, title, grants }: Account, csrf: string): Promise<SessionAnswer> {
  const { id, name, level, area, zone, demo } = centre.card;
  const roles = [...new Set(grants.map(({ role }) => role))];
  return { account, title, roles, csrf, demo, centre: { id, name, level, area, zone }, duty: await centre.duty.brief(account) };
}
