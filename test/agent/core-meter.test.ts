// What the amplifiers' current says: a table of looks, and a box that learns from its self-test and tells proof and faults.
import { describe, expect, test } from 'vitest';
import { fanWish } from '../../agent/core/fan.ts';
import { judgeLook, type Look } from '../../agent/core/meter.ts';
import type { KeptMeter } from '../../agent/core/model.ts';
import type { Receipt } from '../../schemas/receipt.ts';
import { hourMs, plan } from '../world/build.ts';
import { Rig } from './core-rig.ts';

/** A 100 W amplifier: 20 mA off (its relay's supply), 120 mA silent, 220 mA with the test tone of −23 dBFS. */
const learned: KeptMeter = { idleMa: 20, readyMa: 120, toneMa: 220, toneDb: -23 };

test.each<[string, Look, { dead: boolean | null; open: boolean | null; short: boolean | null; proves: boolean }]>([
  ['off', { amplifier: 'off', levelDb: -120, currentMa: 21 }, { dead: null, open: null, short: null, proves: false }],
  [
    'off, and speech at the gate',
    { amplifier: 'off', levelDb: -18, currentMa: 21 },
    { dead: null, open: null, short: null, proves: false },
  ],
  ['on, silent', { amplifier: 'on', levelDb: -120, currentMa: 121 }, { dead: false, open: null, short: false, proves: false }],
  ['on, too quiet to tell', { amplifier: 'on', levelDb: -45, currentMa: 122 }, { dead: false, open: null, short: false, proves: false }],
  ['on, the test tone', { amplifier: 'on', levelDb: -23, currentMa: 219 }, { dead: false, open: false, short: false, proves: true }],
  ['on, speech', { amplifier: 'on', levelDb: -18, currentMa: 290 }, { dead: false, open: false, short: false, proves: true }],
  ['on, half the speakers', { amplifier: 'on', levelDb: -18, currentMa: 190 }, { dead: false, open: false, short: false, proves: false }],
  ['on, speech, no speaker', { amplifier: 'on', levelDb: -18, currentMa: 124 }, { dead: false, open: true, short: false, proves: false }],
  [
    'on, speech, the fuse is gone',
    { amplifier: 'on', levelDb: -18, currentMa: 21 },
    { dead: true, open: null, short: false, proves: false },
  ],
  ['on, speech, a short', { amplifier: 'on', levelDb: -18, currentMa: 2_900 }, { dead: false, open: false, short: true, proves: false }],
  [
    'a relay that welded onto a short',
    { amplifier: 'off', levelDb: -120, currentMa: 2_900 },
    { dead: null, open: null, short: true, proves: false },
  ],
])('%s', (_, look, judged) => {
  expect(judgeLook(learned, look)).toEqual(judged);
});

