// Two displays as one screen, in fake time: who shows what when the first falls, who is told as the screen, and that both are never lit.
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import { TwoDisplays } from '../../hardware/display/two-displays.ts';
import { type Frame, isDark, type Shown } from '../../hardware/display.ts';
import type { Problem } from '../../schemas/problems.ts';
import { page } from '../contract/display.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_800_000_000_000 }));
afterEach(() => void vi.useRealTimers());

const gone: Problem = { code: 'device-failed', path: '', detail: 'the browser ended' };
const order = (id: string): Frame => ({ ...page(id, 'red'), kind: 'order' });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A simulated display that can be away, be slow, refuse, and that knows whether its screen is lit. */
class Side extends SimulatedDisplay {
  away = false;
  lateMs = 0;
  refuses = false;
  lit: string | null = null;
  shows = 0;
  #blanked = false;
  #frame: Frame | undefined;
  #kept: Frame | undefined;
  #fell: ((problem: Problem) => void)[] = [];
  readonly #onLit: () => void;

  constructor(onLit: () => void) {
    super({ now: Date.now });
    this.#onLit = onLit;
  }

  override async show(frame: Frame): Promise<Shown> {
    const turn = ++this.shows;
    if (this.refuses) return { problem: { code: 'page-refused', path: '', detail: 'black-listed' } };
    await new Promise((go) => setTimeout(go, this.lateMs));
    if (this.away) return { problem: gone };
    if (turn !== this.shows) return { problem: { code: 'conflict', path: '', detail: 'superseded' } };
    const shown = await super.show(frame);
    if ('paintedMs' in shown) this.#see(frame);
    return shown;
  }

  override async sample() {
    return this.away ? ('unmeasured' as const) : super.sample();
  }

  override async blank(on: boolean) {
    this.#blanked = on;
    this.#see(this.#frame);
    return this.away ? { problem: gone } : super.blank(on);
  }

  override async stop(): Promise<void> {
    await super.stop();
    this.#blanked = false;
    this.#see(undefined);
  }

  override onFailure(listener: (problem: Problem) => void): void {
    this.#fell.push(listener);
  }

  /** Lost, with what it showed. */
  fall(): void {
    this.away = true;
    this.#kept = this.#frame?.kind === 'order' ? undefined : (this.#frame ?? this.#kept);
    this.#see(undefined);
    for (const listener of this.#fell) listener(gone);
  }

  /** Able again, and with what it showed on its screen by itself, as a browser that was started again. */
  comeBack(): void {
    if (!this.away) return;
    this.away = false;
    this.#see(this.#kept);
  }

  #see(frame: Frame | undefined): void {
    this.#frame = frame;
    this.lit = frame && !isDark(this.#blanked, frame) ? frame.id : null;
    this.#onLit();
  }
}

async function makeRig() {
  let both = 0;
  const seeBoth = () => {
    const lit = [front.lit, behind.lit];
    // An order does not wait until the other side is dark.
    if (!lit.includes(null) && !lit.some((id) => id?.startsWith('order'))) both++;
  };
  const front: Side = new Side(seeBoth);
  const behind: Side = new Side(seeBoth);
  const told: string[] = [];
  const display = new TwoDisplays({ front, behind, onTrouble: ({ detail }) => told.push(`trouble: ${detail}`) });
  display.onFailure(({ code }) => told.push(`failed: ${code}`));
  display.onReplaced((seen) => told.push(seen ? `replaced: ${seen.display} (${seen.problem.code})` : 'first again'));
  await display.start();
  /** The answer of a page that is asked for, once time allows it. */
  const show = async (frame: Frame, withinMs: number) => {
    let answer: Shown | undefined;
    void display.show(frame).then((shown) => {
      answer = shown;
    });
    await pass(withinMs);
    return answer;
  };
  return { front, behind, display, told, show, both: () => both };
}

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
