// Orders that wait, orders withheld, orders started at the box: tables of the rules.
// LONG: one table of rules; each case is read beside its neighbours.
import { describe, expect, test } from 'vitest';
import type { ContactReady, LocalReady } from '../../agent/core/model.ts';
import { blankLive } from '../../agent/core/start-state.ts';
import type { ClockQuality } from '../../schemas/time.ts';
import { hourMs, minuteMs, opened, order, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const noon = 12 * hourMs;
const yearMs = 365 * 24 * hourMs;

const states = (rig: Rig, id: string) => rig.facts.flatMap((fact) => (fact.kind === 'order' && fact.order === id ? [fact.state] : []));
const faults = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : []));
const offer = (rig: Rig, id: string, times: { nbf: number; exp: number }) =>
  rig.tell({ is: 'orderOffered', opened: opened(id, times.nbf, times), order: order(), inline: [] });

describe('an order whose time has not come', () => {
  test('waits, and sounds without coming again', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    offer(rig, 'o-1', { nbf: rig.wallMs + 5 * minuteMs, exp: rig.wallMs + hourMs });
    expect(states(rig, 'o-1')).toEqual(['refused']);
    rig.pass(4 * minuteMs);
    expect(states(rig, 'o-1')).toEqual(['refused']);
    rig.pass(minuteMs);
    expect(states(rig, 'o-1')).toEqual(['refused', 'accepted']);
  });

  test('never pushes one out that could sound sooner', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    for (let i = 1; i <= 40; i++) offer(rig, `o-${i}`, { nbf: rig.wallMs + (50 - i) * hourMs, exp: rig.wallMs + 100 * hourMs });
    expect(rig.state.live.unsure).toHaveLength(16);
    expect(rig.state.live.unsure.map(({ opened: { id } }) => id)).toContain('o-40');
  });
});

describe('an order while the clock is wrong', () => {
  // The clock's error, its quality, whether a nonce is answered, the setting, the order's age and life: does it sound?
  test.each<[string, number, ClockQuality, boolean, 'refuse' | 'sound', number, boolean]>([
    ['fresh, ten years behind, answered', -10 * yearMs, 'none', true, 'refuse', 0, true],
    ['fresh, ten years ahead, answered', 10 * yearMs, 'none', true, 'refuse', 0, true],
    ['fresh, ten years behind, no answer', -10 * yearMs, 'none', false, 'refuse', 0, false],
    ['fresh, ten years ahead, no answer', 10 * yearMs, 'net', false, 'refuse', 0, false],
    ['fresh, no answer, set to sound', -10 * yearMs, 'none', false, 'sound', 0, true],
    ['held back two hours, ten years behind, answered', -10 * yearMs, 'none', true, 'refuse', 2 * hourMs, false],
    ['held back two hours, ten years behind, answered, set to sound', -10 * yearMs, 'none', true, 'sound', 2 * hourMs, false],
    ['held back two hours, no answer', -10 * yearMs, 'none', false, 'refuse', 2 * hourMs, false],
    ['held back two hours, a clock known not to be early', 0, 'floor', false, 'sound', 2 * hourMs, false],
  ])('%s', (_, errorMs, quality, answered, whenUnsure, ageMs, sounds) => {
    const rig = new Rig(noon).bootWith(plan(1, { settings: { whenUnsure } }));
    rig.tell({ is: 'linkChanged', up: true });
    const trueMs = rig.wallMs;
    rig.wallMs += errorMs;
    rig.quality = quality;
    rig.tell({ is: 'clockChanged' });
    offer(rig, 'o-1', { nbf: trueMs - ageMs, exp: trueMs - ageMs + hourMs });
    if (quality !== 'floor') expect(rig.actions).toContainEqual({ do: 'ask', kind: 'time' });
    expect(states(rig, 'o-1')).not.toContain('accepted');
    rig.pass(1_000);
    if (answered) {
      rig.wallMs -= errorMs;
      rig.quality = 'signed';
      rig.tell({ is: 'clockChanged' });
    }
    rig.pass(5_001);
    expect(states(rig, 'o-1').includes('accepted')).toBe(sounds);
  });
});

