// The register over REST: entries with their history, what runs out soon, the table file, and statistics as at the end of a year.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { type AreaPath, Id, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type EquipmentAnswer,
  EquipmentKind,
  EquipmentRequest,
  EquipmentState,
  type EquipmentStateAnswer,
  type EquipmentVersion,
  type ExpiringAnswer,
  registerLimits,
  Technology,
} from '../../schemas/register.ts';
import type { Report } from '../../schemas/report-tables.ts';
import { dayOfLocalDate, localDateOfDay } from '../../schemas/zones.ts';
import type { Centre } from '../centre.ts';
import { startOfDay } from '../core/area-history.ts';
import { changedFields } from '../core/register.ts';
import { registerColumns, writeCell } from '../core/register-columns.ts';
import type { Grant } from '../core/roles.ts';
import { sees, seesAll } from '../core/sight.ts';
import { areasOn, unitSight, unitsOn } from '../core/unit-tree.ts';
import { registerYear } from '../reports/register-year.ts';
import { csvCell } from '../reports/write.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { Whole } from './queries.ts';
import { ReportFormat, sendReport } from './report-answer.ts';
import { declare } from './route.ts';

const facts = {
  unit: v.optional(Id),
  kind: v.optional(EquipmentKind),
  technology: v.optional(Technology),
  state: v.optional(EquipmentState),
  box: v.optional(Id),
};
const RegisterQuery = v.object({ ...facts, ...pageEntries(200, 1000) });
const TableQuery = v.object({ unit: v.optional(Id) });
const ExpiringQuery = v.object({ unit: v.optional(Id), days: v.optional(v.pipe(Whole, v.maxValue(3_660)), '30') });
const YearQuery = v.object({ year: v.pipe(Whole, v.minValue(2000), v.maxValue(2100)), unit: v.optional(Id), format: ReportFormat });

export function registerRoutes(app: FastifyInstance, centre: Centre): void {
  entryRoutes(app, centre);
  listRoutes(app, centre);
  yearRoute(app, centre);
}

function entryRoutes(app: FastifyInstance, centre: Centre): void {
  const { register, store } = centre;

  declare(app, centre, { method: 'GET', url: '/api/register', act: 'read', query: RegisterQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(v.tuple([Id]), query);
    if (!place.ok) return place;
    const units = unitsAsked(centre, person.grants, query.unit);
    if (!units.ok) return units;
    const { kind, technology, state, box } = query;
    // What is asked of the facts is looked for after reading: then pages are cut from what fits.
    const picky = [kind, technology, state, box].some((one) => one !== undefined);
    const limit = picky ? registerLimits.entries : query.limit + 1;
    const all = await register.entries({ ...units.value, after: place.value?.[0], limit });
    const fit = all.filter(
      ({ facts: one }) =>
        one &&
        (kind === undefined || one.kind === kind) &&
        (technology === undefined || one.technology === technology) &&
        (state === undefined || one.state === state) &&
        (box === undefined || one.box === box),
    );
    return ok(cutPage(door, query, fit.slice(0, query.limit + 1), ({ entry }) => [entry]).flatMap(inRegister));
  });

  const seen = async (grants: readonly Grant[], id = ''): Promise<Result<readonly EquipmentVersion[]>> => {
    const history = await store.register.history(id);
    const area = history.flatMap(({ facts: one }) => one?.unit ?? []).map((unit) => register.areaOf(unit));
    const last = area.at(-1);
    return last !== undefined && sees(grants, last) ? ok(history) : bad('not-found', `no entry ${id}`);
  };

  declare(app, centre, { method: 'GET', url: '/api/register/:id', act: 'read' }, async ({ person, params }) => {
    const history = await seen(person.grants, params['id']);
    if (!history.ok) return history;
    const last = history.value.at(-1);
    return last ? answerOf(last) : bad('not-found', `no entry ${params['id']}`);
  });

  declare(app, centre, { method: 'GET', url: '/api/register/:id/history', act: 'read' }, async ({ person, params }) => {
    const history = await seen(person.grants, params['id']);
    if (!history.ok) return history;
    const undone = new Set(history.value.flatMap(({ undoes }) => undoes ?? []));
    return ok(
      history.value.map(
        (one, at): EquipmentStateAnswer => ({
          ...{ ...one, undone: undone.has(one.n) },
          fields: changedFields(history.value[at - 1]?.facts ?? null, one.facts),
        }),
      ),
    );
  });

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/register/:id', act: 'register.write', body: EquipmentRequest },
    async ({ person, params, body, act }) => {
      const id = v.safeParse(Id, params['id']);
      if (!id.success) return bad('bad-input', 'an id is 1 to 32 of a-z, 0-9 and -', '/id');
      const saved = await register.save(id.output, body, { ...person, act });
      return saved.ok ? answerOf(saved.value) : saved;
    },
  );
}

