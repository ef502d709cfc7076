// What an alert starts, as tables: a mandate that fits, a person, an end, or nothing; and never a wider place than it names.
import { describe, expect, test } from 'vitest';
import { type AlertCase, type AlertPlan, planAlert, type StandingMandate } from '../../controller/core/alert-plan.ts';
import type { HeardAlert, Verdict } from '../../controller/emergency/gateway/heard.ts';
import { order } from '../world/build.ts';

const nowMs = 1_800_000_000_000;

const heard = (changes: Partial<HeardAlert> = {}): HeardAlert => ({
  sender: 'a@b',
  identifier: 'a-1',
  sent: '',
  sentMs: nowMs,
  status: 'Actual',
  msgType: 'Alert',
  references: [],
  events: ['Lũ quét'],
  eventCodes: [],
  severity: 'Extreme',
  urgency: 'Immediate',
  certainty: 'Observed',
  expiresMs: nowMs + 3600_000,
  texts: [],
  areas: ['Thôn 1'],
  places: ['08/1/thon-1'],
  differs: false,
  ...changes,
});

const source: AlertCase['source'] = {
  id: 'tinh',
  trust: 'auto',
  unknownPlaces: 'hold',
  events: [
    { event: 'Lũ quét', minRiskLevel: 4, template: 'so-tan' },
    { event: 'lũ quét', minSeverity: 'Severe', template: 'lu-quet' },
    { eventCode: { name: 'code', value: 'FFW' }, template: 'lu-quet' },
  ],
  places: [
    { area: '08/1', groups: ['xa'], codes: [] },
    { area: '08/1/thon-1', groups: ['thon-1'], codes: [] },
    { area: '08/1/thon-2', groups: ['thon-2', 'ven-suoi'], codes: [] },
  ],
};

const mandate = (id: string, changes: Partial<StandingMandate['body']> = {}, more: Partial<StandingMandate> = {}): StandingMandate => ({
  id,
  body: {
    gateway: 'gateway-key',
    feed: 'tinh',
    hazards: ['flash-flood'],
    areas: ['08/1'],
    templates: ['c-actual', 'c-exercise', 'c-evacuate'],
    perHour: 2,
    maxMs: 1800_000,
    ...changes,
  },
  envelope: { payloadType: 'application/vnd.loa.mandate+json', payload: '', signatures: [] },
  nbf: nowMs - 1,
  exp: nowMs + 1,
  frozen: [
    { template: 'lu-quet', title: 'Lũ quét', content: 'c-actual', order: order({ area: '08/1' }) },
    { template: 'so-tan', title: 'Sơ tán', content: 'c-evacuate', order: order({ area: '08/1' }) },
    { template: 'lu-quet', title: 'Lũ quét', content: 'c-exercise', order: order({ area: '08/1', class: 'exercise' }) },
  ],
  startsWithinHour: 0,
  ...more,
});

const accept: Verdict = { is: 'accept', code: 'alert', reason: '' };

function plan(alert: Partial<HeardAlert>, changes: Partial<AlertCase> = {}): AlertPlan {
  const groups = ['xa', 'thon-1', 'thon-2', 'ven-suoi'];
  const base = {
    nowMs,
    demo: false,
    source,
    verdict: accept,
    mandates: [mandate('m-1')],
    earlierOrders: [],
    signedOrders: [],
    earlierWaiting: [],
    groups,
  };
  return planAlert({ ...base, alert: heard(alert), ...changes });
}

const short = (made: AlertPlan) => `${made.do} ${made.code}`;
const given = (made: AlertPlan) =>
  made.do === 'give' ? made.orders.map(({ order: one, groups }) => `${one.area} ${groups.join('+')}`) : made.code;

