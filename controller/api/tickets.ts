// Tickets over REST: opened, stepped through, closed by a self-test or by an administrator; a technician's own work; what goes upward.
import type { FastifyInstance } from 'fastify';
import * as v from 'valibot';
import { faultKinds } from '../../schemas/faults.ts';
import { AreaPath, Id, within } from '../../schemas/ids.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import {
  type LongFault,
  type LongFaultsAnswer,
  type MapPlace,
  type MyWorkAnswer,
  type Ticket,
  type TicketAnswer,
  TicketAssignRequest,
  TicketCloseRequest,
  TicketNoteRequest,
  TicketPhotoRequest,
  TicketRequest,
  type TicketState,
  ticketLimits,
  type WorkerAnswer,
} from '../../schemas/tickets.ts';
import { InstantMs } from '../../schemas/time.ts';
import type { Centre } from '../centre.ts';
import { type ActName, type Grant, may } from '../core/roles.ts';
import { sees, seesAll } from '../core/sight.ts';
import { distanceM, orderWork, upwardAfterMs } from '../core/tickets.ts';
import { areasOn, childrenOn } from '../core/unit-tree.ts';
import { cutPage, pageEntries, placeOf } from './paging.ts';
import { type Asked, declare } from './route.ts';

const open: readonly TicketState[] = ['open', 'assigned', 'accepted'];
const TicketQuery = v.object({
  state: v.optional(v.picklist(['open', 'closed', 'all']), 'open'),
  box: v.optional(Id),
  assignee: v.optional(Id),
  ...pageEntries(100, 1000),
});
const TicketPlace = v.tuple([InstantMs, v.string()]);
const degrees = (max: number) =>
  v.pipe(v.string(), v.regex(/^-?\d{1,3}(\.\d{1,10})?$/, 'must be degrees'), v.transform(Number), v.minValue(-max), v.maxValue(max));
const WorkQuery = v.object({ lat: v.optional(degrees(90)), lon: v.optional(degrees(180)) });
const UpwardQuery = v.object({ unit: Id });
/** The whole centre's unless said. */
const WorkersQuery = v.object({ area: v.optional(AreaPath) });

export function ticketRoutes(app: FastifyInstance, centre: Centre): void {
  listRoutes(app, centre);
  workersRoute(app, centre);
  openRoute(app, centre);
  stepRoutes(app, centre);
  upwardRoute(app, centre);
}

function listRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, registry, register, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/tickets', act: 'read', query: TicketQuery }, async ({ person, query, ...door }) => {
    const place = placeOf(TicketPlace, query);
    if (!place.ok) return place;
    const { state, box, assignee } = query;
    const all = seesAll(person.grants, card.area);
    const boxes = registry.all().filter(({ area }) => sees(person.grants, area));
    const units = register.unitsSeen((area) => sees(person.grants, area), undefined);
    const [openedMs = 0, id = ''] = place.value ?? [];
    const found = await store.tickets.tickets({
      ...{ box, assignee, limit: query.limit + 1, within: all ? undefined : { boxes: boxes.map((one) => one.id), units } },
      ...(state !== 'all' && { states: state === 'open' ? open : ['closed'] }),
      ...(place.value && { after: { openedMs, id } }),
    });
    return ok(cutPage(door, query, found, (ticket) => [ticket.openedMs, ticket.id]).map((ticket) => answerOf(centre, ticket)));
  });

  declare(app, centre, { method: 'GET', url: '/api/tickets/:id', act: 'read' }, async ({ person, params }) => {
    const ticket = await seen(centre, person.grants, params['id']);
    return ticket.ok ? ok(answerOf(centre, ticket.value)) : ticket;
  });

  declare(app, centre, { method: 'GET', url: '/api/my-work', act: 'read', query: WorkQuery }, async ({ person, query: { lat, lon } }) => {
    if ((lat === undefined) !== (lon === undefined)) return bad('bad-input', 'both lat and lon, or neither', '/lat');
    const mine = await store.tickets.tickets({ assignee: person.account, states: ['assigned', 'accepted'], limit: ticketLimits.open });
    const here: MapPlace | undefined = lat !== undefined && lon !== undefined ? { latitude: lat, longitude: lon } : undefined;
    const entries = await store.register.lasts(mine.flatMap(({ entry }) => entry ?? []));
    const work = mine.map((ticket) => {
      const { latitude = null, longitude = null } = entries.get(ticket.entry ?? '')?.facts ?? {};
      const place = latitude === null || longitude === null ? null : { latitude, longitude };
      return { ticket, place, distanceM: here && place ? distanceM(here, place) : null };
    });
    return ok(
      orderWork(work).map((one): MyWorkAnswer => ({ ...answerOf(centre, one.ticket), place: one.place, distanceM: one.distanceM })),
    );
  });
}