describe('a box that is kept from its orders', () => {
  const beat = (rig: Rig, ctr: number) =>
    rig.tell({ is: 'heartbeatCame', line: 'own', centre: 'xa', epoch: 'e1', topics: { 'g/xa-all/order': ctr } });
  const rigUp = () => {
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'linkChanged', up: true });
    return rig;
  };

  test('goes yellow ten seconds after it was told of one, asks, and is well again when it comes', () => {
    const rig = rigUp();
    const ctr = rig.wallMs;
    beat(rig, ctr);
    rig.pass(9_000);
    expect(faults(rig)).toEqual([]);
    rig.pass(1_000);
    expect(faults(rig)).toEqual(['orders-missed raised']);
    expect(rig.lastOf('publishReport')?.report.health.reasons ?? []).toContain('orders-missed');
    expect(rig.actions).toContainEqual({ do: 'ask', kind: 'want' });
    rig.tell({ is: 'orderOffered', opened: opened('o-1', ctr), order: order(), inline: [] });
    expect(faults(rig)).toEqual(['orders-missed raised', 'orders-missed ended']);
  });

  test('counts exercises apart, and what it had to refuse as come', () => {
    const rig = rigUp();
    rig.tell({ is: 'heartbeatCame', line: 'own', centre: 'xa', epoch: 'e1', topics: { 'g/xa-all/drill': 7 } });
    const meta = opened('d-1', 7, { topic: 'loa/1/g/xa-all/drill' });
    const problem = { code: 'outside-area', path: '', detail: '' } as const;
    rig.tell({ is: 'envelopeRefused', topic: meta.topic, id: 'd-1', problem, opened: meta });
    rig.pass(20_000);
    expect(faults(rig)).toEqual([]);
    rig.tell({ is: 'heartbeatCame', line: 'own', centre: 'xa', epoch: 'e1', topics: { 'g/xa-all/order': 7 } });
    rig.pass(10_000);
    expect(faults(rig)).toEqual(['orders-missed raised']);
  });

  test('goes yellow when heartbeats stay away for fifteen minutes, on either line', () => {
    const rig = rigUp();
    beat(rig, 0);
    rig.pass(15 * minuteMs - 1);
    expect(faults(rig)).toEqual([]);
    rig.pass(1);
    expect(faults(rig)).toEqual(['heartbeat-missed raised']);
    beat(rig, 0);
    expect(faults(rig)).toEqual(['heartbeat-missed raised', 'heartbeat-missed ended']);
    rig.tell({ is: 'upperChanged', centre: 'tinh', up: true });
    rig.tell({ is: 'heartbeatCame', line: 'upper', centre: 'tinh', epoch: 'e1', topics: {} });
    for (let i = 0; i < 3; i++) {
      rig.pass(5 * minuteMs);
      beat(rig, 0);
    }
    expect(faults(rig).slice(2)).toEqual(['heartbeat-missed raised']);
    rig.tell({ is: 'upperChanged', centre: null, up: false });
    expect(faults(rig).slice(3)).toEqual(['heartbeat-missed ended']);
  });
});

function ready(id: string, changes: Partial<LocalReady> = {}): LocalReady {
  const meta = opened(id, 1, { aud: 'd/loa-1', nbf: 0, exp: Number.MAX_SAFE_INTEGER });
  return { offered: { opened: meta, order: order(), inline: [] }, perHour: 2, maxMs: 10 * minuteMs, key: true, ...changes };
}

/** What the latest report says of them. */
const localIn = (rig: Rig) => rig.actions.flatMap((act) => (act.do === 'publishReport' ? [act.report] : [])).at(-1)?.local;

const mandate = { id: 'm-1', nbf: 0, exp: Number.MAX_SAFE_INTEGER, persons: ['a', 'b'], keyids: ['key-0001'] };

