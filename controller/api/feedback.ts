// What residents said over REST, for the officials who answer: inbox, steps, attachments, figures.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import {
  citizenLimits,
  FeedbackAnswerRequest,
  FeedbackAssignRequest,
  FeedbackJudgeRequest,
  FeedbackKind,
  FeedbackLinkRequest,
  FeedbackNoteRequest,
  FeedbackPublishRequest,
  FeedbackRefuseRequest,
  FeedbackState,
} from '../../schemas/citizen.ts';
import type { VoicesWithBelow } from '../../schemas/citizen-api.ts';
import { Month } from '../../schemas/evaluation.ts';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { sendBlob } from '../blob-answer.ts';
import type { Centre } from '../centre.ts';
import { typeOfAttached } from '../citizens/attachments.ts';
import { type OfficeAct, stepRights } from '../citizens/office-desk.ts';
import type { FeedbackWish } from '../core/feedback.ts';
import { may } from '../core/roles.ts';
import { questionOf, tokensOf } from '../core/source-search.ts';
import { monthAt } from '../reports/evaluation-facts.ts';
import { feedbackFigures, voicesBelow } from './feedback-statistics.ts';
import { pageEntries, placeAfter, shownPage } from './paging.ts';
import { declare } from './route.ts';

const ListQuery = v.object({
  ...pageEntries(50, citizenLimits.listed),
  state: v.optional(FeedbackState),
  kind: v.optional(FeedbackKind),
  unit: v.optional(Id),
  assignee: v.optional(Id),
  overdue: v.optional(v.picklist(['1'])),
  q: v.optional(v.pipe(v.string(), v.maxLength(200)), ''),
});

export function feedbackRoutes(app: FastifyInstance, centre: Centre): void {
  const { office } = centre.citizens;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/feedback', act: 'feedback.read', query: ListQuery },
    async ({ person, query, ...door }) => {
      const after = placeAfter(query);
      if (!after.ok) return after;
      const { state, kind, unit, assignee, overdue } = query;
      const asked = questionOf(query.q).tokens;
      const filter = { states: state && [state], kind, unit, assignee, overdueMs: overdue && centre.nowMs() };
      const page = await shownPage(door, query, {
        after: after.value && { receivedMs: after.value.atMs, id: after.value.id },
        read: (limit, place) => office.list({ ...filter, after: place, limit }, person.grants),
        shows: ({ text, number }) => holdsAll(asked, `${text} ${number}`),
        placeIn: ({ receivedMs, id }) => [receivedMs, id],
      });
      return ok(await Promise.all(page.map((one) => office.answerOf(one))));
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/feedback/:id', act: 'feedback.read' }, async ({ person, params }) => {
    const found = await office.find(params['id'] ?? '', person.grants);
    return found.ok ? ok(await office.answerOf(found.value)) : found;
  });

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/feedback/:id/attached/:sha256', act: 'feedback.read' },
    async ({ person, params, request, reply }) => {
      const found = await office.find(params['id'] ?? '', person.grants);
      if (!found.ok) return found;
      const sha256 = params['sha256'] ?? '';
      const { photos, sound } = found.value;
      if (!photos.includes(sha256) && sound !== sha256) return bad('not-found', 'no such attachment');
      reply.header('content-security-policy', "sandbox; default-src 'none'");
      const type = typeOfAttached(await centre.blobs.read(sha256));
      return sendBlob({
        blobs: centre.blobs,
        sha256,
        type,
        range: request.headers.range,
        reply,
        cache: (one) => one.header('cache-control', 'no-store'),
      });
    },
  );

  stepRoutes(app, centre);
  statisticsRoute(app, centre);
}

function stepRoutes(app: FastifyInstance, centre: Centre): void {
  const { office } = centre.citizens;
  const step = <B extends v.GenericSchema<unknown, { readonly seen: number }>, A extends OfficeAct>(
    word: A,
    body: B,
    wish: (body: v.InferOutput<B>) => FeedbackWish & { readonly act: OfficeAct },
  ): void =>
    declare(
      app,
      centre,
      { method: 'POST', url: `/api/feedback/:id/${word}`, act: stepRights[word], body, perMinute: 120, once: false },
      async ({ person, params, body: sent, act }) => {
        const { seen } = sent as { readonly seen: number };
        const done = await office.step(params['id'] ?? '', wish(sent), seen, { account: person.account, grants: person.grants, act });
        return done.ok ? ok(await office.answerOf(done.value)) : done;
      },
    );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/feedback/:id/assign', act: 'feedback.write', body: FeedbackAssignRequest, perMinute: 120, once: false },
    async ({ person, params, body, act }) => {
      const found = await office.find(params['id'] ?? '', person.grants);
      if (!found.ok) return found;
      const account = await centre.store.people.account(body.assignee);
      const fit = account && account.disabledMs === null && may(account.grants, 'feedback.write', office.areaOf(found.value)).ok;
      if (!fit) return bad('not-found', `${body.assignee} may not answer there`, '/assignee');
      const wish = { act: 'assign', assignee: body.assignee, note: body.note } as const;
      const done = await office.step(found.value.id, wish, body.seen, { account: person.account, grants: person.grants, act });
      return done.ok ? ok(await office.answerOf(done.value)) : done;
    },
  );
  step('note', FeedbackNoteRequest, ({ note }) => ({ act: 'note', note }));
  step('hold', FeedbackJudgeRequest, ({ note }) => ({ act: 'hold', note }));
  step('accept', FeedbackJudgeRequest, ({ note }) => ({ act: 'accept', note }));
  step('refuse', FeedbackRefuseRequest, ({ reason }) => ({ act: 'refuse', note: reason }));
  step('answer', FeedbackAnswerRequest, ({ text }) => ({ act: 'answer', text }));
  step('publish', FeedbackPublishRequest, ({ question, answer }) => ({ act: 'publish', question, answer }));
  step('hide', FeedbackJudgeRequest, ({ note }) => ({ act: 'hide', note }));
  step('link', FeedbackLinkRequest, (sent) => ({
    act: 'link',
    link: 'item' in sent ? { item: sent.item } : { programme: sent.programme },
  }));
}

const StatisticsQuery = v.object({ unit: Id, month: v.optional(Month) });

function statisticsRoute(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/feedback-statistics', act: 'feedback.read', query: StatisticsQuery, perMinute: 30 },
    async ({ person, query }): Promise<Result<VoicesWithBelow>> => {
      const area = centre.register.areaOf(query.unit);
      if (area === undefined || !may(person.grants, 'feedback.read', area).ok) return bad('not-found', `no unit ${query.unit}`, '/unit');
      const month = query.month ?? monthAt(centre);
      const figures = await feedbackFigures(centre, query.unit, [month]);
      return figures.ok ? ok({ ...figures.value, below: await voicesBelow(centre, query.unit, month) }) : figures;
    },
  );
}

/** Every word that is asked for begins some word of it, with marks or without. */
function holdsAll(asked: readonly string[], text: string): boolean {
  const own = asked.length === 0 ? [] : tokensOf(text);
  return asked.every((word) => own.some((one) => one.startsWith(word)));
}