/** Whom work there may be given to. */
function workersRoute(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/workers', act: 'ticket.write', query: WorkersQuery, perMinute: 120 },
    async ({ person, query: { area = centre.card.area } }): Promise<Result<WorkerAnswer[]>> => {
      const allowed = may(person.grants, 'ticket.write', area);
      if (!allowed.ok) return allowed;
      const all = await centre.store.people.accounts();
      const fit = all.filter(({ disabledMs, grants }) => disabledMs === null && may(grants, 'ticket.work', area).ok);
      return ok(fit.map(({ account, title }) => ({ account, title })));
    },
  );
}

function openRoute(app: FastifyInstance, centre: Centre): void {
  const { tickets } = centre;
  declare(
    app,
    centre,
    { method: 'POST', url: '/api/tickets', act: 'ticket.write', body: TicketRequest, status: 201 },
    async ({ person, body, act }) => {
      const planned = await tickets.plan(body);
      if (!planned.ok) return planned;
      const { area, entry } = planned.value;
      if (!sees(person.grants, area)) return bad('not-found', 'no such fault, box or entry');
      const allowed = may(person.grants, 'ticket.write', area);
      if (!allowed.ok) return allowed;
      if (entry !== null && !(await centre.register.entry(entry))?.facts) return bad('not-found', `no entry ${entry}`, '/entry');
      const opened = await tickets.open(planned.value, body.note, { account: person.account, act });
      return opened.ok ? ok(answerOf(centre, opened.value)) : opened;
    },
  );
}

function stepRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, tickets } = centre;
  const none = v.optional(v.unknown());
  const step = <B extends v.GenericSchema>(
    word: string,
    needs: ActName,
    body: B,
    does: (ticket: Ticket, asked: Asked<v.InferOutput<B>, unknown>) => Promise<Result<Ticket>>,
  ): void =>
    declare(app, centre, { method: 'POST', url: `/api/tickets/:id/${word}`, act: needs, body, perMinute: 120 }, async (asked) => {
      const ticket = await seen(centre, asked.person.grants, asked.params['id']);
      if (!ticket.ok) return ticket;
      const allowed = may(asked.person.grants, needs, tickets.areaOf(ticket.value));
      if (!allowed.ok) return allowed;
      const done = await does(ticket.value, asked as Asked<v.InferOutput<B>, unknown>);
      return done.ok ? ok(answerOf(centre, done.value)) : done;
    });

  step('assign', 'ticket.write', TicketAssignRequest, async (ticket, { person, body, act }) => {
    const account = await centre.store.people.account(body.assignee);
    if (!account || account.disabledMs !== null) return bad('not-found', `no account ${body.assignee}`, '/assignee');
    if (!may(account.grants, 'ticket.work', tickets.areaOf(ticket)).ok)
      return bad('conflict', `${body.assignee} may not work there`, '/assignee');
    return tickets.step(ticket.id, { act: 'assign', ...body }, person.account, act('ticket.assign', ticket.id, body));
  });
  for (const word of ['accept', 'give-back'] as const)
    step(word, 'ticket.work', none, (ticket, { person, act }) =>
      tickets.step(ticket.id, { act: word, note: '' }, person.account, act(`ticket.${word}`, ticket.id)),
    );
  step('note', 'ticket.write', TicketNoteRequest, (ticket, { person, body, act }) =>
    tickets.step(ticket.id, { act: 'note', ...body }, person.account, act('ticket.note', ticket.id, body)),
  );
  step('photos', 'ticket.work', TicketPhotoRequest, async (ticket, { person, body, act }) => {
    if (!(await store.steering.photo(body.sha256))) return bad('not-found', 'no such photograph; give it to /api/photos first', '/sha256');
    return tickets.step(ticket.id, { act: 'photo', ...body, note: '' }, person.account, act('ticket.photo', ticket.id, body));
  });
  step('self-test', 'ticket.work', none, (ticket, { person, act }) => tickets.selfTest(ticket, { account: person.account, act }));
  step('close', 'ticket.close', TicketCloseRequest, (ticket, { person, body, act }) =>
    tickets.close(ticket, body.reason, { account: person.account, act }),
  );
}