describe('an order that lies ready in the box', () => {
  const start = (rig: Rig) => rig.tell({ is: 'localStartAsked', order: 'lu', by: 'page' });
  const rigReady = () => {
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [] });
    return rig;
  };

  test('sounds under a fresh id each time, so often an hour, and tells who started it', () => {
    const rig = rigReady();
    for (let i = 0; i < 3; i++) {
      start(rig);
      start(rig);
      rig.tell({ is: 'localEndAsked', by: 'page' });
    }
    expect(states(rig, 'lu#1')).toEqual(['accepted', 'cleared']);
    expect(states(rig, 'lu#2')).toEqual(['accepted', 'cleared']);
    expect(states(rig, 'lu')).toEqual(['refused', 'refused']);
    expect(rig.facts).toContainEqual(expect.objectContaining({ order: 'lu#1', here: { how: 'page', by: 'page' } }));
    expect(rig.facts).toContainEqual(
      expect.objectContaining({ kind: 'receipt', receipt: expect.objectContaining({ here: { how: 'page', by: 'page' } }) }),
    );
    rig.pass(hourMs);
    start(rig);
    expect(states(rig, 'lu#3')).toEqual(['accepted']);
  });

  test('is named in the report, and so is one that was refused a place, with its reason', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'linkChanged', up: true });
    rig.pass(minuteMs);
    expect(localIn(rig)).toBeUndefined();
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [], refused: [{ id: 'chay', code: 'key-unknown' }] });
    rig.pass(minuteMs);
    expect(localIn(rig)).toEqual([{ id: 'lu' }, { id: 'chay', code: 'key-unknown' }]);
    rig.tell({ is: 'localOrdersRead', orders: [], contacts: [] });
    rig.pass(minuteMs);
    expect(localIn(rig)).toBeUndefined();
  });

  test('sounds without any time and ends by itself', () => {
    const rig = rigReady();
    rig.quality = 'none';
    start(rig);
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ on: true });
    rig.pass(10 * minuteMs);
    expect(states(rig, 'lu#1')).toEqual(['accepted', 'expired']);
  });

  test('as an exercise obeys hours, so it starts only while the time is known', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    const exercise = ready('lu');
    const offered = { ...exercise.offered, order: order({ class: 'exercise' }) };
    rig.tell({ is: 'localOrdersRead', orders: [{ ...exercise, offered }], contacts: [] });
    rig.quality = 'none';
    start(rig);
    expect(rig.facts.at(-1)).toMatchObject({ kind: 'order', order: 'lu', state: 'refused', problem: { code: 'no-time' } });
    rig.quality = 'signed';
    start(rig);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
  });

  test('starts by the key held three seconds and ends by it or by the button', () => {
    const rig = rigReady();
    const turn = (on: boolean, forMs: number) => {
      rig.tell({ is: 'inputChanged', input: 'key', on });
      rig.pass(forMs);
    };
    turn(true, 2_900);
    turn(false, 100);
    expect(states(rig, 'lu#1')).toEqual([]);
    turn(true, 3_000);
    turn(false, 100);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
    turn(true, 3_000);
    expect(states(rig, 'lu#1')).toEqual(['accepted', 'cleared']);
    turn(false, 100);
    turn(true, 3_000);
    rig.tell({ is: 'inputChanged', input: 'button', on: true });
    expect(states(rig, 'lu#2')).toEqual(['accepted', 'cleared']);
  });
});

/** The power goes and comes: what was kept stays, the board says how its inputs stand. */
function restart(rig: Rig, input: 'key' | 'contact-1', contacts: readonly ContactReady[] = []): void {
  rig.state = { kept: rig.state.kept, live: blankLive() };
  rig.monoMs = 500;
  rig.tell({ is: 'booted', boot: 'b2', version: '1' });
  rig.tell({ is: 'inputChanged', input, on: true });
  rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts });
  rig.pass(minuteMs);
}

