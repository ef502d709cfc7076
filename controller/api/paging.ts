// Every list in parts, one way: `limit`, and `after`, a word of the centre's own that the `link` header of the part before gave (RFC 8288).
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { Whole } from './queries.ts';

const cursorMax = 400;

/** Of a list: at most `most` at once, `standard` unless said. */
export function pageEntries(standard: number, most: number) {
  return {
    limit: v.optional(v.pipe(Whole, v.minValue(1), v.maxValue(most)), String(standard)),
    after: v.optional(v.pipe(v.string(), v.maxLength(cursorMax), v.regex(/^[\w-]+$/, 'must be what the link of the part before says'))),
  };
}

export interface PageAsked {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** Where the part before ended, by the list's own shape. Problem: bad-input. */
export function placeOf<S extends v.GenericSchema>(shape: S, { after }: PageAsked): Result<v.InferOutput<S> | undefined> {
  if (after === undefined) return ok(undefined);
  const place = parseJson(shape, Buffer.from(after, 'base64url').toString('utf8'));
  return place.ok ? place : bad('bad-input', 'not a place in this list', '/after');
}

const TimedPlace = v.tuple([v.number(), v.string()]);

/** Of a list by time and then name. Problem: bad-input. */
export function placeAfter(asked: PageAsked): Result<{ readonly atMs: number; readonly id: string } | undefined> {
  const place = placeOf(TimedPlace, asked);
  if (!place.ok || place.value === undefined) return place.ok ? ok(undefined) : place;
  const [atMs, id] = place.value;
  return ok({ atMs, id });
}

/** One more than the limit was read: it is left out, and the link says where to go on. */
export function cutPage<T>(
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { limit }: PageAsked,
  found: readonly T[],
  placeIn: (last: T) => readonly (string | number)[],
): readonly T[] {
  if (found.length <= limit) return found;
  const page = found.slice(0, limit);
  const last = page.at(-1);
  if (last !== undefined) {
    const url = new URL(request.url, 'http://centre');
    url.searchParams.set('after', Buffer.from(JSON.stringify(placeIn(last))).toString('base64url'));
    reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  return page;
}
