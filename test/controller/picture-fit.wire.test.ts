// Photographs in bulletins, through real ffmpeg: made to fit a board, set upright, and without what the camera wrote. [needs ffmpeg]
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bareJpeg, orientationOf, saysMore } from '../../controller/media/jpeg-segments.ts';
import { boardDots, fitPictures } from '../../controller/media/picture-fit.ts';
import { findProgram } from '../../hardware/host/processes.ts';
import { readPicture } from '../../schemas/bulletin-images.ts';
import { makeCentre } from './built-centre.ts';

const ffmpeg = findProgram('ffmpeg');

/** Left half red, right half blue. */
function picture(width: number, height: number, coder: readonly string[]): Buffer {
  const source = `color=red:s=${width / 2}x${height}[a];color=blue:s=${width / 2}x${height}[b];[a][b]hstack`;
  const args = ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', '1', ...coder, '-f', 'image2pipe', 'pipe:1'];
  return spawnSync(ffmpeg ?? '', args, { maxBuffer: 64 * 1024 * 1024 }).stdout;
}

/** As a camera writes it: an orientation and a place. */
function withExif(jpeg: Buffer, orientation: number): Buffer {
  const tiff = Buffer.alloc(26);
  tiff.write('MM', 0, 'latin1');
  tiff.writeUInt16BE(42, 2);
  tiff.writeUInt32BE(8, 4);
  tiff.writeUInt16BE(1, 8);
  tiff.writeUInt16BE(0x0112, 10);
  tiff.writeUInt16BE(3, 12);
  tiff.writeUInt32BE(1, 14);
  tiff.writeUInt16BE(orientation, 18);
  const body = Buffer.concat([Buffer.from('Exif\0\0'), tiff, Buffer.from('21.82N 105.21E')]);
  const head = Buffer.from([0xff, 0xe1, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

const url = (type: string, bytes: Uint8Array) => `data:image/${type};base64,${Buffer.from(bytes).toString('base64')}`;
const page = (address: string) =>
  `<!doctype html><html><head><title>x</title></head><body><p>Ảnh</p><img alt="x" src="${address}"></body></html>`;
const bytesIn = (html: string) => Buffer.from(/base64,([^"]+)"/.exec(html)?.[1] ?? '', 'base64');

/** Mean colour of the upper and the lower half, as [red, blue] each. */
function halves(bytes: Uint8Array): number[][] {
  const args = ['-v', 'error', '-i', 'pipe:0', '-vf', 'scale=1:2:flags=area,format=rgb24', '-f', 'rawvideo', 'pipe:1'];
  const raw = spawnSync(ffmpeg ?? '', args, { input: bytes }).stdout;
  return [0, 1].map((row) => [raw[row * 3] ?? 0, raw[row * 3 + 2] ?? 0]);
}

describe.skipIf(ffmpeg === undefined)('pictures [needs ffmpeg]', () => {
  test.each([
    ['jpeg', ['-c:v', 'mjpeg'], 4000, 3000, { width: 1440, height: 1080 }],
    ['png', ['-c:v', 'png'], 3840, 1080, { width: 1920, height: 540 }],
    ['webp', ['-c:v', 'libwebp'], 2000, 2000, { width: 1080, height: 1080 }],
  ] as const)('a large %s keeps its kind and shape and fits the board', async (type, coder, width, height, wanted) => {
    const { html, pictures } = await fitPictures(page(url(type, picture(width, height, coder))), ffmpeg);
    expect(pictures).toBe(1);
    expect(readPicture(/data:[^"]+/.exec(html)?.[0] ?? '')).toEqual({ ok: true, value: { type, ...wanted } });
  });

  test('a phone held upright: the photograph stands upright, and its place is gone', async () => {
    const photo = withExif(picture(4000, 3000, ['-c:v', 'mjpeg']), 6);
    expect([orientationOf(photo), saysMore(photo)]).toEqual([6, true]);
    const fitted = bytesIn((await fitPictures(page(url('jpeg', photo)), ffmpeg)).html);
    expect(readPicture(url('jpeg', fitted))).toMatchObject({ value: { width: 810, height: boardDots.height } });
    expect(fitted.toString('latin1')).not.toMatch(/Exif|105\.21E/);
    const [[upperRed = 0, upperBlue = 0] = [], [lowerRed = 0, lowerBlue = 0] = []] = halves(fitted);
    expect([upperRed > 200, upperBlue < 60, lowerRed < 60, lowerBlue > 200]).toEqual([true, true, true, true]);
  });

  test('a small photograph loses what the camera wrote; a small drawing stays as it is to the byte', async () => {
    const photo = withExif(picture(400, 300, ['-c:v', 'mjpeg']), 1);
    expect(bytesIn((await fitPictures(page(url('jpeg', photo)), ffmpeg)).html).toString('latin1')).not.toContain('Exif');
    const drawing = page(url('png', picture(400, 300, ['-c:v', 'png'])));
    expect(await fitPictures(drawing, ffmpeg)).toEqual({ html: drawing, pictures: 0 });
  });

  test('what is no picture, is damaged, or too large to be touched stays for the cleaner to refuse; without ffmpeg all stays', async () => {
    const whole = picture(4000, 3000, ['-c:v', 'mjpeg']);
    const bomb = Buffer.from(picture(64, 64, ['-c:v', 'png']));
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    for (const address of [url('png', Buffer.from('nothing of the kind')), url('jpeg', whole.subarray(0, 300)), url('png', bomb)]) {
      const { html } = await fitPictures(page(address), ffmpeg);
      expect(html).toBe(page(address));
    }
    expect(await fitPictures(page(url('jpeg', whole)), undefined)).toEqual({ html: page(url('jpeg', whole)), pictures: 0 });
  });

  test('a photograph that would have been refused comes in over REST, with a word about it', async () => {
    const built = await makeCentre(undefined, undefined, { ffmpeg: ffmpeg ?? '' });
    try {
      const author = await built.as('tac-gia');
      const html = page(url('jpeg', withExif(picture(4000, 3000, ['-c:v', 'mjpeg']), 8)));
      const { status, body } = await author('POST', '/bulletins', { title: 'Ảnh', html, durationMs: 10_000 });
      expect([status, body.removed]).toEqual([201, []]);
      expect(body.warnings).toContainEqual(expect.objectContaining({ code: 'pictures-fitted', detail: '1' }));
    } finally {
      await built.stop();
    }
  });
});

describe('beside a photograph', () => {
  test('damaged notes are read as nothing, never beyond their end', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0xff, 0xff, 0x45]);
    expect([orientationOf(jpeg), saysMore(jpeg), Buffer.from(bareJpeg(jpeg))]).toEqual([1, false, jpeg]);
    const filled = withExif(Buffer.from([0xff, 0xd8, 0xff, 0xda]), 6);
    const padded = Buffer.concat([filled.subarray(0, 2), Buffer.from([0xff, 0xff]), filled.subarray(2)]);
    expect([orientationOf(padded), saysMore(padded)]).toEqual([6, true]);
    expect(Buffer.from(bareJpeg(padded)).toString('latin1')).not.toContain('Exif');
    for (let cut = 0; cut < 40; cut++) {
      const bytes = withExif(Buffer.from([0xff, 0xd8, 0xff, 0xda]), 6).subarray(0, cut);
      expect([1, 6]).toContain(orientationOf(bytes));
    }
  });
});
