// Duty by REST: the roster, shifts with proof of the person, second factors, rings and what the centre sets about them.
import type { FastifyInstance } from 'fastify';
import {
  type DutyAnswer,
  DutySettingsRequest,
  type FactorAnswer,
  FactorConfirmRequest,
  FactorRequest,
  HandOverRequest,
  type RingAnswer,
  type RosterAnswer,
  RosterRequest,
  RosterWeekRequest,
  type ShiftAnswer,
  ShiftEndRequest,
  ShiftRequest,
} from '../../schemas/duty.ts';
import { ok, type Result } from '../../schemas/problems.ts';
import type { Centre } from '../centre.ts';
import { notOneself } from '../core/accounts.ts';
import { gapsIn, placesNeeded, type RosterEntry, rosterNext, rosterNow, running, type Shift } from '../core/duty.ts';
import { may, mayAnywhere } from '../core/roles.ts';
import { seesAll } from '../core/sight.ts';
import type { Person } from '../people/sessions.ts';
import { asSeen, SeenQuery, seenOf } from '../seen.ts';
import { RosterQuery } from './queries.ts';
import { declare } from './route.ts';

const weekMs = 7 * 86_400_000;
const rosterSpanMaxMs = 10 * weekMs;
const shiftsShown = 20;
const ringsShown = 50;

export function dutyRoutes(app: FastifyInstance, centre: Centre): void {
  declare(app, centre, { method: 'GET', url: '/api/duty', act: 'read' }, async ({ person }) => ok(await dutyAnswer(centre, person)));
  rosterRoutes(app, centre);
  proofRoutes(app, centre);
  shiftRoutes(app, centre);
  ringRoutes(app, centre);
  settingsRoutes(app, centre);
}

function rosterRoutes(app: FastifyInstance, centre: Centre): void {
  const { duty, store, card } = centre;
  const mayWrite = ({ grants }: Person) => may(grants, 'duty.roster', card.area);
  const titled = (entries: readonly RosterEntry[]) => Promise.all(entries.map((entry) => rosterAnswer(centre, entry)));

  declare(app, centre, { method: 'GET', url: '/api/duty/roster', act: 'read', query: RosterQuery }, async ({ person, query }) => {
    const toMs = Math.min(query.toMs, query.fromMs + rosterSpanMaxMs);
    const entries = await store.duty.roster({ fromMs: query.fromMs, toMs });
    return ok(await titled(entries.filter((entry) => readsDuty(centre, person, entry.person))));
  });

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/duty/roster', act: 'duty.roster', where: 'centre', body: RosterRequest, status: 201 },
    async ({ person, body }): Promise<Result<RosterAnswer>> => {
      const allowed = mayWrite(person);
      if (!allowed.ok) return allowed;
      const added = await duty.roster.add(body, person.account);
      return added.ok ? ok(await rosterAnswer(centre, added.value)) : added;
    },
  );

  declare(
    app,
    centre,
    { method: 'DELETE', url: '/api/duty/roster/:id', act: 'duty.roster', where: 'centre' },
    async ({ person, params }) => {
      const allowed = mayWrite(person);
      return allowed.ok ? duty.roster.remove(params['id'] ?? '', person.account) : allowed;
    },
  );

  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/duty/roster/week', act: 'duty.roster', where: 'centre', body: RosterWeekRequest },
    async ({ person, body }): Promise<Result<readonly RosterAnswer[]>> => {
      const allowed = mayWrite(person);
      if (!allowed.ok) return allowed;
      const entries = await duty.roster.importWeek(body.week, body.lines, person.account);
      return entries.ok ? ok(await titled(entries.value)) : entries;
    },
  );
}

