// Pages photographed by a Chromium that is started for the one picture and gone after it.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { ImageDisplay } from '../../hardware/display/image-display.ts';
import { photographPage } from '../../hardware/display/page-picture.ts';
import { framebufferDoor } from '../../hardware/display/picture-doors.ts';
import { decodePng } from '../../hardware/display/png.ts';
import { page, promiseDisplay } from '../contract/display.ts';
import { programPath } from '../tell.ts';

const size = { widthPx: 320, heightPx: 180 };
const folder = mkdtempSync(join(tmpdir(), 'loa-image-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let made = 0;

function makeDisplay(memoryBytes?: number): ImageDisplay {
  const path = join(folder, `fb${made++}`);
  writeFileSync(path, Buffer.alloc(size.widthPx * size.heightPx * 4));
  const limits = memoryBytes === undefined ? {} : { memoryBytes };
  return new ImageDisplay({
    ...size,
    door: framebufferDoor({ path, format: 'xrgb8888' }),
    photograph: (html, signal) => photographPage(html, { ...size, ...limits, signal }),
  });
}

async function groundOf(display: ImageDisplay): Promise<number[]> {
  const shot = await display.screenshot();
  const picture = shot && (await decodePng(shot));
  return picture?.ok ? [...picture.value.rgb.subarray(-3)] : [];
}

/** Browsers that this process has started. */
function browsers(): number {
  return readdirSync('/proc').filter((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`loa-board-${process.pid}-`);
    } catch {
      return false;
    }
  }).length;
}

describe.skipIf(!programPath('chromium'))('a board of pictures [needs chromium]', () => {
  promiseDisplay(() => makeDisplay());

  test('shows the page itself, and no browser stays', async () => {
    const display = makeDisplay();
    await display.start();
    expect(await display.show(page('one', 'rgb(0,90,200)'))).toHaveProperty('paintedMs');
    expect(await groundOf(display)).toEqual([0, 90, 200]);
    expect(browsers()).toBe(0);
    const began = performance.now();
    await display.show(page('two', 'rgb(200,0,0)'));
    const fresh = performance.now() - began;
    await display.show(page('one', 'rgb(0,90,200)'));
    expect(performance.now() - began - fresh).toBeLessThan(fresh / 4);
    await display.stop();
  });

  test('an order is drawn at once and photographed behind that', async () => {
    const display = makeDisplay();
    await display.start();
    const began = performance.now();
    const order = { ...page('order', 'rgb(0,120,0)'), kind: 'order' } as const;
    expect(await display.show(order)).toHaveProperty('paintedMs');
    expect(performance.now() - began).toBeLessThan(300);
    expect(await groundOf(display)).toEqual([164, 0, 29]);
    for (let i = 0; i < 200 && (await groundOf(display))[1] !== 120; i++) await wait(50);
    expect(await groundOf(display)).toEqual([0, 120, 0]);
    await display.stop();
  });

  test('a page that is too much for the browser is drawn from its words', async () => {
    const display = makeDisplay(24 * 1024 * 1024);
    await display.start();
    expect(await display.show(page('one', 'rgb(0,90,200)'))).toHaveProperty('paintedMs');
    expect(await groundOf(display)).toEqual([255, 255, 255]);
    expect(browsers()).toBe(0);
    await display.stop();
  });

  test('a display that is stopped ends the browser it has started', async () => {
    const display = makeDisplay();
    await display.start();
    const shown = display.show(page('one', 'navy'));
    await wait(300);
    const began = performance.now();
    await display.stop();
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(await shown).toHaveProperty('problem');
    expect(browsers()).toBe(0);
  });
});
