// A serial sign through a real pair of pseudo-terminals: what leaves the port is read back by a sign that knows the protocol only.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Bitmap, makeBitmap } from '../../hardware/display/bitmap.ts';
import { orderTwins } from '../../hardware/display/page-text.ts';
import { coloured, decodePng, encodePng } from '../../hardware/display/png.ts';
import { SerialSign, type SerialSignOptions } from '../../hardware/display/serial-sign.ts';
import { SimulatedSign } from '../../hardware/display/simulated-sign.ts';
import type { Frame } from '../../hardware/display.ts';
import { startTool, type Tool } from '../../hardware/host/processes.ts';
import { openSerial, type Serial } from '../../hardware/serial.ts';
import { page, promiseDisplay } from '../contract/display.ts';
import { artifactFolder, programPath } from '../tell.ts';

const geometry = { columns: 192, rows: 16, colours: 'three', memoryBytes: 30_000 } as const;
const golden = join(import.meta.dirname, 'golden/flood-order.png');
/** Dark, red, green, amber. */
const lamps = [
  [12, 12, 12],
  [255, 48, 32],
  [64, 220, 64],
  [255, 180, 0],
] as const;

const flood: Frame = {
  id: 'flood',
  kind: 'order',
  ...orderTwins(
    {
      class: 'actual',
      level: 'commune',
      area: 'tq/son-duong',
      hazard: 'flash-flood',
      severity: 'Extreme',
      urgency: 'Immediate',
      certainty: 'Observed',
      sirenMs: 5000,
      times: 3,
      pauseMs: 1000,
      riskLevel: 4,
      issuer: 'Ban Chỉ huy Phòng thủ dân sự xã',
      speech: [{ language: 'vi', speak: 'Lũ quét' }],
      screen: { title: 'LŨ QUÉT – RỜI KHỎI VEN SUỐI NGAY', text: '→ NHÀ VĂN HÓA THÔN · 112' },
    },
    {},
    ['vi'],
  ),
};

/** Two ends of one line, and the sign that sits at the far one. */
class Line {
  readonly folder = mkdtempSync(join(tmpdir(), 'loa-sign-'));
  readonly near = join(this.folder, 'near');
  readonly #far = join(this.folder, 'far');
  readonly sign: SimulatedSign;
  #socat: Tool | undefined;
  #serial: Serial | undefined;
  /** Changes what passes, as a bad cable would. */
  spoil: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes;
  onTaken: () => void = () => undefined;

  constructor(answers: boolean) {
    this.sign = new SimulatedSign({ ...geometry, answers });
  }

