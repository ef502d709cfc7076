// Pictures inside a bulletin, read as far as their head: kind, size in pixels, and whether they move.
import { fromBase64 } from './envelope.ts';
import { bad, ok, type Result } from './problems.ts';

export interface PictureHead {
  readonly type: 'png' | 'jpeg' | 'webp';
  readonly width: number;
  readonly height: number;
}

const address = /^data:image\/(png|jpeg|webp);base64,([A-Za-z0-9+/]+={0,2})$/;

/** Problems: wrong-type (no picture of the kind it says, or one that moves), bad-input (damaged). */
export function readPicture(url: string): Result<PictureHead> {
  const [, type, data] = address.exec(url) ?? [];
  if (data === undefined || data.length % 4 !== 0) return bad('wrong-type', 'only data: addresses of PNG, JPEG and WebP in base64');
  const bytes = fromBase64(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = type === 'png' ? pngSize(view) : type === 'jpeg' ? jpegSize(view) : webpSize(view);
    if (size === 'moves') return bad('wrong-type', 'a picture that moves: nobody has counted its flashes');
    if (!size || size.width < 1 || size.height < 1) return bad('wrong-type', `not a picture of type ${type}`);
    return ok({ type: type as PictureHead['type'], ...size });
  } catch (error) {
    if (error instanceof RangeError) return bad('bad-input', `the ${type} picture ends too early`);
    throw error;
  }
}

type Size = { readonly width: number; readonly height: number } | 'moves' | undefined;

/** PNG third edition §5 (chunks) and §11.2.1 (IHDR); `acTL` before the data makes it move. */
function pngSize(view: DataView): Size {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a || tag(view, 12) !== 'IHDR') return undefined;
  const size = { width: view.getUint32(16), height: view.getUint32(20) };
  for (let at = 8; ; at += 12 + view.getUint32(at)) {
    const name = tag(view, at + 4);
    if (name === 'acTL') return 'moves';
    if (name === 'IDAT') return size;
  }
}

/** JPEG (ITU-T T.81 §B.1.1.4): the first frame header SOF0…SOF15. */
function jpegSize(view: DataView): Size {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    else at += 2 + view.getUint16(at + 2);
  }
}

/** WebP container (RFC 9649 §2.5–2.7). */
function webpSize(view: DataView): Size {
  if (tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WEBP') return undefined;
  const kind = tag(view, 12);
  if (kind === 'VP8X') {
    if ((view.getUint8(20) & 2) !== 0) return 'moves';
    return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
  }
  if (kind === 'VP8 ') return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (kind !== 'VP8L') return undefined;
  const bits = view.getUint32(21, true);
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}