describe('an alert under a mandate', () => {
  test('gives the frozen order for the place it names, until the earlier of two ends', () => {
    const made = plan({});
    expect(short(made)).toBe('give given');
    expect(given(made)).toEqual(['08/1/thon-1 thon-1']);
    expect(made).toMatchObject({ untilMs: nowMs + 1800_000, updates: [], mandate: { id: 'm-1' } });
    expect(plan({ expiresMs: nowMs + 60_000 })).toMatchObject({ untilMs: nowMs + 60_000 });
    expect(short(plan({ expiresMs: nowMs + 20_000 }))).toBe('ask ends-too-soon');
  });

  test.each([
    [
      ['08/1/thon-1', '08/1/thon-2'],
      ['08/1/thon-1 thon-1', '08/1/thon-2 thon-2+ven-suoi'],
    ],
    [['08/1', '08/1/thon-1'], ['08/1 thon-1+xa']],
    [['08/1'], ['08/1 xa']],
  ])('that names %j orders %j', (places, orders) => {
    expect(given(plan({ places }))).toEqual(orders);
  });

  test.each<[string, Partial<HeardAlert>, string]>([
    ['by its event, whatever the case', { events: ['LŨ QUÉT'] }, 'lu-quet'],
    ['by its event, decomposed', { events: ['Lũ quét'.normalize('NFD')] }, 'lu-quet'],
    ['by its code', { events: ['Flash flood warning'], eventCodes: [{ name: 'code', value: 'FFW' }] }, 'lu-quet'],
    ['by a declared risk level first', { riskLevel: 4 }, 'so-tan'],
    ['below that level by the next rule', { riskLevel: 3 }, 'lu-quet'],
  ])('finds its template %s', (_name, alert, template) => {
    expect(plan(alert).proposal.template).toBe(template);
  });

  test('takes the place of the orders of what it updates', () => {
    expect(plan({ msgType: 'Update' }, { earlierOrders: ['o-1'] })).toMatchObject({ do: 'give', updates: ['o-1'] });
    expect(plan({}, { earlierOrders: ['o-1'] })).toMatchObject({ do: 'give', updates: [] });
  });

  test('over its number in the hour is a person’s; another mandate with room is used', () => {
    const full = mandate('m-1', {}, { startsWithinHour: 2 });
    expect(short(plan({}, { mandates: [full] }))).toBe('ask rate-cap');
    expect(plan({}, { mandates: [full, mandate('m-2')] })).toMatchObject({ do: 'give', mandate: { id: 'm-2' } });
    const nearly = mandate('m-1', {}, { startsWithinHour: 1 });
    expect(short(plan({ places: ['08/1/thon-1', '08/1/thon-2'] }, { mandates: [nearly] }))).toBe('ask rate-cap');
  });
});

describe('a person decides', () => {
  test.each<[string, Partial<HeardAlert>, Partial<AlertCase>, string]>([
    ['what the rules hold', {}, { verdict: { is: 'hold', code: 'restricted', reason: '' } }, 'restricted'],
    ['what a manual source says', {}, { source: { ...source, trust: 'manual' } }, 'manual-source'],
    ['info blocks that disagree', { differs: true }, {}, 'infos-differ'],
    ['a place that is not ours', { places: [] }, {}, 'area-unknown'],
    ['an event without a rule', { events: ['Bão'] }, {}, 'event-unknown'],
    ['a severity below the rule', { severity: 'Minor' }, {}, 'event-unknown'],
    ['a group that is gone', {}, { groups: ['xa'] }, 'group-unknown'],
    ['without a mandate', {}, { mandates: [] }, 'no-mandate'],
    ['a mandate of another feed', {}, { mandates: [mandate('m', { feed: 'khac' })] }, 'no-mandate'],
    ['a mandate of another place', {}, { mandates: [mandate('m', { areas: ['08/1/thon-2'] })] }, 'no-mandate'],
    [
      'half inside a mandate',
      { places: ['08/1/thon-1', '08/1/thon-2'] },
      { mandates: [mandate('m', { areas: ['08/1/thon-2'] })] },
      'no-mandate',
    ],
    ['words that the mandate does not hold', {}, { mandates: [mandate('m', { templates: ['c-exercise'] })] }, 'no-mandate'],
    ['a mandate that has ended', {}, { mandates: [mandate('m', {}, { exp: nowMs })] }, 'no-mandate'],
    ['a mandate that has not begun', {}, { mandates: [mandate('m', {}, { nbf: nowMs + 1 })] }, 'no-mandate'],
    [
      'an exercise without a mandate for exercises',
      { status: 'Exercise' },
      { mandates: [mandate('m', { templates: ['c-actual'] })] },
      'exercise-without-mandate',
    ],
    [
      'what ended the gateway before',
      {},
      { alert: null, verdict: { is: 'reject', code: 'ended-gateway-before', reason: '' } },
      'ended-gateway-before',
    ],
    ['what ended the gateway', {}, { alert: null, verdict: { is: 'reject', code: 'gateway-failed', reason: '' } }, 'gateway-failed'],
  ])('%s', (_name, alert, changes, code) => {
    const made = plan(alert, changes);
    expect(short(made)).toBe(`ask ${code}`);
  });

  test('with what the map proposes before him', () => {
    expect(plan({}, { mandates: [] }).proposal).toEqual({ template: 'lu-quet', areas: ['08/1/thon-1'], groups: ['thon-1'] });
    expect(plan({ events: ['Bão'], places: [] }).proposal).toEqual({ template: null, areas: [], groups: [] });
  });
});

