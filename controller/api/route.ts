// One way for every resource to answer: who asks, may they, is it shaped right, and problems as RFC 9457.
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import * as v from 'valibot';
import { sha256 } from '../../hardware/host/crypto.ts';
import { canonicalJson } from '../../schemas/canonical.ts';
import { parse } from '../../schemas/parse.ts';
import { bad, type Problem, problemKinds, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { type ActName, mayAnywhere } from '../core/roles.ts';
import { type Person, personOf, sameWord } from '../people.ts';
import type { Act } from '../store/store.ts';

export const sessionCookie = 'loa_session';
export const csrfHeader = 'x-loa-csrf';

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
  /** Needed role; where the area matters the resource asks again. */
  readonly act: ActName;
  readonly body?: B;
  readonly query?: Q;
  readonly status?: number;
  readonly bodyLimit?: number;
  /** Requests of one person in a minute. */
  readonly perMinute?: number;
}

const people = new WeakMap<FastifyRequest, Person>();
const noSchema = v.unknown();

export function declare<T, B extends v.GenericSchema = typeof noSchema, Q extends v.GenericSchema = typeof noSchema>(
  app: FastifyInstance,
  centre: Centre,
  rules: RouteRules<B, Q>,
  answer: (asked: Asked<v.InferOutput<B>, v.InferOutput<Q>>) => Promise<Result<T>>,
): void {
  app.route({
    method: rules.method,
    url: rules.url,
    ...(rules.bodyLimit !== undefined ? { bodyLimit: rules.bodyLimit } : {}),
    ...(rules.perMinute !== undefined
      ? {
          config: {
            rateLimit: {
              max: rules.perMinute,
              timeWindow: 60_000,
              hook: 'preHandler',
              keyGenerator: (request) => people.get(request)?.account ?? request.ip,
            },
          },
        }
      : {}),
    // Before the body is read: strangers make us read nothing.
    onRequest: async (request, reply) => {
      const admitted = await admit(centre, request, rules.act);
      if (!admitted.ok) return sendProblem(reply, admitted.problem);
      people.set(request, admitted.value);
    },
    handler: async (request, reply) => {
      const person = people.get(request);
      if (!person) throw new Error('a route was reached without a person');
      const body = rules.body ? parse(rules.body, request.body) : parse(noSchema, request.body);
      if (!body.ok) return sendProblem(reply, body.problem);
      const query = rules.query ? parse(rules.query, request.query) : parse(noSchema, request.query);
      if (!query.ok) return sendProblem(reply, query.problem);
      const result = await answer({
        person,
        body: body.value,
        query: query.value,
        params: request.params as Record<string, string>,
        request,
        reply,
        act: (act, subject, content) => makeAct(centre, person.account, act, subject, content),
      });
      if (reply.sent) return reply;
      if (!result.ok) return sendProblem(reply, result.problem);
      if (result.value === undefined) return reply.code(204).send();
      return reply.code(rules.status ?? 200).send(result.value);
    },
  });
}

export function makeAct(centre: Centre, actor: string, act: string, subject: string, content: unknown = null): Act {
  return { atMs: centre.nowMs(), actor, act, subject, sha256: sha256(Buffer.from(canonicalJson(content))) };
}

/** Problems: not-signed-in, not-allowed (role, or no CSRF word). */
async function admit(centre: Centre, request: FastifyRequest, act: ActName): Promise<Result<Person>> {
  const person = await personOf(centre.store.people, request.cookies[sessionCookie], centre.nowMs());
  if (!person.ok) return person;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const word = request.headers[csrfHeader];
    if (typeof word !== 'string' || !sameWord(word, person.value.csrf))
      return bad('not-allowed', `header ${csrfHeader} is missing or wrong`);
  }
  const allowed = mayAnywhere(person.value.grants, act);
  return allowed.ok ? person : allowed;
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
