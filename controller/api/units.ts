// Units: the tree of any day, their history, and the changes administrators make: looked at first, made, taken back.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { Id } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { InstantMs, LocalDate } from '../../schemas/time.ts';
import {
  type UnitAnswer,
  type UnitChangeAnswer,
  UnitChangeRequest,
  UnitCodes,
  type UnitHistoryAnswer,
  type UnitPlaysAnswer,
  type UnitPreviewAnswer,
  unitLimits,
} from '../../schemas/units.ts';
import type { Centre } from '../centre.ts';
import { playsByUnit } from '../core/area-history.ts';
import { type Grant, may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { UnitChangeEntry } from '../core/unit-book.ts';
import type { UnitPlan } from '../core/unit-plan.ts';
import { unitsNamedIn } from '../core/unit-queue.ts';
import { statesOf, unitSight, unitsOn } from '../core/unit-tree.ts';
import { limit, Whole } from './queries.ts';
import { declare } from './route.ts';

const periodMaxMs = 92 * 24 * 3600_000;

const TreeQuery = v.object({ asOf: v.optional(LocalDate), under: v.optional(Id) });
const ChangesQuery = v.object({ limit: limit(1000) });
const PlaysQuery = v.object({ fromMs: v.pipe(Whole, InstantMs), toMs: v.pipe(Whole, InstantMs) });

export function unitRoutes(app: FastifyInstance, centre: Centre): void {
  treeRoutes(app, centre);
  changeRoutes(app, centre);
  codeRoutes(app, centre);
}

function treeRoutes(app: FastifyInstance, centre: Centre): void {
  const { units, store, registry } = centre;
  const sightOf = (grants: readonly Grant[]) => unitSight(units.tree, units.today(), (area) => sees(grants, area));

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/units', act: 'read', query: TreeQuery, perMinute: 240 },
    async ({ person, query }): Promise<Result<UnitAnswer[]>> => {
      const sight = sightOf(person.grants);
      const date = query.asOf ?? units.today();
      const all = unitsOn(await units.treeFor(date), date).filter(({ id, area }) => sight(id, area));
      if (query.under === undefined) return ok(all);
      const top = all.find(({ id }) => id === query.under);
      if (!top) return bad('not-found', `no unit ${query.under} that day`, '/under');
      return ok(all.filter(({ area }) => area === top.area || area.startsWith(`${top.area}/`)));
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/units/:id/history', act: 'read' }, async ({ person, params }) => {
    const unit = units.tree.get(params['id'] ?? '');
    const states = unit ? statesOf(units.tree, unit.id) : [];
    const sight = sightOf(person.grants);
    if (!unit || !(sight(unit.id) || states.some(({ area }) => sees(person.grants, area))))
      return bad('not-found', `no unit ${params['id']}`);
    const changes = units.changes().filter((entry) => entry.touches.includes(unit.id) || unitsNamedIn(entry.change).includes(unit.id));
    const { id, kind, level, becomes } = unit;
    return ok<UnitHistoryAnswer>({ id, kind, level, states, becomes, changes: changes.map(answerOf) });
  });

  declare(
    app,
    centre,
    { method: 'GET', url: '/api/units/plays', act: 'read', query: PlaysQuery, perMinute: 30 },
    async ({ person, query: { fromMs, toMs } }): Promise<Result<UnitPlaysAnswer>> => {
      if (!(fromMs < toMs)) return bad('bad-input', 'the period ends before it begins', '/toMs');
      if (toMs - fromMs > periodMaxMs) return bad('bad-input', 'at most 92 days at once', '/toMs');
      const receipts = await store.log.receiptsBetween({ fromMs, toMs });
      const plays = receipts.flatMap(({ dev, receipt: { plannedStartMs: atMs, outcome, audibleMs } }) => {
        const box = registry.box(dev);
        const mine = box && atMs >= fromMs && atMs < toMs && sees(person.grants, box.area);
        return mine ? [{ dev, atMs, outcome, audibleMs }] : [];
      });
      const areaOf = (dev: string, atMs: number) => units.areaOf(dev, atMs) ?? centre.card.area;
      return ok({ fromMs, toMs, units: playsByUnit(plays, { tree: units.tree, clock: units.clock, areaOf }) });
    },
  );

  declare(app, centre, { method: 'GET', url: '/api/boxes/:id/areas', act: 'read' }, async ({ person, params }) => {
    const box = registry.box(params['id'] ?? '');
    if (!box || !sees(person.grants, box.area)) return bad('not-found', `no box ${params['id']}`);
    const history = units.historyOf(box.id);
    return ok(history.length > 0 ? history : [{ fromMs: 0, area: box.area }]);
  });
}

