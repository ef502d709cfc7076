// A picture of a board made small, looked at, and handed in at the centre's door for boxes.
import { request } from 'node:https';
import { decodePng, encodePng, type Picture } from '../hardware/display/png.ts';
import { sha256 } from '../hardware/host/crypto.ts';
import { problemOf } from '../hardware/host/failure.ts';
import { type Screenshot, screenshotMax } from '../schemas/command.ts';
import { bad, ok, type Result } from '../schemas/problems.ts';
import type { CentreDoor } from './centre-door.ts';

export interface Home {
  readonly door: Pick<CentreDoor, 'url' | 'agent'>;
}

export interface SmallPicture {
  readonly png: Uint8Array;
  readonly about: Screenshot;
}

const sendWithinMs = 30_000;
/** A dot is lit from here on, of 255; a picture is black with fewer lit dots than this part. */
const litFrom = 40;
const blackBelow = 0.002;
/** What photographs need to become small enough. */
const stepsDown = [1, 0.75, 0.5, 0.35, 0.2];

/** Within `screenshotMax`. Problems: media-unreadable, too-large. */
export async function shrink(bytes: Uint8Array): Promise<Result<SmallPicture>> {
  const read = await decodePng(bytes);
  if (!read.ok) return read;
  const whole = read.value;
  const fit = Math.min(1, screenshotMax.widthPx / whole.columns, screenshotMax.heightPx / whole.rows);
  for (const step of stepsDown) {
    const picture = scaled(whole, fit * step);
    const png = await encodePng(picture);
    if (png.length > screenshotMax.bytes) continue;
    const { columns: widthPx, rows: heightPx } = picture;
    return ok({ png, about: { sha256: sha256(png), bytes: png.length, widthPx, heightPx, nearlyBlack: isNearlyBlack(picture) } });
  }
  return bad('too-large', `more than ${screenshotMax.bytes} bytes however small`);
}

/** Means of the dots under each new one: letters stay readable. */
function scaled(picture: Picture, by: number): Picture {
  if (by === 1) return picture;
  const columns = Math.max(1, Math.floor(picture.columns * by));
  const rows = Math.max(1, Math.floor(picture.rows * by));
  const rgb = new Uint8Array(columns * rows * 3);
  for (let row = 0; row < rows; row++) {
    const [top, bottom] = span(row, rows, picture.rows);
    for (let column = 0; column < columns; column++) {
      const [left, right] = span(column, columns, picture.columns);
      const sums = [0, 0, 0];
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++)
          for (let part = 0; part < 3; part++) sums[part] = (sums[part] ?? 0) + (picture.rgb[(y * picture.columns + x) * 3 + part] ?? 0);
      const dots = (bottom - top) * (right - left);
      for (let part = 0; part < 3; part++) rgb[(row * columns + column) * 3 + part] = Math.round((sums[part] ?? 0) / dots);
    }
  }
  return { columns, rows, rgb };
}

function span(at: number, parts: number, whole: number): [number, number] {
  const from = Math.floor((at * whole) / parts);
  return [from, Math.max(from + 1, Math.floor(((at + 1) * whole) / parts))];
}

export function isNearlyBlack({ rgb }: Picture): boolean {
  let lit = 0;
  for (let at = 0; at < rgb.length; at += 3) if (Math.max(rgb[at] ?? 0, rgb[at + 1] ?? 0, rgb[at + 2] ?? 0) >= litFrom) lit += 1;
  return lit < (rgb.length / 3) * blackBelow;
}

/** `PUT /screenshot/COMMAND`, known by our certificate. Problems: offline, not-allowed. */
export function sendPicture({ door }: Home, command: string, { png, about }: SmallPicture): Promise<Result<void>> {
  return new Promise((resolve) => {
    const url = new URL(`/screenshot/${encodeURIComponent(command)}`, door.url);
    const headers = { 'content-type': 'image/png', 'content-length': png.length, 'x-loa-sha256': about.sha256 };
    const call = request(url, { method: 'PUT', headers, agent: door.agent }, (answer) => {
      answer.resume();
      const { statusCode = 0 } = answer;
      if (statusCode === 204) resolve(ok(undefined));
      else resolve(bad(statusCode >= 400 && statusCode < 500 ? 'not-allowed' : 'offline', `the centre answered ${statusCode}`));
    });
    call.setTimeout(sendWithinMs, () => call.destroy(new Error(`no answer within ${sendWithinMs} ms`)));
    call.on('error', (error) => resolve({ ok: false, problem: problemOf(error, 'offline') }));
    call.end(png);
  });
}
