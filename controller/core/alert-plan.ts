// From an alert that was heard and judged to what the centre does: order by itself, ask a person, end orders, or nothing.
import type { AlertSource } from '../../schemas/alerts.ts';
import type { Mandate } from '../../schemas/authority.ts';
import type { Envelope } from '../../schemas/envelope.ts';
import { type AreaPath, type Id, within } from '../../schemas/ids.ts';
import type { Order } from '../../schemas/order.ts';
import type { HeardAlert, Verdict } from '../emergency/gateway/heard.ts';

/** An order as two officers saw it when they signed the mandate, word for word. */
export interface FrozenOrder {
  readonly template: Id;
  readonly title: string;
  /** `templateContent` of it. */
  readonly content: string;
  readonly order: Order;
}

/** A mandate in force. */
export interface StandingMandate {
  readonly id: string;
  readonly body: Mandate;
  readonly envelope: Envelope;
  readonly nbf: number;
  readonly exp: number;
  readonly frozen: readonly FrozenOrder[];
  /** Orders that began under it within the last hour; the signer and the boxes count them too. */
  readonly startsWithinHour: number;
}

export interface AlertCase {
  readonly nowMs: number;
  readonly demo: boolean;
  readonly source: Pick<AlertSource, 'id' | 'trust' | 'events' | 'places' | 'unknownPlaces'>;
  readonly alert: HeardAlert | null;
  readonly verdict: Verdict;
  readonly mandates: readonly StandingMandate[];
  /** Living orders of the messages that no longer stand because of it. */
  readonly earlierOrders: readonly string[];
  /** Those among them that officers signed. */
  readonly signedOrders: readonly string[];
  /** Such messages that still wait for a person. */
  readonly earlierWaiting: readonly string[];
  /** Groups this centre knows. */
  readonly groups: readonly Id[];
}

export interface AlertProposal {
  readonly template: Id | null;
  readonly areas: readonly AreaPath[];
  readonly groups: readonly Id[];
}

export interface PlannedOrder {
  readonly order: Order;
  readonly template: Id;
  readonly groups: readonly Id[];
}

interface Why {
  readonly code: string;
  readonly reason: string;
  readonly proposal: AlertProposal;
}

export type AlertPlan = Why &
  (
    | {
        readonly do: 'give';
        readonly mandate: StandingMandate;
        /** One for each place: none is wider than what the alert names. */
        readonly orders: readonly PlannedOrder[];
        readonly untilMs: number;
        /** Orders whose place these take. */
        readonly updates: readonly string[];
      }
    | { readonly do: 'clear'; readonly orders: readonly string[] }
    /** `ends`: what ends all the same, before anybody answers. */
    | { readonly do: 'ask'; readonly ends: readonly string[] }
    | { readonly do: 'nothing' }
  );

const nowhere: AlertProposal = { template: null, areas: [], groups: [] };
const severities = ['Unknown', 'Minor', 'Moderate', 'Severe', 'Extreme'];
/** An order that would end at once helps nobody. */
const lifeMsMin = 30_000;

export function planAlert(one: AlertCase): AlertPlan {
  const { alert } = one;
  return { ...planOf(one), proposal: alert ? proposalOf(one.source, alert) : nowhere };
}

type Unproposed = AlertPlan extends infer P ? (P extends AlertPlan ? Omit<P, 'proposal'> : never) : never;

function planOf(one: AlertCase): Unproposed {
  const { alert, verdict, earlierOrders, earlierWaiting } = one;
  // It came from a source we believe and nobody could read it: a person shall know.
  if (verdict.code === 'gateway-failed' || verdict.code === 'ended-gateway-before') return ask(verdict.code, verdict.reason);
  if (!alert || verdict.is === 'reject') return nothing(verdict);
  const ends = earlierOrders.length + earlierWaiting.length > 0;
  // An Update that leaves our places, or came too late to be told itself, ends what it updates all the same.
  if (verdict.is === 'ignore') return ends ? planEnd(one, verdict.code) : nothing(verdict);
  if (alert.msgType !== 'Cancel') return planStart(one, alert);
  if (ends) return planEnd(one, 'cancelled');
  return nothing({ code: 'nothing-to-end', reason: 'no living order and no waiting alert came of what it cancels' });
}

/** Ends exactly the orders of what no longer stands; a source that may not begin anything alone may not end anything alone. */
function planEnd({ source, verdict, earlierOrders, signedOrders }: AlertCase, code: string): Unproposed {
  if (verdict.is === 'hold') return ask(verdict.code, verdict.reason);
  if (earlierOrders.length > 0 && source.trust === 'manual') return ask('manual-source', `${source.id} decides nothing alone`);
  const given = earlierOrders.filter((id) => !signedOrders.includes(id));
  if (signedOrders.length > 0) return ask('officers-order', `officers signed ${signedOrders.join(', ')}, and officers end it`, given);
  return { do: 'clear', orders: earlierOrders, code, reason: `ends ${earlierOrders.length} orders` };
}

