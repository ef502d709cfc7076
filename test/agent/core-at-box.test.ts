// What hands at the box do to relays, tone and screen, and the rows that stay of it.
import { describe, expect, test } from 'vitest';
import { risingTone } from '../../agent/player/sources/generated.ts';
import { opened, order, plan, secondMs, settings } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const outputs = [
  { id: 'main', kind: 'loudspeaker' as const },
  { id: 'bang', kind: 'board' as const },
];
const rigAt = () => new Rig(10 * 3600 * secondMs).bootWith(plan(1, { settings: settings({ outputs }) }));
const acts = (rig: Rig) => rig.facts.flatMap((fact) => (fact.kind === 'act' ? [`${fact.act}: ${fact.detail}`] : []));

describe('at the box', () => {
  test('a relay test closes the relays, sounds nothing, and leaves a row of its own', () => {
    const rig = rigAt();
    rig.tell({ is: 'toneAsked', output: 'main', durationMs: 1_000, silent: true });
    expect(rig.lastOf('switchAmplifier')).toMatchObject({ output: 'main', on: true });
    rig.amplifierAnswers();
    rig.pass(2_000);
    expect(rig.lastOf('play')).toMatchObject({ sound: { of: 'tone', hz: 0, durationMs: 1_000 } });
    expect(acts(rig)).toEqual(['relay-test: 1000 ms on main']);
  });

  test('a tone at the box rises, one by command does not', () => {
    const rig = rigAt();
    rig.tell({ is: 'toneAsked', output: 'main', durationMs: 2_000, rises: true });
    rig.amplifierAnswers();
    rig.pass(2_000);
    expect(rig.lastOf('play')).toMatchObject({ sound: { of: 'tone', hz: 440, durationMs: 2_000, rises: true } });
    expect(acts(rig)).toEqual(['tone: 2000 ms on main']);
  });

  test('the rising tone begins at a whisper and ends at the level of every tone', () => {
    const wave = risingTone(440);
    const peak = (fromMs: number) => Math.max(...Array.from({ length: 480 }, (_, n) => Math.abs(wave(fromMs * 48 + n))));
    expect(peak(0)).toBeLessThan(0.02);
    expect(peak(700)).toBeGreaterThan(peak(300));
    expect(peak(1_500)).toBeCloseTo(0.7, 2);
    expect(peak(1_900)).toBeCloseTo(0.7, 2);
  });

  test('a screen test makes the board dark for three seconds, then lit, by the one timer', () => {
    const rig = rigAt();
    rig.tell({ is: 'screenTestAsked' });
    const dark = rig.lastOf('switchScreen');
    expect(dark).toMatchObject({ output: 'bang', dark: true, power: true });
    rig.tell({ is: 'screenSwitched', output: 'bang', attempt: dark?.attempt ?? 0, page: 'sent', power: 'none', detail: '' });
    expect(rig.last?.wakeAtMonoMs).toBeLessThanOrEqual(rig.monoMs + 3_000);
    rig.pass(2_999);
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: true });
    rig.pass(1);
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: false });
    expect(acts(rig)).toEqual(['screen-test: 3000 ms dark']);
  });

  test('a box without a board has no screen to test', () => {
    const rig = new Rig(10 * 3600 * secondMs).bootWith(plan(1, { settings: settings({ outputs: [outputs[0] as never] }) }));
    rig.tell({ is: 'screenTestAsked' });
    expect(rig.lastOf('switchScreen')).toBeUndefined();
    expect(acts(rig)).toEqual([]);
  });

  test('an order in earnest breaks through a relay test', () => {
    const rig = rigAt();
    rig.tell({ is: 'toneAsked', output: 'main', durationMs: 1_000, silent: true });
    rig.amplifierAnswers();
    rig.pass(2_000);
    rig.tell({ is: 'orderOffered', opened: opened('lu', rig.wallMs), order: order(), inline: [] });
    expect(rig.actions.filter(({ do: what }) => what === 'play').at(-1)).toMatchObject({ slot: 'emergency' });
  });

  test('what concerns no output only leaves its row, cut to what a row holds', () => {
    const rig = rigAt();
    rig.tell({ is: 'doneHere', act: 'hotspot-on', detail: 'x'.repeat(300) });
    expect(rig.facts).toContainEqual({ kind: 'act', act: 'hotspot-on', detail: 'x'.repeat(200) });
  });

  test('a mute says why', () => {
    const rig = rigAt();
    rig.tell({ is: 'mutedHere', muted: true, by: 'page: việc hiếu' });
    expect(acts(rig)).toEqual(['mute: page: việc hiếu']);
  });
});
