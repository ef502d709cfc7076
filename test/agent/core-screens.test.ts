// When a board is lit: by its hours, by command, for orders; what is told of it, and pictures on request.
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../schemas/outbox.ts';
import { type ScreenHours, screenTimeAt } from '../../schemas/screen-hours.ts';
import { hourMs, minuteMs, mondayMs, opened, order, plan, policy, secondMs, settings } from '../world/build.ts';
import { Rig } from './core-rig.ts';

const days = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;
const zone = policy().zone;
const hours: ScreenHours = { zone, windows: [{ days: [...days], from: '06:00', to: '21:00' }] };

function rigAt(timeMs: number, screenHours?: ScreenHours): Rig {
  const boards = settings({ outputs: [{ id: 'bang', kind: 'board' }], ...(screenHours && { screenHours }) });
  return new Rig(timeMs).bootWith(plan(1, { settings: boards }));
}

function answers(rig: Rig, page: 'sent' | 'confirmed' | 'failed' = 'confirmed', power: 'none' | 'sent' | 'confirmed' | 'failed' = 'sent') {
  const asked = rig.lastOf('switchScreen');
  if (!asked) throw new Error('no screen was asked');
  return rig.tell({ is: 'screenSwitched', output: asked.output, attempt: asked.attempt, page, power, detail: '' });
}

let ctr = 0;
function command(rig: Rig, body: { do: 'blank'; on: boolean } | { do: 'screenshot' }): string {
  const id = `cmd-${++ctr}`;
  rig.tell({ is: 'commandOffered', opened: opened(id, ctr, { aud: 'd/loa-1', exp: rig.wallMs + 600_000 }), command: body });
  return id;
}

function results(rig: Rig): Extract<Fact, { kind: 'command' }>[] {
  return rig.facts.filter((fact): fact is Extract<Fact, { kind: 'command' }> => fact.kind === 'command');
}

describe('hours', () => {
  const at = (text: string) =>
    screenTimeAt({ zone: 'Asia/Ho_Chi_Minh', windows: [{ days: ['SA'], from: '18:00', to: '02:00' }] }, Date.parse(text)).lit;

  test('a window over midnight belongs to the day on which it begins', () => {
    expect(at('2026-11-28T17:59:59+07:00')).toBe(false);
    expect(at('2026-11-28T18:00:00+07:00')).toBe(true);
    expect(at('2026-11-29T01:59:59+07:00')).toBe(true);
    expect(at('2026-11-29T02:00:00+07:00')).toBe(false);
    // Sunday evening is no Saturday evening.
    expect(at('2026-11-29T19:00:00+07:00')).toBe(false);
  });

  test('the same hour twice is a whole day, and an unknown zone leaves the board lit', () => {
    const whole = { zone: 'Asia/Ho_Chi_Minh', windows: [{ days: ['MO' as const], from: '06:00', to: '06:00' }] };
    expect(screenTimeAt(whole, Date.parse('2026-11-24T05:59:00+07:00')).lit).toBe(true);
    expect(screenTimeAt(whole, Date.parse('2026-11-24T06:00:00+07:00')).lit).toBe(false);
    expect(screenTimeAt({ ...whole, zone: 'Nowhere/Here' }, mondayMs)).toEqual({ lit: true, untilMs: null });
  });
});