  async plugIn(): Promise<void> {
    const ends = [this.near, this.#far].map((link) => `pty,raw,echo=0,link=${link}`);
    this.#socat = startTool('socat', ends, { onExit: () => undefined });
    for (let tries = 0; tries < 100; tries++) {
      const opened = await openSerial({ path: this.#far, baudRate: 9600 });
      if (opened.ok) {
        this.#serial = opened.value;
        opened.value.onBytes((bytes) => {
          const reply = this.sign.take(this.spoil(bytes));
          if (reply.length > 0) void opened.value.write(reply);
          this.onTaken();
        });
        return;
      }
      await wait(20);
    }
    throw new Error('socat made no line');
  }

  async unplug(): Promise<void> {
    this.sign.restart();
    this.#socat?.kill();
    await this.#serial?.close();
  }

  display(more: Partial<SerialSignOptions> & { answers: boolean }): SerialSign {
    const open = () => openSerial({ path: this.near, baudRate: 9600, parity: 'even', dataBits: 7 });
    return new SerialSign({ ...geometry, ...more, open });
  }

  async end(): Promise<void> {
    await this.unplug();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const lines: Line[] = [];
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.end()));
});

async function lineTo(answers: boolean): Promise<Line> {
  const line = new Line(answers);
  lines.push(line);
  await line.plugIn();
  return line;
}

async function until(what: () => boolean, withinMs = 8_000): Promise<void> {
  for (const began = performance.now(); !what(); await wait(5))
    if (performance.now() - began > withinMs) throw new Error('it did not come to that');
}

/** One below the other, each dot as a square. */
function stacked(pages: readonly Bitmap[], square: number): Bitmap {
  const { columns, rows } = geometry;
  const all = makeBitmap(columns * square, (rows * square + square) * pages.length);
  for (let row = 0; row < all.rows; row++) {
    for (let column = 0; column < all.columns; column++) {
      const page = Math.floor(row / (rows * square + square));
      const line = Math.floor((row % (rows * square + square)) / square);
      if (line < rows) all.dots[row * all.columns + column] = pages[page]?.dots[line * columns + Math.floor(column / square)] ?? 0;
    }
  }
  return all;
}

describe.skipIf(!programPath('socat'))('a serial sign [needs socat]', () => {
  describe('through a line', () => promiseDisplay(async () => (await lineTo(true)).display({ answers: true })));

  test('shows an order at once in its own letters, then drawn in Vietnamese, page by page, as the committed picture', async () => {
    const line = await lineTo(true);
    const display = line.display({ answers: true, pageMs: 400 });
    await display.start();
    const pages: Bitmap[] = [];
    let overriddenMs: number | undefined;
    let words = '';
    const began = performance.now();
    line.onTaken = () => {
      if (line.sign.overridden()) {
        overriddenMs ??= performance.now() - began;
        words ||= line.sign.words();
        return;
      }
      const seen = line.sign.seen();
      if (seen.dots.some((dot) => dot > 0) && !pages.some((page) => Buffer.from(page.dots).equals(Buffer.from(seen.dots))))
        pages.push(seen);
    };
    expect(await display.show(flood)).toHaveProperty('paintedMs');
    await until(() => overriddenMs !== undefined);
    expect(overriddenMs).toBeLessThan(300);
    expect(words).toMatch(/^KHAN CAP - LU QUET - ROI KHOI VEN SUOI NGAY - -> NHA VAN HOA THON - 112/);
    await until(() => pages.length === 5);
    expect(line.sign.overridden()).toBe(false);
    expect(line.sign.faults().count).toBe(0);
    const picture = coloured(stacked(pages, 3), lamps);
    const png = await encodePng(picture);
    writeFileSync(join(artifactFolder('board'), 'flood-order.png'), png);
    if (process.env['LOA_GOLDEN'] === 'write') writeFileSync(golden, png);
    const want = await decodePng(readFileSync(golden));
    expect(want.ok && Buffer.from(want.value.rgb).equals(Buffer.from(picture.rgb))).toBe(true);
    await display.stop();
    await until(() => line.sign.seen().dots.every((dot) => dot === 0));
  });

  test('is opened again after unplugging and shows the order once more', async () => {
    const line = await lineTo(true);
    const display = line.display({ answers: true });
    const problems: string[] = [];
    display.onFailure(({ code }) => problems.push(code));
    await display.start();
    await display.show(flood);
    await until(() => !line.sign.overridden());
    await line.unplug();
    line.sign.forget();
    await until(() => problems.length > 0);
    expect(await display.show(page('bulletin', 'navy'))).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await display.show(flood)).toMatchObject({ problem: { code: 'device-failed' } });
    expect(await display.sample()).toBe('unmeasured');
    await line.plugIn();
    await until(() => line.sign.overridden(), 15_000);
    await until(() => !line.sign.overridden() && line.sign.seen().dots.some((dot) => dot > 0));
    expect(await display.sample()).toMatchObject({ shown: 'flood' });
    await display.stop();
  });

  test('is told again what a bad line spoiled, as long as it says so', async () => {
    const line = await lineTo(true);
    const display = line.display({ answers: true });
    await display.start();
    let left = 2;
    line.spoil = (bytes) => (bytes.length > 200 && left-- > 0 ? bytes.map((byte) => (byte === 0x33 ? 0x32 : byte)) : bytes);
    expect(await display.show(page('một', 'navy'))).toHaveProperty('paintedMs');
    expect(line.sign.faults().count).toBeGreaterThan(0);
    expect(await display.sample()).toMatchObject({ shown: 'một' });
    await display.stop();
  });

  test('that stays silent although it should answer is a failure, and an older one is shown to without proof', async () => {
    const line = await lineTo(false);
    const strict = line.display({ answers: true });
    await strict.start();
    expect(await strict.show(page('một', 'navy'))).toMatchObject({ problem: { code: 'tool-timeout' } });
    await strict.stop();
    const trusting = line.display({ answers: false });
    await trusting.start();
    expect(await trusting.show(page('một', 'navy'))).toHaveProperty('paintedMs');
    await until(() => line.sign.seen().dots.some((dot) => dot > 0));
    expect(await trusting.blank(true)).toEqual({ sent: true, confirmed: false });
    await until(() => line.sign.seen().dots.every((dot) => dot === 0));
    await trusting.stop();
  }, 60_000);

  test('an order does not wait for a bulletin that is still being told', async () => {
    const line = await lineTo(true);
    const display = line.display({ answers: true });
    await display.start();
    const long = {
      ...page('dài', 'navy'),
      text: Array.from({ length: 8 }, (_, i) => `Dòng ${i} của một bản tin rất dài, nhiều chữ hơn một trang`),
    };
    const bulletin = display.show(long);
    await wait(30);
    const began = performance.now();
    expect(await display.show(flood)).toHaveProperty('paintedMs');
    expect(performance.now() - began).toBeLessThan(300);
    expect(await bulletin).toMatchObject({ problem: { code: 'conflict' } });
    await until(() => !line.sign.overridden());
    expect(display.shown()).toBe('flood');
    await display.stop();
  });
});
