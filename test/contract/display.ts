// What every display promises.
import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Display, type Frame, htmlBytesMax, preparedMax } from '../../hardware/display.ts';

export const page = (id: string, colour: string): Frame => ({
  id,
  kind: 'bulletin',
  html: `<!doctype html><html lang="vi"><body style="margin:0;background:${colour}"><h1>Bản tin ${id}</h1></body></html>`,
  text: [`Bản tin ${id}`],
});

export function promiseDisplay(make: () => Display | Promise<Display>): void {
  const started = async () => {
    const display = await make();
    await display.start();
    return display;
  };

  test('what was painted is named, with the instant it was first seen', async () => {
    const display = await started();
    expect(display.shown()).toBeNull();
    const before = Date.now();
    const shown = await display.show(page('one', 'green'));
    expect(shown).toHaveProperty('paintedMs');
    const paintedMs = 'paintedMs' in shown ? shown.paintedMs : 0;
    expect(paintedMs).toBeGreaterThanOrEqual(before - 1);
    expect(paintedMs).toBeLessThanOrEqual(Date.now());
    expect(display.shown()).toBe('one');
    await display.stop();
  });

  test('the next frame replaces the one before', async () => {
    const display = await started();
    for (const id of ['one', 'two', 'three']) {
      expect(await display.show(page(id, 'navy'))).toHaveProperty('paintedMs');
      expect(display.shown()).toBe(id);
    }
    await display.stop();
  });

  test('of frames asked at once the newest stays, and none is left unanswered', async () => {
    const display = await started();
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((id) => display.show(page(id, 'teal'))));
    expect(display.shown()).toBe('d');
    expect(answers.at(-1)).toHaveProperty('paintedMs');
    for (const answer of answers) if ('problem' in answer) expect(answer.problem.code).toBe('conflict');
    await display.stop();
  });

  test('a document beyond the limit is refused and the screen stays', async () => {
    const display = await started();
    await display.show(page('small', 'navy'));
    const huge = { ...page('huge', 'red'), html: 'x'.repeat(htmlBytesMax + 1) };
    expect(await display.show(huge)).toMatchObject({ problem: { code: 'too-large' } });
    expect(await display.prepare(huge)).toMatchObject({ ok: false, problem: { code: 'too-large' } });
    expect(display.shown()).toBe('small');
    await display.stop();
  });

  test('a screenshot is a PNG where the technique has one', async () => {
    const display = await started();
    await display.show(page('one', 'navy'));
    const shot = await display.screenshot();
    expect(shot !== undefined).toBe(display.can.picture);
    if (shot) {
      expect([...shot.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
      const size = new DataView(shot.buffer, shot.byteOffset);
      expect([size.getUint32(16), size.getUint32(20)]).toEqual([display.can.columns, display.can.rows]);
    }
    await display.stop();
  });

  test('a stopped display shows nothing and says why', async () => {
    const display = await started();
    await display.show(page('one', 'navy'));
    await display.stop();
    expect(display.shown()).toBeNull();
    expect(await display.show(page('two', 'navy'))).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await display.prepare(page('two', 'navy'))).toMatchObject({ ok: false, problem: { code: 'device-failed' } });
    expect(await display.blank(true)).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await display.sample()).toBe('unmeasured');
  });

  test('what is prepared is not seen before its show, and more than can be kept pushes out the oldest, which shows all the same', async () => {
    const display = await started();
    await display.show(page('now', 'navy'));
    const ids = Array.from({ length: preparedMax + 1 }, (_, i) => `ready-${i}`);
    for (const id of ids) expect(await display.prepare(page(id, 'teal'))).toEqual({ ok: true, value: undefined });
    expect(display.shown()).toBe('now');
    for (const id of [...ids].reverse()) {
      expect(await display.show(page(id, 'teal'))).toHaveProperty('paintedMs');
      expect(display.shown()).toBe(id);
    }
    await display.stop();
  });

  test('blanked it stays dark for bulletins, an order is seen all the same, and taken back the newest is there', async () => {
    const display = await started();
    await display.show(page('one', 'green'));
    const confirmed = display.can.readBack;
    expect(await display.blank(true)).toEqual({ sent: true, confirmed });
    expect(await display.show(page('two', 'navy'))).toMatchObject({ dark: true });
    expect(await darkness(display)).toBe(confirmed ? true : 'unmeasured');
    const order = await display.show({ ...page('order', 'red'), kind: 'order' });
    expect(order).toHaveProperty('paintedMs');
    expect(order).not.toHaveProperty('dark');
    expect(await darkness(display)).toBe(confirmed ? false : 'unmeasured');
    expect(await display.show(page('three', 'navy'))).toMatchObject({ dark: true });
    expect(await display.blank(false)).toEqual({ sent: true, confirmed });
    expect(await darkness(display)).toBe(confirmed ? false : 'unmeasured');
    expect(display.shown()).toBe('three');
    await display.stop();
  });

  test('a sample proves that the screen lives, where it can be asked; never a guess', async () => {
    const display = await started();
    await display.show(page('one', 'green'));
    const first = await display.sample();
    if (!display.can.readBack) expect(first).toBe('unmeasured');
    else {
      if (first === 'unmeasured') throw new Error('nothing measured');
      expect(first).toMatchObject({ shown: 'one', dark: false });
      await wait(2_000);
      const askedMs = Date.now();
      const second = await display.sample();
      if (second === 'unmeasured') throw new Error('nothing measured');
      expect(second.paintedFrames).toBeGreaterThan(first.paintedFrames);
      expect(second.lastPaintMs).toBeGreaterThan(first.lastPaintMs);
      expect(askedMs - second.lastPaintMs).toBeLessThan(2_500);
    }
    await display.stop();
  });
}

async function darkness(display: Display): Promise<boolean | 'unmeasured'> {
  const sample = await display.sample();
  return sample === 'unmeasured' ? sample : sample.dark;
}
