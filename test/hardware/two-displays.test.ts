// Two displays as one screen, in fake time: who shows what when the first falls, who is told as the screen, and that both are never lit.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Frame } from '../../hardware/display.ts';
import { page } from '../contract/display.ts';
import { makeRig, order, pass } from './two-displays-rig.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

test('while the first lives it shows everything and the one behind is dark', async () => {
  const { front, behind, display, told, show } = await makeRig();
  for (const frame of [page('a', ''), order('order'), page('b', '')]) {
    expect(await show(frame, 1)).toHaveProperty('paintedMs');
    expect([front.lit, behind.lit]).toEqual([frame.id, null]);
  }
  expect([behind.shows, told]).toEqual([0, []]);
  await display.stop();
});

test('an order that is on is shown again at once when the first falls, and nothing is told as failed', async () => {
  const { front, behind, display, told, show } = await makeRig();
  await show(order('order'), 1);
  front.fall();
  await pass(5);
  expect([behind.lit, display.shown()]).toEqual(['order', 'order']);
  expect(told).toEqual(['trouble: the browser ended', 'replaced: simulated (device-failed)']);
  await display.stop();
  expect(behind.lit).toBeNull();
});

test('a bulletin waits for a first that answers late, and no longer than fifteen seconds from the fall', async () => {
  const { front, behind, display, show } = await makeRig();
  await show(page('a', ''), 1);
  front.lateMs = 60_000;
  front.fall();
  await pass(14_900);
  expect([front.lit, behind.lit]).toEqual([null, null]);
  // What was on is not told as seen meanwhile.
  expect(await display.sample()).toBe('unmeasured');
  await pass(200);
  expect([behind.lit, display.shown()]).toEqual(['a', 'a']);
  await display.stop();
});

test('a first that comes back in time is never replaced', async () => {
  const { front, behind, told, display, show } = await makeRig();
  await show(page('a', ''), 1);
  expect(await display.sample()).toMatchObject({ shown: 'a' });
  front.lateMs = 3_000;
  front.fall();
  front.away = false;
  await pass(1_000);
  expect(await display.sample()).toMatchObject({ shown: null });
  await pass(2_500);
  expect([front.lit, behind.shows, told]).toEqual(['a', 0, ['trouble: the browser ended']]);
  expect(await display.sample()).toMatchObject({ shown: 'a' });
  await display.stop();
});

test('one that says at once that it cannot is replaced at once, for bulletins too, and tried every five seconds until it paints', async () => {
  const { front, behind, display, told, show, both } = await makeRig();
  await show(page('a', ''), 1);
  front.fall();
  await pass(5);
  expect(behind.lit).toBe('a');
  expect(await show(page('b', ''), 5)).toHaveProperty('paintedMs');
  const before = front.shows;
  await pass(20_000);
  expect(front.shows - before).toBe(4);
  front.away = false;
  await pass(5_000);
  expect([front.lit, behind.lit, display.shown()]).toEqual(['b', null, 'b']);
  expect(told).toEqual(['trouble: the browser ended', 'replaced: simulated (device-failed)', 'first again']);
  expect(both()).toBe(0);
  await display.stop();
});

test('an order waits two seconds for a first that seems to live, then it is on both until the first is the screen again', async () => {
  const { front, behind, display, told, show } = await makeRig();
  await show(page('a', ''), 1);
  front.lateMs = 4_000;
  expect(await show(order('order'), 1_900)).toBeUndefined();
  await pass(200);
  expect([behind.lit, display.shown()]).toEqual(['order', 'order']);
  await pass(2_000);
  expect([front.lit, behind.lit]).toEqual(['order', null]);
  expect(told).toEqual(['replaced: simulated (tool-timeout)', 'first again']);
  await display.stop();
});

test('a wish for darkness holds on both sides of every change, and an order is seen through it', async () => {
  const { front, behind, display, show, both } = await makeRig();
  await show(page('a', ''), 1);
  await display.blank(true);
  front.fall();
  await pass(5);
  expect([behind.lit, await display.sample()]).toMatchObject([null, { shown: 'a', dark: true }]);
  expect(await show(order('order'), 5)).not.toHaveProperty('dark');
  expect(behind.lit).toBe('order');
  expect(await show(page('b', ''), 5)).toMatchObject({ dark: true });
  front.away = false;
  await pass(5_000);
  expect([front.lit, behind.lit]).toEqual([null, null]);
  expect(await display.blank(false)).toMatchObject({ sent: true });
  expect(both()).toBe(0);
  await display.stop();
});

