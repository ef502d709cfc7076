// Where a board's pictures go: a file that a LED controller watches, or the raw memory of a Linux framebuffer.
import { open } from 'node:fs/promises';
import { bad, ok, type Result } from '../../schemas/problems.ts';
import { problemOf } from '../host/failure.ts';
import { writeFileAtomic } from '../host/files.ts';
import { encodePng, type Picture } from './png.ts';

export interface PictureDoor {
  /** The screen's own memory is read again: only then does `agrees` say anything. */
  readonly readBack: boolean;
  /** A whole picture of the screen's size. Problems: device-failed, disk-full. */
  put(picture: Picture): Promise<Result<void>>;
  /** Does the screen still hold what was put last? */
  agrees(): Promise<Result<boolean>>;
}

export interface FolderDoorOptions {
  /** Replaced as a whole, by rename: who watches the folder never sees half a picture. */
  readonly file: string;
}

/** Whether anybody looks at the file is not known here. */
export function folderDoor({ file }: FolderDoorOptions): PictureDoor {
  return {
    readBack: false,
    async put(picture) {
      try {
        await writeFileAtomic(file, await encodePng(picture));
        return ok(undefined);
      } catch (error) {
        return { ok: false, problem: problemOf(error) };
      }
    },
    agrees: async () => bad('device-failed', 'a file tells nothing of a screen'),
  };
}

export type PixelFormat = 'rgb565' | 'xrgb8888';

export interface FramebufferDoorOptions {
  /** `/dev/fb0`; it must be there. */
  readonly path: string;
  readonly format: PixelFormat;
  /** From one row to the next, where the driver pads them. */
  readonly strideBytes?: number;
}

export function framebufferDoor({ path, format, strideBytes }: FramebufferDoorOptions): PictureDoor {
  let last: Buffer | undefined;
  return {
    readBack: true,
    async put(picture) {
      last = pixelsOf(picture, format, strideBytes);
      return throughFile(path, 'r+', async (file) => {
        await file.write(last ?? Buffer.alloc(0), 0, undefined, 0);
      });
    },
    async agrees() {
      const want = last;
      if (!want) return ok(false);
      const have = Buffer.alloc(want.length);
      const read = await throughFile(path, 'r', async (file) => {
        await file.read(have, 0, have.length, 0);
      });
      return read.ok ? ok(have.equals(want)) : read;
    },
  };
}

/** As the kernel's fb formats lie in memory; every machine we run on has the low byte first. */
export function pixelsOf({ columns, rows, rgb }: Picture, format: PixelFormat, strideBytes?: number): Buffer {
  const dotBytes = format === 'rgb565' ? 2 : 4;
  const stride = Math.ceil(Math.max(strideBytes ?? 0, columns * dotBytes) / dotBytes);
  const pixels = format === 'rgb565' ? new Uint16Array(stride * rows) : new Uint32Array(stride * rows);
  for (let row = 0, from = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, from += 3) {
      const [r, g, b] = [rgb[from] as number, rgb[from + 1] as number, rgb[from + 2] as number];
      pixels[row * stride + column] = format === 'rgb565' ? ((r >> 3) << 11) | ((g >> 2) << 5) | (b >> 3) : (r << 16) | (g << 8) | b;
    }
  }
  return Buffer.from(pixels.buffer);
}

/** Each dot takes the nearest of the other picture. */
export function scaled(picture: Picture, columns: number, rows: number): Picture {
  if (picture.columns === columns && picture.rows === rows) return picture;
  const rgb = new Uint8Array(columns * rows * 3);
  for (let row = 0; row < rows; row++) {
    const from = Math.floor(((row + 0.5) * picture.rows) / rows) * picture.columns;
    for (let column = 0; column < columns; column++) {
      const at = (from + Math.floor(((column + 0.5) * picture.columns) / columns)) * 3;
      const to = (row * columns + column) * 3;
      for (let part = 0; part < 3; part++) rgb[to + part] = picture.rgb[at + part] ?? 0;
    }
  }
  return { columns, rows, rgb };
}

async function throughFile(
  path: string,
  flags: 'r' | 'r+',
  work: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<Result<void>> {
  try {
    const file = await open(path, flags);
    try {
      await work(file);
    } finally {
      await file.close();
    }
    return ok(undefined);
  } catch (error) {
    return { ok: false, problem: problemOf(error) };
  }
}