function listRoutes(app: FastifyInstance, centre: Centre): void {
  const { register } = centre;

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/register.csv', act: 'read', query: TableQuery, perMinute: 30 },
    async ({ person, query, reply }) => {
      const units = unitsAsked(centre, person.grants, query.unit);
      if (!units.ok) return units;
      const all = await register.entries({ ...units.value, limit: registerLimits.entries });
      const rows = all.flatMap(({ entry, facts: one }) => (one ? [registerColumns.map((column) => writeCell(column, entry, one))] : []));
      const lines = [registerColumns.map(({ vi }) => vi), ...rows].map((line) => line.map(csvCell).join(','));
      await reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="so-thiet-bi.csv"')
        .send(`\uFEFF${lines.join('\r\n')}\r\n`);
      return ok(undefined);
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/register-expiring', act: 'read', query: ExpiringQuery }, async ({ person, query }) => {
    const units = unitsAsked(centre, person.grants, query.unit);
    if (!units.ok) return units;
    const today = centre.units.today();
    const until = localDateOfDay((dayOfLocalDate(today) ?? 0) + query.days);
    const all = await register.entries({ ...units.value, limit: registerLimits.entries });
    const lines = all.flatMap(({ entry, facts: one }): ExpiringAnswer[] => {
      if (!one || one.state === 'removed') return [];
      const ends = [
        { what: 'sim' as const, date: one.simUntil },
        { what: 'warranty' as const, date: one.warrantyUntil },
      ];
      return ends.flatMap(({ what, date }) =>
        date !== null && date <= until ? [{ id: entry, name: one.name, unit: one.unit, what, date, over: date < today }] : [],
      );
    });
    return ok(lines.sort((a, b) => (a.date === b.date ? (a.id < b.id ? -1 : 1) : a.date < b.date ? -1 : 1)));
  });
}

function yearRoute(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/register-statistics', act: 'read', query: YearQuery, perMinute: 30 },
    async ({ person, query, reply }): Promise<Result<Report | undefined>> => {
      const { units, register, card, nowMs } = centre;
      const day = `${query.year}-12-31`;
      if (day >= units.today()) return bad('not-yet', `${day} is not over`, '/year');
      const tree = await units.treeFor(day);
      const sight = unitSight(tree, units.today(), (area) => sees(person.grants, area));
      const areas = areasOn(tree, day);
      const top = query.unit === undefined ? undefined : areas.get(query.unit);
      if (query.unit !== undefined && (top === undefined || !sight(query.unit, top)))
        return bad('not-found', `no unit ${query.unit} that day`, '/unit');
      const shown = unitsOn(tree, day).filter(({ id, area }) => sight(id, area) && (top === undefined || within(area, top)));
      // Whoever sees only a way up to their own unit sees no sums of it.
      const whole = shown.filter(({ area }) => seesAll(person.grants, area));
      const held = new Set([...areas].flatMap(([id, area]) => (whole.some((unit) => within(area, unit.area)) ? [id] : [])));
      const entries = (await register.entriesOn(day, undefined)).filter(
        ({ facts: one }) => one && (held.has(one.unit) || (top === undefined && !areas.has(one.unit) && seesAll(person.grants, card.area))),
      );
      const report: Report = {
        ...{
          id: 'register-statistics',
          title: { vi: `Thống kê thiết bị tính đến 31/12/${query.year}`, en: `Equipment as at 31 December ${query.year}` },
        },
        ...{
          centre: card.name,
          zone: card.zone,
          asOfMs: nowMs(),
          fromMs: msOf(centre, `${query.year}-01-01`),
          toMs: msOf(centre, `${query.year + 1}-01-01`),
        },
        ...registerYear({ entries, units: whole, areas }),
      };
      return sendReport(report, query.format, reply);
    },
  );
}

function msOf({ units }: Centre, date: string): number {
  return startOfDay(date, units.clock) ?? 0;
}

/** Units whose things somebody sees; undefined: all. Problem: not-found. */
function unitsAsked(
  { register, card }: Centre,
  grants: readonly Grant[],
  unit: string | undefined,
): Result<{ readonly units?: readonly string[] }> {
  const under: AreaPath | undefined = unit === undefined ? undefined : register.areaOf(unit);
  if (unit !== undefined && (under === undefined || !sees(grants, under))) return bad('not-found', `no unit ${unit}`, '/unit');
  if (unit === undefined && seesAll(grants, card.area)) return ok({});
  return ok({ units: register.unitsSeen((area) => sees(grants, area), under) });
}

/** Problem: not-found (not in the register). */
function answerOf({ entry, n, from, atMs, by, facts: one }: EquipmentVersion): Result<EquipmentAnswer> {
  return one ? ok({ id: entry, version: n, from, changedMs: atMs, by, ...one }) : bad('not-found', `no entry ${entry}`);
}

function inRegister(version: EquipmentVersion): EquipmentAnswer[] {
  const answer = answerOf(version);
  return answer.ok ? [answer.value] : [];
}
