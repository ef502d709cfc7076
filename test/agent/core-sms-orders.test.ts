// An order in a text message: judged with those of the bus, by the same counters, over what lies ready. A table of what may sound.
import { describe, expect, test } from 'vitest';
import type { LocalReady } from '../../agent/core/model.ts';
import type { Clear } from '../../schemas/order.ts';
import { hourMs, minuteMs, opened, order, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;
const ready = (changes: Partial<LocalReady> = {}): LocalReady => ({
  offered: { opened: opened('lu', 1, { aud: 'd/loa-1', nbf: 0, exp: Number.MAX_SAFE_INTEGER }), order: order(), inline: [] },
  perHour: 2,
  maxMs: 10 * minuteMs,
  key: false,
  ...changes,
});
const rigReady = (one = ready()) => {
  const rig = new Rig(noon).bootWith(plan(1));
  rig.tell({ is: 'localOrdersRead', orders: [one], contacts: [] });
  return rig;
};
const sms = (rig: Rig, ctr: number, more: { nbf?: number; exp?: number; base?: string; class?: 'actual' | 'exercise' } = {}) => {
  const { base = 'lu', class: said = 'actual', nbf = rig.wallMs - 1_000, exp = rig.wallMs + hourMs } = more;
  const meta = opened(`sms-${ctr}`, ctr, { aud: 'g/xa-all', nbf, exp, iat: nbf, digest: `sms:${ctr}`, topic: 'sms/order' });
  rig.tell({ is: 'smsOrderOffered', opened: meta, base, class: said });
};
const told = (rig: Rig) =>
  rig.facts.flatMap((fact) => (fact.kind === 'order' ? [`${fact.order} ${fact.state}${fact.problem ? ` ${fact.problem.code}` : ''}`] : []));

describe('an order in a text message', () => {
  test('is taken once, with the words that lie ready', () => {
    const rig = rigReady();
    sms(rig, 100);
    sms(rig, 100);
    expect(told(rig)).toEqual(['sms-100 accepted']);
    expect(rig.state.kept.orders.active[0]).toMatchObject({ id: 'sms-100', order: order(), ctr: 100 });
    expect(rig.state.kept.orders.counters['xa/e1/g/xa-all']?.ctr ?? Object.values(rig.state.kept.orders.counters)[0]?.ctr).toBe(100);
  });

  test.each<[string, (rig: Rig) => void, string]>([
    ['that is over', (rig) => sms(rig, 100, { nbf: rig.wallMs - 2 * hourMs, exp: rig.wallMs - 1 }), 'expired'],
    ['for words that do not lie here', (rig) => sms(rig, 100, { base: 'khac' }), 'not-found'],
    ['of another class than its words', (rig) => sms(rig, 100, { class: 'exercise' }), 'wrong-type'],
  ])('%s is refused', (_, offer, code) => {
    const rig = rigReady();
    offer(rig);
    expect(told(rig)).toEqual([`sms-100 refused ${code}`]);
  });

  test('shares its counters with the bus, in both directions', () => {
    const rig = rigReady();
    rig.tell({ is: 'orderOffered', opened: opened('o-1', 200, { nbf: rig.wallMs, exp: rig.wallMs + hourMs }), order: order(), inline: [] });
    sms(rig, 199);
    expect(told(rig)).toEqual(['o-1 accepted', 'sms-199 refused replayed']);
    sms(rig, 201);
    rig.tell({ is: 'orderOffered', opened: opened('o-2', 150, { nbf: rig.wallMs, exp: rig.wallMs + hourMs }), order: order(), inline: [] });
    expect(told(rig).slice(2)).toEqual(['sms-201 accepted', 'o-2 refused replayed']);
  });

  test.each(['bus first', 'message first'])('that comes by both bearers sounds once: %s', (first) => {
    const rig = rigReady();
    const byBus = () =>
      rig.tell({
        is: 'orderOffered',
        opened: opened('o-1', 300, { nbf: rig.wallMs, exp: rig.wallMs + hourMs }),
        order: order(),
        inline: [],
      });
    if (first === 'bus first') byBus();
    sms(rig, 300);
    byBus();
    expect(told(rig)).toEqual([first === 'bus first' ? 'o-1 accepted' : 'sms-300 accepted']);
    expect(rig.state.kept.orders.active).toHaveLength(1);
  });

  test('starts no more often an hour than a hand at the box could', () => {
    const rig = rigReady();
    for (const ctr of [1, 2, 3]) sms(rig, ctr);
    expect(told(rig)).toEqual(['sms-1 accepted', 'sms-2 accepted', 'sms-3 refused too-many-requests']);
    rig.pass(hourMs + 1);
    sms(rig, 4);
    expect(told(rig).at(-1)).toBe('sms-4 accepted');
  });

  test('waits while the time is not known, and is judged when it is', () => {
    const rig = rigReady();
    rig.quality = 'none';
    rig.tell({ is: 'clockChanged' });
    sms(rig, 100);
    sms(rig, 100);
    expect(rig.state.live.unsure).toHaveLength(1);
    rig.quality = 'signed';
    rig.tell({ is: 'clockChanged' });
    expect(told(rig)).toEqual(['sms-100 accepted']);
  });

  test('does not sound once its words were cleared', () => {
    const rig = rigReady();
    const clear: Clear = { ids: ['lu'], level: 'commune', reason: 'hết lũ' };
    rig.tell({ is: 'clearOffered', opened: opened('c-1', 50, { nbf: 0, exp: rig.wallMs + hourMs }), clear });
    sms(rig, 100);
    expect(told(rig).at(-1)).toBe('sms-100 refused cleared');
  });
});
