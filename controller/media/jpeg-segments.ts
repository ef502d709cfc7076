// What a camera writes beside a photograph: which way up it is, and all that is left out (places, names, thumbnails).

/** Segments kept: all but Exif and XMP (APP1), Photoshop (APP13) and comments (ITU-T T.81 §B.1.1.3, table B.1). */
const leftOut: ReadonlySet<number> = new Set([0xe1, 0xed, 0xfe]);
const startOfScan = 0xda;

interface Segment {
  readonly marker: number;
  readonly from: number;
  readonly to: number;
}

/** Segments before the picture's data; stops where the file stops making sense. */
function* segmentsOf(jpeg: Uint8Array): Generator<Segment> {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = view.getUint8(at + 1);
    // Fill bytes (T.81 §B.1.1.2) may stand before a marker.
    if (view.getUint8(at) === 0xff && marker === 0xff) {
      at += 1;
      continue;
    }
    if (view.getUint8(at) !== 0xff || marker === startOfScan) return;
    const to = at + 2 + view.getUint16(at + 2);
    if (to > jpeg.length) return;
    yield { marker, from: at, to };
    at = to;
  }
}

/** 1 to 8 as Exif counts them (Exif 2.32 §4.6.4, tag 0112); 1, upright, where nothing is said. */
export function orientationOf(jpeg: Uint8Array): number {
  for (const { marker, from, to } of segmentsOf(jpeg))
    if (marker === 0xe1 && Buffer.from(jpeg.subarray(from + 4, from + 10)).toString('latin1') === 'Exif\0\0')
      return orientationIn(jpeg.subarray(from + 10, to));
  return 1;
}

/** The first directory of a TIFF header. */
function orientationIn(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 14) return 1;
  const little = view.getUint16(0) === 0x4949;
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return 1;
  const count = view.getUint16(first, little);
  for (let at = first + 2; at + 12 <= Math.min(tiff.length, first + 2 + count * 12); at += 12) {
    if (view.getUint16(at, little) !== 0x0112) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** True when something would be left out. */
export function saysMore(jpeg: Uint8Array): boolean {
  for (const { marker } of segmentsOf(jpeg)) if (leftOut.has(marker)) return true;
  return false;
}

/** The photograph without what the camera wrote beside it. */
export function bareJpeg(jpeg: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [jpeg.subarray(0, 2)];
  let at = 2;
  for (const { marker, from, to } of segmentsOf(jpeg)) {
    if (!leftOut.has(marker)) parts.push(jpeg.subarray(from, to));
    at = to;
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}
