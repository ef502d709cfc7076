// How routes without an account answer: a limit for each address before anything is read, shapes, problems; what many ask for is written once.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { sha256 } from '../../hardware/host/crypto.ts';
import { parse } from '../../schemas/parse.ts';
import type { Result } from '../../schemas/problems.ts';
import { addressKey } from '../core/accounts.ts';
import { bodyBytesOf, LargeBodies } from './large-bodies.ts';
import { sendProblem } from './route.ts';
import { sentWell } from './sent.ts';

export interface OpenRules<B extends v.GenericSchema, Q extends v.GenericSchema> {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly act: 'open';
  readonly body?: B;
  readonly query?: Q;
  readonly status?: number;
  readonly bodyLimit?: number;
  /** Requests of one address in a minute: a carrier sends a whole commune through one. */
  readonly perMinute: number;
  /** Whoever asked may keep the answer so long. */
  readonly maxAgeS?: number;
}

export interface OpenAsked<Body, Query> {
  readonly body: Body;
  readonly query: Query;
  readonly params: Readonly<Record<string, string>>;
  /** One line's, for limits and waits; it is kept nowhere. */
  readonly address: string;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

const noSchema = v.unknown();
const smallBody = 16 * 1024;

export function declareOpen<T, B extends v.GenericSchema = typeof noSchema, Q extends v.GenericSchema = typeof noSchema>(
  app: FastifyInstance,
  written: WrittenOnce,
  rules: OpenRules<B, Q>,
  answer: (asked: OpenAsked<v.InferOutput<B>, v.InferOutput<Q>>) => Promise<Result<T>>,
): void {
  const large = new LargeBodies();
  app.route({
    ...{ method: rules.method, url: rules.url, bodyLimit: rules.bodyLimit ?? smallBody },
    config: {
      // For the description of the whole door.
      rules,
      rateLimit: { max: rules.perMinute, timeWindow: 60_000, keyGenerator: (request: FastifyRequest) => addressKey(request.ip) },
    },
    // Behind the limit for each address, before anything of the body is read.
    preParsing: async (request, reply) => holdBack(large, request, reply),
    handler: async (request, reply) => {
      const sent = [request.body, request.query, request.params].map(sentWell).find((one) => !one.ok);
      if (sent && !sent.ok) return sendProblem(reply, sent.problem);
      const body = rules.body ? parse(rules.body, request.body) : parse(noSchema, request.body);
      if (!body.ok) return sendProblem(reply, body.problem);
      const query = rules.query ? parse(rules.query, request.query) : parse(noSchema, request.query);
      if (!query.ok) return sendProblem(reply, query.problem);
      const params = request.params as Record<string, string>;
      const result = await answer({ body: body.value, query: query.value, params, address: addressKey(request.ip), request, reply });
      if (reply.sent) return reply;
      if (!result.ok) return sendProblem(reply, result.problem);
      if (result.value === undefined) return reply.code(204).send();
      if (rules.method !== 'GET') return reply.code(rules.status ?? 200).send(result.value);
      return sendKept(request, reply, written.of(result.value), rules.maxAgeS ?? 0);
    },
  });
}

/** The app sends again later what found no room. */
async function holdBack(large: LargeBodies, request: FastifyRequest, reply: FastifyReply): Promise<undefined> {
  const leave = large.enter(addressKey(request.ip), bodyBytesOf(request.headers));
  if (leave) reply.raw.once('close', leave);
  else
    await sendProblem(reply.header('connection', 'close'), {
      code: 'too-many-requests',
      path: '',
      detail: 'too many files are on their way',
    });
}

interface Text {
  readonly body: string;
  readonly tag: string;
}

/** The same answer to ten thousand readers is written as JSON and hashed once. */
export class WrittenOnce {
  readonly #texts = new WeakMap<object, Text>();

  of(value: unknown): Text {
    const known = typeof value === 'object' && value !== null ? this.#texts.get(value) : undefined;
    if (known) return known;
    const body = JSON.stringify(value);
    const text = { body, tag: `W/"${sha256(Buffer.from(body)).slice(0, 32)}"` };
    if (typeof value === 'object' && value !== null) this.#texts.set(value, text);
    return text;
  }
}

function sendKept(request: FastifyRequest, reply: FastifyReply, { body, tag }: Text, maxAgeS: number): FastifyReply {
  reply.header('etag', tag);
  if (maxAgeS > 0) reply.header('cache-control', `public, max-age=${maxAgeS}`);
  const known = (request.headers['if-none-match'] ?? '').split(',').map((one) => one.trim());
  return known.includes(tag) ? reply.code(304).send() : reply.type('application/json; charset=utf-8').send(body);
}