describe('a board with hours', () => {
  test('goes dark and off at the end of its hours and comes back at their beginning, by the one timer', () => {
    const rig = rigAt(20 * hourMs + 59 * minuteMs, hours);
    expect(rig.lastOf('switchScreen')).toMatchObject({ output: 'bang', dark: false, power: true });
    answers(rig);
    rig.pass(minuteMs);
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: true, power: false });
    answers(rig);
    rig.pass(9 * hourMs);
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: false, power: true });
  });

  test('is told again every ten minutes, and a minute after it failed', () => {
    const rig = rigAt(22 * hourMs, hours);
    answers(rig);
    const before = rig.actions.length;
    rig.pass(9 * minuteMs + 59 * secondMs);
    expect(rig.actions.slice(before).filter(({ do: act }) => act === 'switchScreen')).toHaveLength(0);
    rig.pass(secondMs);
    expect(rig.actions.slice(before).filter(({ do: act }) => act === 'switchScreen')).toHaveLength(1);
    answers(rig, 'confirmed', 'failed');
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'fault', fault: 'screen-bang', state: 'raised' }));
    rig.pass(minuteMs);
    expect(rig.actions.slice(before).filter(({ do: act }) => act === 'switchScreen')).toHaveLength(2);
    answers(rig);
    expect(rig.facts).toContainEqual(expect.objectContaining({ kind: 'fault', fault: 'screen-bang', state: 'ended' }));
  });

  test('a screen that never answers has failed after half a minute', () => {
    const rig = rigAt(22 * hourMs, hours);
    rig.pass(30 * secondMs);
    expect(rig.state.live.screens['bang']).toMatchObject({ page: 'failed', power: 'failed' });
    // The answer that comes late belongs to nobody.
    expect(answers(rig).state.live.screens['bang']).toMatchObject({ power: 'failed' });
  });

  test('an order in earnest lights it at once, and after it the hours rule again; an exercise does not', () => {
    const rig = rigAt(22 * hourMs, hours);
    answers(rig);
    rig.tell({
      is: 'orderOffered',
      opened: opened('d1', 1, { aud: 'g/all', exp: rig.wallMs + hourMs }),
      order: order({ class: 'exercise' }),
      inline: [],
    });
    expect(rig.lastOf('switchScreen')).toMatchObject({ power: false });
    rig.tell({ is: 'orderOffered', opened: opened('o1', 2, { aud: 'g/all', exp: rig.wallMs + hourMs }), order: order(), inline: [] });
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: true, power: true });
    answers(rig);
    rig.tell({
      is: 'clearOffered',
      opened: opened('c1', 3, { aud: 'g/all', exp: rig.wallMs + hourMs }),
      clear: { ids: ['o1', 'd1'], level: 'commune', reason: '' },
    });
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: true, power: false });
  });

  test('without trusted time it stays lit', () => {
    const rig = new Rig(22 * hourMs);
    rig.quality = 'none';
    rig.bootWith(plan(1, { settings: settings({ outputs: [{ id: 'bang', kind: 'board' }], screenHours: hours }) }));
    expect(rig.state.live.screens['bang']?.wish ?? { dark: false, power: true }).toEqual({ dark: false, power: true });
  });

  test('the report tells light, page and power apart, and a power that fails is bad health', () => {
    const rig = rigAt(22 * hourMs, hours);
    rig.tell({ is: 'linkChanged', up: true });
    answers(rig, 'confirmed', 'failed');
    rig.pass(5 * secondMs);
    const report = rig.lastOf('publishReport')?.report;
    expect(report?.outputs[0]?.screen).toEqual({ lit: false, page: 'confirmed', power: 'failed' });
    expect(report?.health.reasons).toContain('screen-power');
  });
});

describe('commands to a board', () => {
  test('a board nobody steers is left alone until it is commanded', () => {
    const rig = rigAt(12 * hourMs);
    rig.pass(hourMs);
    expect(rig.lastOf('switchScreen')).toBeUndefined();
  });

  test('dark until taken back, through a restart; sent and confirmed are told apart', () => {
    const rig = rigAt(12 * hourMs);
    const first = command(rig, { do: 'blank', on: true });
    expect(rig.lastOf('switchScreen')).toMatchObject({ dark: true, power: true });
    expect(results(rig)).toHaveLength(0);
    answers(rig, 'sent');
    expect(results(rig)).toMatchObject([{ command: first, state: 'done', proof: 'sent' }]);
    const again = rigAt(13 * hourMs);
    again.state = { ...again.state, kept: rig.state.kept };
    again.pass(secondMs);
    expect(again.lastOf('switchScreen')).toMatchObject({ dark: true });
    const second = command(rig, { do: 'blank', on: false });
    answers(rig, 'confirmed');
    expect(results(rig).at(-1)).toMatchObject({ command: second, state: 'done', proof: 'confirmed' });
  });

  test('the same command again changes nothing; a screen that refuses is a failure; a box without board refuses', () => {
    const rig = rigAt(12 * hourMs);
    const id = command(rig, { do: 'blank', on: true });
    const before = rig.actions.length;
    rig.tell({
      is: 'commandOffered',
      opened: opened(id, ctr, { aud: 'd/loa-1', exp: rig.wallMs + 600_000 }),
      command: { do: 'blank', on: true },
    });
    expect(rig.actions.slice(before)).toEqual([]);
    answers(rig, 'failed');
    expect(results(rig)).toMatchObject([{ command: id, state: 'failed' }]);
    const loud = new Rig(12 * hourMs).bootWith(plan(1));
    command(loud, { do: 'blank', on: true });
    command(loud, { do: 'screenshot' });
    expect(results(loud).map(({ state, detail }) => `${state} ${detail}`)).toEqual(
      Array(2).fill('refused not-found: this box has no board'),
    );
  });

  test('one picture in ten seconds, with its hash in the row; one that never comes has failed', () => {
    const rig = rigAt(12 * hourMs);
    const id = command(rig, { do: 'screenshot' });
    expect(rig.lastOf('takePicture')).toMatchObject({ output: 'bang', command: id });
    command(rig, { do: 'screenshot' });
    expect(results(rig)).toMatchObject([{ state: 'refused', detail: expect.stringContaining('too-many-requests') }]);
    const picture = { sha256: 'a'.repeat(64), bytes: 10, widthPx: 960, heightPx: 540, nearlyBlack: true };
    rig.tell({ is: 'pictureTaken', command: id, picture });
    expect(results(rig).at(-1)).toMatchObject({ command: id, state: 'done', detail: 'nearly black', picture });
    rig.pass(10 * secondMs);
    const lost = command(rig, { do: 'screenshot' });
    rig.pass(minuteMs);
    expect(results(rig).at(-1)).toMatchObject({ command: lost, state: 'failed' });
    rig.tell({ is: 'pictureTaken', command: lost, picture });
    expect(results(rig).filter(({ command: one }) => one === lost)).toHaveLength(1);
  });
});
