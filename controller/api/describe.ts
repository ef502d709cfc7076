// The REST door described by itself: OpenAPI 3.1 from the shapes that requests are checked with.
import { toJsonSchema } from '@valibot/to-json-schema';
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { asyncApi } from '../../schemas/asyncapi.ts';
import { problemKinds } from '../../schemas/problems.ts';
import { apiVersion } from '../api-version.ts';
import { acts } from '../core/roles.ts';
import answers from './answers.json' with { type: 'json' };
import { type AnyRules, csrfHeader, sessionCookie } from './route.ts';

/** Rules of the routes that `declare` made, in their order. Ask before the first route is made. */
export function collectRules(app: FastifyInstance): readonly AnyRules[] {
  const found: AnyRules[] = [];
  app.addHook('onRoute', ({ config, method }) => {
    const rules = (config as { readonly rules?: AnyRules } | undefined)?.rules;
    // A GET answers HEAD as well; that is not another route.
    if (rules && (method !== 'HEAD' || rules.method === 'HEAD')) found.push(rules);
  });
  return found;
}

export function describeRoutes(app: FastifyInstance, rules: readonly AnyRules[]): void {
  const made: { text?: string; bus?: string } = {};
  app.get('/api/openapi.json', async (_request, reply) => {
    made.text ??= JSON.stringify(openApi(rules));
    return reply.type('application/json; charset=utf-8').send(made.text);
  });
  app.get('/api/asyncapi.json', async (_request, reply) => {
    made.bus ??= JSON.stringify(asyncApi(apiVersion));
    return reply.type('application/json; charset=utf-8').send(made.bus);
  });
}

/** OpenAPI 3.1.0 (spec.openapis.org): JSON Schema 2020-12 as it is. */
export function openApi(rules: readonly AnyRules[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const one of rules) {
    const path = one.url.replaceAll(/:([a-z0-9]+)/gi, '{$1}');
    paths[path] = { ...paths[path], [String(one.method).toLowerCase()]: operation(one) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Loa', version: apiVersion, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: sessionCookie, description: `changes also need the header ${csrfHeader}` },
        token: { type: 'http', scheme: 'bearer', description: 'a token of a program, for the acts it was made for' },
      },
      schemas: { ...answers.named, Problem: problemSchema },
      responses: {
        Problem: { description: 'RFC 9457', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
      },
    },
  };
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'path', 'detail'],
  properties: {
    type: { type: 'string', description: 'urn:loa:problem:CODE' },
    title: { type: 'string', description: 'in Vietnamese' },
    status: { type: 'integer' },
    code: { enum: Object.keys(problemKinds) },
    path: { type: 'string', description: 'RFC 6901 pointer into what was sent' },
    detail: { type: 'string' },
  },
};

/** Made from the types that the routes are compiled with (`test/answers/shapes.ts`); clients ignore fields they do not know. */
const answered: Readonly<Record<string, object>> = answers.routes;

function operation({ method, url, act, body, query, perMinute }: AnyRules): object {
  const names = [...url.matchAll(/:([a-z0-9]+)/gi)].map(([, name]) => name ?? '');
  const inPath = names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  const wanted = query ? queryParameters(query) : [];
  const schema = answered[`${method} ${url}`];
  const roles = act === 'self' || act === 'open' ? [] : acts[act];
  const who =
    act === 'open' ? 'Anybody, without an account.' : act === 'self' ? 'Whoever is signed in.' : `Act ${act}: ${roles.join(', ')}.`;
  const proofs = act === 'open' ? [] : act === 'self' ? [{ session: [] }] : [{ session: [] }, { token: [] }];
  return {
    operationId: `${String(method).toLowerCase()} ${url}`,
    description: who,
    tags: [url.split('/')[2] ?? ''],
    security: proofs,
    ...(inPath.length + wanted.length > 0 && { parameters: [...inPath, ...wanted] }),
    ...(body && { requestBody: { required: !v.is(body, undefined), content: { 'application/json': { schema: schemaOf(body) } } } }),
    ...(perMinute !== undefined && { 'x-per-minute': perMinute }),
    responses: {
      '2XX': { description: 'done', ...(schema && { content: { 'application/json': { schema } } }) },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

function queryParameters(query: v.GenericSchema): object[] {
  const { properties = {}, required = [] } = schemaOf(query) as { properties?: Record<string, object>; required?: string[] };
  return Object.entries(properties).map(([name, schema]) => ({ name, in: 'query', required: required.includes(name), schema }));
}

/** What is sent, before defaults and conversions; what no JSON Schema can say is left out of it. */
export function schemaOf(schema: v.GenericSchema): Readonly<Record<string, unknown>> {
  const { $schema: _dialect, ...rest } = toJsonSchema(schema, { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' });
  return rest;
}
