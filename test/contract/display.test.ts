// The display's promises, kept by the simulation.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ChromiumDisplay } from '../../hardware/display/chromium-display.ts';
import { ImageDisplay } from '../../hardware/display/image-display.ts';
import { folderDoor, framebufferDoor } from '../../hardware/display/picture-doors.ts';
import { decodePng, encodePng } from '../../hardware/display/png.ts';
import { SerialSign } from '../../hardware/display/serial-sign.ts';
import { SimulatedDisplay } from '../../hardware/display/simulated-display.ts';
import { SimulatedSerial } from '../../hardware/display/simulated-serial.ts';
import { SimulatedSign } from '../../hardware/display/simulated-sign.ts';
import { TwoDisplays } from '../../hardware/display/two-displays.ts';
import { page, promiseDisplay } from './display.ts';

describe('simulated display', () => promiseDisplay(() => new SimulatedDisplay()));

test('the simulation keeps what is on the screen, also through a failure', async () => {
  const display = new SimulatedDisplay({ now: () => 1234.5 });
  const problems: string[] = [];
  display.onFailure(({ code }) => problems.push(code));
  await display.start();
  expect(await display.show(page('one', 'navy'))).toEqual({ paintedMs: 1235 });
  display.failNext();
  expect(await display.show(page('two', 'red'))).toMatchObject({ problem: { code: 'device-failed' } });
  expect(display.html()).toContain('Bản tin one');
  expect(display.shown()).toBe('one');
  expect(problems).toEqual(['device-failed']);
});

test('a hung picture stops counting and confirms no blank', async () => {
  let nowMs = 10_000;
  const display = new SimulatedDisplay({ now: () => nowMs });
  await display.start();
  await display.show(page('one', 'navy'));
  display.freeze(true);
  const before = await display.sample();
  nowMs += 60_000;
  expect(await display.sample()).toEqual(before);
  expect(await display.blank(true)).toEqual({ sent: true, confirmed: false });
});

const geometry = { columns: 128, rows: 16, colours: 'three', memoryBytes: 30_000 } as const;

function makeSign(answers: boolean): SerialSign {
  const serial = new SimulatedSerial(new SimulatedSign({ ...geometry, answers }));
  return new SerialSign({ ...geometry, answers, open: () => serial.open() });
}

describe('serial sign that answers', () => promiseDisplay(() => makeSign(true)));
describe('serial sign that does not answer', () => promiseDisplay(() => makeSign(false)));

const folder = mkdtempSync(join(tmpdir(), 'loa-pictures-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const size = { widthPx: 320, heightPx: 180 };
let made = 0;

/** As long as the memory of a screen of that size; a fresh one each time. */
function framebuffer(dotBytes: number): string {
  const path = join(folder, `fb${made++}`);
  writeFileSync(path, Buffer.alloc(size.widthPx * size.heightPx * dotBytes));
  return path;
}

describe('pictures in a watched folder', () =>
  promiseDisplay(() => new ImageDisplay({ ...size, door: folderDoor({ file: join(folder, 'board.png') }) })));
describe('pictures in a framebuffer', () =>
  promiseDisplay(() => new ImageDisplay({ ...size, door: framebufferDoor({ path: framebuffer(2), format: 'rgb565' }) })));

const noBrowser = () => new ChromiumDisplay({ ...size, executable: join(folder, 'no-chromium') });
const toFramebuffer = () => new ImageDisplay({ ...size, door: framebufferDoor({ path: framebuffer(2), format: 'rgb565' }) });
const toFile = () => new ImageDisplay({ ...size, door: folderDoor({ file: join(folder, `behind${made++}.png`) }) });

describe('a browser that was never there, with pictures in a framebuffer behind it', () =>
  promiseDisplay(() => new TwoDisplays({ front: noBrowser(), behind: toFramebuffer() })));
describe('a browser that was never there, with pictures in a watched folder behind it', () =>
  promiseDisplay(() => new TwoDisplays({ front: noBrowser(), behind: toFile() })));
describe('a display that lives, with pictures behind it', () =>
  promiseDisplay(() => new TwoDisplays({ front: new SimulatedDisplay(), behind: toFramebuffer() })));

describe('a board of pictures without a browser', () => {
  const order = { ...page('order', 'red'), kind: 'order', text: ['KHẨN CẤP', 'LŨ QUÉT'] } as const;

  test('draws an order in the colours of its page, in the pixels of the framebuffer, and black when it stops', async () => {
    const path = framebuffer(4);
    const display = new ImageDisplay({ ...size, door: framebufferDoor({ path, format: 'xrgb8888' }) });
    await display.start();
    await display.show({ ...order, tint: { ground: '#123f8c', ink: '#ffffff' } });
    const pixels = new Uint32Array(readFileSync(path).buffer);
    expect(pixels[0]).toBe(0x123f8c);
    expect(pixels.filter((dot) => dot === 0xffffff).length).toBeGreaterThan(1_000);
    await display.stop();
    expect(new Uint32Array(readFileSync(path).buffer).every((dot) => dot === 0)).toBe(true);
  });

  test('finds that another program has drawn over it', async () => {
    const path = framebuffer(2);
    const display = new ImageDisplay({ ...size, door: framebufferDoor({ path, format: 'rgb565' }) });
    await display.start();
    await display.show(order);
    expect(await display.sample()).toMatchObject({ shown: 'order' });
    writeFileSync(path, Buffer.alloc(size.widthPx * size.heightPx * 2, 7));
    expect(await display.sample()).toMatchObject({ shown: null });
    await display.stop();
  });

  test("takes the centre's picture, scaled to the screen, and a damaged one for none", async () => {
    const file = join(folder, 'scaled.png');
    const display = new ImageDisplay({ ...size, door: folderDoor({ file }) });
    await display.start();
    const small = new Uint8Array(64 * 36 * 3).fill(200);
    const picture = await encodePng({ columns: 64, rows: 36, rgb: small });
    expect(await display.show({ ...page('one', ''), picture })).toHaveProperty('paintedMs');
    const seen = await decodePng(readFileSync(file));
    expect(seen.ok && seen.value.columns === size.widthPx && seen.value.rgb.every((part) => part === 200)).toBe(true);
    expect(await display.show({ ...page('two', ''), picture: picture.subarray(0, 60) })).toHaveProperty('paintedMs');
    expect(await display.show({ ...page('three', ''), text: [] })).toMatchObject({ problem: { code: 'tool-missing' } });
    expect(display.shown()).toBe('two');
    await display.stop();
  });

  test('a framebuffer that is not there is a problem, told and answered', async () => {
    const display = new ImageDisplay({ ...size, door: framebufferDoor({ path: join(folder, 'none'), format: 'rgb565' }) });
    const problems: string[] = [];
    display.onFailure(({ code }) => problems.push(code));
    await display.start();
    expect(await display.show(order)).toMatchObject({ problem: { code: 'device-failed' } });
    expect(display.shown()).toBeNull();
    expect(problems).toEqual(['device-failed', 'device-failed']);
  });
});