test('a page that the first refuses is refused, whoever is seen', async () => {
  const { front, display, show } = await makeRig();
  await show(page('a', ''), 1);
  front.refuses = true;
  expect(await show(page('bad', ''), 1)).toMatchObject({ problem: { code: 'page-refused' } });
  front.fall();
  front.refuses = false;
  await pass(5);
  front.refuses = true;
  expect(await show(page('bad', ''), 5)).toMatchObject({ problem: { code: 'page-refused' } });
  expect(display.shown()).toBe('a');
  await display.stop();
});

test('a page that breaks alone, while the first lives on, is no reason to replace it', async () => {
  const { front, behind, display, told, show } = await makeRig();
  await show(page('a', ''), 1);
  front.failNext();
  expect(await show(page('b', ''), 1)).toMatchObject({ problem: { code: 'device-failed' } });
  expect([behind.shows, told, display.shown()]).toEqual([0, [], 'a']);
  await display.stop();
});

test('when neither shows that is told, and the first that can is the screen', async () => {
  const { front, behind, told, display, show } = await makeRig();
  behind.away = true;
  await show(order('order'), 1);
  front.fall();
  await pass(5);
  expect(told).toEqual(['trouble: the browser ended', 'failed: device-failed']);
  behind.away = false;
  expect(await show(page('safe', ''), 5)).toHaveProperty('paintedMs');
  expect([behind.lit, told.at(-1)]).toEqual(['safe', 'replaced: simulated (device-failed)']);
  await display.stop();
});

test('painted frames are one number that never falls through the changes', async () => {
  const { front, display, show } = await makeRig();
  const counts: number[] = [];
  const look = async () => {
    const sample = await display.sample();
    counts.push(sample === 'unmeasured' ? -1 : sample.paintedFrames);
  };
  await show(page('a', ''), 50_000);
  await look();
  front.fall();
  await pass(5);
  await look();
  await pass(3_000);
  await look();
  front.away = false;
  await pass(5_000);
  await look();
  expect(counts.every((count, at) => at === 0 || count > (counts[at - 1] ?? 0))).toBe(true);
  // The front's own count is far ahead by then; nobody saw that difference.
  expect((counts[3] ?? 0) - (counts[2] ?? 0)).toBe(1);
  await display.stop();
});

test('a stop while a page waits answers it, and nothing is lit or tried afterwards', async () => {
  const { front, behind, display, show } = await makeRig();
  await show(page('a', ''), 1);
  front.lateMs = 1_000;
  const waiting = display.show(order('order'));
  const stopping = display.stop();
  expect(await waiting).toMatchObject({ problem: { code: 'device-failed' } });
  await pass(2_000);
  await stopping;
  const { shows } = front;
  await pass(30_000);
  expect([front.shows, front.lit, behind.lit, display.shown()]).toEqual([shows, null, null, null]);
});

type Act = { readonly of: 'order' | 'bulletin' | 'fall' | 'back' | 'slow' | 'quick' | 'dark' | 'light' | 'pass'; readonly ms: number };

test('whatever happens in whatever order: every page is answered, no bulletin is lit twice, an order is lit in time, and the first has the screen in the end', async () => {
  const of = fc.constantFrom<Act['of']>('order', 'bulletin', 'fall', 'back', 'slow', 'quick', 'dark', 'light', 'pass', 'pass');
  const acts = fc.array(fc.record({ of, ms: fc.constantFrom(0, 1, 30, 1_500, 6_000, 16_000) }), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(acts, async (told) => {
      const { front, behind, display, both } = await makeRig();
      let [asked, answered, dark] = [0, 0, false];
      let wanted = '';
      const ask = (frame: Frame) => {
        asked++;
        wanted = frame.id;
        void display.show(frame).then(() => answered++);
      };
      ask(page('p0', ''));
      for (const [at, { of: what, ms }] of told.entries()) {
        if (what === 'order') ask(order(`order${at}`));
        if (what === 'bulletin') ask(page(`p${at + 1}`, ''));
        if (what === 'fall') front.fall();
        if (what === 'back') front.comeBack();
        if (what === 'slow' || what === 'quick') front.lateMs = what === 'slow' ? 3_000 : 0;
        if (what === 'dark' || what === 'light') {
          dark = what === 'dark';
          void display.blank(dark);
        }
        await pass(ms);
        if (what === 'order' && ms >= 6_000) expect([front.lit, behind.lit]).toContain(wanted);
        if (front.away && ms >= 16_000) expect(behind.lit).toBe(dark && !wanted.startsWith('order') ? null : wanted);
      }
      front.comeBack();
      front.lateMs = 0;
      await pass(16_000);
      expect([answered, both()]).toEqual([asked, 0]);
      expect(behind.lit).toBeNull();
      expect(front.lit).toBe(dark && !wanted.startsWith('order') ? null : wanted);
      await display.stop();
      expect([front.lit, behind.lit]).toEqual([null, null]);
    }),
    { numRuns: 300 },
  );
});
