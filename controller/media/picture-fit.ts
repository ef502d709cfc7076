// Pictures of a bulletin made to fit a board before it is cleaned: large ones are scaled down, turned photographs set upright.
import { runTool, type ToolLimits } from '../../hardware/host/processes.ts';
import { type PictureHead, readPicture } from '../../schemas/bulletin-images.ts';
import { bulletinLimits } from '../../schemas/bulletin-markup.ts';
import { fromBase64, toBase64 } from '../../schemas/envelope.ts';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { bareJpeg, orientationOf, saysMore } from './jpeg-segments.ts';

/** Dots of a board; more are not seen and cost every box their bytes and memory. */
export const boardDots = { width: 1920, height: 1080 } as const;
/** Larger ones are left to the cleaner, which refuses them. */
const dotsMax = 64_000_000;
const withinMs = 20_000;
const bytesMax = 4 * 1024 * 1024;
const limits: ToolLimits = { dataBytes: 1024 * 1024 * 1024, cpuSeconds: 20, niceness: 10 };

const address = /data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}/g;

/** ffmpeg's demuxer and encoder of each kind; what comes out is the kind that came in. */
const coders: Readonly<Record<PictureHead['type'], { readonly from: string; readonly to: readonly string[] }>> = {
  jpeg: { from: 'jpeg_pipe', to: ['-c:v', 'mjpeg', '-q:v', '3', '-pix_fmt', 'yuvj420p'] },
  png: { from: 'png_pipe', to: ['-c:v', 'png'] },
  webp: { from: 'webp_pipe', to: ['-c:v', 'libwebp', '-quality', '85'] },
};

/** Exif's eight ways of holding a camera, set right. */
const upright: readonly string[] = [
  ...['', '', 'hflip,', 'hflip,vflip,', 'vflip,', 'transpose=0,', 'transpose=1,', 'transpose=3,', 'transpose=2,'],
];

export interface Fitted {
  readonly html: string;
  /** Pictures that were changed. */
  readonly pictures: number;
}

/**
 * The document with its pictures made to fit. A picture that cannot be read, or that ffmpeg cannot make smaller, stays as it
 * is: the cleaner says what is wrong with it. Without ffmpeg everything stays.
 */
export async function fitPictures(html: string, ffmpeg: string | undefined): Promise<Fitted> {
  const found = [...new Set(html.match(address) ?? [])];
  if (ffmpeg === undefined || found.length > bulletinLimits.images) return { html, pictures: 0 };
  const made = new Map<string, string>();
  for (const url of found) {
    const smaller = await fitOne(url, ffmpeg);
    if (smaller !== undefined) made.set(url, smaller);
  }
  if (made.size === 0) return { html, pictures: 0 };
  return { html: html.replace(address, (url) => made.get(url) ?? url), pictures: made.size };
}

/**
 * A photograph drawn anew: no larger than a board, upright, without what the camera wrote beside it. Answers its data address.
 * Problems: bad-input, too-large, tool-missing.
 */
export async function redrawPhoto(url: string, ffmpeg: string | undefined): Promise<Result<string>> {
  const head = readPicture(url);
  if (!head.ok) return bad('bad-input', 'a photograph is a data address of JPEG, PNG or WebP', '/picture');
  const { width, height } = head.value;
  if (width * height > dotsMax) return bad('too-large', `${width} × ${height} dots, at most ${dotsMax} in all`, '/picture');
  if (ffmpeg === undefined) return bad('tool-missing', 'photographs are drawn anew by ffmpeg, which is not here');
  const drawn = await draw(head.value, fromBase64(url.slice(url.indexOf(',') + 1)), ffmpeg);
  return drawn === undefined ? bad('bad-input', 'the photograph cannot be read', '/picture') : ok(drawn);
}

async function fitOne(url: string, ffmpeg: string): Promise<string | undefined> {
  const head = readPicture(url);
  if (!head.ok) return undefined;
  const { type, width, height } = head.value;
  const bytes = fromBase64(url.slice(url.indexOf(',') + 1));
  const large = width > boardDots.width || height > boardDots.height;
  if (width * height > dotsMax || !(large || (type === 'jpeg' && saysMore(bytes)))) return undefined;
  return draw(head.value, bytes, ffmpeg);
}

async function draw({ type }: PictureHead, bytes: Uint8Array, ffmpeg: string): Promise<string | undefined> {
  const turn = type === 'jpeg' ? (upright[orientationOf(bytes)] ?? '') : '';
  const { from, to } = coders[type];
  const scale = `scale=w='min(${boardDots.width},iw)':h='min(${boardDots.height},ih)':force_original_aspect_ratio=decrease`;
  // Colour profiles bear names, and newer programs carry Exif over as well: nothing goes along beside the dots.
  const bare = 'sidedata=mode=delete';
  const args = [
    ...['-v', 'error', '-f', from, '-i', 'pipe:0', '-frames:v', '1', '-map_metadata', '-1', '-vf', `${turn}${scale},${bare}`],
    ...[...to, '-f', 'image2pipe', 'pipe:1'],
  ];
  const input = type === 'jpeg' ? bareJpeg(bytes) : bytes;
  const ran = await runTool(ffmpeg, args, { timeoutMs: withinMs, outputBytesMax: bytesMax, limits, input });
  if (!ran.ok || ran.value.stdout.length === 0) return undefined;
  return `data:image/${type};base64,${toBase64(ran.value.stdout)}`;
}
