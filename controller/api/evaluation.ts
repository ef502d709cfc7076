// The evaluation of units over REST: a unit over twelve months, the units below it side by side, and ratings that come in.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Month, RatingRequest } from '../../schemas/evaluation.ts';
import { Id, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Report, Words } from '../../schemas/report-tables.ts';
import type { Centre } from '../centre.ts';
import { measure } from '../core/evaluation.ts';
import { type Grant, may } from '../core/roles.ts';
import { seesAll } from '../core/sight.ts';
import { areasOn, childrenOn, periodOn } from '../core/unit-tree.ts';
import { unitsBeside, unitTrend } from '../reports/evaluation.ts';
import { type KnownMonth, monthAt, readMonths } from '../reports/evaluation-facts.ts';
import { ReportFormat, sendReport } from './report-answer.ts';
import { declare } from './route.ts';

const trendMonths = 12;
const MonthQuery = { month: v.optional(Month), format: ReportFormat };
const TrendQuery = v.object(MonthQuery);
const BesideQuery = v.object({ ...MonthQuery, unit: Id });
const RatingsQuery = v.object({ unit: Id, month: Month });

export function evaluationRoutes(app: FastifyInstance, centre: Centre): void {
  reportRoutes(app, centre);
  ratingRoutes(app, centre);
}

function reportRoutes(app: FastifyInstance, centre: Centre): void {
  const { units } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/evaluations/:unit', act: 'read', query: TrendQuery, perMinute: 20 },
    async ({ person, params, query, reply }) => {
      const unit = params['unit'] ?? '';
      const asked = await monthsFor(centre, person.grants, unit, query.month, trendMonths);
      if (!asked.ok) return asked;
      const rows = asked.value.map((known) => ({ month: known.month, measures: measureIn(centre, unit, known) }));
      const title = { vi: 'Đánh giá hằng tháng', en: 'Monthly evaluation' };
      return sendReport(
        reportOf(centre, 'evaluation', title, unit, asked.value, unitTrend(rows, asked.value.at(-1)?.exclusions ?? [])),
        query.format,
        reply,
      );
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/evaluations', act: 'read', query: BesideQuery, perMinute: 20 },
    async ({ person, query, reply }) => {
      const asked = await monthsFor(centre, person.grants, query.unit, query.month, 1);
      if (!asked.ok) return asked;
      const [known] = asked.value;
      if (!known) return bad('not-yet', 'no month', '/month');
      const below = childrenOn(units.tree, query.unit, known.lastDay).map((id) => {
        const period = periodOf(centre, id, known.lastDay);
        return { name: period?.name ?? id, code: period?.code ?? null, measures: measureIn(centre, id, known) };
      });
      const body = unitsBeside(measureIn(centre, query.unit, known), below, known.exclusions);
      const title = { vi: 'Đánh giá các đơn vị', en: 'Evaluation of units' };
      return sendReport(reportOf(centre, 'evaluation-units', title, query.unit, asked.value, body), query.format, reply);
    },
  );
}

/** Only of a unit of which one may see everything. Problems: not-found, those of `readMonths`. */
async function monthsFor(
  centre: Centre,
  grants: readonly Grant[],
  unit: string,
  month: string | undefined,
  count: number,
): Promise<Result<KnownMonth[]>> {
  const area = centre.register.areaOf(unit);
  if (area === undefined || !seesAll(grants, area)) return bad('not-found', `no unit ${unit}`, '/unit');
  return readMonths(centre, month ?? monthAt(centre), count);
}

/** Where the unit lay at the end of the month; one that was not there yet is measured by nothing. */
function measureIn({ units }: Centre, unit: string, { facts, lastDay }: KnownMonth) {
  const area = areasOn(units.tree, lastDay).get(unit);
  return measure(area ?? '', area === undefined ? { boxes: [], items: [], ratings: [], staff: [] } : facts);
}

function periodOf({ units }: Centre, id: string, day: string) {
  const unit = units.tree.get(id);
  return unit && periodOn(unit, day);
}

function reportOf(
  centre: Centre,
  id: string,
  title: Words,
  unit: string,
  months: readonly KnownMonth[],
  body: Pick<Report, 'figures' | 'columns' | 'rows' | 'exclusions'>,
): Report {
  const last = months.at(-1);
  const name = periodOf(centre, unit, last?.lastDay ?? centre.units.today())?.name ?? unit;
  const month = last?.month.split('-').reverse().join('/') ?? '';
  return {
    ...{ id, title: { vi: `${title.vi}: ${name}, tháng ${month}`, en: `${title.en}: ${name}, ${last?.month}` } },
    ...{ centre: centre.card.name, zone: centre.card.zone, asOfMs: centre.nowMs(), fromMs: last?.fromMs ?? 0, toMs: last?.toMs ?? 0 },
    ...body,
  };
}

function ratingRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, register, nowMs } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/ratings', act: 'rating.write', body: RatingRequest, status: 201 },
    async ({ person, body, act }) => {
      const area = register.areaOf(body.unit);
      if (area === undefined) return bad('not-found', `no unit ${body.unit}`, '/unit');
      const allowed = may(person.grants, 'rating.write', area);
      if (!allowed.ok) return allowed;
      if (body.month > monthAt(centre)) return bad('not-yet', `${body.month} has not begun`, '/month');
      const rating = { ...body, by: person.account, atMs: nowMs() };
      await store.evaluation.saveRating(rating, act('rating.write', `${body.unit} ${body.month}`, rating));
      return ok(rating);
    },
  );

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/ratings', act: 'read', query: RatingsQuery },
    async ({ person, query: { unit, month } }) => {
      const area = register.areaOf(unit);
      if (area === undefined || !seesAll(person.grants, area)) return bad('not-found', `no unit ${unit}`, '/unit');
      const all = await store.evaluation.ratings(month, month);
      return ok(all.filter((rating) => within(register.areaOf(rating.unit) ?? '', area)));
    },
  );
}