function proofRoutes(app: FastifyInstance, centre: Centre): void {
  const { factors } = centre.duty;

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/duty/factor', once: false, act: 'order.give', body: FactorRequest, status: 201, perMinute: 5 },
    ({ person, body }): Promise<Result<FactorAnswer>> => factors.begin(person.account, body),
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/duty/factor/confirm', once: false, act: 'order.give', body: FactorConfirmRequest, perMinute: 10 },
    ({ person, body }) => factors.confirm(person.account, body.code),
  );

  declare(app, centre, { method: 'DELETE', url: '/api/duty/factors/:account', act: 'account.write' }, async ({ person, params }) => {
    const name = params['account'] ?? '';
    // Whoever found an administrator's page open must not free that account of its code.
    const own = notOneself(person.account, name);
    if (!own.ok) return own;
    const account = await centre.people.accounts.tended(person, name, 'account.write');
    return account.ok ? factors.remove(name, person.account) : account;
  });
}

function shiftRoutes(app: FastifyInstance, centre: Centre): void {
  const { shifts } = centre.duty;
  const answered = async (shift: Result<Shift>) => (shift.ok ? ok(await shiftAnswer(centre, shift.value)) : shift);

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/duty/shift', act: 'order.give', where: 'centre', body: ShiftRequest, status: 201, perMinute: 10 },
    async ({ person, body }): Promise<Result<ShiftAnswer>> => {
      const allowed = may(person.grants, 'order.give', centre.card.area);
      return allowed.ok ? answered(await shifts.start({ person: person.account, ...body })) : allowed;
    },
  );

  declare(
    app,
    centre,
    { method: 'POST', url: '/api/duty/shift/hand-over', act: 'order.give', body: HandOverRequest, perMinute: 10 },
    async ({ person, body }) => answered(await shifts.handOver(person.account, body)),
  );

  declare(app, centre, { method: 'POST', url: '/api/duty/shift/end', act: 'order.give', body: ShiftEndRequest }, async ({ person, body }) =>
    answered(await shifts.end(person.account, body.note)),
  );
}

function ringRoutes(app: FastifyInstance, centre: Centre): void {
  const { duty, store } = centre;

  // One's own; and while on shift everybody's, for who is on duty goes and wakes the other.
  declare(app, centre, { method: 'GET', url: '/api/duty/rings', act: 'read' }, async ({ person }): Promise<Result<RingAnswer[]>> => {
    const onShift = (await duty.shifts.shiftOf(person.account)).ok;
    const waiting = new Map(centre.requests.waiting().map(({ id, by }) => [id, by]));
    const rings = (await store.duty.openRings(ringsShown)).filter(
      (ring) =>
        ring.person === person.account ||
        (onShift && (ring.kind === 'alert' || (ring.kind === 'second' && waiting.get(ring.about) !== person.account))),
    );
    return ok(
      await Promise.all(
        rings.map(async ({ quietMs: _, ...ring }) => ({
          ...ring,
          personTitle: await duty.crowd.titleOf(ring.person),
          mine: ring.person === person.account,
        })),
      ),
    );
  });

  for (const [word, what] of [
    ['seen', 'seen'],
    ['answer', 'answered'],
  ] as const)
    declare(app, centre, { method: 'POST', url: `/api/duty/rings/:id/${word}`, act: 'read' }, async ({ person, params }) => {
      const marked = await duty.rings.mark(params['id'] ?? '', person.account, what);
      if (marked.ok && what === 'answered') await duty.ladder.look();
      return marked.ok ? ok(undefined) : marked;
    });

  declare(app, centre, { method: 'POST', url: '/api/duty/rings/test', act: 'read', perMinute: 5 }, async ({ person }) => {
    const words = { title: 'Thử chuông', text: 'Chuông này chỉ để thử.' };
    await duty.rings.ring([person.account], { kind: 'test', about: `test-${person.account}`, ...words }, person.account);
    return ok(undefined);
  });
}

