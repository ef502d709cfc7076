// Orders that lie ready in boxes, by REST: prepared, signed by officers in their browsers, listed as the boxes tell, taken back.
import type { FastifyInstance } from 'fastify';
import type { LocalOrder } from '../../schemas/local-orders.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { type ReadyBoxAnswer, type ReadyOrderAnswer, ReadyOrderRequest, ReadySignRequest } from '../../schemas/ready-orders.ts';
import type { Centre } from '../centre.ts';
import { leavingFrom, stateOf, wordsOf } from '../core/ready-orders.ts';
import { may } from '../core/roles.ts';
import { sees } from '../core/sight.ts';
import type { ReadyInMaking } from '../emergency/ready-desk.ts';
import { approvalType } from '../emergency/request-desk.ts';
import { checkPassword } from '../people/passwords.ts';
import type { Person } from '../people/sessions.ts';
import { trustedOfficers } from '../provision/officer-keys.ts';
import { seesOrder } from './orders.ts';
import { declare } from './route.ts';

type Laid = { readonly state: 'laid' };

export function readyOrderRoutes(app: FastifyInstance, centre: Centre): void {
  const { ready, duty, card } = centre;

  declare(app, centre, { method: 'GET', url: '/api/ready-orders', act: 'read' }, async ({ person }) => {
    const seen = ready.waiting().filter(({ boxes }) => boxes.some((one) => seesOrder(person.grants, one)));
    const waiting = seen.map((request) => answerOf(centre, request, person.account));
    return ok([...waiting, ...(await laid(centre, person))]);
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/ready-orders', act: 'order.give', where: 'centre', body: ReadyOrderRequest, status: 201, perMinute: 20 },
    async ({ person, body: { password, ...wish } }): Promise<Result<ReadyOrderAnswer | Laid>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const known = await prove(centre, person, wish.class, password);
      if (!known.ok) return known;
      const prepared = await ready.prepare({ ...wish, by: person.account });
      if (!prepared.ok) return prepared;
      return ok(prepared.value ? answerOf(centre, prepared.value, person.account) : { state: 'laid' });
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/ready-orders/:id/approve', act: 'order.give', where: 'centre', body: ReadySignRequest, perMinute: 20 },
    async ({ person, params, body: { pin, ...signed } }): Promise<Result<ReadyOrderAnswer | Laid>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const known = await duty.shifts.provePin(person.account, pin);
      if (!known.ok) return known;
      const approved = await ready.approve(params['id'] ?? '', person.account, signed);
      if (!approved.ok) return approved;
      return ok(approved.value ? answerOf(centre, approved.value, person.account) : { state: 'laid' });
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/ready-orders/:id', act: 'order.give', where: 'centre' },
    async ({ person, params }) => {
      const allowed = may(person.grants, 'order.give', card.area);
      return allowed.ok ? ready.withdraw(params['id'] ?? '', person.account) : allowed;
    },
  );

  // Taking back needs the role alone, as ending does: it only makes silent.
  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/boxes/:id/ready-orders/:order', act: 'order.stop', where: 'centre' },
    async ({ person, params }) => {
      const allowed = may(person.grants, 'order.stop', card.area);
      return allowed.ok ? ready.takeBack(params['order'] ?? '', [params['id'] ?? ''], person.account) : allowed;
    },
  );
}

/** In earnest a shift runs, and its PIN is asked at signing; an exercise is laid at once, so the password here. */
async function prove({ duty, store, card }: Centre, { account }: Person, kind: string, password = ''): Promise<Result<unknown>> {
  if (kind === 'actual' && !card.demo) return duty.shifts.shiftOf(account);
  const known = await checkPassword(store.people, account, password);
  return known.ok ? known : bad('wrong-credentials', 'the password entered again is wrong', '/password');
}

/** One answer for an order, however many boxes it lies in; last those that are on their way out. */
async function laid(centre: Centre, person: Person): Promise<ReadyOrderAnswer[]> {
  const { ready, registry, nowMs } = centre;
  const lying = await ready.lying();
  const found = new Map<string, ReadyOrderAnswer>();
  const put = (id: string, box: ReadyBoxAnswer, make: () => Omit<ReadyOrderAnswer, 'boxes'>) => {
    const before = found.get(id);
    found.set(id, before ? { ...before, boxes: [...before.boxes, box] } : { ...make(), boxes: [box] });
  };
  for (const { id: box, name: boxName, area } of registry.all()) {
    if (!sees(person.grants, area)) continue;
    const local = registry.seen(box)?.report?.local;
    const here = lying.get(box) ?? [];
    for (const one of here) {
      const { exp } = wordsOf(one.envelope);
      put(one.id, { box, boxName, ...stateOf(one.id, exp, local, nowMs()) }, () => lyingOf(centre, one));
    }
    for (const id of leavingFrom(here, local)) put(id, { box, boxName, state: 'leaving', code: null }, () => ({ ...gone, id, title: id }));
  }
  return [...found.values()].sort((a, b) => b.untilMs - a.untilMs);
}

/** What is known of an order that was taken back: that the box still names it. */
const gone = {
  class: 'actual',
  screen: null,
  speak: '',
  untilMs: 0,
  perHour: 0,
  maxMs: 0,
  key: false,
  signedBy: [],
  waiting: null,
} as const satisfies Omit<ReadyOrderAnswer, 'id' | 'title' | 'boxes'>;

function lyingOf({ trust }: Centre, { id, envelope, perHour, maxMs, key }: LocalOrder): Omit<ReadyOrderAnswer, 'boxes'> {
  const { order, exp } = wordsOf(envelope);
  const keyids =
    order.authority?.by === 'officers' ? order.authority.approvals.flatMap(({ signatures }) => signatures.map((one) => one.keyid)) : [];
  const officers = trustedOfficers(trust);
  return {
    id,
    title: order.screen.title,
    class: order.class,
    screen: order.screen,
    speak: order.speech[0]?.speak ?? '',
    untilMs: exp,
    perHour,
    maxMs,
    key: key !== undefined,
    // A key that is no longer trusted has no name here; the box then says why it refuses.
    signedBy: keyids.map((keyid) => officers.find((one) => one.keyid === keyid)?.person ?? keyid),
    waiting: null,
  };
}

function answerOf({ registry, templates }: Centre, request: ReadyInMaking, reader: string): ReadyOrderAnswer {
  const { id, wanted, boxes, madeMs, approveByMs, untilMs, needed, match, approvals } = request;
  const { template, perHour, maxMs, key, by } = wanted;
  const order = boxes[0]?.order;
  return {
    id,
    title: templates.all().find((one) => one.id === template)?.title ?? template,
    class: 'actual',
    screen: order?.screen ?? null,
    speak: order?.speech[0]?.speak ?? '',
    untilMs,
    perHour,
    maxMs,
    key,
    boxes: boxes.map(({ box }) => ({ box, boxName: registry.box(box)?.name ?? box, state: 'waiting', code: null })),
    signedBy: approvals.map(({ person }) => person),
    waiting: {
      by,
      madeMs,
      approveByMs,
      needed,
      payloadType: approvalType,
      statements: boxes.map(({ box, statement }) => ({ box, statement })),
      match: by === reader ? match : null,
    },
  };
}
