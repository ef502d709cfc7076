// What every display promises.
import { expect, test } from 'vitest';
import { type Display, type Frame, htmlBytesMax } from '../../hardware/display.ts';

export const page = (id: string, colour: string): Frame => ({
  id,
  kind: 'bulletin',
  html: `<!doctype html><html lang="vi"><body style="margin:0;background:${colour}"><h1>Bản tin ${id}</h1></body></html>`,
});

export function promiseDisplay(make: () => Display): void {
  const started = async () => {
    const display = make();
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
    const answer = await display.show({ id: 'huge', kind: 'bulletin', html: 'x'.repeat(htmlBytesMax + 1) });
    expect(answer).toMatchObject({ problem: { code: 'too-large' } });
    expect(display.shown()).toBe('small');
    await display.stop();
  });

  test('a screenshot is a PNG where the technique has one', async () => {
    const display = await started();
    await display.show(page('one', 'navy'));
    const shot = await display.screenshot();
    if (shot) expect([...shot.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    else expect(display.name).toBe('simulated');
    await display.stop();
  });

  test('a stopped display shows nothing and says why', async () => {
    const display = await started();
    await display.show(page('one', 'navy'));
    await display.stop();
    expect(display.shown()).toBeNull();
    expect(await display.show(page('two', 'navy'))).toMatchObject({ problem: { code: 'device-failed' } });
  });
}
