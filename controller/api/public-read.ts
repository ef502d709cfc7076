// What everybody may read without an account: places, days, items, sounds, alerts, answers, figures.
import type { FastifyInstance, FastifyReply } from 'fastify';
import * as v from 'valibot';
import { PoleCode } from '../../schemas/citizen.ts';
import type { OpenVoicesAnswer } from '../../schemas/citizen-api.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Item } from '../../schemas/programme.ts';
import { LocalDate } from '../../schemas/time.ts';
import { sendBlob } from '../blob-answer.ts';
import type { Centre } from '../centre.ts';
import { Kept } from '../citizens/kept.ts';
import { openDataMonths } from '../citizens/voices.ts';
import { monthsUpTo } from '../core/evaluation.ts';
import { openRow } from '../core/voices.ts';
import { monthAt } from '../reports/evaluation-facts.ts';
import { voicesCsv } from '../reports/voices-table.ts';
import { feedbackFigures } from './feedback-statistics.ts';
import { declareOpen, type WrittenOnce } from './open-route.ts';

const Asked = v.pipe(v.string(), v.maxLength(200));
const UnitQuery = v.object({ unit: Id });
const OpenDataQuery = v.object({ unit: Id, format: v.optional(v.picklist(['json', 'csv']), 'json') });
const openDataAgeS = 3600;
/** Two years of words are read for one answer: once in a while for all who ask. */
const openDataKeptMs = 10 * 60_000;
const openDataUnits = 500;
const DayQuery = v.object({ unit: Id, date: v.optional(LocalDate) });
const FindQuery = v.object({ unit: Id, q: v.optional(Asked, '') });
const reads = { method: 'GET', act: 'open', perMinute: 600 } as const;

export function publicReadRoutes(app: FastifyInstance, centre: Centre, written: WrittenOnce): void {
  const { book } = centre.citizens;

  declareOpen(app, written, { ...reads, url: '/api/public/place', maxAgeS: 60 }, async () => ok(await book.place()));
  declareOpen(app, written, { ...reads, url: '/api/public/day', query: DayQuery, maxAgeS: 20 }, async ({ query }) =>
    book.day(query.unit, query.date),
  );
  declareOpen(app, written, { ...reads, url: '/api/public/items', query: FindQuery, maxAgeS: 20 }, async ({ query }) =>
    book.items(query.unit, query.q),
  );
  declareOpen(app, written, { ...reads, url: '/api/public/items/:id' }, async ({ params }) => book.item(params['id'] ?? ''));
  // Always asked for anew: what is in force is never told from a cache of somebody else's.
  declareOpen(app, written, { ...reads, url: '/api/public/alerts', query: UnitQuery, perMinute: 1_200 }, async ({ query }) =>
    book.alerts(query.unit),
  );
  declareOpen(app, written, { ...reads, url: '/api/public/answers', query: FindQuery, maxAgeS: 20 }, async ({ query }) =>
    book.replies(query.unit, query.q),
  );
  declareOpen(app, written, { ...reads, url: '/api/public/polls', query: UnitQuery }, async ({ query }) => book.polls(query.unit));
  declareOpen(app, written, { ...reads, url: '/api/public/poles/:code', perMinute: 60 }, async ({ params }) =>
    book.pole(v.is(PoleCode, params['code']) ? (params['code'] ?? '') : ''),
  );
  openDataRoute(app, centre, written);
  contentRoutes(app, centre, written);
}

/** Figures of two years, by unit and month, with nothing of a person in them. */
function openDataRoute(app: FastifyInstance, centre: Centre, written: WrittenOnce): void {
  const kept = new Kept(centre.nowMs, openDataUnits);
  declareOpen(
    app,
    written,
    { ...reads, url: '/api/public/open-data', query: OpenDataQuery, perMinute: 6, maxAgeS: openDataAgeS },
    async ({ query, reply }): Promise<Result<OpenVoicesAnswer | undefined>> => {
      const figures = await kept.get(query.unit, openDataKeptMs, () => openFigures(centre, query.unit));
      if (!figures.ok || query.format === 'json') return figures;
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="phan-anh-${query.unit}.csv"`)
        .header('cache-control', `public, max-age=${openDataAgeS}`)
        .send(voicesCsv(figures.value));
      return ok(undefined);
    },
  );
}

async function openFigures(centre: Centre, unit: string): Promise<Result<OpenVoicesAnswer>> {
  const figures = await feedbackFigures(centre, unit, monthsUpTo(monthAt(centre), openDataMonths));
  return figures.ok ? ok({ ...figures.value, rows: figures.value.rows.map(openRow) }) : figures;
}

function contentRoutes(app: FastifyInstance, centre: Centre, written: WrittenOnce): void {
  const { blobs, webSounds, citizens } = centre;
  /** A made-up name is no content: it is looked for on the disk before all that was published and heard is gone through. */
  const find = async (sha256: string, look: (sha256: string) => Promise<Result<Item>>): Promise<Result<Item>> =>
    (await blobs.size(sha256)) === undefined ? bad('not-found', 'no such content') : look(sha256);
  /** What was withdrawn is not kept for a year by every telephone. */
  const briefly = (reply: FastifyReply) => reply.header('cache-control', 'public, max-age=3600');

  declareOpen(app, written, { ...reads, url: '/api/public/sounds/:sha256' }, async ({ params, request, reply }) => {
    const item = await find(params['sha256'] ?? '', (sha256) => citizens.book.sound(sha256));
    if (!item.ok) return item;
    return sendBlob({ blobs, sha256: item.value.sha256, type: item.value.type, range: request.headers.range, reply, cache: briefly });
  });
  declareOpen(app, written, { ...reads, url: '/api/public/sounds/:sha256/mp3' }, async ({ params, request, reply }) => {
    const item = await find(params['sha256'] ?? '', (sha256) => citizens.book.sound(sha256));
    if (!item.ok) return item;
    const made = await webSounds.make(item.value);
    if (!made.ok) return made;
    return sendBlob({
      blobs: webSounds,
      sha256: item.value.sha256,
      type: 'audio/mpeg',
      range: request.headers.range,
      reply,
      cache: briefly,
    });
  });
  declareOpen(app, written, { ...reads, url: '/api/public/pages/:sha256' }, async ({ params, request, reply }) => {
    const item = await find(params['sha256'] ?? '', (sha256) => citizens.book.page(sha256));
    if (!item.ok) return item;
    // Somebody's page: shown without our origin, scripts or network, in our own frames alone.
    reply.header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    reply.header('x-frame-options', 'SAMEORIGIN');
    return sendBlob({ blobs, sha256: item.value.sha256, type: item.value.type, range: request.headers.range, reply, cache: briefly });
  });
}