function changeRoutes(app: FastifyInstance, centre: Centre): void {
  const { units } = centre;

  declare(app, centre, { method: 'GET', url: '/api/unit-changes', act: 'read', query: ChangesQuery }, async ({ person, query }) => {
    const sight = unitSight(units.tree, units.today(), (area) => sees(person.grants, area));
    // A unit that a waiting change will open is nowhere yet: who sees another of that change sees it.
    const mine = units.changes().filter(({ touches, change }) => [...touches, ...unitsNamedIn(change)].some((id) => sight(id)));
    return ok(mine.slice(-query.limit).reverse().map(answerOf));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/unit-changes/preview', act: 'unit.write', body: UnitChangeRequest, perMinute: 60 },
    async ({ person, body }): Promise<Result<UnitPreviewAnswer>> => {
      const looked = await units.preview(body, { by: person.account, grants: person.grants });
      return looked.ok ? ok(previewOf(looked.value)) : looked;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/unit-changes', act: 'unit.write', body: UnitChangeRequest, status: 201, perMinute: 60 },
    async ({ person, body }): Promise<Result<UnitChangeAnswer>> => {
      const made = await units.make(body, { by: person.account, grants: person.grants });
      return made.ok ? ok(answerOf(made.value)) : made;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/unit-changes/:id/undo', act: 'unit.write', perMinute: 60 },
    async ({ person, params }): Promise<Result<UnitChangeAnswer>> => {
      const undone = await units.undo(params['id'] ?? '', { by: person.account, grants: person.grants });
      return undone.ok ? ok(answerOf(undone.value)) : undone;
    },
  );
}

function codeRoutes(app: FastifyInstance, centre: Centre): void {
  const { units, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/unit-codes', act: 'read' }, async () => ok(await units.codes()));

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/unit-codes', act: 'unit.write', body: UnitCodes },
    async ({ person, body }): Promise<Result<UnitCodes>> => {
      const allowed = may(person.grants, 'unit.write', card.area);
      if (!allowed.ok) return allowed;
      await units.saveCodes(body, person.account);
      return ok(body);
    },
  );
}

function answerOf({ touches: _touches, turn: _turn, ...entry }: UnitChangeEntry): UnitChangeAnswer {
  return entry;
}

function previewOf({ plan, waits }: { readonly plan: UnitPlan; readonly waits: boolean }): UnitPreviewAnswer {
  const { units, boxes, grants, carried = [], notices } = plan;
  const first = <T>(rows: readonly T[]): readonly T[] => rows.slice(0, unitLimits.listed);
  return {
    waits,
    counts: { units: units.length, boxes: boxes.length, accounts: grants.length },
    units: first(units).map(({ id, before, after, from, to }) => ({
      id,
      name: (to === null ? before : after)?.periods.at(-1)?.name ?? id,
      from,
      to,
    })),
    boxes: first(boxes).map(({ id, before, after }) => ({ id, from: before.area, to: after.area, groups: after.groups })),
    accounts: first(grants).map(({ account, before, after }) => ({
      account,
      from: before.map(({ area }) => area),
      to: after.map(({ area }) => area),
    })),
    carried: first(carried).map(({ what, id, before, after }) => ({ what, id, from: before, to: after })),
    notices: first(notices),
  };
}
