// Orders as residents see them: those in force, and those of the last months; tests of the equipment are no alerts.
import type { PublicAlert, PublicAlerts } from '../../schemas/citizen-api.ts';
import type { CentreCard } from '../centre.ts';
import { unitsOn } from '../core/unit-tree.ts';
import type { Store, StoredOrder } from '../store/store.ts';
import type { UnitDesk } from '../units/unit-desk.ts';
import type { PoleBook } from './pole-book.ts';
import { isAround } from './poll-desk.ts';

const ordersMax = 300;
const historyMs = 90 * 24 * 3600_000;
const historyMax = 50;
const placesMax = 100;

export interface PublicAlertsOptions {
  readonly store: Pick<Store, 'orders'>;
  readonly card: CentreCard;
  readonly units: Pick<UnitDesk, 'tree' | 'today'>;
  readonly poles: PoleBook;
  readonly nowMs: () => number;
}

export async function publicAlerts(options: PublicAlertsOptions, area: string): Promise<PublicAlerts> {
  const { store, nowMs } = options;
  const atMs = nowMs();
  const orders = (await store.orders.orders(ordersMax)).filter(
    ({ order, givenMs }) => order.class !== 'test' && givenMs > atMs - historyMs && isAround(order.area, area),
  );
  const alerts = await Promise.all(orders.map((order) => alertOf(options, order, atMs)));
  return {
    asOfMs: atMs,
    now: alerts.filter(({ state }) => state === 'now'),
    history: alerts.filter(({ state }) => state === 'ended').slice(0, historyMax),
  };
}

/** The same alert is the same to everybody: only its place decides who is shown it. */
export async function alertOf({ units, poles }: PublicAlertsOptions, stored: StoredOrder, atMs: number): Promise<PublicAlert> {
  const { id, order, givenMs, expMs, clearedMs } = stored;
  const ended = clearedMs !== null || expMs <= atMs;
  const inside = unitsOn(units.tree, units.today()).filter((unit) => unit.area === order.area || unit.area.startsWith(`${order.area}/`));
  const within = new Set(inside.map((unit) => unit.id));
  const places = (await poles.all()).flatMap(({ facts: { latitude, longitude, name, unit } }) =>
    latitude !== null && longitude !== null && within.has(unit) ? [{ latitude, longitude, name }] : [],
  );
  return {
    ...{ id, class: order.class === 'actual' ? 'actual' : 'exercise', state: ended ? 'ended' : 'now', hazard: order.hazard },
    ...{ severity: order.severity, urgency: order.urgency, certainty: order.certainty, riskLevel: order.riskLevel ?? null },
    ...{ floodAlarm: order.floodAlarm ?? null, issuer: order.issuer ?? null, title: order.screen.title, text: order.screen.text },
    others: (order.screens ?? []).map(({ language, title, text }) => ({ language, title, text })),
    speech: order.speech.map(({ language, speak }) => ({ language, text: speak })),
    area: order.area,
    units: inside.map((unit) => ({ id: unit.id, name: unit.name })),
    places: places.slice(0, placesMax),
    ...{ givenMs, untilMs: expMs, endedMs: clearedMs ?? (ended ? expMs : null), updates: order.updates ?? [] },
  };
}
