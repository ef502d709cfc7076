// Orders that wait for officers, and the keys they sign with. The private halves never leave their browsers.
import type { FastifyInstance } from 'fastify';
import {
  ApproveRequest,
  type OfficerKeyAnswer,
  OfficerKeyRequest,
  type OrderRequestAnswer,
  PrepareRequest,
} from '../../schemas/order-api.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { type Grant, may } from '../core/roles.ts';
import { approvalType, type OrderRequested } from '../emergency/request-desk.ts';
import { registeredKeys, registerKey, trustedOfficers } from '../provision/officer-keys.ts';
import type { StoredOrder } from '../store/store.ts';
import { seesOrder } from './orders.ts';
import { declare } from './route.ts';

export function orderRequestRoutes(app: FastifyInstance, centre: Centre): void {
  const { store, requests, trust, nowMs } = centre;

  declare(app, centre, { method: 'GET', url: '/api/officer-keys', act: 'read' }, async () => ok(await keyAnswers(centre)));

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/officer-keys', act: 'order.give', body: OfficerKeyRequest, status: 201, perMinute: 5 },
    async ({ person, body, act }): Promise<Result<OfficerKeyAnswer>> => {
      const wish = { person: person.account, ...body, nowMs: nowMs() };
      const key = await registerKey(store.meta, wish, (made) => act('officer-key.register', made.keyid, made));
      if (!key.ok) return key;
      const { keyid, person: owner, label } = key.value;
      const state = trustedOfficers(trust).some((one) => one.keyid === keyid) ? 'trusted' : 'waiting';
      return ok({ keyid, person: owner, label, state });
    },
  );

  const seen = (grants: readonly Grant[]) => requests.waiting().filter((request) => seesOrder(grants, request));

  declare(app, centre, { method: 'GET', url: '/api/order-requests', act: 'read' }, async ({ person }) =>
    ok(await Promise.all(seen(person.grants).map((request) => answerOf(centre, request, person.account)))),
  );

  declare(app, centre, { method: 'GET', url: '/api/order-requests/:id', act: 'read' }, async ({ person, params }) => {
    const request = seen(person.grants).find(({ id }) => id === params['id']);
    return request ? ok(await answerOf(centre, request, person.account)) : bad('not-found', `no order ${params['id']} waits`);
  });

  decisionRoutes(app, centre);
}

function decisionRoutes(app: FastifyInstance, centre: Centre): void {
  const { requests, alerts, duty, card } = centre;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/order-requests', act: 'order.give', where: 'centre', body: PrepareRequest, status: 201, perMinute: 20 },
    async ({ person, body }): Promise<Result<OrderRequestAnswer>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const shift = await duty.shifts.shiftOf(person.account);
      if (!shift.ok) return shift;
      const prepared = await requests.prepare({ ...body, by: person.account });
      if (!prepared.ok) return prepared;
      if (body.instead !== undefined) await alerts.inbox.follow(body.instead, prepared.value.id);
      return ok(await answerOf(centre, prepared.value, person.account));
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/order-requests/:id/approve', act: 'order.give', where: 'centre', body: ApproveRequest, perMinute: 20 },
    async ({ person, params, body }): Promise<Result<OrderRequestAnswer | { readonly id: string; readonly state: 'given' }>> => {
      const allowed = may(person.grants, 'order.give', card.area);
      if (!allowed.ok) return allowed;
      const known = await duty.shifts.provePin(person.account, body.pin);
      if (!known.ok) return known;
      const { pin: _pin, ...signed } = body;
      const approved = await requests.approve(params['id'] ?? '', person.account, signed);
      if (!approved.ok) return approved;
      return ok(
        isGiven(approved.value) ? { id: approved.value.id, state: 'given' } : await answerOf(centre, approved.value, person.account),
      );
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/order-requests/:id', act: 'order.give', where: 'centre' },
    async ({ person, params }) => {
      const allowed = may(person.grants, 'order.give', card.area);
      return allowed.ok ? requests.withdraw(params['id'] ?? '', person.account) : allowed;
    },
  );
}

function isGiven(one: OrderRequested | StoredOrder): one is StoredOrder {
  return 'givenMs' in one;
}

async function keyAnswers({ store, trust }: Centre): Promise<OfficerKeyAnswer[]> {
  const labels = new Map((await registeredKeys(store.meta)).map((key) => [key.keyid, key]));
  const trusted = trustedOfficers(trust).map(
    ({ keyid, person }): OfficerKeyAnswer => ({ keyid, person: person ?? '', label: labels.get(keyid)?.label ?? '', state: 'trusted' }),
  );
  const waiting = [...labels.values()].filter(({ keyid }) => !trusted.some((one) => one.keyid === keyid));
  return [...trusted, ...waiting.map(({ keyid, person, label }): OfficerKeyAnswer => ({ keyid, person, label, state: 'waiting' }))];
}

async function answerOf({ orders, duty }: Centre, request: OrderRequested, reader: string): Promise<OrderRequestAnswer> {
  const {
    id,
    template,
    order,
    groups,
    by,
    madeMs,
    untilMs,
    approveByMs,
    breakGlass,
    reason,
    instead,
    needed,
    statement,
    match,
    approvals,
    correction,
  } = request;
  return {
    id,
    template,
    title: orders.templates.find((one) => one.id === template)?.title ?? order.screen.title,
    state: 'waiting',
    groups,
    by,
    madeMs,
    untilMs,
    approveByMs,
    breakGlass,
    reason,
    instead: instead ?? null,
    updates: order.updates ?? [],
    ladder: (await duty.ladder.answerOf(id)) ?? null,
    needed,
    approvedBy: approvals.map(({ person }) => person),
    speak: order.speech[0]?.speak ?? '',
    screen: order.screen,
    payloadType: approvalType,
    statement,
    correction: correction?.statement ?? null,
    match: by === reader ? match : null,
  };
}