function planStart(one: AlertCase, alert: HeardAlert): Unproposed {
  const { source, verdict, nowMs, demo, groups: known } = one;
  const { template, areas, groups } = proposalOf(source, alert);
  if (verdict.code === 'geocode-unknown' && areas.length === 0 && source.unknownPlaces === 'ignore')
    return nothing({ code: 'elsewhere', reason: verdict.reason });
  if (verdict.is === 'hold') return ask(verdict.code, verdict.reason);
  if (source.trust === 'manual') return ask('manual-source', `${source.id} starts nothing alone`);
  if (alert.differs) return ask('infos-differ', 'its info blocks disagree; no rule may choose');
  if (areas.length === 0) return ask('area-unknown', 'no place of ours is covered');
  if (template === null) return ask('event-unknown', `no rule answers ${alert.events.join(', ')}`);
  const stranger = groups.find((group) => !known.includes(group));
  if (stranger !== undefined) return ask('group-unknown', `no group ${stranger} here`);
  const kind = demo || alert.status === 'Exercise' ? 'exercise' : 'actual';
  const fit = one.mandates.filter((mandate) => allows(mandate, { feed: source.id, template, kind, areas, nowMs }));
  if (fit.length === 0) return ask(kind === 'exercise' ? 'exercise-without-mandate' : 'no-mandate', outside(template, kind, areas));
  // Boxes and the signing desk count orders: what would be given in part is a person's to give.
  const begins = outermost(areas).length;
  const mandate = fit.find(({ startsWithinHour, body }) => startsWithinHour + begins <= body.perHour);
  if (!mandate) return ask('rate-cap', `${fit[0]?.startsWithinHour} orders began within the hour, ${begins} more would be too many`);
  const untilMs = Math.min(nowMs + mandate.body.maxMs, alert.expiresMs ?? nowMs + mandate.body.maxMs);
  if (untilMs - nowMs < lifeMsMin) return ask('ends-too-soon', 'it expires within half a minute');
  const named = source.places.filter((place) => areas.includes(place.area));
  const orders = outermost(areas).flatMap((area) => ordersFor(mandate, { template, kind, area, named }));
  const updates = alert.msgType === 'Update' ? one.earlierOrders.filter((id) => !one.signedOrders.includes(id)) : [];
  return { do: 'give', mandate, orders, untilMs, updates, code: 'given', reason: `under ${mandate.id}` };
}

interface Wish {
  readonly feed: Id;
  readonly template: Id;
  readonly kind: Order['class'];
  readonly areas: readonly AreaPath[];
  readonly nowMs: number;
}

/** Every area of the alert lies in the mandate: an alert half inside is a person's to judge. */
function allows({ body, nbf, exp, frozen }: StandingMandate, { feed, template, kind, areas, nowMs }: Wish): boolean {
  return (
    body.feed === feed &&
    nowMs >= nbf &&
    nowMs < exp &&
    frozen.some((one) => one.template === template && one.order.class === kind && body.templates.includes(one.content)) &&
    areas.every((area) => body.areas.some((outer) => within(area, outer)))
  );
}

function ordersFor(mandate: StandingMandate, { template, kind, area, named }: PlaceWish): PlannedOrder[] {
  const frozen = mandate.frozen.find((one) => one.template === template && one.order.class === kind);
  const groups = named.filter((place) => within(place.area, area)).flatMap((place) => place.groups);
  return frozen ? [{ order: { ...frozen.order, area }, template, groups: [...new Set(groups)].sort() }] : [];
}

interface PlaceWish extends Pick<Wish, 'template' | 'kind'> {
  readonly area: AreaPath;
  /** Places that the alert names, and only those. */
  readonly named: AlertSource['places'];
}

/** What the source's map makes of an alert: for a mandate, and for the officer who looks at it. */
export function proposalOf(source: AlertCase['source'], alert: HeardAlert): AlertProposal {
  const rule = source.events.find((one) => answers(one, alert));
  const places = source.places.filter(({ area }) => alert.places.includes(area));
  return {
    template: rule?.template ?? null,
    areas: places.map(({ area }) => area),
    groups: [...new Set(places.flatMap(({ groups }) => groups))].sort(),
  };
}

function answers(rule: AlertSource['events'][number], alert: HeardAlert): boolean {
  const { event, eventCode, minSeverity, minRiskLevel } = rule;
  if (event !== undefined && !alert.events.some((one) => plain(one) === plain(event))) return false;
  if (eventCode && !alert.eventCodes.some(({ name, value }) => name === eventCode.name && value === eventCode.value)) return false;
  if (minSeverity !== undefined && severities.indexOf(alert.severity) < severities.indexOf(minSeverity)) return false;
  return minRiskLevel === undefined || (alert.riskLevel ?? 0) >= minRiskLevel;
}

/** Vietnamese comes composed or not; both are one word. */
function plain(text: string): string {
  return text.normalize('NFC').trim().toLowerCase();
}

function outermost(areas: readonly AreaPath[]): AreaPath[] {
  return areas.filter((area) => !areas.some((other) => other !== area && within(area, other)));
}

function outside(template: Id, kind: Order['class'], areas: readonly AreaPath[]): string {
  return `no mandate lets ${template} sound as ${kind} in ${areas.join(', ')}`;
}

function ask(code: string, reason: string, ends: readonly string[] = []): Unproposed {
  return { do: 'ask', code, reason, ends };
}

function nothing({ code, reason }: { readonly code: string; readonly reason: string }): Unproposed {
  return { do: 'nothing', code, reason };
}
