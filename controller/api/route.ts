// One way for every resource to answer: who asks, may they, is it shaped right, and problems as RFC 9457.
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import * as v from 'valibot';
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { parse } from '../../schemas/parse.ts';
import { tokenActs } from '../../schemas/people.ts';
import { bad, type Problem, problemKinds, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { type ActName, may, mayAnywhere } from '../core/roles.ts';
import { sameWord } from '../people/passwords.ts';
import type { Person } from '../people/sessions.ts';
import type { Once } from '../store/once-store.ts';
import type { Act } from '../store/store.ts';
import { type Answered, answeredBefore, keepAnswer, onceOf, Underway } from './once.ts';
import { sentWell } from './sent.ts';

export const sessionCookie = 'loa_session';
export const csrfHeader = 'x-loa-csrf';
/** A page says so of what it asks by itself while nobody touches it: that keeps no session awake. */
export const byItselfHeader = 'x-loa-by-itself';
const askedByItself = '1';

export interface Asked<Body, Query> {
  readonly person: Person;
  readonly body: Body;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** An audit entry in this person's name. */
  readonly act: (act: string, subject: string, content?: unknown) => Act;
}

export interface RouteRules<B extends v.GenericSchema, Q extends v.GenericSchema> {
  readonly method: HTTPMethods;
  readonly url: string;
  /** Needed role; where the area matters the resource asks again. `self`: whoever is signed in, for what is their own; no token. */
  readonly act: ActName | 'self';
  /** What is the whole centre's needs the right over its whole area. */
  readonly where?: 'centre';
  /** The page asks this by itself; it keeps no session awake. */
  readonly quiet?: boolean;
  readonly body?: B;
  readonly query?: Q;
  readonly status?: number;
  readonly bodyLimit?: number;
  /** Takes no idempotency key: its answer is a secret, or holds words that somebody may want erased. */
  readonly once?: false;
  /** Requests of one person in a minute. */
  readonly perMinute?: number;
}

type OwnRules = RouteRules<v.GenericSchema, v.GenericSchema>;
/** `open`: of a route without an account, see `declareOpen`. */
export type AnyRules = Omit<OwnRules, 'act'> & { readonly act: OwnRules['act'] | 'open' };

const people = new WeakMap<FastifyRequest, Person>();
const noSchema = v.unknown();

export function declare<T, B extends v.GenericSchema = typeof noSchema, Q extends v.GenericSchema = typeof noSchema>(
  app: FastifyInstance,
  centre: Centre,
  rules: RouteRules<B, Q>,
  answer: (asked: Asked<v.InferOutput<B>, v.InferOutput<Q>>) => Promise<Result<T>>,
): void {
  const underway = new Underway();
  app.route({
    method: rules.method,
    url: rules.url,
    ...(rules.bodyLimit !== undefined ? { bodyLimit: rules.bodyLimit } : {}),
    config: {
      // For the description of the whole door.
      rules,
      ...(rules.perMinute !== undefined && {
        rateLimit: {
          max: rules.perMinute,
          timeWindow: 60_000,
          hook: 'preHandler' as const,
          keyGenerator: (request: FastifyRequest) => people.get(request)?.account ?? request.ip,
        },
      }),
    },
    // Before the body is read: strangers make us read nothing.
    onRequest: async (request, reply) => {
      const admitted = await admit(centre, request, rules);
      if (!admitted.ok) return sendProblem(reply, admitted.problem);
      people.set(request, admitted.value);
    },
    handler: async (request, reply) => {
      const person = people.get(request);
      if (!person) throw new Error('a route was reached without a person');
      const sent = [request.body, request.query, request.params].map(sentWell).find((one) => !one.ok);
      if (sent && !sent.ok) return sendProblem(reply, sent.problem);
      const body = rules.body ? parse(rules.body, request.body) : parse(noSchema, request.body);
      if (!body.ok) return sendProblem(reply, body.problem);
      const query = rules.query ? parse(rules.query, request.query) : parse(noSchema, request.query);
      if (!query.ok) return sendProblem(reply, query.problem);
      const once = onceOf(request, person.actor, rules.method === 'POST' && rules.once !== false && rules.act !== 'self');
      if (!once.ok) return sendProblem(reply, once.problem);
      const marked = once.value && { once: once.value };
      const run = () =>
        answer({
          ...{ person, body: body.value, query: query.value, params: request.params as Record<string, string>, request, reply },
          act: (act, subject, content) => ({ ...makeAct(centre, person.actor, act, subject, content), ...marked }),
        });
      if (once.value) return answerOnce(centre, underway, once.value, reply, run, rules.status ?? 200);
      const result = await run();
      if (reply.sent) return reply;
      if (!result.ok) return sendProblem(reply, result.problem);
      if (result.value === undefined) return reply.code(204).send();
      if (rules.method === 'GET') return sendRead(request, reply, JSON.stringify(result.value));
      return reply.code(rules.status ?? 200).send(result.value);
    },
  });
}

async function answerOnce<T>(
  centre: Centre,
  underway: Underway,
  once: Once,
  reply: FastifyReply,
  run: () => Promise<Result<T>>,
  status: number,
): Promise<FastifyReply> {
  return underway.inTurn(once.name, async () => {
    const before = await answeredBefore(centre.store.once, once, centre.nowMs());
    if (!before.ok) return sendProblem(reply, before.problem);
    if (before.value) return sendText(reply.header('idempotency-replayed', 'true'), before.value);
    const result = await run();
    if (reply.sent) return reply;
    if (!result.ok) return sendProblem(reply, result.problem);
    const given = {
      status: result.value === undefined ? 204 : status,
      body: result.value === undefined ? '' : JSON.stringify(result.value),
    };
    await keepAnswer(centre.store.once, once, given, centre.nowMs());
    return sendText(reply, given);
  });
}

/** Whoever has it already (RFC 9110, If-None-Match) is told so instead. */
function sendRead(request: FastifyRequest, reply: FastifyReply, body: string): FastifyReply {
  const tag = `W/"${sha256(Buffer.from(body)).slice(0, 32)}"`;
  reply.header('etag', tag);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim());
  return known.includes(tag) ? reply.code(304).send() : sendText(reply, { status: 200, body });
}

