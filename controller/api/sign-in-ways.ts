// The ways to sign in beside the password: what is set up, and the way out to a provider and back, bound to one browser.
import type { FastifyInstance } from 'fastify';
import { parse } from '../../schemas/parse.ts';
import { OidcBeginRequest, type OidcBegunAnswer } from '../../schemas/people.ts';
import type { Centre } from '../centre.ts';
import { pendingLifeMs } from '../core/oidc.ts';
import { callbackPath } from '../people/oidc-provider.ts';
import { sendProblem } from './route.ts';
import { giveCookie, giveHint, whenceOf } from './session.ts';

export const oidcCookie = 'loa_oidc';
const smallBody = 4096;
const queryMax = 4096;
const perMinute = { ways: 120, begin: 20, finish: 30 };

export function signInWayRoutes(app: FastifyInstance, centre: Centre, secure: boolean): void {
  const { oidc } = centre.people;
  const atMost = (max: number) => ({ rateLimit: { max, timeWindow: 60_000 } });
  // Sent along when the provider sends the browser back, which `strict` would not be; and to nothing else here.
  const bound = { path: '/api/session/oidc', httpOnly: true, sameSite: 'lax', secure } as const;

  app.get('/api/session/ways', { config: atMost(perMinute.ways) }, async () => oidc.ways());

  app.post('/api/session/oidc', { bodyLimit: smallBody, config: atMost(perMinute.begin) }, async (request, reply) => {
    const asked = parse(OidcBeginRequest, request.body);
    if (!asked.ok) return sendProblem(reply, asked.problem);
    const begun = await oidc.begin(asked.value.back, whenceOf(request));
    if (!begun.ok) {
      centre.journal.warn({ event: 'oidc-not-begun', code: begun.problem.code, detail: begun.problem.detail });
      return sendProblem(reply, begun.problem);
    }
    reply.setCookie(oidcCookie, begun.value.cookie, { ...bound, maxAge: pendingLifeMs / 1000 });
    return { url: begun.value.url } satisfies OidcBegunAnswer;
  });

  // A browser comes here, not a program: whatever comes of it, the page says it.
  app.get(callbackPath, { exposeHeadRoute: false, config: atMost(perMinute.finish) }, async (request, reply) => {
    const search = request.url.slice(request.url.indexOf('?') + 1);
    reply.clearCookie(oidcCookie, bound);
    const done =
      search.length > queryMax || !request.url.includes('?')
        ? ({ ok: false, problem: { code: 'bad-input', path: '', detail: 'no answer of a provider' } } as const)
        : await oidc.finish(request.cookies[oidcCookie], search, whenceOf(request));
    if (done.ok) {
      giveCookie(reply, done.value.signedIn.cookie, secure);
      if (done.value.signedIn.needs === null) giveHint(reply, secure);
      return reply.redirect(done.value.back, 303);
    }
    centre.journal.warn({ event: 'oidc-refused', address: request.ip, code: done.problem.code, detail: done.problem.detail });
    return reply.redirect(`/#sign-in=${done.problem.code}`, 303);
  });
}