describe('exercises', () => {
  test('sound as exercises under a mandate that holds them', () => {
    expect(plan({ status: 'Exercise' })).toMatchObject({ do: 'give', orders: [{ order: { class: 'exercise' } }] });
  });

  test('are all that a demo gives, whatever an alert says', () => {
    expect(plan({}, { demo: true })).toMatchObject({ do: 'give', orders: [{ order: { class: 'exercise' } }] });
  });
});

describe('an end', () => {
  const cancel: Partial<HeardAlert> = { msgType: 'Cancel', places: [], events: [] };
  const asked: Verdict = { is: 'accept', code: 'cancel', reason: '' };

  test.each<[string, Partial<AlertCase>, object]>([
    ['ends exactly the orders of what it cancels', { earlierOrders: ['o-1', 'o-2'] }, { do: 'clear', orders: ['o-1', 'o-2'] }],
    ['closes what still waits', { earlierWaiting: ['a-1'] }, { do: 'clear', orders: [], code: 'cancelled' }],
    ['of nothing that lives does nothing', {}, { do: 'nothing', code: 'nothing-to-end' }],
    ['by a manual source asks', { earlierOrders: ['o-1'], source: { ...source, trust: 'manual' } }, { do: 'ask', code: 'manual-source' }],
    ['of what officers signed asks', { earlierOrders: ['o-1'], signedOrders: ['o-1'] }, { do: 'ask', code: 'officers-order', ends: [] }],
    [
      'ends what mandates gave and asks about what officers signed',
      { earlierOrders: ['o-1', 'o-2'], signedOrders: ['o-2'] },
      { do: 'ask', code: 'officers-order', ends: ['o-1'] },
    ],
    ['that is held asks', { earlierOrders: ['o-1'], verdict: { is: 'hold', code: 'private', reason: '' } }, { do: 'ask', code: 'private' }],
    [
      'that is refused does nothing',
      { earlierOrders: ['o-1'], verdict: { is: 'reject', code: 'other-authority', reason: '' } },
      { do: 'nothing' },
    ],
  ])('by a Cancel %s', (_name, changes, expected) => {
    expect(plan(cancel, { verdict: asked, ...changes })).toMatchObject(expected);
  });

  test('comes of an Update that leaves our places, too', () => {
    const outside: Verdict = { is: 'ignore', code: 'outside-area', reason: '' };
    expect(plan({ msgType: 'Update', places: [] }, { verdict: outside, earlierOrders: ['o-1'] })).toMatchObject({
      do: 'clear',
      orders: ['o-1'],
    });
    expect(short(plan({ msgType: 'Update', places: [] }, { verdict: outside }))).toBe('nothing outside-area');
  });
});

test.each<[string, Partial<HeardAlert>, Partial<AlertCase>, string]>([
  ['what is ignored', {}, { verdict: { is: 'ignore', code: 'duplicate', reason: '' } }, 'duplicate'],
  ['what is refused', {}, { alert: null, verdict: { is: 'reject', code: 'doctype', reason: '' } }, 'doctype'],
  [
    'places elsewhere, where the source says so',
    { places: [] },
    { verdict: { is: 'hold', code: 'geocode-unknown', reason: '' }, source: { ...source, unknownPlaces: 'ignore' } },
    'elsewhere',
  ],
])('nothing is done about %s', (_name, alert, changes, code) => {
  expect(short(plan(alert, changes))).toBe(`nothing ${code}`);
});