function sendText(reply: FastifyReply, { status, body }: Answered): FastifyReply {
  return body === '' ? reply.code(status).send() : reply.code(status).type('application/json; charset=utf-8').send(body);
}

export function makeAct(centre: Centre, actor: string, act: string, subject: string, content: unknown = null): Act {
  return { atMs: centre.nowMs(), actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
}

/** Problems: bad-input (cookie and token), not-signed-in, factor-needed, not-allowed (role, or no CSRF word). */
async function admit(
  centre: Centre,
  request: FastifyRequest,
  { act, where, quiet = false }: Pick<OwnRules, 'act' | 'where' | 'quiet'>,
): Promise<Result<Person>> {
  const bearer = bearerOf(request);
  const person = bearer === undefined ? await admitPage(centre, request, quiet) : await admitProgram(centre, request, bearer, act);
  if (!person.ok || act === 'self') return person;
  const { grants } = person.value;
  const allowed = where === 'centre' ? may(grants, act, centre.card.area) : mayAnywhere(grants, act);
  return allowed.ok ? person : allowed;
}

async function admitPage(centre: Centre, request: FastifyRequest, quiet: boolean): Promise<Result<Person>> {
  const seen = !quiet && request.headers[byItselfHeader] !== askedByItself;
  const person = await centre.people.sessions.personOf(request.cookies[sessionCookie], seen);
  if (!person.ok || reads(request)) return person;
  return hasWord(request, person.value.csrf) ? person : bad('not-allowed', `header ${csrfHeader} is missing or wrong`);
}

/** A token comes in a header that no page of a stranger can send; it needs no CSRF word and mixes with no cookie. */
async function admitProgram(centre: Centre, request: FastifyRequest, bearer: string, act: ActName | 'self'): Promise<Result<Person>> {
  if (request.cookies[sessionCookie] !== undefined) return bad('bad-input', 'a session cookie or a bearer token, never both');
  const person = await centre.people.sessions.personOfToken(bearer);
  if (!person.ok) return person;
  // `read` also guards answers to rings and the like: those are a person's.
  const fit = (tokenActs as readonly string[]).includes(act) && (act !== 'read' || reads(request));
  return fit ? person : bad('not-allowed', `no token may do this (${act})`);
}

export function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +(\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
}

function reads({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function hasWord(request: FastifyRequest, csrf: string): boolean {
  const word = request.headers[csrfHeader];
  return typeof word === 'string' && sameWord(word, csrf);
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, vi } = problemKinds[problem.code];
  return reply
    .code(status)
    .type('application/problem+json; charset=utf-8')
    .send(
      JSON.stringify({
        type: `urn:loa:problem:${problem.code}`,
        title: vi,
        status,
        code: problem.code,
        path: problem.path,
        detail: problem.detail,
      }),
    );
}
