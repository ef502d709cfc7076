// What the desk's pages decide by themselves: where an address leads, what a form begins with, seconds of a ladder, lines of forms.
import { describe, expect, test } from 'vitest';
import { linesOf as sourceLines, sourceOf } from '../../controller/console/pages/alerts/source-wish.ts';
import { addressOf, draftOf, groupsMeant, spotOf, templatesFor } from '../../controller/console/pages/emergency/desk.ts';
import { nowOnLadder } from '../../controller/console/pages/emergency/ladder.ts';
import type { AlertAnswer, AlertSourceAnswer } from '../../schemas/alerts.ts';
import type { OrderAnswer, TemplateAnswer } from '../../schemas/order-api.ts';

describe('addresses of the desk', () => {
  test('neither kind is chosen unless the address says so', () => {
    expect(spotOf([]).kind).toBeUndefined();
    expect(spotOf(['thật']).kind).toBeUndefined();
    expect(spotOf(['constructor']).kind).toBeUndefined();
    expect(spotOf(['that'])).toEqual({ kind: 'actual' });
    expect(spotOf(['dien-tap', 'canh-bao'])).toEqual({ kind: 'exercise' });
  });

  test('lead back to where they came from', () => {
    for (const spot of [{ kind: undefined }, { kind: 'actual', alert: 'a/1' }, { kind: 'exercise', extend: 'order-1' }] as const)
      expect(spotOf(addressOf(spot).split('/').slice(2).map(decodeURIComponent))).toEqual(spot);
  });

  test('an order goes on as its own kind only; an alert proposes', () => {
    const running = [
      { id: 'order-1', class: 'exercise', template: 'lu-quet', groups: ['xa'], title: 'Lũ quét' },
    ] as unknown as OrderAnswer[];
    const alerts = [{ id: 'a-1', message: null, proposal: { template: null, groups: ['thon-1'], areas: [] } }] as unknown as AlertAnswer[];
    expect(draftOf({ kind: 'exercise', extend: 'order-1' }, { alerts, running }).template).toBe('lu-quet');
    expect(draftOf({ kind: 'actual', extend: 'order-1' }, { alerts, running }).template).toBeUndefined();
    expect(draftOf({ kind: 'actual', alert: 'a-1' }, { alerts, running })).toEqual({
      template: undefined,
      groups: ['thon-1'],
      about: 'a-1',
    });
  });

  test('what is said in drills cannot be chosen in earnest', () => {
    const templates = [{ id: 'lu-quet' }, { id: 'dien-tap' }] as unknown as TemplateAnswer[];
    expect(templatesFor('actual', templates).map(({ id }) => id)).toEqual(['lu-quet']);
    expect(templatesFor('exercise', templates)).toHaveLength(2);
  });

  test('a commune is meant whole, a province is not', () => {
    const groups = [
      { id: 'a', name: 'A' },
      { id: 'b', name: 'B' },
    ];
    expect(groupsMeant(groups, 'commune')).toEqual(['a', 'b']);
    expect(groupsMeant(groups, 'province')).toEqual([]);
    expect(groupsMeant(groups.slice(0, 1), 'province')).toEqual(['a']);
  });
});

test('a ladder counts down between two answers, and names who is called now', () => {
  const person = (title: string, atMs: number, answeredMs: number | null = null) => ({
    person: title,
    title,
    atMs,
    seenMs: null,
    answeredMs,
  });
  const ladder = {
    rung: [person('A', 1), person('B', 2), person('C', 2, 3)],
    next: { people: ['D'], atMs: 10_000 },
    offer: null,
    nowMs: 4_000,
  };
  expect(nowOnLadder(ladder, 1_500)).toEqual({ calling: ['B'], leftS: 5 });
  expect(nowOnLadder(ladder, 60_000).leftS).toBe(0);
  expect(nowOnLadder({ ...ladder, rung: [], next: null }, 0)).toEqual({ calling: [], leftS: 0 });
});

test('a source keeps what its form does not show', () => {
  const before = {
    ...{ id: 'tinh', title: 'Đài', kind: 'folder', trust: 'auto', perMinute: 7, unknownPlaces: 'ignore', secretSet: false },
    ...{ senders: ['a@b'], superiorTo: [], exercises: true, signature: 'required', signers: [], otherSystems: [], elsewhere: ['x'] },
    events: [
      { event: 'Lũ = quét', minSeverity: 'Severe', template: 'lu-quet' },
      { eventCode: { name: 'n', value: 'v' }, template: 'sat-lo' },
    ],
    places: [{ area: '08/02536', groups: ['xa'], codes: ['VN-xa=02536'], centre: [21, 105] }],
  } as unknown as AlertSourceAnswer;
  const { secretSet: _, ...kept } = before;
  const written = sourceOf(sourceLines(before), before);
  expect(written).toEqual({ ...kept, events: [before.events[1], before.events[0]] });
  const changed = sourceOf({ ...sourceLines(before), places: '08 = xa, thon-1\n\n' }, before);
  expect(changed['places']).toEqual([{ area: '08', groups: ['xa', 'thon-1'], codes: [] }]);
});
