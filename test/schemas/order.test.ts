// How orders rank: level first, then severity × urgency × certainty.
import { describe, expect, test } from 'vitest';
import { Clear, clearedIdsMax, Order, orderAudioBytesMax, orderWeight } from '../../schemas/order.ts';
import { parse } from '../../schemas/parse.ts';
import { levelOrder } from '../../schemas/programme.ts';

function order(change: Partial<Order> = {}): Order {
  return {
    class: 'actual',
    level: 'commune',
    area: '08/02536',
    hazard: 'flash-flood',
    severity: 'Severe',
    urgency: 'Expected',
    certainty: 'Likely',
    sirenMs: 10_000,
    times: 3,
    pauseMs: 3_000,
    speech: [{ language: 'vi', speak: 'Lũ quét. Rời khỏi ven suối ngay.' }],
    screen: { title: 'LŨ QUÉT', text: 'RỜI KHỎI VEN SUỐI NGAY' },
    ...change,
  };
}

describe('the weight of an order', () => {
  test.each<[string, Partial<Order>, Partial<Order>]>([
    [
      'a minor order of the province stands above the worst of the commune',
      { level: 'province', severity: 'Unknown', urgency: 'Unknown', certainty: 'Unknown' },
      { severity: 'Extreme', urgency: 'Immediate', certainty: 'Observed' },
    ],
    ['extreme above severe', { severity: 'Extreme' }, {}],
    ['immediate above expected', { urgency: 'Immediate' }, {}],
    ['observed above likely', { certainty: 'Observed' }, {}],
    [
      'the product counts, not one factor',
      { severity: 'Severe', urgency: 'Immediate', certainty: 'Observed' },
      { severity: 'Extreme', urgency: 'Future', certainty: 'Possible' },
    ],
    ['the past stands below the future', { urgency: 'Future' }, { urgency: 'Past' }],
    ['unknown stands lowest', { severity: 'Minor' }, { severity: 'Unknown' }],
  ])('%s', (_title, above, below) => {
    expect(orderWeight(order(above))).toBeGreaterThan(orderWeight(order(below)));
  });

  test('levels follow one another, and what is said does not weigh', () => {
    const weights = levelOrder.map((level) => orderWeight(order({ level })));
    expect([...weights].sort((a, b) => b - a)).toEqual(weights);
    expect(new Set(weights).size).toBe(weights.length);
    expect(orderWeight(order({ class: 'exercise', hazard: 'other' }))).toBe(orderWeight(order()));
  });
});

test.each<[string, object, string]>([
  ['a whole order', {}, ''],
  ['a siren beyond 15 s', { sirenMs: 15_001 }, '/sirenMs'],
  ['no speech', { speech: [] }, '/speech'],
  ['speech without text', { speech: [{ language: 'vi', speak: '' }] }, '/speech/0/speak'],
  [
    'audio too large to ride along',
    { speech: [{ language: 'vi', speak: 'a', audio: { sha256: 'a'.repeat(64), bytes: orderAudioBytesMax + 1, durationMs: 1 } }] },
    '/speech/0/audio/bytes',
  ],
  ['a hazard nobody knows', { hazard: 'dragon' }, '/hazard'],
])('an order with %s', (_title, change, path) => {
  const read = parse(Order, { ...order(), ...change });
  expect(read.ok ? '' : read.problem.path).toBe(path);
});

test('a clear names at least one order, and all that can live in a group with what earlier clears named', () => {
  const clear = (count: number) => parse(Clear, { ids: Array.from({ length: count }, (_, i) => `o${i}`), level: 'commune', reason: '' }).ok;
  expect([clear(0), clear(1), clear(clearedIdsMax), clear(clearedIdsMax + 1)]).toEqual([false, true, true, false]);
});
