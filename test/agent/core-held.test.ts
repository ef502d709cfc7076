// What a hand at the box, the mains, the hours and the gains allow: one table a rule.
import { describe, expect, test } from 'vitest';
import type { Event } from '../../agent/core/model.ts';
import { standardRules } from '../../agent/core/rules.ts';
import { hoursUntil, isQuiet } from '../../schemas/policy.ts';
import type { BoxSettings } from '../../schemas/settings.ts';
import { agenda } from '../../schemas/timeline.ts';
import { hourMs, item, minuteMs, mondayMs, opened, order, plan, policy, programme, schedule } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const button: Event = { is: 'inputChanged', input: 'button', on: true };
const asksService: Event = { is: 'serviceAsked', on: true, by: 'ky-thuat' };

function oneNews(changes: Parameters<typeof plan>[1] = {}) {
  return plan(1, {
    programmes: [programme('news', [item('news', 10 * minuteMs)])],
    schedules: [schedule('news', 'news', mondayMs + 5.5 * hourMs)],
    ...changes,
  });
}

function offersOrder(rig: Rig, changes: Parameters<typeof order>[0] = {}, id = 'flood'): void {
  rig.tell({ is: 'orderOffered', opened: opened(id, rig.wallMs, { exp: rig.wallMs + hourMs }), order: order(changes), inline: [] });
}

