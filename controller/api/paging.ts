// Every list in parts, one way: `limit`, and `after`, a word of the centre's own that the `link` header of the part before gave (RFC 8288).
import type { FastifyReply, FastifyRequest } from 'fastify';
import * as v from 'valibot';
import { parseJson } from '../../schemas/parse.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs } from '../../schemas/time.ts';
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

const TimedPlace = v.tuple([InstantMs, v.string()]);

/** Of a list by time and then name. Problem: bad-input. */
export function placeAfter(asked: PageAsked): Result<{ readonly atMs: number; readonly id: string } | undefined> {
  const place = placeOf(TimedPlace, asked);
  if (!place.ok || place.value === undefined) return place.ok ? ok(undefined) : place;
  const [atMs, id] = place.value;
  return ok({ atMs, id });
}

interface Door {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

type Place = readonly (string | number)[];

/** One more than the limit was read: it is left out, and the link says where to go on. */
export function cutPage<T>(door: Door, { limit }: PageAsked, found: readonly T[], placeIn: (last: T) => Place): readonly T[] {
  if (found.length <= limit) return found;
  const page = found.slice(0, limit);
  const last = page.at(-1);
  if (last !== undefined) leadOn(door, placeIn(last));
  return page;
}

/** After a first look at no more than a part holds. */
const readAtOnce = 200;
/** For one part: whoever sees next to nothing of a long list is led on through it. */
const lookedAtMost = 2_000;

/** Of a list of which somebody is shown only some: a part is full of those, whatever lies between them. */
export async function shownPage<P, T extends P>(
  door: Door,
  { limit }: PageAsked,
  list: {
    readonly read: (limit: number, after: P | undefined) => Promise<readonly T[]>;
    readonly after: P | undefined;
    readonly shows: (one: T) => boolean;
    readonly placeIn: (last: P) => Place;
  },
): Promise<readonly T[]> {
  const shown: T[] = [];
  let last = list.after;
  for (let looked = 0, atOnce = limit + 1; looked < lookedAtMost; looked += atOnce, atOnce = readAtOnce) {
    const found = await list.read(atOnce, last);
    shown.push(...found.filter(list.shows));
    if (shown.length > limit || found.length < atOnce) return cutPage(door, { limit }, shown, list.placeIn);
    last = found.at(-1);
  }
  if (last !== undefined) leadOn(door, list.placeIn(last));
  return shown;
}

function leadOn({ request, reply }: Door, place: Place): void {
  const url = new URL(request.url, 'http://centre');
  url.searchParams.set('after', Buffer.from(JSON.stringify(place)).toString('base64url'));
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
}