describe('a box with a meter', () => {
  const faults = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : []));
  const receipts = (rig: Rig): Receipt[] => rig.facts.flatMap((fact) => (fact.kind === 'receipt' ? [fact.receipt] : []));
  const reads = (rig: Rig, currentMa: number, levelDb = -120) =>
    rig.tell({ is: 'meterSeen', measured: { mainsV: 229, currentMa, powerW: 25 }, detail: '', levelDb });
  /** One reading each two seconds for as long. */
  const readsFor = (rig: Rig, ms: number, currentMa: number, levelDb = -120) => {
    for (let passed = 0; passed < ms; passed += 2_000) {
      rig.pass(2_000);
      reads(rig, currentMa, levelDb);
    }
  };
  /** A technician's tone of ten seconds, drawing so much, and the hold behind it. */
  const tone = (rig: Rig, currentMa: number) => {
    rig.tell({ is: 'toneAsked', output: 'main', durationMs: 10_000, held: true });
    rig.amplifierAnswers();
    rig.pass(600);
    rig.starts();
    const attempt = rig.lastOf('play')?.attempt ?? 0;
    readsFor(rig, 8_000, currentMa, -23);
    rig.pass(2_000);
    rig.tell({ is: 'playbackEnded', output: 'main', attempt, how: 'completed', audibleMs: 10_000, endedMs: rig.wallMs });
    readsFor(rig, 6_000, Math.min(currentMa, 120));
    rig.pass(6_000);
    expect(rig.lastOf('switchAmplifier')?.on).toBe(false);
    rig.amplifierAnswers();
    readsFor(rig, 6_000, 20);
  };
  const rigUp = () => {
    const rig = new Rig(12 * hourMs).bootWith(plan(1));
    readsFor(rig, 6_000, 20);
    return rig;
  };

  test('learns from one test tone what off, silence and sound draw', () => {
    const rig = rigUp();
    tone(rig, 220);
    expect(rig.state.kept.meter).toEqual({ idleMa: 20, readyMa: 120, toneMa: 220, toneDb: -23 });
  });

  test('learns nothing from a tone that nobody could have heard', () => {
    const rig = rigUp();
    tone(rig, 122);
    expect(rig.state.kept.meter).toBeNull();
  });

  test('says in the receipt that the current proved the sound', () => {
    const rig = rigUp();
    tone(rig, 220);
    tone(rig, 221);
    expect(receipts(rig).map(({ proof }) => proof)).toEqual(['simulated', 'current']);
  });

  test('tells an open speaker line while it sounds, keeps to it in silence, and takes it back when current flows', () => {
    const rig = rigUp();
    tone(rig, 220);
    tone(rig, 121);
    expect(faults(rig)).toEqual(['speaker-open raised']);
    expect(receipts(rig).at(-1)?.proof).toBe('simulated');
    readsFor(rig, 60_000, 20);
    expect(faults(rig)).toEqual(['speaker-open raised']);
    tone(rig, 215);
    expect(faults(rig)).toEqual(['speaker-open raised', 'speaker-open ended']);
  });

  test('tells an amplifier that draws nothing, and a short', () => {
    const rig = rigUp();
    tone(rig, 220);
    tone(rig, 21);
    expect(faults(rig)).toEqual(['amplifier-dead raised']);
    const shorted = rigUp();
    tone(shorted, 220);
    tone(shorted, 4_000);
    expect(faults(shorted)).toContain('speaker-short raised');
  });

  test('tells a meter that is gone, and claims nothing meanwhile', () => {
    const rig = rigUp();
    rig.tell({ is: 'meterSeen', measured: null, detail: 'tool-timeout: nothing', levelDb: -120 });
    rig.pass(5_000);
    expect(faults(rig)).toEqual(['meter-gone raised']);
    reads(rig, 20);
    expect(faults(rig)).toEqual(['meter-gone raised', 'meter-gone ended']);
  });
});

describe('the cabinet', () => {
  test('opened is a fault and a row; a switch that bounces is one opening', () => {
    const rig = new Rig(12 * hourMs).bootWith(plan(1));
    const told = () =>
      rig.facts.flatMap((fact) => (fact.kind === 'fault' ? [`${fact.fault} ${fact.state}`] : fact.kind === 'act' ? [fact.act] : []));
    for (const on of [true, false, true]) {
      rig.tell({ is: 'inputChanged', input: 'tamper', on });
      rig.pass(20);
    }
    expect(told()).toEqual([]);
    rig.pass(500);
    expect(told()).toEqual(['case-open', 'case-open raised']);
    rig.tell({ is: 'inputChanged', input: 'tamper', on: false });
    rig.pass(500);
    expect(told().slice(2)).toEqual(['case-closed', 'case-open ended']);
  });
});

describe('the fan', () => {
  test.each<[number | null, boolean, boolean]>([
    [59.9, false, false],
    [60, false, true],
    [55, true, true],
    [50.1, true, true],
    [50, true, false],
    [55, false, false],
    [null, false, true],
  ])('at %s °C, on before: %s, it is on: %s', (temperatureC, isOn, wish) => {
    expect(fanWish(temperatureC, isOn)).toBe(wish);
  });

  test('is turned by the board’s temperature where one is wired, and told again when it did not follow', () => {
    const rig = new Rig(12 * hourMs).bootWith(plan(1));
    const at = (temperatureC: number) =>
      rig.tell({ is: 'healthSampled', sample: { upMs: 1, rssBytes: 1, diskFreeBytes: 1e10, load1: 0, temperatureC } });
    at(70);
    expect(rig.lastOf('switchFan')).toBeUndefined();
    rig.tell({ is: 'fanSeen', percent: 0 });
    at(70);
    at(71);
    expect(rig.actions.filter((act) => act.do === 'switchFan')).toEqual([
      { do: 'switchFan', on: true },
      { do: 'switchFan', on: true },
    ]);
    rig.tell({ is: 'fanSeen', percent: 100 });
    at(52);
    at(49);
    expect(rig.actions.filter((act) => act.do === 'switchFan')).toHaveLength(3);
    expect(rig.lastOf('switchFan')).toEqual({ do: 'switchFan', on: false });
  });
});