describe('who may be heard', () => {
  const held = (states: Partial<Record<'service' | 'muted' | 'onBattery', true>>, changes: Parameters<typeof policy>[0] = {}) =>
    (['emergency', 'exercise', 'live', 'programme', 'tone', 'tone-here'] as const).map((kind) =>
      standardRules.held({ service: false, muted: false, onBattery: false, policy: policy(changes), ...states }, kind),
    );
  const all = <T>(what: T) => [what, what, what, what, what, what];

  test.each([
    ['nothing held back', held({}), all(null)],
    ['in service nothing at all', held({ service: true, muted: true, onBattery: true }), all('held-service')],
    ['muted: an order in earnest, and a tone by hand', held({ muted: true }), [null, 'muted', 'muted', 'muted', 'muted', null]],
    ['muted for orders too', held({ muted: true }, { emergencyOverridesMute: false }), ['muted', 'muted', 'muted', 'muted', 'muted', null]],
    ['on battery: emergencies', held({ onBattery: true }), [null, 'on-battery', 'on-battery', 'on-battery', 'on-battery', null]],
    ['on battery by a policy that plays', held({ onBattery: true }, { onBattery: 'play' }), all(null)],
  ])('%s', (_what, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('before any policy an order sounds through a mute', () => {
    expect(standardRules.held({ service: false, muted: true, onBattery: true, policy: undefined }, 'emergency')).toBeNull();
  });
});

describe('service', () => {
  test('takes both, PIN and button, in either order, within half a minute', () => {
    for (const [first, second, afterMs, on] of [
      [asksService, button, 29_000, true],
      [button, asksService, 29_000, true],
      [asksService, button, 31_000, false],
      [button, asksService, 31_000, false],
    ] as const) {
      const rig = new Rig(5 * hourMs).bootWith(oneNews());
      rig.tell(first);
      rig.pass(afterMs);
      rig.tell(second);
      expect(rig.state.kept.service !== null).toBe(on);
    }
  });

  test('is health, and its end by hand waits for the countdown', () => {
    const rig = new Rig(5 * hourMs).bootWith(oneNews());
    rig.tell(button);
    rig.tell(asksService);
    rig.tell({ is: 'serviceAsked', on: false, by: 'ky-thuat' });
    expect(rig.state.kept.service?.ending).toBe(true);
    rig.amplifierAnswers();
    rig.pass(1_000);
    expect(rig.lastOf('play')).toMatchObject({ sound: { of: 'countdown', durationMs: 10_000 }, gainDb: -20 });
    rig.tell(asksService);
    expect(rig.state.kept.service).toMatchObject({ ending: false, leftMs: 2 * hourMs });
    expect(rig.lastOf('stop')).toMatchObject({ fadeMs: 5 });
  });

  test('an order is told as held, and as sounding once it does', () => {
    const rig = new Rig(5 * hourMs).bootWith(oneNews());
    rig.tell(button);
    rig.tell(asksService);
    offersOrder(rig);
    rig.pass(1_000);
    const told = rig.facts.flatMap((fact) => (fact.kind === 'order' ? [`${fact.state} ${fact.because ?? ''}`.trim()] : []));
    expect(told).toEqual(['accepted', 'held held-service']);
    expect(rig.lastOf('play')).toBeUndefined();
  });
});

describe('the end of the hours', () => {
  const at = (hours: number) => mondayMs + hours * hourMs;
  test.each([
    ['inside the window', at(6), at(7), at(7)],
    ['over its end', at(21.5), at(23), at(22)],
    ['outside', at(23), at(24), at(23)],
    ['up to quiet hours within a window', at(11), at(13), at(12)],
    ['a permit carries on', at(21.5), at(23), at(22.5)],
  ])('%s', (what, fromMs, toMs, untilMs) => {
    const quiet = [{ from: '12:00', to: '12:30' }];
    const permits = what.includes('permit') ? [{ fromMs: at(21), untilMs: at(22.5), reason: 'hội' }] : [];
    expect(hoursUntil(policy({ quiet, permits }), fromMs, toMs)).toBe(untilMs);
  });

  test('quiet hours are quiet whatever the windows say, but for a permit', () => {
    expect(isQuiet(policy(), at(22.2), at(22.3))).toBe(true);
    expect(isQuiet(policy({ quiet: [] }), at(22.2), at(22.3))).toBe(false);
    expect(isQuiet(policy({ permits: [{ fromMs: at(22), untilMs: at(23), reason: 'hội' }] }), at(22.2), at(22.3))).toBe(false);
  });
});

describe('neighbours', () => {
  const staggered = (settings: Partial<BoxSettings>) =>
    agenda(
      oneNews({ settings, schedules: [schedule('news', 'news', mondayMs + 5.5 * hourMs, { neighbours: 'staggered' })] }),
      mondayMs,
      mondayMs + 24 * hourMs,
    );

  test('a staggered play keeps its name and starts later on this box only', () => {
    const [early] = staggered({});
    const [late] = staggered({ staggerMs: 4_000 });
    expect(late?.id).toBe(early?.id);
    expect((late?.startMs ?? 0) - (early?.startMs ?? 0)).toBe(4_000);
    expect((late?.endMs ?? 0) - (late?.startMs ?? 0)).toBe(10 * minuteMs);
  });

  test('schedules that play together, and bulletins, know no stagger', () => {
    const together = agenda(oneNews({ settings: { staggerMs: 4_000 } }), mondayMs, mondayMs + 24 * hourMs);
    expect(together[0]?.startMs).toBe(mondayMs + 5.5 * hourMs);
  });
});

describe('gains', () => {
  // box, schedule, policy's ceiling → what the play is given; the item's own loudness correction stands beside it in the player.
  test.each([
    [0, 0, 0, 0],
    [-6, 0, 0, -6],
    [-6, -3, 0, -9],
    [0, 6, 0, 0],
    [-2, 6, -3, -3],
    [-20, -20, -10, -40],
  ])('box %d dB and schedule %d dB under %d dB play at %d dB', (box, own, ceiling, expected) => {
    const rig = new Rig(5.5 * hourMs - 10_000).bootWith(
      oneNews({
        settings: { gainDb: box },
        policy: { gainMaxDb: ceiling },
        schedules: [schedule('news', 'news', mondayMs + 5.5 * hourMs, { gainDb: own })],
      }),
    );
    rig.pass(8_500);
    rig.amplifierAnswers();
    rig.pass(500);
    expect(rig.lastOf('play')?.gainDb).toBe(expected);
  });

  test.each([
    ['actual', 0, 0],
    ['actual', -5, -5],
    ['exercise', 0, -12],
  ] as const)('an order (%s, %d dB of its own) plays at %d dB whatever box and policy say of programmes', (kind, own, expected) => {
    const rig = new Rig(6 * hourMs).bootWith(oneNews({ settings: { gainDb: -9, orderGainDb: own }, policy: { gainMaxDb: -12 } }));
    offersOrder(rig, { class: kind });
    rig.amplifierAnswers();
    rig.pass(500);
    expect(rig.lastOf('play')?.gainDb).toBe(expected);
  });

  test('a bridge keys its carrier ahead of the sound and its receipt says so', () => {
    const outputs: BoxSettings['outputs'] = [{ id: 'fm', kind: 'bridge', carrierLeadMs: 3_000, carrierTailMs: 0 }];
    const rig = new Rig(5.5 * hourMs - 20_000).bootWith(oneNews({ settings: { outputs } }));
    rig.pass(16_500);
    const on = rig.lastOf('switchAmplifier');
    expect(on).toMatchObject({ output: 'fm', on: true });
    rig.amplifierAnswers();
    rig.pass(3_200);
    rig.starts();
    rig.pass(1_000);
    const play = rig.lastOf('play');
    rig.tell({ is: 'playbackEnded', output: 'fm', attempt: play?.attempt ?? 0, how: 'completed', audibleMs: 600_000, endedMs: rig.wallMs });
    rig.pass(10);
    expect(rig.facts.at(-1)).toMatchObject({ kind: 'receipt', receipt: { proof: 'bridge', outcome: 'played' } });
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ output: 'fm', on: false });
  });
});