/** What has stood for over thirty days below a unit, named by the unit directly below it. */
function upwardRoute(app: FastifyInstance, centre: Centre): void {
  const { store, units, registry, tickets, nowMs } = centre;
  declare(
    app,
    centre,
    { method: 'GET', url: '/api/long-faults', act: 'read', query: UpwardQuery },
    async ({ person, query }): Promise<Result<LongFaultsAnswer>> => {
      const areas = areasOn(units.tree, units.today());
      const top = areas.get(query.unit);
      if (top === undefined || !sees(person.grants, top)) return bad('not-found', `no unit ${query.unit}`, '/unit');
      const children = childrenOn(units.tree, query.unit, units.today());
      const childOf = (area: string) => children.find((id) => within(area, areas.get(id) ?? area)) ?? null;
      const shown = (area: string) => within(area, top) && sees(person.grants, area);
      const open = (await store.tickets.unsettled(nowMs())).filter(({ state }) => state !== 'closed');
      const byFault = new Map(open.flatMap((ticket) => (ticket.fault === null ? [] : [[ticket.fault, ticket] as const])));
      const faults = (await store.faults.unsettled(nowMs())).flatMap((fault) => {
        const box = registry.box(fault.box);
        const long = fault.endedMs === null && nowMs() - fault.openedMs > upwardAfterMs;
        if (!long || !box || !shown(box.area)) return [];
        const ticket = byFault.get(fault.id);
        return [
          lineOf(childOf(box.area), fault.openedMs, ticket, {
            fault: fault.id,
            box: box.id,
            name: box.name,
            kind: faultKinds[fault.reason],
          }),
        ];
      });
      const others = open.flatMap((ticket) => {
        const area = tickets.areaOf(ticket);
        const long = ticket.fault === null && nowMs() - ticket.openedMs > upwardAfterMs;
        return long && shown(area)
          ? [lineOf(childOf(area), ticket.openedMs, ticket, { fault: null, box: ticket.box, name: ticket.title })]
          : [];
      });
      return ok({ asOfMs: nowMs(), unit: query.unit, lines: [...faults, ...others].sort(oldestFirst) });
    },
  );

  const lineOf = (
    unit: string | null,
    sinceMs: number,
    ticket: Ticket | undefined,
    about: Pick<LongFault, 'fault' | 'box' | 'name' | 'kind'>,
  ): LongFault => ({
    ...{ unit, sinceMs, days: Math.floor((nowMs() - sinceMs) / (24 * 3600_000)) },
    ...about,
    ticket: ticket ? { id: ticket.id, state: ticket.state, assignee: ticket.assignee } : null,
  });
}

/** Of the same moment, by the box they are about. */
function oldestFirst(a: LongFault, b: LongFault): number {
  return a.sinceMs - b.sinceMs || ((a.box ?? '') < (b.box ?? '') ? -1 : 1);
}

/** A ticket of another place is not told of. */
async function seen({ store, tickets }: Centre, grants: readonly Grant[], id = ''): Promise<Result<Ticket>> {
  const ticket = await store.tickets.ticket(id);
  return ticket && sees(grants, tickets.areaOf(ticket)) ? ok(ticket) : bad('not-found', `no ticket ${id}`);
}

function answerOf({ tickets, registry }: Centre, ticket: Ticket): TicketAnswer {
  return { ...ticket, area: tickets.areaOf(ticket), boxName: (ticket.box !== null && registry.box(ticket.box)?.name) || null };
}
