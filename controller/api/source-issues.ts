// Issuing over REST: source items sent down, the inboxes of units and their answers, the table item × unit.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Id } from '../../schemas/ids.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import {
  type HandlingAnswer,
  InboxCopyRequest,
  InboxDeclineRequest,
  InboxTakeRequest,
  type IssueAnswer,
  IssueRequest,
  IssueWithdrawRequest,
  inboxAnswers,
} from '../../schemas/source-issue.ts';
import type { Centre } from '../centre.ts';
import { readHandling } from '../sources/handling.ts';
import { limit, Whole } from './queries.ts';
import { declare } from './route.ts';
import { askingOf } from './source-items.ts';

const IssuesQuery = v.object({ item: v.optional(Id), limit: limit(500) });
const InboxQuery = v.object({ unit: v.optional(Id), answer: v.optional(v.picklist(inboxAnswers)), limit: limit(500) });
/** Each item asks for all its receipts. */
const HandlingQuery = v.object({
  essential: v.optional(v.picklist(['1'])),
  limit: v.optional(v.pipe(Whole, v.minValue(1), v.maxValue(50)), '20'),
});

export function sourceIssueRoutes(app: FastifyInstance, centre: Centre): void {
  const { sources, issues, store } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/source-items/:id/issue', act: 'source.issue', body: IssueRequest, status: 201, perMinute: 60 },
    async (asked): Promise<Result<IssueAnswer>> => issues.issue(asked.params['id'] ?? '', asked.body, askingOf(asked)),
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-issues', act: 'read', query: IssuesQuery },
    async ({ person, query: { item, limit: most } }): Promise<Result<IssueAnswer[]>> => {
      const found = await store.issues.issues({ ...(item !== undefined && { item }), limit: most });
      const items = await store.sources.itemsOf([...new Set(found.map((one) => one.item))]);
      // Those of items that this person reads as a whole; who gets one finds it in the inbox.
      const seen = new Set(items.filter((one) => sources.seesWhole(one, person.grants)).map(({ id }) => id));
      return ok(await issues.answers(found.filter((one) => seen.has(one.item))));
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/source-issues/:id/withdraw', act: 'source.issue', body: IssueWithdrawRequest },
    async (asked): Promise<Result<IssueAnswer>> => issues.withdraw(asked.params['id'] ?? '', asked.body.note, askingOf(asked)),
  );

  inboxRoutes(app, centre);
  handlingRoutes(app, centre);
}

function inboxRoutes(app: FastifyInstance, centre: Centre): void {
  const { issues } = centre;
  const act = 'inbox.answer';
  const placeOf = (params: Readonly<Record<string, string>>) => [params['issue'] ?? '', params['unit'] ?? ''] as const;

  declare(app, centre, { method: 'GET', url: '/api/inbox', act: 'read', query: InboxQuery }, async (asked) =>
    ok(await issues.inbox(asked.query, askingOf(asked))),
  );

  declare(app, centre, { method: 'POST', url: '/api/inbox/:issue/:unit/take', act, body: InboxTakeRequest }, async (asked) =>
    issues.take(...placeOf(asked.params), asked.body, askingOf(asked)),
  );

  declare(app, centre, { method: 'POST', url: '/api/inbox/:issue/:unit/decline', act, body: InboxDeclineRequest }, async (asked) =>
    issues.decline(...placeOf(asked.params), asked.body.reason, askingOf(asked)),
  );

  declare(app, centre, { method: 'POST', url: '/api/inbox/:issue/:unit/copy', act, body: InboxCopyRequest, status: 201 }, async (asked) =>
    issues.copy(...placeOf(asked.params), asked.body.content, askingOf(asked)),
  );
}

function handlingRoutes(app: FastifyInstance, centre: Centre): void {
  const { sources, store, units, registry, federation, nowMs } = centre;
  const far = (issues: readonly string[]) => federation.lower.far(issues);
  const options = { store, sources, units, boxes: () => registry.all(), far, nowMs };

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-items/:id/handling', act: 'read', perMinute: 60 },
    async ({ person, params }): Promise<Result<HandlingAnswer>> => {
      const found = await sources.find(params['id'] ?? '', person.grants);
      return found.ok ? readHandling(options, found.value, person.grants) : found;
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/source-handling', act: 'read', query: HandlingQuery, perMinute: 12 },
    async ({ person, query }): Promise<Result<Omit<HandlingAnswer, 'lines'>[]>> => {
      const recent = [...new Set((await store.issues.issues({ limit: 1000 })).map(({ item }) => item))];
      const items = (await store.sources.itemsOf(recent)).filter(
        (item) => query.essential === undefined || (item.published ?? item.latest).content.essential,
      );
      const latest = items.sort((a, b) => recent.indexOf(a.id) - recent.indexOf(b.id)).slice(0, query.limit);
      const answers: Omit<HandlingAnswer, 'lines'>[] = [];
      for (const item of latest) {
        const read = await readHandling(options, item, person.grants);
        if (!read.ok) return read;
        const { lines, ...told } = read.value;
        if (lines.length > 0) answers.push(told);
      }
      return ok(answers);
    },
  );
}