function settingsRoutes(app: FastifyInstance, centre: Centre): void {
  declare(
    app,
    centre,
    { method: 'PUT', url: '/api/duty/settings', act: 'duty.settings', where: 'centre', query: SeenQuery, body: DutySettingsRequest },
    async ({ person, query, body, act }): Promise<Result<DutyAnswer>> => {
      const allowed = may(person.grants, 'duty.settings', centre.card.area);
      if (!allowed.ok) return allowed;
      const seen = asSeen(query.seen, settingsOf(centre));
      if (!seen.ok) return seen;
      const told = { rungMs: body.rungMs, url: body.gateway?.url ?? null };
      const saved = await centre.duty.settings.save(body, act('duty.settings', centre.card.id, told));
      if (!saved.ok) return saved;
      return ok(await dutyAnswer(centre, person));
    },
  );
}

/**
 * The book of duty is the whole centre's: who reads that reads all of it, others what is their own. Who is on duty now and next
 * everybody is told: somebody has to be called.
 */
function readsDuty({ card }: Centre, { account, grants }: Person, whose: string): boolean {
  return whose === account || seesAll(grants, card.area);
}

async function dutyAnswer(centre: Centre, person: Person): Promise<DutyAnswer> {
  const { duty, store, card } = centre;
  const nowMs = centre.nowMs();
  const span = { fromMs: nowMs, toMs: nowMs + weekMs };
  const [roster, open, recent, factor, accounts, { officers, leaders }] = await Promise.all([
    store.duty.roster(span),
    store.duty.openShifts(),
    store.duty.shifts(shiftsShown),
    store.duty.factor(person.account),
    duty.crowd.accounts(),
    duty.crowd.roles(),
  ]);
  const administrator = mayAnywhere(person.grants, 'duty.settings').ok;
  return {
    ...(await duty.brief(person.account)),
    nowMs,
    now: await standingNow(centre, roster, open),
    next: await Promise.all(rosterNext(roster, nowMs).map((entry) => rosterAnswer(centre, entry))),
    gaps: placesNeeded(card.level).flatMap((place) => gapsIn(roster, place, span).map((gap) => ({ place, ...gap }))),
    shifts: await Promise.all(recent.filter((shift) => readsDuty(centre, person, shift.person)).map((shift) => shiftAnswer(centre, shift))),
    people: accounts
      .map(({ account, title }) => ({ account, title, duty: officers.includes(account), leader: leaders.includes(account) }))
      .filter((one) => (one.duty || one.leader) && readsDuty(centre, person, one.account)),
    factor: factor?.state ?? 'none',
    recoveryCodesLeft: factor?.recovery.length ?? 0,
    pinSet: factor?.pinHash != null,
    rungMs: duty.settings.rungMs(),
    settingsSeen: administrator ? seenOf(settingsOf(centre)) : null,
    bells: duty.rings.states(),
    gatewayUrl: administrator ? (duty.settings.gateway()?.url ?? null) : null,
  };
}

/** What of the settings may be told; never the secret. */
function settingsOf({ duty: { settings } }: Centre): object {
  return { rungMs: settings.rungMs(), gateway: settings.gateway()?.url ?? null };
}

/** Shifts that run, then whom the roster names without one. */
async function standingNow(centre: Centre, roster: readonly RosterEntry[], open: readonly Shift[]): Promise<DutyAnswer['now']> {
  const nowMs = centre.nowMs();
  const onShift = open.filter((shift) => running(shift, nowMs));
  const named = rosterNow(roster, nowMs).filter(({ person }) => !onShift.some((shift) => shift.person === person));
  const shifts = onShift.map(({ id, person, place, startedMs, untilMs }) => ({ id, person, place, fromMs: startedMs, toMs: untilMs }));
  return Promise.all([
    ...shifts.map(async (entry) => ({ ...(await rosterAnswer(centre, entry)), onShift: true })),
    ...named.map(async (entry) => ({ ...(await rosterAnswer(centre, entry)), onShift: false })),
  ]);
}

async function rosterAnswer({ duty }: Centre, entry: RosterEntry): Promise<RosterAnswer> {
  return { ...entry, title: await duty.crowd.titleOf(entry.person) };
}

async function shiftAnswer({ duty }: Centre, { wrongPins: _, id: __, ...shift }: Shift): Promise<ShiftAnswer> {
  return { ...shift, title: await duty.crowd.titleOf(shift.person) };
}
