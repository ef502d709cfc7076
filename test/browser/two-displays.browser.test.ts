// A board whose browser is killed and cannot be started again: the display behind shows orders within the second, and gives the screen back.
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import { ImageDisplay } from '../../hardware/display/image-display.ts';
import { framebufferDoor } from '../../hardware/display/picture-doors.ts';
import { TwoDisplays } from '../../hardware/display/two-displays.ts';
import type { Frame } from '../../hardware/display.ts';
import { page, promiseDisplay } from '../contract/display.ts';
import { programPath } from '../tell.ts';
import { browserProcesses } from './browser-processes.ts';

const size = { widthPx: 320, heightPx: 180 };
const folder = mkdtempSync(join(tmpdir(), 'loa-two-displays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const executable = join(folder, 'chromium');
const path = join(folder, 'fb');
const red = { ground: '#a4001d', ink: '#ffffff' };
const order = (id: string): Frame => ({ ...page(id, 'red'), kind: 'order', text: ['LŨ QUÉT', 'RỜI KHỎI VEN SUỐI NGAY'], tint: red });

function install(): void {
  symlinkSync(programPath('chromium') ?? '', executable);
}

/** Dots of the framebuffer that are not black. */
const lit = () => new Uint32Array(new Uint8Array(readFileSync(path)).buffer).filter((dot) => dot !== 0).length;

async function until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
  for (const endMs = performance.now() + withinMs; !holds(); ) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await wait(20);
  }
}

async function started() {
  const front = new ChromiumDisplay({ ...size, executable });
  const behind = new ImageDisplay({ ...size, door: framebufferDoor({ path, format: 'xrgb8888' }) });
  const display = new TwoDisplays({ front, behind });
  const told: string[] = [];
  display.onFailure(({ code }) => told.push(`failed ${code}`));
  display.onReplaced((seen) => told.push(seen ? `replaced by ${seen.display}` : 'first again'));
  await display.start();
  return { display, front, told };
}

function killAll(): void {
  for (const pid of browserProcesses('browser')) process.kill(pid, 'SIGKILL');
}

describe.skipIf(!programPath('chromium'))('a browser with pictures behind it [needs chromium]', () => {
  beforeEach(() => {
    rmSync(executable, { force: true });
    install();
    writeFileSync(path, Buffer.alloc(size.widthPx * size.heightPx * 4));
  });

  describe('as long as it lives', () => promiseDisplay(async () => (await started()).display));

  test('that is killed and whose program is gone: an order is in the framebuffer within a second, and the browser takes the screen back', async () => {
    const { display, front, told } = await started();
    expect(await display.show(page('bulletin', 'navy'))).toHaveProperty('paintedMs');
    expect([display.can.html, lit()]).toEqual([true, 0]);
    rmSync(executable);
    killAll();
    await until('the bulletin’s words', () => lit() > 0 && !display.can.html, 20_000);
    expect([display.shown(), display.can.html]).toEqual(['bulletin', false]);
    const began = performance.now();
    expect(await display.show(order('order'))).toHaveProperty('paintedMs');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(new Uint32Array(new Uint8Array(readFileSync(path)).buffer)[0]).toBe(0xa4001d);
    expect(await display.sample()).toMatchObject({ shown: 'order', dark: false });
    expect(await display.show(page('next', 'green'))).toHaveProperty('paintedMs');
    install();
    await until('the browser’s return', () => told.includes('first again'), 60_000);
    expect([display.shown(), front.shown(), lit()]).toEqual(['next', 'next', 0]);
    expect(told).toEqual(['replaced by image', 'first again']);
    expect(await display.sample()).toMatchObject({ shown: 'next', dark: false });
    await display.stop();
  });

  test('that dies under an order shows it again without a word, and without its program as well', async () => {
    const { display, told } = await started();
    await display.show(order('order'));
    rmSync(executable);
    const began = performance.now();
    killAll();
    await until('the order’s words', () => lit() > 0, 5_000);
    expect(performance.now() - began).toBeLessThan(1_000);
    expect([display.shown(), told]).toEqual(['order', ['replaced by image']]);
    await display.stop();
    expect(lit()).toBe(0);
  });

  test('that is killed alone is back before its bulletin would be drawn', async () => {
    const { display, front, told } = await started();
    await display.show(page('bulletin', 'navy'));
    const [before] = browserProcesses('browser');
    killAll();
    await until('another browser', () => browserProcesses('browser').some((pid) => pid !== before), 10_000);
    expect(await display.show(page('next', 'green'))).toHaveProperty('paintedMs');
    expect([front.shown(), display.can.html, lit(), told]).toEqual(['next', true, 0, []]);
    await display.stop();
  });

  test('that hangs: an order that it does not answer is drawn within three seconds', async () => {
    const { display } = await started();
    await display.show(page('bulletin', 'navy'));
    for (const kind of ['browser', 'renderer'] as const) for (const pid of browserProcesses(kind)) process.kill(pid, 'SIGSTOP');
    const began = performance.now();
    expect(await display.show(order('order'))).toHaveProperty('paintedMs');
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(lit()).toBeGreaterThan(0);
    await display.stop();
  });
});
