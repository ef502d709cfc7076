// Which screen stands behind the box's board: the part of the local configuration about displays.
import * as v from 'valibot';
import type { DisplaySettings, PictureDoorSettings } from '../hardware/open-display.ts';

const dots = (least: number, most: number) => v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const Path = v.pipe(v.string(), v.minLength(1), v.maxLength(400));
const Side = dots(64, 4096);
const size = { width: v.optional(Side, 1280), height: v.optional(Side, 720) };

const PictureDoor = v.variant('door', [
  /** A PNG that a LED controller watches, replaced by rename. */
  v.strictObject({ door: v.literal('file'), path: Path }),
  v.strictObject({
    door: v.literal('framebuffer'),
    path: v.optional(Path, '/dev/fb0'),
    format: v.optional(v.picklist(['rgb565', 'xrgb8888']), 'rgb565'),
    strideBytes: v.optional(dots(32, 65_536)),
  }),
]);

/** Chromium fills the screen of the session it runs in (`DISPLAY` or `WAYLAND_DISPLAY`); else it paints unseen, for screenshots and trials. */
const kiosk = v.optional(v.boolean(), false);

const BrowserDisplay = v.strictObject({
  kind: v.literal('chromium'),
  ...size,
  kiosk,
  /** Where pictures of the same size go for as long as the browser cannot be brought back. */
  behind: v.optional(PictureDoor),
});

const UnseenDisplay = v.strictObject({ kind: v.picklist(['simulated', 'none']), ...size, kiosk });

/** Pictures made once and handed over; no browser stays in memory. */
const ImageDisplay = v.strictObject({
  kind: v.literal('image'),
  width: v.optional(dots(16, 4096), 1280),
  height: v.optional(dots(16, 4096), 720),
  /** Pages are photographed where a Chromium is installed; without one their words are drawn. */
  browser: v.optional(v.boolean(), true),
  /** Of each process of the browser that photographs. */
  browserMegabytes: v.optional(dots(128, 4096), 768),
  to: PictureDoor,
});

/** A LED sign that speaks the Alpha protocol. */
const SerialSignDisplay = v.strictObject({
  kind: v.literal('serial-sign'),
  /** The port, or `simulated`. */
  path: Path,
  baudRate: v.optional(v.picklist([1200, 2400, 4800, 9600, 19_200, 38_400]), 9600),
  /** The protocol's own is 7E1; some later signs want 8N1. */
  framing: v.optional(v.picklist(['7E1', '8N1']), '7E1'),
  /** Dots, within what a SMALL DOTS picture holds. */
  columns: v.optional(dots(16, 255), 80),
  rows: v.optional(dots(7, 31), 7),
  colours: v.optional(v.picklist(['mono', 'three', 'eight']), 'mono'),
  type: v.optional(v.pipe(v.string(), v.regex(/^[!-~]$/, 'must be one letter of the protocol')), 'Z'),
  address: v.optional(v.pipe(v.string(), v.regex(/^[0-9A-F]{2}$/, 'must be two hexadecimal digits')), '00'),
  /** The sign answers transmissions (Alpha 2.0 and later): only then anything is confirmed. */
  answers: v.optional(v.boolean(), false),
  pageMs: v.optional(dots(2_000, 60_000), 5_000),
  dimming: v.optional(v.picklist([0, 1, 2, 3, 4]), 0),
  memoryBytes: v.optional(dots(1_000, 256_000), 30_000),
});

export const DisplayConfig = v.variant('kind', [BrowserDisplay, UnseenDisplay, ImageDisplay, SerialSignDisplay]);
export type DisplayConfig = v.InferOutput<typeof DisplayConfig>;

/** The display door's settings. */
export function displaySettings({ display }: { readonly display: DisplayConfig }): DisplaySettings {
  switch (display.kind) {
    case 'chromium': {
      const { width: widthPx, height: heightPx, kiosk, behind } = display;
      return { kind: 'chromium', widthPx, heightPx, kiosk, ...(behind && { behind: doorOf(behind) }) };
    }
    case 'image': {
      const { width: widthPx, height: heightPx, browser, browserMegabytes, to } = display;
      const browserBytes = browser ? browserMegabytes * 1024 * 1024 : undefined;
      return { kind: 'image', widthPx, heightPx, ...(browserBytes !== undefined && { browserBytes }), to: doorOf(to) };
    }
    case 'serial-sign': {
      const { path, baudRate, framing, type, address: number, ...sign } = display;
      const line = framing === '7E1' ? ({ dataBits: 7, parity: 'even' } as const) : ({ dataBits: 8, parity: 'none' } as const);
      return { ...sign, port: { path, baudRate, ...line }, address: { type, number } };
    }
    default:
      return { kind: display.kind };
  }
}

function doorOf(to: v.InferOutput<typeof PictureDoor>): PictureDoorSettings {
  if (to.door === 'file') return { file: to.path };
  const { path, format, strideBytes } = to;
  return { framebuffer: { path, format, ...(strideBytes !== undefined && { strideBytes }) } };
}

/** Dots of the screen, where it has any. */
export function screenOf({
  display,
}: {
  readonly display: DisplayConfig;
}): { readonly columns: number; readonly rows: number } | undefined {
  if (display.kind === 'serial-sign') return { columns: display.columns, rows: display.rows };
  return display.kind === 'none' ? undefined : { columns: display.width, rows: display.height };
}

/** For the report. A screen that cannot be asked is named so: a play on it has no proof. */
export function displayName(display: DisplayConfig): string {
  if (display.kind === 'serial-sign') {
    const size = `${display.columns}x${display.rows}`;
    if (display.path === 'simulated') return `simulated-sign ${size}`;
    return display.answers ? `serial-sign ${size}` : `serial-sign ${size}-unmeasured`;
  }
  if (display.kind === 'none') return 'none';
  const size = `${display.width}x${display.height}`;
  return display.kind === 'image' && display.to.door === 'file' ? `image ${size}-unmeasured` : `${display.kind} ${size}`;
}