describe('a cut of the power with a switch left closed', () => {
  test('does not end what the key began, nor start it again once it was ended', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [] });
    rig.tell({ is: 'inputChanged', input: 'key', on: true });
    rig.pass(3_000);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
    restart(rig, 'key');
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
    rig.tell({ is: 'inputChanged', input: 'button', on: true });
    restart(rig, 'key');
    expect(states(rig, 'lu#1')).toEqual(['accepted', 'cleared']);
    expect(states(rig, 'lu#2')).toEqual([]);
    // Turned back and again, it works as ever.
    rig.tell({ is: 'inputChanged', input: 'key', on: false });
    rig.tell({ is: 'inputChanged', input: 'key', on: true });
    rig.pass(3_000);
    expect(states(rig, 'lu#2')).toEqual(['accepted']);
  });

  test('starts a contact’s order no second time, but the first time if it closed while the power was away', () => {
    const contact: ContactReady = { id: 'mua', inputs: ['contact-1'], debounceMs: 500, order: 'lu', perHour: 9, mandate };
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'inputChanged', input: 'contact-1', on: false });
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [contact] });
    restart(rig, 'contact-1', [contact]);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
    rig.tell({ is: 'localEndAsked', by: 'page' });
    restart(rig, 'contact-1', [contact]);
    expect(states(rig, 'lu#2')).toEqual([]);
  });
});

describe('a dry contact', () => {
  const contact = { id: 'mua', inputs: ['contact-1', 'contact-2'] as const, debounceMs: 500, order: 'lu', perHour: 1, mandate };
  const rigWith = (inputs: readonly ('contact-1' | 'contact-2')[] = contact.inputs) => {
    const rig = new Rig(noon).bootWith(plan(1));
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [{ ...contact, inputs }] });
    return rig;
  };
  const set = (rig: Rig, input: 'contact-1' | 'contact-2', on: boolean, forMs: number) => {
    rig.tell({ is: 'inputChanged', input, on });
    rig.pass(forMs);
  };

  test('that bounces starts nothing; closed long enough it starts once under its mandate', () => {
    const rig = rigWith(['contact-1']);
    for (let i = 0; i < 20; i++) set(rig, 'contact-1', i % 2 === 0, 100);
    expect(states(rig, 'lu#1')).toEqual([]);
    set(rig, 'contact-1', true, 500);
    rig.pass(minuteMs);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
    expect(rig.facts).toContainEqual(
      expect.objectContaining({
        order: 'lu#1',
        here: { how: 'contact', by: 'mua' },
        authority: { by: 'mandate', persons: ['a', 'b'], mandate: 'm-1' },
      }),
    );
  });

  test('wired while it stands closed waits until it was open', () => {
    const rig = new Rig(noon).bootWith(plan(1));
    set(rig, 'contact-1', true, minuteMs);
    rig.tell({ is: 'localOrdersRead', orders: [ready('lu')], contacts: [{ ...contact, inputs: ['contact-1'] }] });
    rig.pass(minuteMs);
    expect(states(rig, 'lu#1')).toEqual([]);
    set(rig, 'contact-1', false, 500);
    set(rig, 'contact-1', true, 500);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
  });

  test('needs both where both are asked for', () => {
    const rig = rigWith();
    set(rig, 'contact-1', true, 5_000);
    expect(states(rig, 'lu#1')).toEqual([]);
    set(rig, 'contact-2', true, 500);
    expect(states(rig, 'lu#1')).toEqual(['accepted']);
  });

  test('starts again only after it was open, and not beyond its rate', () => {
    const rig = rigWith(['contact-1']);
    set(rig, 'contact-1', true, 500);
    rig.tell({ is: 'localEndAsked', by: 'page' });
    rig.pass(minuteMs);
    set(rig, 'contact-1', false, 500);
    set(rig, 'contact-1', true, 500);
    expect(states(rig, 'lu#2')).toEqual(['refused']);
    set(rig, 'contact-1', false, hourMs);
    set(rig, 'contact-1', true, 500);
    expect(states(rig, 'lu#2')).toEqual(['refused', 'accepted']);
  });
});
